//! Fault documents: lenient about what a host may meet, strict about what a program got wrong.

use alloc::string::ToString;
use std::format;
use std::string::String;

use super::{fault, judged};
use crate::classify::Fault;

#[test]
fn null_means_absent_and_numbers_may_be_text() {
    assert_eq!(
        fault(r#"{"status": 503}"#),
        fault(r#"{"status": " 503 ", "message": null, "headers": null}"#)
    );
    assert_eq!(fault(r#"{"status": 503}"#), fault(r#"{"status": 503.0}"#));
    assert_eq!(Some("1205"), fault(r#"{"code": 1205.0}"#).code.as_deref());
}

#[test]
fn an_errno_is_a_number_or_a_name() {
    for errno in ["111", "\"111\"", "\"ECONNREFUSED\""] {
        assert_eq!("errno.ECONNREFUSED", judged(&format!(r#"{{"errno": {errno}}}"#)).rule, "{errno}");
    }
}

#[test]
fn two_second_halves_of_a_pair_are_no_pair() {
    let message = fault(r#"{"message": "\udc00\udc01", "now": NaN}"#).message;
    assert_eq!(Some("\u{fffd}\u{fffd}"), message.as_deref());
}

#[test]
fn every_problem_is_reported_at_once_and_without_the_values() {
    let document =
        r#"{"kode": 1, "headers": ["authorization: hunter2"], "cause": {"errors": {}}, "status": [5]}"#;
    let error = Fault::from_json(document).expect_err("four problems").to_string();
    let expected = "cause.errors: found an object (expected a list of faults)\n\
                    headers: found a list (expected an object)\n\
                    kode: unknown key (expected host, type, name, bases, message, status, code, errno, syscall, headers, attrs, errors, cause or now)\n\
                    status: found a list (expected a number)";
    assert_eq!(expected, error);
}

#[test]
fn a_key_is_named_without_a_part_of_a_secret_in_it_and_even_without_a_letter() {
    let path =
        |document| Fault::from_json(document).expect_err("a key that nobody reads").problems.remove(0).path;
    assert_eq!(
        "a name that takes up much of what is ever shown, [redacted]",
        path(r#"{"a name that takes up much of what is ever shown, sk-live0f9e8d7c6b5a49382716": 1}"#)
    );
    assert_eq!(("\"\"", "cause.\"\""), (path(r#"{"": 1}"#).as_str(), path(r#"{"cause": {"": 1}}"#).as_str()));
}

#[test]
fn no_json_is_an_error_with_a_place() {
    let error = Fault::from_json("{\"status\": }").expect_err("no value").to_string();
    assert_eq!("no JSON at line 1, column 12", error);
}

#[test]
fn what_hosts_write_although_it_is_no_json_is_mended() {
    assert_eq!(Some("a \u{fffd} b".into()), fault(r#"{"message": "a \ud800 b", "now": NaN}"#).message);
    assert_eq!(
        Some("\u{1f600} \u{fffd}x".into()),
        fault(r#"{"message": "\ud83d\ude00 \udc00x", "now": -Infinity}"#).message
    );
    assert!(
        judged(r#"{"status": 503, "attrs": {"rate": NaN, "text": "NaN {[", "list": [Infinity]}}"#).retryable
    );
}

/// mode: endless chain of causes
#[test]
fn a_chain_of_thousands_is_read_and_its_end_dropped() {
    for (open, close) in [(r#"{"cause": "#, "}"), (r#"{"errors": ["#, "]}")] {
        let document = format!("{}{}{}", open.repeat(20_000), "{}", close.repeat(20_000));
        assert_eq!("unknown", judged(&document).category.name());
    }
}

/// mode: endless chain of causes
#[test]
fn a_chain_built_by_a_program_is_bounded_too() {
    let mut chain = Fault { status: Some(503), ..Fault::default() };
    for _ in 0..5_000 {
        let name = Some(String::from("TypeError"));
        chain = Fault {
            name,
            message: Some("fetch failed".into()),
            cause: Some(chain.into()),
            ..Fault::default()
        };
    }
    assert_eq!("connection", crate::classify::Classifier::default().classify(&chain).category.name());
}
