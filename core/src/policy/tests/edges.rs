//! What is just right, and what is just wrong.

use std::string::ToString;

use super::*;

/// The paths that a policy is doubted at.
fn doubted(document: &str) -> Vec<String> {
    policy(document).explain().warnings.into_iter().map(|warning| warning.path.into_owned()).collect()
}

fn is_doubted(path: &str, document: &str) -> bool {
    doubted(document).iter().any(|doubt| doubt == path)
}

fn complaints(section: &str) -> Vec<String> {
    let said = problems(&format!(r#"{{"circuit_breaker": {section}}}"#));
    said.iter().map(|problem| problem.split(": ").next().unwrap_or_default().to_string()).collect()
}

#[test]
fn a_rate_without_a_window_has_that_of_the_last_calls() {
    assert!(matches!(breaker(r#"{"failure_rate": 0.5}"#).window, Window::Count(_)));
    assert_eq!(Window::Time(secs(60)), breaker(r#"{"failure_rate": 0.5, "time_window": "1m"}"#).window);
}

#[test]
fn a_window_that_could_not_be_read_is_not_missed_as_well() {
    for window in ["time_window", "count_window"] {
        let section = format!(r#"{{"failure_rate": 0.5, "failure_threshold": 3, "{window}": "x"}}"#);
        assert_eq!(1, complaints(&section).len(), "{section}");
    }
}

#[test]
fn as_many_calls_as_a_window_holds_may_be_asked_for_and_no_more() {
    let asked = |calls: u32| {
        complaints(&format!(r#"{{"failure_rate": 0.5, "count_window": 10, "minimum_calls": {calls}}}"#))
    };
    let contradiction = ["contradiction circuit_breaker.minimum_calls".to_string()].to_vec();
    assert_eq!([Vec::new(), contradiction.clone(), contradiction], [10, 11, 12].map(asked));
}

#[test]
fn the_longest_open_wait_may_be_the_shortest_and_no_less() {
    let longest = |seconds: u32| {
        complaints(&format!(r#"{{"recovery_timeout": 30, "max_recovery_timeout": {seconds}}}"#))
    };
    let contradiction = ["contradiction circuit_breaker.max_recovery_timeout".to_string()].to_vec();
    assert_eq!([contradiction, Vec::new(), Vec::new()], [29, 30, 31].map(longest));
    let misread = complaints(r#"{"recovery_timeout": "x", "max_recovery_timeout": 1}"#);
    assert_eq!(1, misread.len(), "{misread:?}");
}

#[test]
fn a_budget_that_nobody_speaks_of_lets_one_call_make_all_its_attempts() {
    for attempts in [2_u32, 101, 102, 500] {
        let all = u64::from(attempts - 1) * 5;
        let document = format!(r#"{{"retry": {{"max_attempts": {attempts}}}}}"#);
        let told = policy(&document).explain().sentences.join("\n");
        assert!(told.contains(&format!(" of {} tokens", all.max(500))), "{told}");
    }
}

#[test]
fn two_attempts_at_once_are_no_loop() {
    let attempts = |count: u32| format!(r#"{{"retry": {{"max_attempts": {count}, "initial_delay": 0}}}}"#);
    let doubts = [2, 3].map(|count| is_doubted("retry.initial_delay", &attempts(count)));
    assert_eq!([false, true], doubts);
}

#[test]
fn a_call_that_is_made_once_needs_no_jitter() {
    let attempts = |count: u32| format!(r#"{{"retry": {{"max_attempts": {count}, "jitter": "none"}}}}"#);
    assert_eq!([false, true], [1, 2].map(|count| is_doubted("retry.jitter", &attempts(count))));
}

#[test]
fn a_throttle_bounds_the_load_as_well_as_a_breaker_or_a_budget() {
    let beside = |guard: &str| {
        is_doubted(
            "retry.max_attempts",
            &format!(r#"{{"retry": {{"max_attempts": 50, "budget": false}}{guard}}}"#),
        )
    };
    assert_eq!(
        [true, false, false],
        [beside(""), beside(r#", "throttle": {}"#), beside(r#", "circuit_breaker": {}"#)]
    );
}

#[test]
fn a_probe_may_answer_as_late_as_its_lease_ends() {
    let limit = |seconds: u32| {
        let document =
            format!(r#"{{"timeout": {{"attempt": {seconds}}}, "circuit_breaker": {{"probe_timeout": 60}}}}"#);
        is_doubted("circuit_breaker.probe_timeout", &document)
    };
    assert_eq!([false, true], [60, 61].map(limit));
}

#[test]
fn a_call_is_slow_where_its_limit_lets_it_be() {
    let limit = |seconds: u32| {
        let document = format!(
            r#"{{"timeout": {{"attempt": {seconds}}}, "circuit_breaker": {{"slow_call": {{"duration": 5}}}}}}"#
        );
        is_doubted("circuit_breaker.slow_call.duration", &document)
    };
    assert_eq!([true, false, false], [4, 5, 6].map(limit));
}

#[test]
fn a_breaker_that_opens_with_the_last_attempt_lets_a_call_make_them_all() {
    let threshold = |failures: u32| {
        let document = format!(
            r#"{{"retry": {{"max_attempts": 3}}, "circuit_breaker": {{"failure_threshold": {failures}}}}}"#
        );
        is_doubted("circuit_breaker.failure_threshold", &document)
    };
    assert_eq!([true, false], [2, 3].map(threshold));
}
