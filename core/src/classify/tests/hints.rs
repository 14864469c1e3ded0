//! Where a server says how long to wait, and where it only seems to.

use alloc::string::{String, ToString};
use core::time::Duration;
use std::format;

use super::{judged, line};

fn seconds(document: &str) -> Option<u64> {
    judged(document).retry_after.as_ref().map(Duration::as_secs)
}

fn body(attrs: &str) -> Option<u64> {
    seconds(&format!(r#"{{"status": 503, "attrs": {{"body": {attrs}}}}}"#))
}

/// A body that is text.
fn text(body_text: &str) -> Option<u64> {
    body(&serde_json::Value::from(body_text).to_string())
}

fn says(message: &str) -> Option<u64> {
    seconds(&format!(r#"{{"status": 503, "message": "{message}"}}"#))
}

#[test]
fn a_limit_is_used_up_when_its_own_header_says_that_nothing_remains() {
    let forbidden =
        |header: &str| line(&judged(&format!(r#"{{"status": 403, "headers": {{"{header}": "0"}}}}"#)));
    assert_eq!("rate_limit, retry, http.status.403", forbidden("x-ratelimit-remaining"));
    assert_eq!("rate_limit, retry, http.status.403", forbidden("X-Rate-Limit-Remaining"));
    for other in ["x-credits-remaining", "x-ratelimit-used", "x-ratelimit-reset"] {
        assert_eq!("auth, no retry, http.status.403", forbidden(other), "{other}");
    }
}

#[test]
fn the_reset_of_something_else_is_no_hint() {
    let refused = |header: &str| seconds(&format!(r#"{{"status": 429, "headers": {{"{header}": "60"}}}}"#));
    assert_eq!(
        [Some(60), Some(60), None],
        ["x-ratelimit-reset", "rate-limit-reset", "password-reset"].map(refused)
    );
}

#[test]
fn a_length_of_time_is_not_negative() {
    assert_eq!(
        [None, Some(0), Some(5)],
        ["-5", "0", "5"].map(|wait| body(&format!(r#"{{"retry_after": {wait}}}"#)))
    );
}

#[test]
fn text_without_a_unit_has_that_of_its_name() {
    assert_eq!(Some(7), body(r#"{"retry_after": "7"}"#));
    assert_eq!(Some(7), body(r#"{"retry_after_ms": "7000"}"#));
}

#[test]
fn only_so_much_of_a_body_is_searched() {
    let behind = |others: usize| body(&format!("[{}{{\"retry_after\": 7}}]", "0, ".repeat(others)));
    // The list, the object and the hint itself are three of the 512.
    assert_eq!((Some(7), None), (behind(509), behind(510)));
}

#[test]
fn text_is_read_as_json_up_to_a_length() {
    let padded = |length: usize| {
        let hint = "{\"retry_after\": 7}";
        text(&(hint.to_string() + &" ".repeat(length - hint.len())))
    };
    assert_eq!((Some(7), None), (padded(65_535), padded(65_536)));
}

#[test]
fn only_text_that_begins_as_a_body_does_is_read_as_one() {
    assert_eq!((Some(7), None), (text(" {\"retry_after\": 7}"), text("\"{\\\"retry_after\\\": 7}\"")));
}

#[test]
fn what_text_holds_lies_one_deeper_than_the_text() {
    let nested =
        |depth: usize| text(&format!("{}{{\"retry_after\": 7}}{}", "[".repeat(depth), "]".repeat(depth)));
    assert_eq!((Some(7), None), (nested(6), nested(7)));
}

#[test]
fn words_name_a_unit_unless_they_are_a_headers() {
    assert_eq!((Some(20), Some(20)), (says("try again in 20s"), says("retry after 20")));
    assert_eq!(None, says("try again in 20"));
    let more: [String; 4] = ["x", "-30", ":30", "%"].map(|rest| format!("retry after 20{rest}"));
    assert_eq!([None; 4], more.each_ref().map(|message| says(message)));
}
