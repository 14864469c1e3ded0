//! Document 002: the error-recovery primitive.

use super::*;

/// P1, P4
#[test]
fn p1_p4_delays_grow_by_the_base_up_to_the_most_and_are_spread_by_half() {
    let policy = r#"{"retry": {"max_retries": 3, "base_delay": 1, "max_delay": 3, "exponential_base": 2, "jitter": true}}"#;
    for seed in 0..200 {
        let mut story = Story::seeded(policy, seed);
        let mut waits = Vec::new();
        story.admit();
        for _ in 0..3 {
            waits.push(story.fail(UNAVAILABLE).wait);
            story.sleep().admit();
        }
        let ranges = [secs(1) / 2..=secs(1) * 3 / 2, secs(1)..=secs(3), secs(3) / 2..=secs(3)];
        assert!(ranges.iter().zip(&waits).all(|(range, wait)| range.contains(wait)), "{waits:?}");
    }
}

/// P2
#[test]
fn p2_only_the_expected_errors_open_it() {
    let mut story = Story::of(
        r#"{"circuit_breaker": {"failure_threshold": 2, "recovery_timeout": 60, "expected_exception": "ConnectionError"}}"#,
    );
    for fault in [timeout(), connection(), timeout(), connection()] {
        story.another_call().admit().fail(&fault).told();
    }
    story.another_call().admit();
    assert_eq!(["0ns: rejected, come back in Some(60s)"], *story.told());
}

/// P3
#[test]
fn p3_the_words_of_the_document_decide_where_they_are_asked_to() {
    let words = [
        ("connection lost", true),
        ("network is down", true),
        ("a timeout", true),
        ("rate limit hit", true),
        ("too many requests", true),
        ("429", true),
        ("temporary trouble", true),
        ("unavailable", true),
        ("out of memory", false),
        ("disk full", false),
        ("resource gone", false),
        ("something else", false),
    ];
    for (message, retried) in words {
        let mut story = Story::of(r#"{"retry": {"jitter": "none"}, "classify": {"kind": "keyword"}}"#);
        story.admit().fail(&error("Exception", "", message));
        let expected = if retried { "0ns: wait 1s" } else { "0ns: stop permanent" };
        assert_eq!(["0ns: attempt 1", expected], *story.told(), "{message}");
    }
}

/// P5
#[test]
fn p5_when_retries_end_the_last_error_is_the_callers_own() {
    let mut story = Story::of(&plain(r#""max_retries":1"#));
    story.play(&[&connection(), &timeout()]);
    assert_eq!(["0ns: attempt 1", "0ns: wait 1s", "1s: attempt 2", "1s: stop exhausted"], *story.told());
    let report = story.call.report();
    let last = report.attempts.last().and_then(|attempt| attempt.verdict.as_ref()).expect("a verdict");
    assert_eq!("timeout", last.category.name());
}
