//! What a policy says of itself.

use super::*;
use crate::policy::{Explanation, Plan};

fn explained(document: &str) -> Explanation {
    policy(document).explain()
}

fn doubted(document: &str) -> Vec<String> {
    explained(document).warnings.into_iter().map(|warning| warning.path.into_owned()).collect()
}

#[test]
fn a_whole_policy_is_told_in_the_order_in_which_a_call_meets_it() {
    let explanation = explained(
        r#"{"retry": {"max_attempts": 3, "deadline": "1m", "max_delay": "20s"}, "timeout": {"attempt": "2s", "growth": 2},
            "circuit_breaker": {"failure_threshold": 5, "time_window": "1m", "success_threshold": 2}}"#,
    );
    let expected = [
        "each call is made at most 3 times",
        "the waits between them are 0.5 s to 1.5 s, 1 s to 3 s; a server's hint of at most 20 s replaces one, a longer hint ends the call",
        "retries cost 5 of 500 tokens, which successes earn back: after 100 retries without a success no more are made",
        "an attempt may take 2 s, the last one 8 s; no wait is begun that ends later than 60 s after the call began; a call takes at most 54 s",
        "the breaker opens after 5 failures within 60 s, for 60 s; then it admits 1 probe at a time and closes after 2 successes",
    ];
    assert_eq!(expected, *explanation.sentences);
    let plan = |number, shortest_wait, longest_wait, limit| Plan {
        number,
        shortest_wait,
        longest_wait,
        limit: Some(limit),
    };
    assert_eq!(
        vec![plan(1, 0.0, 0.0, 2.0), plan(2, 0.5, 1.5, 4.0), plan(3, 1.0, 3.0, 8.0)],
        explanation.attempts
    );
    assert_eq!((Some(54.0), 3), (explanation.worst_case, explanation.amplification));
    assert_eq!(
        Vec::<String>::new(),
        doubted(r#"{"retry": {"deadline": "1m"}, "timeout": {"attempt": 5}, "circuit_breaker": {}}"#)
    );
}

#[test]
fn a_policy_that_does_nothing_says_so() {
    let explanation = explained("{}");
    let expected = [
        "each call is made once; nothing is retried",
        "an attempt may take as long as it likes; nothing bounds the whole call",
    ];
    assert_eq!(expected, *explanation.sentences);
    assert_eq!((None, 1, vec![]), (explanation.worst_case, explanation.amplification, explanation.warnings));
}

#[test]
fn the_deadline_bounds_the_worst_case() {
    let document = r#"{"retry": {"max_attempts": 100, "deadline": "30s"}, "timeout": {"attempt": "10s"}}"#;
    assert_eq!(Some(30.0), explained(document).worst_case);
}

#[test]
fn attempts_that_could_only_begin_after_the_deadline_are_doubted() {
    let warnings = explained(r#"{"retry": {"max_attempts": 9, "deadline": "10s"}}"#).warnings;
    let expected =
        "attempt 6 of 9 can never begin: the waits before it are 15.5 s at least, and the deadline is 10 s";
    assert_eq!(("retry.max_attempts", expected), (&*warnings[0].path, warnings[0].message.as_str()));
}

#[test]
fn what_cannot_work_as_it_was_meant_is_doubted_by_its_path() {
    for (document, path) in [
        (r#"{"retry": {}}"#, "timeout"),
        (r#"{"retry": {"deadline": 5, "max_attempts": 2}, "timeout": {"attempt": 5}}"#, "timeout.attempt"),
        (r#"{"retry": {"deadline": 60, "jitter": "none"}}"#, "retry.jitter"),
        (r#"{"retry": {"deadline": 60, "initial_delay": 0}}"#, "retry.initial_delay"),
        (r#"{"retry": {"deadline": "1h", "max_attempts": 20, "budget": false}}"#, "retry.max_attempts"),
        (r#"{"timeout": {"attempt": 90}, "circuit_breaker": {}}"#, "circuit_breaker.probe_timeout"),
        (r#"{"circuit_breaker": {"recovery_timeout": 0}}"#, "circuit_breaker.recovery_timeout"),
        (
            r#"{"retry": {"deadline": 60}, "circuit_breaker": {"failure_threshold": 3}}"#,
            "circuit_breaker.failure_threshold",
        ),
    ] {
        assert_eq!(vec![path], doubted(document), "{document}");
    }
}

#[test]
fn any_number_of_attempts_can_be_explained() {
    let document =
        r#"{"retry": {"max_attempts": 4294967295, "strategy": "decorrelated"}, "timeout": {"attempt": 1}}"#;
    let explanation = explained(document);
    assert_eq!((None, 10), (explanation.worst_case, explanation.attempts.len()));
}

#[test]
fn waits_that_may_double_bound_what_is_planned() {
    let waits = |document: &str| -> Vec<(f64, f64)> {
        explained(document).attempts.iter().map(|plan| (plan.shortest_wait, plan.longest_wait)).collect()
    };
    let listed =
        r#"{"retry": {"delays": [4, 4, 4], "initial_delay": 1, "jitter": "none", "escalate_after": 2}"#;
    assert_eq!([(0.0, 0.0), (4.0, 4.0), (2.0, 4.0), (4.0, 4.0)], *waits(&format!("{listed}}}")));
    // Both attempts of a race may fail before the first wait.
    let raced = format!(r#"{listed}, "hedge": {{"delay": 1}}}}"#);
    assert_eq!([(0.0, 0.0), (1.0, 4.0), (2.0, 4.0), (4.0, 4.0)], *waits(&raced));
}

#[test]
fn an_attempt_that_the_deadline_may_just_let_end_is_not_doubted() {
    let paths = |deadline: &str| {
        doubted(&format!(
            r#"{{"retry": {{"max_attempts": 3, "deadline": {deadline}}}, "timeout": {{"attempt": 5}}}}"#
        ))
    };
    assert_eq!(["timeout.attempt"], *paths("6.499"));
    assert_eq!(Vec::<String>::new(), paths("6.5"));
    // One doubt about one setting.
    assert_eq!(["timeout.attempt"], *paths("5"));
    let unreachable = r#"{"retry": {"strategy": "constant", "initial_delay": 20, "deadline": 6}, "timeout": {"attempt": 5}}"#;
    assert_eq!(["retry.max_attempts"], *doubted(unreachable));
}

#[test]
fn waits_for_a_breaker_are_doubted_only_where_there_are_any() {
    let paths = |retry: &str, breaker: &str| {
        doubted(&format!(
            r#"{{"retry": {{{retry}}}, "timeout": {{"attempt": 1}}, "circuit_breaker": {{{breaker}}}}}"#
        ))
    };
    let waits = r#""retry_open_circuit": true"#;
    assert_eq!(["retry.deadline"], *paths(waits, ""));
    assert_eq!(["retry.retry_open_circuit"], *paths(&format!(r#"{waits}, "deadline": 60"#), ""));
    for (retry, breaker) in [
        ("", ""),
        (waits, r#""mode": "shadow""#),
        (r#""retry_open_circuit": true, "max_attempts": 1"#, ""),
        (r#""retry_open_circuit": true, "deadline": 61"#, ""),
        (r#""retry_open_circuit": true, "deadline": 60"#, r#""recovery_jitter": 0.1"#),
        (r#""retry_open_circuit": false, "deadline": 59"#, ""),
    ] {
        assert_eq!(Vec::<String>::new(), paths(retry, breaker), "{retry} {breaker}");
    }
}

#[test]
fn a_breaker_that_may_just_trip_behind_a_rate_limit_is_not_doubted() {
    let paths = |timeout: &str, breaker: &str| {
        doubted(&format!(
            r#"{{{timeout}"rate_limit": {{"rate": 2, "burst": 5, "max_wait": 1}}, "circuit_breaker": {{{breaker}}}}}"#
        ))
    };
    let timeout = r#""timeout": {"attempt": 4},"#;
    // Five at once, and two in each of ten seconds, of four before them and of one that somebody may come late.
    assert_eq!(
        ["circuit_breaker.failure_threshold"],
        *paths(timeout, r#""failure_threshold": 36, "time_window": 10"#)
    );
    let rate = r#""failure_rate": 0.5, "time_window": 10, "minimum_calls": 36"#;
    assert_eq!(["circuit_breaker.minimum_calls"], *paths(timeout, rate));
    for (timeout, breaker) in [
        (timeout, r#""failure_threshold": 35, "time_window": 10"#),
        (timeout, r#""failure_rate": 0.5, "time_window": 10, "minimum_calls": 35"#),
        (timeout, r#""failure_threshold": 1000"#),
        (timeout, r#""failure_threshold": 1000, "count_window": 1000"#),
        // They may all hang, and then end together.
        ("", r#""failure_threshold": 1000, "time_window": 10"#),
    ] {
        assert_eq!(Vec::<String>::new(), paths(timeout, breaker), "{timeout} {breaker}");
    }
}
