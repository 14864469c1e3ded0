//! Codes in bodies, and how much of a body is searched for them.

use std::format;
use std::string::{String, ToString};

use super::{judged, line};

fn of_body(body: &str) -> String {
    judged(&format!(r#"{{"status": 429, "attrs": {{"body": {body}}}}}"#)).rule
}

fn text(body: &str) -> String {
    of_body(&serde_json::Value::from(body).to_string())
}

/// A body with something so deep in it.
fn nested(inner: &str, depth: usize) -> String {
    format!("{}{inner}{}", r#"{"error": "#.repeat(depth), "}".repeat(depth))
}

const CODE: &str = r#"{"code": "insufficient_quota"}"#;
const DAILY: &str = r#"{"quotaId": "RequestsPerDay"}"#;
const FOUND: [(&str, &str); 2] = [(CODE, "code.insufficient_quota"), (DAILY, "code.quota_per_day")];

#[test]
fn a_code_is_found_only_so_deep() {
    for (inner, rule) in FOUND {
        let at = |depth| of_body(&nested(inner, depth));
        assert_eq!([rule, "http.status.429"], [at(7), at(8)]);
        let listed = |depth: usize| of_body(&format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth)));
        assert_eq!([rule, "http.status.429"], [listed(7), listed(8)]);
    }
}

#[test]
fn what_text_holds_lies_one_deeper_than_the_text() {
    for (inner, rule) in FOUND {
        let at = |depth| text(&nested(inner, depth));
        assert_eq!([rule, "http.status.429"], [at(6), at(7)]);
    }
}

#[test]
fn only_so_much_of_a_body_is_searched_for_codes() {
    for (inner, rule) in FOUND {
        // The list, the object and the code itself are three of the 512.
        let behind = |others: usize| of_body(&format!("[{}{inner}]", "0, ".repeat(others)));
        assert_eq!([rule, "http.status.429"], [behind(509), behind(510)]);
    }
}

/// What a code means beside a status.
fn beside(status: u16, code: &str) -> String {
    line(&judged(&format!(r#"{{"status": {status}, "code": "{code}"}}"#)))
}

#[test]
fn what_is_unavailable_with_a_refusal_is_a_feature_unless_it_is_the_server() {
    assert_eq!("auth, no retry, http.status.403", beside(403, "feature_unavailable"));
    assert_eq!("server, retry, code.unavailable", beside(403, "Unavailable"));
    assert_eq!("server, retry, code.unavailable", beside(403, "server_unavailable"));
    assert_eq!("server, retry, code.unavailable", beside(503, "feature_unavailable"));
}

#[test]
fn a_limit_of_things_is_no_matter_of_pace() {
    for (status, code, meaning) in [
        (400, "TableLimitExceeded", "quota, no retry"),
        (400, "TransactionLimitExceeded", "rate_limit, retry"),
        (400, "limit_exceeded", "rate_limit, retry"),
        (403, "limit_exceeded", "quota, no retry"),
        (429, "TableLimitExceeded", "rate_limit, retry"),
    ] {
        assert_eq!(format!("{meaning}, code.limit_exceeded"), beside(status, code), "{status} {code}");
    }
}

/// What a transaction that was called off means, with the codes of its parts.
fn called_off(parts: &str) -> String {
    let body = format!(r#"{{"CancellationReasons": [{parts}]}}"#);
    let attrs = format!(r#"{{"body": {body}}}"#);
    line(&judged(&format!(r#"{{"status": 400, "code": "TransactionCanceledException", "attrs": {attrs}}}"#)))
}

#[test]
fn a_transaction_that_was_called_off_is_as_its_worst_part() {
    assert_eq!("conflict, no retry, code.transaction_canceled", called_off(""));
    assert_eq!("rate_limit, retry, code.throttling", called_off(r#"{"Code": "ThrottlingError"}"#));
    assert_eq!(
        "invalid_request, no retry, code.validation",
        called_off(r#"{"Code": "ThrottlingError"}, {"Code": "ValidationError"}"#)
    );
    let apart =
        r#"{"status": 400, "attrs": {"errors": [{"code": "ThrottlingError"}, {"code": "ValidationError"}]}}"#;
    assert_eq!("rate_limit, retry, code.throttling", line(&judged(apart)));
}

#[test]
fn the_labels_of_a_lost_connection_say_nothing_of_the_server() {
    let labelled = |kind: &str| {
        line(&judged(&format!(
            r#"{{"type": "{kind}", "attrs": {{"errorLabels": ["SystemOverloadedError"]}}}}"#
        )))
    };
    assert_eq!("server, retry, code.overloaded", labelled("MongoServerError"));
    assert_eq!("connection, retry, type.*network*", labelled("MongoNetworkError"));
    let coded = r#"{"type": "MongoNetworkError", "attrs": {"code": "ThrottlingException"}}"#;
    assert_eq!("rate_limit, retry, code.throttling", line(&judged(coded)));
}

#[test]
fn an_allowance_by_the_day_is_told_in_several_ways() {
    for (key, text, rule) in [
        ("quotaId", "RequestsPerDay", "code.quota_per_day"),
        ("quota_unit", "1/d/{project}", "code.quota_per_day"),
        ("quota_limit", "DailyLimit", "code.quota_per_day"),
        ("quota_unit", "1/min/{project}", "http.status.429"),
        ("note", "RequestsPerDay", "http.status.429"),
    ] {
        assert_eq!(rule, of_body(&format!(r#"{{"{key}": "{text}"}}"#)), "{key}: {text}");
    }
}
