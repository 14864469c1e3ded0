//! Saving and restoring.

use super::*;

fn told() -> Analytics {
    let mut analytics = Analytics::new(config());
    for second in 0..12 {
        record(&mut analytics, &status(if second % 2 == 0 { 503 } else { 429 }), "api", 100 + second);
        analytics.failed(2, at(100 + second));
    }
    analytics
}

#[test]
fn what_is_restored_elsewhere_goes_on_as_it_was() {
    let mut here = told();
    let snapshot = here.snapshot(at(112));
    let mut there = Analytics::new(config());
    there.restore(&snapshot, at(1_000)).unwrap();
    assert_eq!(snapshot, there.snapshot(at(1_000)));
    there = Analytics::new(config());
    there.restore(&snapshot, at(3)).unwrap();
    // Its clock did not run yet when the errors happened: they are dated to its beginning.
    assert_eq!(3.0..=3.0, there.report(at(3)).history[0].ago..=3.0);
    assert_eq!(here.report(at(112)).recent, there.report(at(3)).recent);
    for (here_at, there_at) in [(130, 21), (165, 56), (171, 62)] {
        record(&mut here, &status(500), "api", here_at);
        record(&mut there, &status(500), "api", there_at);
        here.succeeded(1, at(here_at));
        there.succeeded(1, at(there_at));
        assert_eq!(here.error_rate(at(here_at)), there.error_rate(at(there_at)), "{here_at}");
        assert_eq!(here.report(at(here_at)).by_code, there.report(at(there_at)).by_code);
    }
}

#[test]
fn a_snapshot_of_another_version_or_with_a_broken_fingerprint_changes_nothing() {
    let mut analytics = told();
    let (before, good) = (analytics.clone(), analytics.snapshot(at(112)));
    let newer = Snapshot { version: 2, ..good.clone() };
    assert_eq!(Err(RestoreError::Version(2)), analytics.restore(&newer, at(200)));
    let mut broken = good;
    broken.messages[0].fingerprint = "password=hunter2".to_string();
    let error = analytics.restore(&broken, at(200)).unwrap_err();
    assert_eq!("messages: \"password=[redacted]\" is no fingerprint", error.to_string());
    assert_eq!(before, analytics);
}

#[test]
fn a_hostile_snapshot_is_brought_within_bounds() {
    let mut snapshot = told().snapshot(at(112));
    let bucket = SavedBucket { remaining: u64::MAX, calls: 3, failed: u64::MAX };
    snapshot.buckets = [bucket].repeat(1_000);
    let source = Counted { name: "token=abc123def ".repeat(1_000), count: 1, over: u64::MAX };
    snapshot.sources = std::vec![source; 1_000];
    let entry = snapshot.history[0].clone();
    let entry = SavedEntry { message: "token=abc123def ".repeat(1_000), ago: u64::MAX, ..entry };
    snapshot.history = std::vec![entry; 1_000];
    let mut analytics = Analytics::new(config());
    analytics.restore(&snapshot, at(5)).unwrap();
    let report = analytics.report(at(5));
    assert_eq!(Recent { window: 60.0, calls: 90, failed: 90 }, report.recent);
    assert_eq!((1, 1, 100), (report.by_source.len(), report.by_source[0].over, report.history.len()));
    assert_eq!((5.0, 200), (report.history[0].ago, report.history[0].message.chars().count()));
    assert!(!std::format!("{analytics:?}").contains("abc123def"));
    assert_eq!(0, analytics.report(at(65)).recent.calls);
}

#[test]
fn a_snapshot_is_plain_data_and_takes_no_unknown_key() {
    let mut value = serde_json::to_value(told().snapshot(at(112))).unwrap();
    assert_eq!(serde_json::from_value::<Snapshot>(value.clone()).unwrap(), told().snapshot(at(112)));
    value["buckets"][0]["surprise"] = 1.into();
    assert!(serde_json::from_value::<Snapshot>(value).is_err());
}
