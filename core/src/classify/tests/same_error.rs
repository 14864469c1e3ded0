//! When two errors count as the same one again.

use super::fault;

fn same(first: &str, second: &str) -> bool {
    let print = |message: &str| {
        let mut fault = fault(r#"{"type": "Error", "status": 500}"#);
        fault.message = Some(message.into());
        fault.fingerprint()
    };
    print(first) == print(second)
}

#[test]
fn ports_ids_addresses_and_times_do_not_make_another_error() {
    for (first, second) in [
        ("connect 10.0.0.7:40329 failed after 1.5s", "connect 10.0.0.8:51200 failed after 21.25s"),
        (
            "request 3f2a9c1b-77aa-4bcd-9e01-001122334455 failed",
            "request 0b1c2d3e-1234-4cde-8f00-aabbccddee99 failed",
        ),
        ("request req_011CSHoEeqs5C35K2UUqR7Fy failed", "request req_022XYHoEeqs5C35K2UUqR8Gz failed"),
        ("<Connection at 0x7f12ab>", "<Connection at 0x55de01>"),
    ] {
        assert!(same(first, second), "{first} / {second}");
    }
}

#[test]
fn another_text_type_code_or_status_is_another_error() {
    assert!(!same("connection refused", "connection reset"));
    let prints = [
        fault(r#"{"type": "A", "message": "x"}"#).fingerprint(),
        fault(r#"{"type": "B", "message": "x"}"#).fingerprint(),
        fault(r#"{"type": "A", "message": "x", "code": "C"}"#).fingerprint(),
        fault(r#"{"type": "A", "message": "x", "status": 500}"#).fingerprint(),
    ];
    let mut distinct = prints.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(prints.len(), distinct.len());
}

#[test]
fn a_word_with_a_digit_in_it_is_an_id_only_if_it_looks_like_one() {
    for (first, second) in [
        ("cannot use deadbeef", "cannot use feedface"),
        ("cannot use md5x", "cannot use sha1x"),
        ("cannot use ab1", "cannot use cd2"),
        ("cannot use abcz123", "cannot use xyzw456"),
        ("cannot use organizationunit1", "cannot use departmentalunit2"),
    ] {
        assert!(!same(first, second), "{first} / {second}");
    }
    assert!(same("commit 0badcafe is gone", "commit 1deadbee is gone"));
}

#[test]
fn the_number_is_the_same_on_every_target() {
    let document = r#"{"type": "ConnectionError", "message": "port 80 refused", "code": "ECONNREFUSED"}"#;
    assert_eq!(16_190_498_405_957_516_152, fault(document).fingerprint());
}
