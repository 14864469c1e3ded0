//! The words of our five source documents, and of the libraries that people come from.

use super::*;

/// A section, a name of ours, the other name, and a value.
const ALIASES: [(&str, &str, &str, &str); 17] = [
    ("retry", "max_attempts", "attempts", "7"),
    ("retry", "max_retries", "retries", "7"),
    ("retry", "strategy", "backoff", "\"linear\""),
    ("retry", "initial_delay", "base_delay", "7"),
    ("retry", "initial_delay", "initial_wait", "7"),
    ("retry", "initial_delay", "retry_backoff", "7"),
    ("retry", "max_delay", "max_wait", "7"),
    ("retry", "exponential_base", "multiplier", "3"),
    ("retry", "deadline", "total_timeout", "7"),
    ("retry", "deadline", "max_elapsed", "7"),
    ("retry", "retryable_exceptions", "retry_on", "[\"OSError\"]"),
    ("circuit_breaker", "failure_threshold", "fail_max", "7"),
    ("circuit_breaker", "identical_failures", "max_error_repeats", "7"),
    ("circuit_breaker", "recovery_timeout", "timeout", "7"),
    ("circuit_breaker", "recovery_timeout", "reset_timeout", "7"),
    ("circuit_breaker", "recovery_timeout", "cooldown", "7"),
    ("circuit_breaker", "recovery_timeout", "cooldown_seconds", "7"),
];

fn document(section: &str, field: &str, value: &str) -> String {
    format!("{{\"{section}\":{{\"{field}\":{value}}}}}")
}

#[test]
fn another_name_means_the_same() {
    for (section, name, alias, value) in ALIASES {
        let changed = policy(&document(section, name, value));
        assert_ne!(policy(&format!("{{\"{section}\":{{}}}}")), changed, "{section}.{name} changes nothing");
        assert_eq!(changed, policy(&document(section, alias, value)), "{section}.{alias}");
    }
}

#[test]
fn milliseconds_have_names_of_their_own() {
    assert_eq!(retry("{\"initial_delay\":0.25}"), retry("{\"initial_wait_ms\":250}"));
    assert_eq!(retry("{\"max_delay\":20}"), retry("{\"max_wait_ms\":20000}"));
}

#[test]
fn the_limit_of_an_attempt_has_three_names() {
    let expected = policy("{\"timeout\":{\"attempt\":30}}");
    for alias in ["timeout_seconds", "per_attempt"] {
        assert_eq!(expected, policy(&document("timeout", alias, "30")));
    }
}

#[test]
fn expected_exceptions_may_be_one_or_many() {
    let expected = policy("{\"circuit_breaker\":{\"expected_exception\":\"OSError\"}}");
    for section in ["{\"expected_exceptions\":[\"OSError\"]}", "{\"expected_exception\":[\"OSError\"]}"] {
        assert_eq!(expected, policy(&format!("{{\"circuit_breaker\":{section}}}")));
    }
}

#[test]
fn two_names_for_one_thing_contradict_each_other_even_when_they_agree() {
    for (section, name, alias, value) in ALIASES {
        let text = format!("{{\"{section}\":{{\"{name}\":{value},\"{alias}\":{value}}}}}");
        let expected = format!(
            "contradiction {section}.{alias}: given twice, as {name} and as {alias} (expected one of them)"
        );
        assert_eq!([expected], *problems(&text));
    }
}

#[test]
fn a_problem_is_reported_under_the_name_that_was_given() {
    for (section, _, alias, _) in ALIASES {
        let [problem] = &*problems(&document(section, alias, "{}")) else {
            panic!("one problem for {alias}")
        };
        assert!(problem.starts_with(&format!("wrong_type {section}.{alias}: expected ")), "{problem}");
    }
}
