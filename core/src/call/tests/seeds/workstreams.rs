//! Document 000: workstreams.

use super::*;

const BLOCKS: &str = r#"{
    "circuit_breaker": {"max_attempts": 5, "max_error_repeats": 3, "cooldown_seconds": 30,
        "error_patterns": ["TimeoutError", "ConnectionError", "rate limit exceeded"], ESCALATION},
    "retry": {"enabled": true, "strategy": "exponential", "initial_delay": 1, "max_delay": 60, "jitter": false}}"#;

fn blocks(escalation: &str) -> Story {
    Story::of(&BLOCKS.replace("ESCALATION", escalation))
}

/// W4, scenario 1
#[test]
fn w4_a_step_that_succeeds_at_once_is_not_retried() {
    let mut story = blocks(r#""escalation_strategy": "exponential_backoff""#);
    story.admit().succeed();
    assert_eq!(["0ns: attempt 1", "0ns: success"], *story.told());
}

/// W4, scenario 2
#[test]
fn w4_a_transient_failure_is_followed_by_recovery() {
    let mut story = blocks(r#""escalation_strategy": "exponential_backoff""#);
    story.play(&[&connection()]).succeed();
    assert_eq!(["0ns: attempt 1", "0ns: wait 1s", "1s: attempt 2", "1s: success"], *story.told());
}

/// W4, scenario 3
#[test]
fn w4_identical_errors_escalate_to_exponential_backoff() {
    let mut story = Story::of(
        r#"{"circuit_breaker": {"max_attempts": 5, "max_error_repeats": 3, "escalation_strategy": "exponential_backoff"},
            "retry": {"strategy": "linear", "initial_delay": 1, "jitter": false}}"#,
    );
    story.play(&[&timeout(), &timeout(), &timeout()]).succeed();
    let expected = [
        "0ns: attempt 1", "0ns: wait 1s", "1s: attempt 2", "1s: wait 2s", "3s: attempt 3", "3s: wait 4s",
        "7s: attempt 4", "7s: success",
    ];
    assert_eq!(expected, *story.told());
}

/// W4, scenario 4; W5
#[test]
fn w4_w5_identical_errors_open_the_breaker_which_cools_down_and_closes() {
    let mut story = blocks(r#""escalation_strategy": "open_circuit""#);
    story.play(&[&connection(), &connection(), &connection()]);
    story.another_call().admit().after(secs(30)).another_call().admit().succeed();
    let expected = [
        "0ns: attempt 1",
        "0ns: wait 1s",
        "1s: attempt 2",
        "1s: wait 2s",
        "3s: attempt 3",
        "3s: stop circuit_open, closed > open",
        "3s: rejected, come back in Some(30s)",
        "33s: attempt 1, open > half_open",
        "33s: success, half_open > closed",
    ];
    assert_eq!(expected, *story.told());
}

/// W5
#[test]
fn w5_other_errors_between_them_start_the_count_over() {
    let mut story = blocks(r#""escalation_strategy": "open_circuit""#);
    story.play(&[&connection(), &connection(), &timeout(), &connection()]);
    assert_eq!(Some("15s: attempt 5"), story.told().last().map(String::as_str));
}

/// W4, scenario 5
#[test]
fn w4_after_the_last_attempt_the_failure_is_permanent() {
    let mut story = Story::of(
        r#"{"circuit_breaker": {"max_attempts": 5, "failure_threshold": 10},
            "retry": {"initial_delay": 1, "max_delay": 60, "jitter": false}}"#,
    );
    story.play(&[&*connection(); 5]);
    assert_eq!(Some("15s: stop exhausted"), story.told().last().map(String::as_str));
}

/// W9
#[test]
fn w9_jitter_is_half_of_the_delay_up_or_down() {
    let waits: Vec<Duration> = (0..500)
        .map(|seed| {
            let mut story = Story::seeded(r#"{"retry": {"initial_delay": 4, "jitter": true}}"#, seed);
            story.admit().fail(UNAVAILABLE);
            story.wait
        })
        .collect();
    let (least, most) = (waits.iter().min().expect("a wait"), waits.iter().max().expect("a wait"));
    assert!((secs(2)..secs(21) / 10).contains(least), "{least:?}");
    assert!((secs(59) / 10..=secs(6)).contains(most), "{most:?}");
}
