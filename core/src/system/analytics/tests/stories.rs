//! One behaviour each.

use super::*;

#[test]
fn errors_are_counted_by_category_source_rule_and_code() {
    let mut analytics = Analytics::new(config());
    for (code, source) in [(503, "search"), (503, "billing"), (401, "search"), (503, "search")] {
        record(&mut analytics, &status(code), source, 0);
    }
    record(&mut analytics, &fault("builtins.ValueError", "no"), "search", 0);
    let report = analytics.report(at(0));
    let categories = [(Category::Server, 3), (Category::Auth, 1), (Category::InvalidRequest, 1)];
    assert_eq!(std::collections::BTreeMap::from(categories), report.by_category);
    assert_eq!([("search", 4, 0), ("billing", 1, 0)], *counts(&report.by_source));
    assert_eq!([("503", 3, 0), ("401", 1, 0)], *counts(&report.by_code));
    assert_eq!(("http.status.503", 3, 0), counts(&report.by_rule)[0]);
    assert_eq!((3, 5), (report.by_rule.len(), report.totals.errors));
}

#[test]
fn the_same_error_with_other_numbers_and_other_secrets_is_one_message() {
    let mut analytics = Analytics::new(config());
    let wrong_key = |key: &str| fault("openai.AuthenticationError", &std::format!("wrong key: {key}"));
    record(&mut analytics, &wrong_key("sk-abcdefABCDEF0123456789"), "llm", 0);
    record(&mut analytics, &wrong_key("sk-zyxwvuZYXWVU9876543210"), "llm", 1);
    record(&mut analytics, &fault("TimeoutError", "no answer after 20 s"), "search", 2);
    record(&mut analytics, &fault("TimeoutError", "no answer after 30 s"), "billing", 3);
    record(&mut analytics, &fault("TimeoutError", "no answer after 40 s"), "billing", 4);
    let report = analytics.report(at(10));
    let shown: Vec<_> = report
        .top_messages
        .iter()
        .map(|kind| (kind.message.as_str(), kind.source.as_str(), kind.count, kind.last_ago))
        .collect();
    assert_eq!(
        [("no answer after 40 s", "billing", 3, 6.0), ("wrong key: [redacted]", "llm", 2, 9.0)],
        *shown
    );
}

#[test]
fn a_cancellation_and_an_ignored_error_are_no_errors() {
    let mut analytics = Analytics::new(config());
    let error = fault("E", "e");
    analytics.record(&error, &Verdict::new(Category::Cancelled, false, "cancelled"), "a", at(0));
    let ignored = Verdict { ignored: true, ..Verdict::new(Category::Server, true, "rules[0]") };
    analytics.record(&error, &ignored, "a", at(0));
    assert_eq!(Analytics::new(config()), analytics);
}

#[test]
fn an_error_of_the_history_says_when_where_and_what() {
    let mut analytics = Analytics::new(config());
    let error = Fault { code: Some("ECONNRESET".to_string()), ..fault("OSError", "reset by peer") };
    record(&mut analytics, &error, "search", 5);
    let expected = serde_json::json!([{
        "ago": 2.5, "source": "search", "category": "connection", "retryable": true,
        "rule": Classifier::default().classify(&error).rule, "code": "ECONNRESET", "type": "OSError",
        "message": "reset by peer",
    }]);
    let report = analytics.report(Instant::from_nanos(7_500_000_000));
    assert_eq!(expected, serde_json::to_value(report.history).unwrap());
}

#[test]
fn with_fewer_calls_than_the_minimum_there_is_no_error_rate() {
    let mut analytics =
        Analytics::new(AnalyticsConfig { minimum_calls: NonZeroU32::new(3).unwrap(), ..config() });
    analytics.failed(1, at(0));
    analytics.failed(1, at(0));
    assert_eq!(None, analytics.error_rate(at(0)));
    analytics.succeeded(1, at(0));
    assert_eq!((Some(2.0 / 3.0), 3), (analytics.error_rate(at(0)), analytics.report(at(0)).recent.calls));
}

#[test]
fn a_call_leaves_the_window_after_its_length_however_long_nobody_asked() {
    let mut analytics = Analytics::new(AnalyticsConfig { minimum_calls: NonZeroU32::MIN, ..config() });
    analytics.failed(1, at(100));
    assert_eq!(Some(1.0), analytics.error_rate(at(159)));
    assert_eq!(None, analytics.error_rate(at(160)));
    analytics.succeeded(1, at(1_000_000));
    assert_eq!(Some(0.0), analytics.error_rate(at(1_000_000)));
}

#[test]
fn a_call_is_counted_for_the_window_less_one_bucket_at_least() {
    let mut analytics = Analytics::new(AnalyticsConfig { minimum_calls: NonZeroU32::MIN, ..config() });
    analytics.failed(1, at(100));
    // The bucket that began at 100 is two seconds wide: this call is in it, and leaves with it.
    analytics.failed(1, Instant::from_nanos(101_999_999_999));
    analytics.failed(1, at(102));
    let calls = |seconds: u64| analytics.report(at(seconds)).recent.calls;
    assert_eq!([3, 1, 1, 0], [159, 160, 161, 162].map(calls));
}

#[test]
fn a_call_that_was_refused_before_its_first_attempt_has_none() {
    let mut analytics = Analytics::new(config());
    analytics.failed(0, at(0));
    let expected = Totals { failed: 1, ..Totals::default() };
    assert_eq!((expected, 0.0), (analytics.report(at(0)).totals, analytics.report(at(0)).average_attempts));
}

#[test]
fn before_the_first_call_the_rates_are_numbers() {
    let report = Analytics::new(config()).report(at(0));
    let rates = (report.success_rate, report.average_attempts, report.retry_rate, report.error_rate);
    assert_eq!((0.0, 0.0, 0.0, None), rates);
}

#[test]
fn time_that_went_backwards_has_not_moved() {
    let mut analytics = Analytics::new(AnalyticsConfig { minimum_calls: NonZeroU32::MIN, ..config() });
    analytics.failed(1, at(100));
    record(&mut analytics, &status(503), "api", 50);
    let report = analytics.report(at(0));
    assert_eq!((Some(1.0), 0.0), (report.error_rate, report.history[0].ago));
}

#[test]
fn errors_that_differ_in_what_they_are_are_different_messages() {
    let error = |field: &str, other: &str| {
        let mut document: serde_json::Value =
            serde_json::from_str(r#"{"type": "A", "code": "X", "status": 503, "errno": 1, "message": "m"}"#)
                .expect("a document");
        if !field.is_empty() {
            document[field] = serde_json::from_str(other).expect("a value");
        }
        Fault::from_json(&document.to_string()).expect("a fault")
    };
    for (field, other) in
        [("type", "\"B\""), ("code", "\"Y\""), ("status", "504"), ("errno", "2"), ("message", "\"n\"")]
    {
        let mut analytics = Analytics::new(config());
        for (field, other) in [("", ""), (field, other)] {
            record(&mut analytics, &error(field, other), "search", 0);
        }
        assert_eq!(2, analytics.report(at(0)).top_messages.len(), "{field}");
    }
}
