//! Document 003: the error recovery framework.

use super::*;

const CONFIG: &str = r#"{"retry": {"max_retries": 3, "initial_wait_ms": 100, "max_wait_ms": 10000, "exponential_base": 2,
    "jitter": "none"}, "timeout": {"timeout_seconds": 30},
    "circuit_breaker": {"failure_threshold": 5, "timeout": 60}}"#;

/// L2
#[test]
fn l2_waits_are_those_of_its_configuration_in_milliseconds() {
    let mut story = Story::of(CONFIG);
    story.play(&[UNAVAILABLE; 3]);
    let waits: Vec<String> = story.told().into_iter().filter(|line| line.contains("wait")).collect();
    assert_eq!(["0ns: wait 100ms", "100ms: wait 200ms", "300ms: wait 400ms"], *waits);
}

/// L3
#[test]
fn l3_the_cases_of_its_first_test_are_told_apart() {
    let cases = [
        (timeout(), "timeout", "transient"),
        (error("Exception", "", "Request timed out"), "timeout", "transient"),
        (error("Exception", "", "429 Too Many Requests"), "rate_limit", "transient"),
        (connection(), "connection", "transient"),
        (error("Exception", "", "503 Service Unavailable"), "server", "transient"),
        (error("Exception", "", "401 Unauthorized"), "auth", "permanent"),
        (error("Exception", "", "404 Not Found"), "not_found", "permanent"),
        (error("Exception", "", "400 Bad Request"), "invalid_request", "permanent"),
        (r#"{"status":500}"#.into(), "server", "transient"),
        (r#"{"status":401}"#.into(), "auth", "permanent"),
    ];
    for (fault, category, status) in cases {
        let mut story = Story::of(CONFIG);
        story.admit().fail(&fault);
        let verdict = story.call.verdict().expect("a verdict");
        let told = serde_json::to_value(verdict).unwrap();
        assert_eq!(
            (category, status),
            (verdict.category.name(), told["status"].as_str().unwrap()),
            "{fault}"
        );
    }
}

/// L5
#[test]
fn l5_an_auth_error_is_not_tried_again() {
    let mut story = Story::of(CONFIG);
    story.admit().fail(r#"{"status":401}"#);
    assert_eq!(["0ns: attempt 1 of 30s", "0ns: stop permanent"], *story.told());
}

/// L6
#[test]
fn l6_each_attempt_has_the_whole_limit() {
    let mut story = Story::of(CONFIG);
    story.admit().after(secs(30)).fail(&timeout()).sleep().admit();
    assert_eq!(["0ns: attempt 1 of 30s", "30s: wait 100ms", "30.1s: attempt 2 of 30s"], *story.told());
}

/// L7
#[test]
fn l7_an_open_breaker_rejects_and_says_when_to_come_back() {
    let mut story = Story::of(CONFIG);
    story.others(Outcome::failure(1), 5).after(secs(20)).admit();
    assert_eq!(["0ns: others, closed > open", "20s: rejected, come back in Some(40s)"], *story.told());
}

/// L9
#[test]
fn l9_calls_at_once_share_nothing_but_the_breaker() {
    let mut story = Story::of(CONFIG);
    let mut other = Call::new(2, story.now);
    story.admit().fail(UNAVAILABLE);
    let _ = other.admit(&story.policy, &mut story.guards, story.now);
    let _ = other.fail(&story.policy, &mut story.guards, &parse(NOT_FOUND), story.now);
    let reasons = (story.call.report().stop_reason, other.report().stop_reason);
    assert_eq!((None, Some(StopReason::Permanent)), reasons);
    assert_eq!(["0ns: attempt 1 of 30s", "0ns: wait 100ms"], *story.told());
}

/// L12
#[test]
fn l12_the_state_of_the_breaker_can_be_asked_for_and_reset() {
    let mut story = Story::of(CONFIG);
    story.others(Outcome::failure(1), 5);
    assert_eq!((StateName::Open, 5, Some(secs(60))), (story.state(), story.failures(), story.opens_in()));
    story.breaker().reset();
    assert_eq!(
        (StateName::Closed, 0, Some(Duration::ZERO)),
        (story.state(), story.failures(), story.opens_in())
    );
}
