//! What the library that raised an error thinks of another try, and what the members of a group do.

use std::format;
use std::string::String;

use super::{judged, line};

fn told(document: &str) -> String {
    line(&judged(document))
}

#[test]
fn an_opinion_is_heard_where_nothing_better_than_the_type_is_known() {
    for (document, expected) in [
        (r#"{"type": "Odd", "attrs": {"retryable": true}}"#, "server, retry, attrs.retryable"),
        (r#"{"type": "Odd", "attrs": {"is_retryable": false}}"#, "unknown, no retry, unknown"),
        (
            r#"{"type": "ValueError", "attrs": {"isRetryable": true}}"#,
            "invalid_request, retry, attrs.isRetryable",
        ),
        (
            r#"{"errors": [{"status": 404}], "attrs": {"retriable": true}}"#,
            "not_found, retry, attrs.retriable",
        ),
        (r#"{"status": 404, "attrs": {"retryable": true}}"#, "not_found, no retry, http.status.404"),
        (r#"{"code": "ECONNRESET", "attrs": {"retryable": false}}"#, "connection, retry, errno.ECONNRESET"),
    ] {
        assert_eq!(expected, told(document), "{document}");
    }
}

#[test]
fn no_opinion_retries_what_was_cancelled_or_refused_by_a_breaker() {
    for name in ["asyncio.exceptions.CancelledError", "CircuitBreakerOpenError"] {
        let verdict = judged(&format!(r#"{{"type": "{name}", "attrs": {{"retryable": true}}}}"#));
        assert!(!verdict.retryable, "{name}: {verdict:?}");
    }
}

#[test]
fn an_object_is_an_opinion_under_the_name_of_aws_alone() {
    let under =
        |key: &str| told(&format!(r#"{{"type": "Odd", "attrs": {{"{key}": {{"throttling": false}}}}}}"#));
    assert_eq!("server, retry, attrs.$retryable", under("$retryable"));
    assert_eq!("unknown, no retry, unknown", under("retryable"));
}

#[test]
fn what_shall_not_be_retried_is_not_called_unsent_either() {
    let verdict = |opinion: bool| {
        judged(&format!(r#"{{"type": "httpx.ConnectTimeout", "attrs": {{"retryable": {opinion}}}}}"#))
    };
    assert_eq!((true, true), (verdict(true).retryable, verdict(true).unsent));
    assert_eq!((false, false), (verdict(false).retryable, verdict(false).unsent));
}

#[test]
fn the_gravest_member_speaks_for_a_group() {
    const CANCELLED: &str = r#"{"type": "asyncio.exceptions.CancelledError"}"#;
    const MISSING: &str = r#"{"status": 404}"#;
    const ODD: &str = r#"{"message": "odd"}"#;
    const ASKED_BACK: &str = r#"{"status": 404, "headers": {"x-should-retry": "true"}}"#;
    const DOWN: &str = r#"{"status": 503}"#;
    let rank = [CANCELLED, MISSING, ODD, DOWN];
    let rule = |members: [&str; 2]| judged(&format!(r#"{{"errors": [{}]}}"#, members.join(", "))).rule;
    for (graver, heavy) in rank.iter().enumerate() {
        for light in rank.iter().skip(graver + 1) {
            assert!(rule([heavy, light]).starts_with("errors[0]."), "{heavy} {light}");
            assert!(rule([light, heavy]).starts_with("errors[1]."), "{light} {heavy}");
        }
    }
    assert!(rule([DOWN, ASKED_BACK]).starts_with("errors[0]."), "both pass: the first speaks");
}

#[test]
fn a_status_and_a_code_are_not_doubted_for_the_words_beside_them() {
    for (document, expected) in [
        (
            r#"{"status": 503, "message": "upstream: certificate verify failed"}"#,
            "server, retry, http.status.503",
        ),
        (
            r#"{"code": "ThrottlingException", "message": "you have run out of credits"}"#,
            "rate_limit, retry, code.throttling",
        ),
        (
            r#"{"status": 429, "message": "you have run out of credits"}"#,
            "quota, no retry, words.out of credits",
        ),
    ] {
        assert_eq!(expected, told(document), "{document}");
    }
}

#[test]
fn a_quota_of_words_alone_passes_if_the_wait_is_short() {
    let told = |wait: &str| told(&format!(r#"{{"message": "The daily quota is used up, retry in {wait}"}}"#));
    let limit = told("20 seconds");
    assert!(limit.starts_with("rate_limit, retry, "), "{limit}");
    assert_eq!(limit, told("3600 seconds"));
    assert_eq!(limit.replace("rate_limit, retry", "quota, no retry"), told("3601 seconds"));
    let other = judged(r#"{"message": "Disk full, retry in 20 seconds"}"#);
    assert_ne!("rate_limit", other.category.name());
}
