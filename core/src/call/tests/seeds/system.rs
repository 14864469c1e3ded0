//! Document 004: the error handling and resilience system.

use super::*;

/// S1
#[test]
fn s1_only_the_listed_errors_are_retried() {
    let policy = r#"{"retry": {"max_attempts": 3, "initial_delay": 1, "max_delay": 60, "exponential_base": 2, "jitter": false,
        "retryable_exceptions": ["ConnectionError"]}}"#;
    for (fault, expected) in [(connection(), "0ns: wait 1s"), (timeout(), "0ns: stop permanent")] {
        let mut story = Story::of(policy);
        story.admit().fail(&fault);
        assert_eq!(["0ns: attempt 1", expected], *story.told());
    }
}

/// S3
#[test]
fn s3_its_breaker_counts_in_a_rolling_window_and_takes_two_of_three_probes() {
    let mut story = Story::of(
        r#"{"circuit_breaker": {"failure_threshold": 5, "success_threshold": 2, "timeout": 60, "half_open_max_calls": 3,
            "expected_exception": "Exception", "time_window": 300}}"#,
    );
    story
        .others(Outcome::failure(1), 4)
        .others(Outcome::Success, 3)
        .after(secs(311))
        .others(Outcome::failure(1), 4);
    assert_eq!((StateName::Closed, 4), (story.state(), story.failures()));
    story.others(Outcome::failure(1), 1).after(secs(60)).others(Outcome::Success, 2);
    assert_eq!(["311s: others, closed > open", "371s: others, half_open > closed"], *story.told());
}
