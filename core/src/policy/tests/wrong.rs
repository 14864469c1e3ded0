//! A story for each way to be wrong. Many more documents with all their problems are in `tests/vectors`.

use super::*;

const DURATION: &str =
    "seconds from 0 to 3155760000, or a string such as \"250ms\", \"30s\", \"5m\" or \"2h\"";
const ATTEMPTS: &str = "a whole number from 1 to 4294967295";
const RETRY_KEYS: &str = "budget, deadline, delays, enabled, escalate_after, exponential_base, idempotent, initial_delay, \
                          jitter, max_attempts, max_delay, max_retries, polynomial_degree, respect_retry_after, \
                          retry_after_over_cap, retry_open_circuit, retryable_exceptions, strategy";

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let document = r#"{
        "name": 3,
        "retry": {"max_attempts": 0, "max_retries": 2, "jitter": "ful", "max_delay": "NaN", "jiter": true},
        "timeout": {"growth": 2},
        "circuit_breaker": {"timeout": -1, "cooldown": 3, "time_window": "1m", "count_window": 10},
        "classify": {"rules": [{"then": "maybe"}]},
        "error_handling": []
    }"#;
    let expected = [
        String::from("wrong_type name: expected text, found 3"),
        format!("out_of_range retry.max_attempts: 0 is out of range (expected {ATTEMPTS})"),
        String::from(
            "contradiction retry.max_attempts: both max_attempts and max_retries are given (expected one of them: \
             max_attempts counts the first call, max_retries does not)",
        ),
        format!("out_of_range retry.max_delay: \"NaN\" is out of range (expected {DURATION})"),
        String::from(
            "unknown_value retry.jitter: unknown jitter \"ful\" (expected none, proportional, additive, full, equal, \
             true or false)",
        ),
        format!("unknown_key retry.jiter: unknown key (did you mean jitter? allowed: {RETRY_KEYS})"),
        String::from(
            "missing timeout.attempt: missing (expected the limit of an attempt; without it the rest of this \
             section means nothing)",
        ),
        String::from(
            "contradiction circuit_breaker.count_window: both time_window and count_window are given (expected one \
             of them)",
        ),
        String::from(
            "contradiction circuit_breaker.cooldown: given twice, as timeout and as cooldown (expected one of them)",
        ),
        format!("out_of_range circuit_breaker.timeout: -1 is out of range (expected {DURATION})"),
        String::from(
            "missing classify.rules[0].match: missing (a rule says what it matches and what that is then)",
        ),
        String::from(
            "unknown_value classify.rules[0].then: unknown verdict \"maybe\" (expected one of transient, permanent, \
             degraded, ignore, timeout, rate_limit, quota, connection, server, auth, invalid_request, not_found, \
             resource, conflict, cancelled, open_circuit, unknown)",
        ),
        String::from("wrong_type error_handling: expected an object, found an empty list"),
    ];
    assert_eq!(expected, *problems(document));
}

#[test]
fn numbers_that_are_none_are_out_of_range_however_they_are_written() {
    for word in ["NaN", "Infinity", "-Infinity"] {
        let text = format!("{{\"retry\":{{\"initial_delay\":\"{word}\",\"exponential_base\":\"{word}\"}}}}");
        let expected = [
            format!("out_of_range retry.initial_delay: \"{word}\" is out of range (expected {DURATION})"),
            format!(
                "out_of_range retry.exponential_base: \"{word}\" is out of range (expected a number from 1 to 1000000)"
            ),
        ];
        assert_eq!(expected, *problems(&text));
    }
}

#[test]
fn numbers_too_small_or_too_large_are_out_of_range() {
    for number in ["-1", "-0.001", "3155760001", "1e300"] {
        let found = if number == "1e300" { "1e300" } else { number };
        let expected =
            [format!("out_of_range retry.deadline: {found} is out of range (expected {DURATION})")];
        assert_eq!(expected, *problems(&format!("{{\"retry\":{{\"deadline\":{number}}}}}")));
    }
    for number in ["0", "-1", "1.5", "4294967296"] {
        let expected =
            [format!("out_of_range retry.max_attempts: {number} is out of range (expected {ATTEMPTS})")];
        assert_eq!(expected, *problems(&format!("{{\"retry\":{{\"max_attempts\":{number}}}}}")));
    }
}

#[test]
fn text_that_is_no_json_is_one_problem() {
    for (text, place) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("{\"retry\":{\"max_delay\":NaN}}", "expected value at line 1 column 23"),
        ("{\"retry\":{\"max_delay\":1e400}}", "number out of range at line 1 column 27"),
        ("{} {}", "trailing characters at line 1 column 4"),
    ] {
        assert_eq!([format!("syntax : not a JSON document: {place}")], *problems(text));
    }
}

#[test]
fn nesting_without_end_is_an_error_and_not_a_crash() {
    assert_eq!(1, problems(&"[".repeat(1_000_000)).len());
}

#[test]
fn a_list_is_no_object() {
    assert_eq!(["wrong_type : expected an object, found a list"], *problems("[{\"retry\":{}}]"));
    assert_eq!(["wrong_type retry: expected an object, found a list"], *problems("{\"retry\":[3,1.0]}"));
    assert_eq!(["wrong_type timeout: expected an object, found a list"], *problems("{\"timeout\":[30]}"));
    assert_eq!(
        ["wrong_type classify.rules[0]: expected an object, found a list"],
        *problems("{\"classify\":{\"rules\":[[1]]}}")
    );
}

#[test]
fn a_key_given_twice_is_an_error_and_not_a_guess() {
    assert_eq!(["contradiction retry: given twice in one object"], *problems("{\"retry\":{},\"retry\":{}}"));
    assert_eq!(
        ["contradiction retry.max_attempts: given twice in one object"],
        *problems("{\"retry\":{\"max_attempts\":3,\"max_attempts\":3}}")
    );
}

#[test]
fn a_secret_at_the_end_of_what_is_shown_is_not_shown_in_part() {
    let document =
        r#"{"retry":{"jitter":"words that take up much of what is shown, and sk-live0f9e8d7c6b5a49382716"}}"#;
    let expected = "unknown_value retry.jitter: unknown jitter \"words that take up much of what is shown, and [redacted]\" \
                    (expected none, proportional, additive, full, equal, true or false)";
    assert_eq!([expected], *problems(document));
}

#[test]
fn a_key_without_a_letter_is_named_too() {
    let found = problems(r#"{"":1}"#);
    assert!(
        found.len() == 1 && found[0].starts_with("unknown_key \"\": unknown key (allowed: "),
        "{found:?}"
    );
    let expected = format!("unknown_key retry.\"\": unknown key (allowed: {RETRY_KEYS})");
    assert_eq!([expected], *problems(r#"{"retry":{"":1}}"#));
}

#[test]
fn attempts_and_retries_contradict_each_other_under_all_their_names() {
    for (attempts, retries) in [
        ("max_attempts", "max_retries"),
        ("attempts", "retries"),
        ("max_attempts", "retries"),
        ("attempts", "max_retries"),
    ] {
        let expected = format!(
            "contradiction retry.{attempts}: both max_attempts and max_retries are given (expected one of them: \
             max_attempts counts the first call, max_retries does not)"
        );
        assert_eq!([expected], *problems(&format!("{{\"retry\":{{\"{attempts}\":3,\"{retries}\":2}}}}")));
    }
}

#[test]
fn a_value_that_could_not_be_read_causes_no_second_complaint() {
    for text in [
        "{\"retry\":{\"initial_delay\":90,\"max_delay\":\"long\"}}",
        "{\"retry\":{\"delays\":[]}}",
        "{\"retry\":{\"strategy\":\"polynomal\",\"polynomial_degree\":3}}",
        "{\"circuit_breaker\":{\"count_window\":3,\"failure_threshold\":-1}}",
        "{\"timeout\":{\"attempt\":\"soon\",\"max\":5}}",
        "{\"timeout\":3}",
    ] {
        assert_eq!(1, problems(text).len(), "{text}: {:?}", problems(text));
    }
}

#[test]
fn a_slip_of_the_pen_gets_a_suggestion_and_a_stranger_the_list() {
    for (slip, meant) in [
        ("max_attemps", "max_attempts"),
        ("max_atempts", "max_attempts"),
        ("jitterr", "jitter"),
        ("jitetr", "jitter"),
        ("mutliplier", "multiplier"),
    ] {
        let expected =
            format!("unknown_key retry.{slip}: unknown key (did you mean {meant}? allowed: {RETRY_KEYS})");
        assert_eq!([expected], *problems(&format!("{{\"retry\":{{\"{slip}\":1}}}}")));
    }
    let expected = format!("unknown_key retry.colour: unknown key (allowed: {RETRY_KEYS})");
    assert_eq!([expected], *problems("{\"retry\":{\"colour\":1}}"));
}

#[test]
fn each_wrong_item_of_a_list_is_named() {
    let expected = [
        format!("unknown_value retry.delays[1]: unknown duration \"2\" (expected {DURATION})"),
        format!("out_of_range retry.delays[3]: -4 is out of range (expected {DURATION})"),
        format!("wrong_type retry.delays[4]: expected {DURATION}, found null"),
    ];
    assert_eq!(expected, *problems("{\"retry\":{\"delays\":[1,\"2\",\"3s\",-4,null]}}"));
}

#[test]
fn an_empty_list_of_what_to_match_is_neither_everything_nor_nothing() {
    let message = "an empty list is out of range (expected text or a list of at least one text)";
    for (document, path) in [
        ("{\"retry\":{\"retryable_exceptions\":[]}}", "retry.retryable_exceptions"),
        ("{\"circuit_breaker\":{\"expected_exception\":[]}}", "circuit_breaker.expected_exception"),
        ("{\"circuit_breaker\":{\"error_patterns\":[]}}", "circuit_breaker.error_patterns"),
        (
            "{\"classify\":{\"rules\":[{\"match\":{\"type\":[]},\"then\":\"transient\"}]}}",
            "classify.rules[0].match.type",
        ),
    ] {
        assert_eq!([format!("out_of_range {path}: {message}")], *problems(document));
    }
}

#[test]
fn what_is_long_is_quoted_in_short() {
    let long = "word ".repeat(10_000);
    let found = problems(&format!("{{\"retry\":{{\"jitter\":\"{long}\",\"{long}\":1}}}}"));
    assert_eq!(2, found.len());
    assert!(found.iter().all(|problem| problem.len() < 600), "{found:?}");
}

#[test]
fn the_error_reads_a_line_a_problem() {
    let error = Policy::parse("{\"retry\":[],\"name\":3}").unwrap_err();
    assert_eq!(
        "name: expected text, found 3\nretry: expected an object, found an empty list",
        format!("{error}")
    );
}
