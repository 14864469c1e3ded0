//! Which evidence wins, and what proves that nothing was sent.

use std::format;
use std::string::String;
use std::time::Duration;

use super::{judged, line};

#[test]
fn the_rule_says_what_decided() {
    for (document, expected) in [
        (r#"{"status": 503}"#, "server, retry, http.status.503"),
        (r#"{"status": 429, "code": "insufficient_quota"}"#, "quota, no retry, code.insufficient_quota"),
        (r#"{"type": "RuntimeError", "cause": {"status": 503}}"#, "server, retry, cause.http.status.503"),
        (
            r#"{"type": "ExceptionGroup", "errors": [{"status": 502}, {"status": 404}]}"#,
            "not_found, no retry, errors[1].http.status.404",
        ),
        (
            r#"{"status": 503, "headers": {"x-should-retry": "false"}}"#,
            "server, no retry, server.x-should-retry",
        ),
        (r#"{"message": "odd"}"#, "unknown, no retry, unknown"),
    ] {
        assert_eq!(expected, line(&judged(document)), "{document}");
    }
}

#[test]
fn only_what_happened_before_the_request_left_is_unsent() {
    for (document, unsent) in [
        (r#"{"code": "ECONNREFUSED"}"#, true),
        (r#"{"code": "ENOTFOUND"}"#, true),
        (r#"{"code": "ECONNRESET"}"#, false),
        (r#"{"code": "ETIMEDOUT"}"#, false),
        (r#"{"code": "ETIMEDOUT", "syscall": "connect"}"#, true),
        (r#"{"type": "httpx.ConnectTimeout"}"#, true),
        (r#"{"type": "httpx.ReadTimeout"}"#, false),
        (r#"{"type": "httpx.PoolTimeout"}"#, true),
        (r#"{"status": 429}"#, true),
        (r#"{"status": 503, "headers": {"retry-after": "1"}}"#, true),
        (r#"{"status": 503}"#, false),
        (
            r#"{"type": "requests.exceptions.ConnectionError", "message": "Failed to establish a new connection: [Errno 111] Connection refused"}"#,
            true,
        ),
        (
            r#"{"type": "requests.exceptions.ConnectionError", "message": "('Connection aborted.', ConnectionResetError(104))"}"#,
            false,
        ),
        (r#"{"host": "grpc", "code": "UNAVAILABLE"}"#, false),
        (r#"{"host": "grpc", "code": "UNAVAILABLE", "headers": {"grpc-retry-pushback-ms": "5"}}"#, true),
    ] {
        assert_eq!(unsent, judged(document).unsent, "{document}");
    }
}

#[test]
fn a_broken_transport_is_unsent_if_what_broke_it_is() {
    let unsent =
        |type_name: &str, cause: &str| judged(&format!(r#"{{{type_name}, "cause": {cause}}}"#)).unsent;
    let transport = r#""type": "requests.exceptions.ConnectionError""#;
    assert!(unsent(transport, r#"{"code": "ECONNREFUSED"}"#));
    assert!(!unsent(transport, r#"{"code": "ECONNRESET"}"#), "it may have been read");
    assert!(!unsent(transport, r#"{"status": 429}"#), "another request of the server's own");
    assert!(!unsent(r#""status": 503"#, r#"{"code": "ECONNREFUSED"}"#), "there was an answer");
}

#[test]
fn a_server_that_wants_another_try_does_not_say_that_nothing_was_done() {
    let verdict = judged(r#"{"status": 500, "headers": {"x-should-retry": "true"}}"#);
    assert_eq!((true, false), (verdict.retryable, verdict.unsent));
}

#[test]
fn who_went_away_is_not_retried_whatever_the_server_says() {
    let verdict = judged(r#"{"status": 499, "headers": {"x-should-retry": "true"}}"#);
    assert_eq!("cancelled, no retry, http.status.499", line(&verdict));
}

#[test]
fn pushback_is_found_among_other_metadata() {
    for trailers in [
        r#"[["other", "9"], ["grpc-retry-pushback-ms", "5"]]"#,
        r#"[{"key": "other", "value": "9"}, {"key": "grpc-retry-pushback-ms", "value": "5"}]"#,
        r#"{"other": "9", "grpc-retry-pushback-ms": ["5"]}"#,
    ] {
        let document =
            format!(r#"{{"host": "grpc", "code": "UNAVAILABLE", "attrs": {{"trailers": {trailers}}}}}"#);
        assert_eq!(Some(Duration::from_millis(5)), judged(&document).retry_after, "{trailers}");
    }
}

#[test]
fn a_server_that_speaks_of_a_refused_connection_has_received_the_request() {
    let verdict = judged(r#"{"type": "RuntimeError", "message": "could not save: connection refused"}"#);
    assert_eq!((true, false), (verdict.retryable, verdict.unsent));
}

#[test]
fn one_member_of_a_group_that_was_sent_makes_the_group_sent() {
    let group =
        |second: &str| format!(r#"{{"errors": [{{"code": "ECONNREFUSED"}}, {{"code": "{second}"}}]}}"#);
    let unsent = |second: &str| judged(&group(second)).unsent;
    assert_eq!((true, false), (unsent("ENOTFOUND"), unsent("ECONNRESET")));
}

#[test]
fn groups_in_causes_in_groups_cost_no_more_than_their_size() {
    let mut document = String::from(r#"{"status": 503}"#);
    for _ in 0..40 {
        document = format!(r#"{{"type": "requests.ConnectionError", "cause": {{"errors": [{document}]}}}}"#);
    }
    assert!(judged(&document).retryable);
}

#[test]
fn the_name_of_a_rule_holds_no_text_that_somebody_else_wrote() {
    let mysql = |code: &str| judged(&format!(r#"{{"code": "{code}"}}"#)).rule;
    assert_eq!("mysql.ER_OTHER", mysql("ER_OTHER"));
    for code in ["ER_sk-live0f9e8d7c6b5a49382716", "ER_OTHER\\n", &"ER_OTHER_".repeat(9)] {
        assert_eq!("unknown", mysql(code), "{code}");
    }
    let prisma =
        |code| judged(&format!(r#"{{"type": "PrismaClientKnownRequestError", "code": "{code}"}}"#)).rule;
    assert_eq!(["prisma.P2999", "unknown"], [prisma("P2999"), prisma("P2\\n\\n\\n")]);
}

/// mode: bare number taken for a status
#[test]
fn a_number_among_the_words_is_no_status() {
    for message in [
        "GET http://127.0.0.1:40329/ broke",
        "expected 403 items, found 401",
        "order 429 is lost",
        "500",
        "line 503: 404",
    ] {
        let document = format!(r#"{{"message": "{message}"}}"#);
        assert_eq!("unknown, no retry, unknown", line(&judged(&document)), "{message}");
    }
    let server = r#"{"status": 500, "message": "mock server at 127.0.0.1:40329 said 403"}"#;
    assert_eq!("server, retry, http.status.500", line(&judged(server)));
}

/// mode: spent quota taken for a rate limit
#[test]
fn a_quota_that_is_spent_is_permanent_and_a_limit_is_not_whatever_the_words() {
    for (document, expected) in [
        (r#"{"status": 429, "code": "insufficient_quota", "headers": {"retry-after": "1"}}"#, false),
        (r#"{"status": 429, "attrs": {"body": {"error": {"code": "insufficient_quota"}}}}"#, false),
        (
            r#"{"status": 429, "code": "rate_limit_exceeded", "message": "check your quota and billing"}"#,
            true,
        ),
        (r#"{"status": 429, "message": "Quota exceeded for requests per minute"}"#, true),
        (r#"{"status": 429}"#, true),
    ] {
        assert_eq!(expected, judged(document).retryable, "{document}");
    }
}
