//! The fault of an answer over HTTP.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use crate::classify::Fault;

#[test]
fn an_answer_keeps_the_headers_that_say_something_of_its_failure_and_no_other() {
    let headers = [
        ("Retry-After", "2"),
        ("Date", "Tue, 14 Nov 2023 22:13:20 GMT"),
        ("X-RateLimit-Remaining", "0"),
        ("grpc-status", "14"),
        ("Set-Cookie", "secret"),
        ("X-Update", "secret"),
        ("retry-after", "9"),
    ];
    let kept = [
        ("retry-after", "2"),
        ("date", "Tue, 14 Nov 2023 22:13:20 GMT"),
        ("x-ratelimit-remaining", "0"),
        ("grpc-status", "14"),
    ];
    let expected = Fault {
        host: Some("http".into()),
        status: Some(503),
        headers: kept.map(|(name, value)| (name.into(), value.into())).into(),
        ..Fault::default()
    };
    assert_eq!(expected, Fault::http(503, headers));
}

#[test]
fn a_value_that_is_too_long_or_no_text_is_left_out() {
    let [longest, longer] = [256, 257].map(|length| "1".repeat(length));
    let headers = |value: &[u8]| Fault::http(503, [("retry-after", value)]).headers;
    let only: BTreeMap<String, String> = [("retry-after".to_string(), longest.clone())].into();
    assert_eq!(
        (only, BTreeMap::new(), BTreeMap::new()),
        (headers(longest.as_bytes()), headers(longer.as_bytes()), headers(b"\xff"))
    );
}
