//! Statuses and numbers in sentences, and what stands beside a status.

use std::format;
use std::string::String;

use super::{judged, line};
use crate::classify::http;

fn says(message: &str) -> String {
    judged(&format!(r#"{{"message": "{message}"}}"#)).rule
}

#[test]
fn a_number_is_a_status_where_the_words_before_it_call_it_one() {
    let status = "words.http.503";
    for message in [
        "http 503", "https 503", "status 503", "statuscode 503", "status code 503", "error code: 503",
        "http code 503", "response code 503", "http error 503", "http response 503", "HTTP/2 503",
        "HTTP/3 503", "HTTP/1.1 503", "HTTP/1.0 503", "server response 503", "returned error: 503",
    ] {
        assert_eq!(status, says(message), "{message}");
    }
    for message in [
        "HTTP 0503", "HTTP 5030", "status ===== 503", "status. 503", "http://503", "exit code 503",
        "page 2 503", "their error 503", "item 1.1 503", "http 4.1 503", "exit status 503",
        "country code 503", "a response 503", "an error 503",
    ] {
        assert_eq!("unknown", says(message), "{message}");
    }
}

#[test]
fn a_status_is_known_by_its_phrase() {
    for (status, phrase) in [
        (400, "Bad Request"),
        (401, "Unauthorized"),
        (402, "Payment Required"),
        (403, "Forbidden"),
        (404, "Not Found"),
        (405, "Method Not Allowed"),
        (407, "Proxy Authentication Required"),
        (408, "Request Timeout"),
        (409, "Conflict"),
        (410, "Gone"),
        (413, "Payload Too Large"),
        (415, "Unsupported Media Type"),
        (422, "Unprocessable"),
        (425, "Too Early"),
        (429, "Too Many Requests"),
        (500, "Internal Server Error"),
        (501, "Not Implemented"),
        (502, "Bad Gateway"),
        (503, "Service Unavailable"),
        (504, "Gateway Timeout"),
        (529, "Overloaded"),
    ] {
        assert_eq!(phrase.to_ascii_lowercase(), http::reason(status));
        assert!(http::is_reason(phrase), "{phrase}");
    }
    assert!(!http::is_reason("All is well"));
}

#[test]
fn numbers_of_the_system_are_read_where_they_are_called_so() {
    for (message, expected) in [
        ("[Errno 111] refused", "words.errno.ECONNREFUSED"),
        ("[WinError 10061] refused", "words.errno.ECONNREFUSED"),
        ("[Win Error 10061]", "words.errno.ECONNREFUSED"),
        ("[Errno -2]", "words.errno.ENOTFOUND"),
        ("[Errno -3]", "words.errno.EAI_AGAIN"),
        ("error 111", "unknown"),
    ] {
        assert_eq!(expected, says(message), "{message}");
    }
}

#[test]
fn a_number_of_windows_may_be_text() {
    let document = r#"{"type": "OSError", "attrs": {"winerror": "10061"}}"#;
    assert_eq!("connection, retry, errno.ECONNREFUSED", line(&judged(document)));
}

#[test]
fn calming_down_is_what_twitter_calls_a_limit() {
    assert_eq!("rate_limit, retry, http.status.420", line(&judged(r#"{"status": 420}"#)));
}

#[test]
fn a_name_is_no_longer_than_any_name_has_to_be() {
    let told = |len: usize| judged(&format!(r#"{{"type": "{:A>len$}"}}"#, "ReadTimeout")).rule;
    assert_eq!("type.*timeout*", told(160));
    assert_eq!(("unknown", "unknown"), (told(161).as_str(), told(162).as_str()));
}

#[test]
fn of_a_failed_process_what_it_said_counts_and_not_how_it_was_called() {
    assert_eq!("unknown", says("Command failed: fetch timeouts"));
    assert_eq!(
        "words.permission denied",
        says("Command failed: fetch timeouts\\nPermission denied (publickey).")
    );
}
