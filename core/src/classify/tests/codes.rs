//! Codes in bodies, and how much of a body is searched for them.

use std::format;
use std::string::{String, ToString};

use super::judged;

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
