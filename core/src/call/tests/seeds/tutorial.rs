//! Document 001: the error recovery tutorial.

use super::*;

/// T1
#[test]
fn t1_timeouts_networks_and_rate_limits_are_retried_and_what_will_not_pass_is_not() {
    for (fault, expected) in [
        (timeout(), "0ns: wait 1s"),
        (connection(), "0ns: wait 1s"),
        (r#"{"status":429}"#.into(), "0ns: wait 1s"),
        (r#"{"status":401}"#.into(), "0ns: stop permanent"),
        (error("ValueError", r#""Exception""#, "invalid input"), "0ns: stop permanent"),
        (r#"{"status":404}"#.into(), "0ns: stop permanent"),
    ] {
        let mut story = Story::of(&plain(""));
        story.admit().fail(&fault);
        assert_eq!(["0ns: attempt 1", expected], *story.told(), "{fault}");
    }
}

/// T2
#[test]
fn t2_delays_double_from_a_tenth_of_a_second() {
    let mut story = Story::of(&plain(r#""max_attempts":5,"initial_delay":0.1"#));
    story.play(&[UNAVAILABLE; 4]);
    let waits: Vec<String> = story.told().into_iter().filter(|line| line.contains("wait")).collect();
    assert_eq!(["0ns: wait 100ms", "100ms: wait 200ms", "300ms: wait 400ms", "700ms: wait 800ms"], *waits);
}

/// T3
#[test]
fn t3_five_failures_in_a_row_open_it_and_a_minute_later_one_answer_decides() {
    let mut story = Story::of(r#"{"circuit_breaker": {}}"#);
    story.others(Outcome::failure(1), 5).admit().after(secs(60));
    story.others(Outcome::failure(1), 1).after(secs(60)).others(Outcome::Success, 1);
    let expected = [
        "0ns: others, closed > open",
        "0ns: rejected, come back in Some(60s)",
        "60s: others, half_open > open",
        "120s: others, half_open > closed",
    ];
    assert_eq!(expected, *story.told());
}

/// T5
#[test]
fn t5_the_limit_of_an_attempt_grows() {
    let mut story =
        Story::of(r#"{"retry": {"jitter": "none"}, "timeout": {"attempt": 30, "growth": 2, "max": 120}}"#);
    story.play(&[&timeout(), &timeout(), &timeout()]);
    let limits: Vec<String> = story.told().into_iter().filter(|line| line.contains("attempt")).collect();
    assert_eq!(
        ["0ns: attempt 1 of 30s", "1s: attempt 2 of 60s", "3s: attempt 3 of 120s", "7s: attempt 4 of 120s"],
        *limits
    );
}

/// T6
#[test]
fn t6_a_rate_limit_waits_longer_and_longer_or_what_the_server_asks_for() {
    let mut story = Story::of(&plain(r#""max_attempts":7"#));
    story.play(&[r#"{"status":429}"#; 5]).fail(r#"{"status":429,"headers":{"retry-after":"7"}}"#);
    let waits: Vec<String> = story.told().into_iter().filter(|line| line.contains("wait")).collect();
    assert_eq!(
        ["0ns: wait 1s", "1s: wait 2s", "3s: wait 4s", "7s: wait 8s", "15s: wait 16s", "31s: wait 7s"],
        *waits
    );
}

/// T8
#[test]
fn t8_additive_jitter_adds_up_to_half() {
    for seed in 0..200 {
        let mut story = Story::seeded(r#"{"retry": {"initial_delay": 4, "jitter": "additive"}}"#, seed);
        story.admit().fail(UNAVAILABLE);
        assert!((secs(4)..=secs(6)).contains(&story.wait), "{:?}", story.wait);
    }
}

/// T12
#[test]
fn t12_what_may_have_been_done_is_not_done_twice() {
    for (fault, expected) in [(RESET, "0ns: stop not_idempotent"), (REFUSED, "0ns: wait 1s")] {
        let mut story = Story::of(&plain(r#""idempotent":false"#));
        story.admit().fail(fault);
        assert_eq!(["0ns: attempt 1", expected], *story.told());
    }
}
