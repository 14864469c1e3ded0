//! Dates in hints, to the second and at their edges.

use core::time::Duration;
use std::format;

use super::judged;

/// Tue, 14 Nov 2023 22:13:20 GMT.
const NOW: u64 = 1_700_000_000;

fn hint(header: &str, value: &str) -> Option<u64> {
    let document = format!(
        r#"{{"status": 429, "headers": {{"{header}": "{value}", "x-ratelimit-remaining": "0"}}, "now": {NOW}}}"#
    );
    judged(&document).retry_after.as_ref().map(Duration::as_secs)
}

fn reset(value: &str) -> Option<u64> {
    hint("x-ratelimit-reset", value)
}

fn after(value: &str) -> Option<u64> {
    hint("retry-after", value)
}

#[test]
fn a_reset_is_read_with_its_offset() {
    let minute = Some(60);
    assert_eq!(minute, reset("2023-11-14T22:14:20Z"));
    assert_eq!(minute, reset("2023-11-14t22:14:20.000z"));
    assert_eq!(minute, reset("2023-11-14 22:14:20"));
    assert_eq!(minute, reset("2023-11-15T00:44:20+02:30"));
    assert_eq!(minute, reset("2023-11-14T20:59:20-01:15"));
    assert_eq!(None, reset("2023-11-14T22:14:20+0100"));
}

#[test]
fn leap_years_have_their_day() {
    let day = 24 * 3_600;
    for (before, behind, days) in [
        ("2024-02-28T00:00:00Z", "2024-03-01T00:00:00Z", 2),
        ("2025-02-28T00:00:00Z", "2025-03-01T00:00:00Z", 1),
        ("2100-02-28T00:00:00Z", "2100-03-01T00:00:00Z", 1),
        ("2400-02-28T00:00:00Z", "2400-03-01T00:00:00Z", 2),
        ("2023-12-31T00:00:00Z", "2024-01-01T00:00:00Z", 1),
    ] {
        assert_eq!(
            Some(days * day),
            reset(behind).zip(reset(before)).map(|(behind, before)| behind - before),
            "{behind}"
        );
    }
    assert_eq!(Some(4_102_444_800 - NOW), reset("2100-01-01T00:00:00Z"));
}

#[test]
fn there_is_no_such_time() {
    for time in ["24:00:00", "23:60:00", "23:00:61", "23", "230:0:0", "aa:00:00"] {
        assert_eq!(
            (None, None),
            (after(&format!("Tue, 14 Nov 2023 {time} GMT")), reset(&format!("2023-11-15T{time}Z")))
        );
    }
    assert_eq!(Some(6_399), after("Tue, 14 Nov 2023 23:59:59 GMT"));
    assert_eq!(Some(6_400), after("Tue, 14 Nov 2023 23:59:60 GMT"));
}

#[test]
fn there_is_no_such_day() {
    for date in [
        "00 Nov 2024", "00014 Nov 2024", "+14 Nov 2024", "32 Nov 2024", "14 Now 2024", "14 Nov 1969",
        "14 Nov 20244", "14 Nov",
    ] {
        assert_eq!(None, after(&format!("Thu, {date} 00:00:00 GMT")), "{date}");
    }
    for date in ["2024-00-14", "2024-13-14", "2024-11-00", "2024-11-32", "1969-11-14", "2024-11"] {
        assert_eq!(None, reset(&format!("{date}T00:00:00Z")), "{date}");
    }
}

#[test]
fn two_digits_of_a_year_are_of_this_century_up_to_69() {
    assert_eq!(Some(60), after("Tuesday, 14-Nov-23 22:14:20 GMT"));
    assert_eq!(after("Thu, 14 Nov 2069 22:14:20 GMT"), after("Thursday, 14-Nov-69 22:14:20 GMT"));
    assert_eq!(Some(0), after("Saturday, 14-Nov-70 22:14:20 GMT"));
    assert_eq!(Some(0), after("Sunday, 14-Nov-99 22:14:20 GMT"));
}

#[test]
fn a_date_is_no_longer_than_any_date_has_to_be() {
    let padded =
        |length: usize| after(&format!("Tue,{:>1$}", "14 Nov 2023 22:14:20 GMT", length - "Tue,".len()));
    assert_eq!([Some(60), None, None], [64, 65, 66].map(padded));
}

#[test]
fn a_length_of_time_is_read_in_every_unit() {
    for (value, seconds) in [
        ("90000000000ns", 90),
        ("90000000us", 90),
        ("90000ms", 90),
        ("90s", 90),
        ("1m30s", 90),
        ("1.5m", 90),
        ("2h", 7_200),
        ("1d", 86_400),
        ("1d2h3m4s", 93_784),
    ] {
        assert_eq!(Some(seconds), reset(value), "{value}");
    }
    assert_eq!([None, None, None], ["90x", "90s soon", "s"].map(reset));
}

#[test]
fn a_body_says_it_in_seconds_or_milliseconds_however_deep() {
    let body = |attrs: &str| {
        let document = format!(r#"{{"status": 503, "attrs": {{"body": {attrs}}}}}"#);
        judged(&document).retry_after.as_ref().map(Duration::as_secs)
    };
    assert_eq!(Some(7), body(r#"{"retry_after": 7}"#));
    assert_eq!(Some(7), body(r#"{"retry_after_ms": 7000}"#));
    assert_eq!(Some(7), body(r#"{"error": [{"details": {"retryDelay": "7s"}}]}"#));
    assert_eq!(Some(7), body(r#""{\"retry_after\": 7}""#), "text that is JSON");
    assert_eq!(None, body(r#"{"request": {"retry_after": 7}}"#), "what was asked, not what was answered");
    let nested =
        |depth: usize| body(&format!("{}{{\"retry_after\": 7}}{}", "[".repeat(depth), "]".repeat(depth)));
    assert_eq!((Some(7), None), (nested(7), nested(8)));
}
