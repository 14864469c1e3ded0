//! Nothing secret leaves in a text; prose stays prose.

use alloc::string::String;
use std::format;

use crate::redact::redact;

const SECRET: &str = "hunter2Secret99";

/// mode: secret in a log
#[test]
fn a_secret_is_hidden_wherever_it_has_a_name() {
    for (text, expected) in [
        ("Authorization: Bearer $", "Authorization: [redacted]"),
        ("Proxy-Authorization: $", "Proxy-Authorization: [redacted]"),
        ("Cookie: a=\"$\"; b=$", "Cookie: [redacted]"),
        ("{'Authorization': 'Bearer $'}", "{'Authorization': '[redacted]'}"),
        (
            "[(b'x-api-key', b'$'), (b'accept', b'*/*')]",
            "[(b'x-api-key', b'[redacted]'), (b'accept', b'*/*')]",
        ),
        (r#"{"api_key": "$", "model": "m"}"#, r#"{"api_key": "[redacted]", "model": "m"}"#),
        (r#"{\"api_key\": \"$\", \"n\": 1}"#, r#"{\"api_key\": \"[redacted]\", \"n\": 1}"#),
        ("https://h/x?API_Key=$&b=1", "https://h/x?API_Key=[redacted]&b=1"),
        (
            "https://h/x?X-Amz-Credential=$&X-Amz-Signature=$",
            "https://h/x?X-Amz-Credential=[redacted]&X-Amz-Signature=[redacted]",
        ),
        ("api%5Fkey%3D$%26x%3D1", "api%5Fkey%3D[redacted]%26x%3D1"),
        ("%22api_key%22%3A%22$%22", "%22api_key%22%3A%22[redacted]%22"),
        ("postgresql://app:$@db:5432/x", "postgresql://[redacted]@db:5432/x"),
        ("AccountKey=$;EndpointSuffix=core", "AccountKey=[redacted];EndpointSuffix=core"),
        ("DB_PASSWORD=$ retrying", "DB_PASSWORD=[redacted] retrying"),
        ("password: letmein", "password: [redacted]"),
        ("Client(api_key='$', timeout=3)", "Client(api_key='[redacted]', timeout=3)"),
        ("got bearer $ twice", "got bearer [redacted] twice"),
        ("api_key: Bearer  $ twice", "api_key: [redacted] twice"),
        (r#"{"key" => "$", "n" => 1}"#, r#"{"key" => "[redacted]", "n" => 1}"#),
        ("('password', '$')", "('password', '[redacted]')"),
        ("the 'password: $' was wrong", "the 'password: [redacted]' was wrong"),
        ("the 'Cookie: $' was wrong", "the 'Cookie: [redacted]' was wrong"),
        ("csrftoken=$; xsignature=$", "csrftoken=[redacted]; xsignature=[redacted]"),
    ] {
        assert_eq!(expected, redact(&text.replace('$', SECRET)), "{text}");
    }
}

/// mode: secret in a log
#[test]
fn a_token_is_known_by_its_shape() {
    for token in [
        "sk-abcdefghijklmnop1234",
        "sk-ant-api03-AbCdEfGhIjKlMnOp-123",
        "ghp_abcdefghijklmnop1234567890",
        "github_pat_11ABCDEFG0123456789_abc",
        "xoxb-123456789012-abc",
        "AKIAIOSFODNN7EXAMPLE",
        "AIzaSyA1234567890abcdefghijklmnopqrstuv",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123",
        "glpat-abcdef1234567890",
        "hf_abcdefghijklmnopQRST",
    ] {
        assert_eq!("was [redacted].", redact(&format!("was {token}.")), "{token}");
    }
}

#[test]
fn the_value_of_an_everyday_word_is_hidden_if_it_is_bound_or_looks_like_a_secret() {
    for (text, expected) in [
        ("key=name", "key=[redacted]"),
        (r#"{"key": "name"}"#, r#"{"key": "[redacted]"}"#),
        ("token: abcdefXg", "token: [redacted]"),
        ("token: abcdef1g", "token: [redacted]"),
        (r#"{"code": 17}"#, r#"{"code": 17}"#),
        ("key: \"name\"", "key: \"name\""),
        ("token: abcX", "token: abcX"),
    ] {
        assert_eq!(expected, redact(text));
    }
}

#[test]
fn what_is_no_value_is_not_hidden() {
    for text in [
        "password=null", "password: None", "password=", "password={x}", "password=[redacted] x",
        "password: [redacted]",
    ] {
        assert_eq!(text, redact(text));
    }
}

#[test]
fn the_key_of_pgp_is_hidden_and_a_certificate_is_not() {
    let block = |label: &str| format!("a -----BEGIN {label}-----\nMIIE\n-----END {label}----- b");
    assert_eq!("a [redacted] b", redact(&block("PGP PRIVATE KEY BLOCK")));
    assert_eq!(block("CERTIFICATE").replace('\n', "\\n"), redact(&block("CERTIFICATE")));
}

#[test]
fn a_private_key_is_hidden_to_its_end_or_the_end_of_the_text() {
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
    assert_eq!("a [redacted] b", redact(&format!("a {key} b")));
    assert_eq!("a [redacted]", redact("a -----BEGIN PRIVATE KEY-----\nMIIE"));
}

#[test]
fn prose_stays_prose() {
    for text in [
        "token limit exceeded",
        "the key is missing",
        "unexpected token: foo",
        "KeyError: 'name'",
        "Basic authentication failed",
        "Bearer token missing",
        "invalid signature",
        "user@example.com wrote",
        "DETAIL: Key (id)=(1) already exists.",
        "risk-assessment-of-everything-2024",
        "connect ECONNREFUSED 127.0.0.1:5432",
        "https://example.com/a?b=c",
        "error_code: 17",
        "monkey=banana",
        "https://example.com/@user wrote",
        "https://@example.com",
        "the password, please",
        "sk-learn-contributions-everywhere",
        "sk-2024",
    ] {
        assert_eq!(text, redact(text));
    }
}

/// mode: secret in a log
#[test]
fn control_characters_cannot_forge_a_line() {
    assert_eq!("a\\n2026 INFO ok\\r\\t\\u{1b}[2J\\u{202e}", redact("a\n2026 INFO ok\r\t\u{1b}[2J\u{202e}"));
}

#[test]
fn a_text_is_cut_where_it_is_longer_than_it_may_be() {
    let a = |length: usize| "a".repeat(length);
    assert_eq!((a(2048), a(2048) + "…"), (redact(&a(2048)), redact(&a(2049))));
    assert_eq!(format!("a{}…", "é".repeat(1023)), redact(&format!("a{}", "é".repeat(5_000))));
    assert_eq!("[redacted]…", redact(&format!("-----BEGIN PRIVATE KEY-----{}", a(9_000))));
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let cut = redact(&"é".repeat(5_000));
    assert!(cut.ends_with("é…") && cut.len() <= 2048 + "…".len(), "{}", cut.len());
}

#[test]
fn hiding_twice_changes_nothing_more() {
    let once = redact(&format!("Authorization: Bearer {SECRET}\npassword={SECRET} https://u:{SECRET}@h"));
    assert_eq!(once, redact(&once));
}

#[test]
fn hostile_texts_are_read_in_one_pass() {
    for part in ["-----BEGIN ", "key: \"", "://", "%", "password=", "Bearer ", "\\\\\"", "sk-"] {
        let text: String = part.repeat(100_000);
        assert!(redact(&text).len() < 4096, "{part}");
    }
}
