//! What the source documents ask for, by their ids.

use super::*;

/// T11: success rate, average attempts, retry rate.
#[test]
fn t11_success_rate_average_attempts_and_retry_rate_of_the_calls_that_ended() {
    let mut analytics = Analytics::new(config());
    analytics.succeeded(1, at(0));
    analytics.succeeded(3, at(1));
    analytics.succeeded(1, at(2));
    analytics.failed(5, at(3));
    let report = analytics.report(at(4));
    assert_eq!((0.75, 2.5, 0.5), (report.success_rate, report.average_attempts, report.retry_rate));
    let expected = Totals { errors: 0, succeeded: 3, failed: 1, attempts: 10, retries: 6, retried: 2 };
    assert_eq!(expected, report.totals);
}

/// S10: a bounded history, and `clear_history()`.
#[test]
fn s10_the_history_is_bounded_and_can_be_cleared() {
    let mut analytics = Analytics::new(AnalyticsConfig { history: 2, ..config() });
    for (second, code) in (0..).zip([500, 502, 503]) {
        record(&mut analytics, &status(code), "api", second);
    }
    analytics.failed(3, at(3));
    let codes = |report: &AnalyticsReport| -> Vec<String> {
        report.history.iter().map(|entry| entry.code.clone()).collect()
    };
    assert_eq!(["502", "503"].map(String::from), *codes(&analytics.report(at(3))));
    analytics.clear_history();
    let empty = Analytics::new(AnalyticsConfig { history: 2, ..config() }).report(at(3));
    let recent = Recent { window: 60.0, calls: 1, failed: 1 };
    assert_eq!(AnalyticsReport { recent, ..empty }, analytics.report(at(3)));
}

/// L11: no secret, neither in what is shown nor in what is saved.
/// mode: secret in a log
#[test]
fn l11_no_secret_is_kept_whichever_field_it_comes_in() {
    let secret = "sk-live0123456789abcdefABCDEF";
    let with = |text: &str| std::format!("{text} api_key={secret}");
    let fault = Fault {
        type_name: Some(with("a.Type")),
        code: Some(with("CODE")),
        message: Some(with("Authorization: Bearer")),
        headers: [("authorization".to_string(), with("Bearer"))].into(),
        ..Fault::default()
    };
    let mut analytics = Analytics::new(config());
    let verdict = Verdict::new(Category::Auth, false, with("rule"));
    analytics.record(&fault, &verdict, &with("https://user:hunter2@host/"), at(0));
    let shown = serde_json::to_string(&analytics.report(at(0))).unwrap();
    let saved = serde_json::to_string(&analytics.snapshot(at(0))).unwrap();
    for (text, what) in [(shown, "report"), (saved, "snapshot"), (std::format!("{analytics:?}"), "memory")] {
        assert_eq!((false, false), (text.contains(secret), text.contains("hunter2")), "{what}: {text}");
    }
}

/// S9: the error rate of the last while, as a number to compare with a threshold.
#[test]
fn s9_the_error_rate_is_the_share_of_calls_that_failed_lately() {
    let mut analytics = Analytics::new(config());
    for second in 0..20 {
        if second % 5 == 0 { analytics.failed(4, at(second)) } else { analytics.succeeded(1, at(second)) }
    }
    assert_eq!(Some(0.2), analytics.error_rate(at(20)));
}
