//! Nothing grows beyond its bound, and no input breaks it.

use super::super::top::Top;
use super::*;
use crate::rng::Rng;

/// mode: registry grows with its keys
#[test]
fn a_flood_of_names_and_messages_costs_no_more_memory() {
    let config = AnalyticsConfig { history: 5, names: 4, messages: 3, ..config() };
    let mut analytics = Analytics::new(config);
    for number in 0..1_000_u32 {
        let word: String = number.to_string().bytes().map(|digit| char::from(digit + 49)).collect();
        let error = Fault { code: Some(word.clone()), ..fault("E", &word) };
        let verdict = Verdict::new(Category::Unknown, false, word.clone());
        analytics.record(&error, &verdict, &word, at(0));
    }
    let report = analytics.report(at(0));
    let lengths = [report.by_source.len(), report.by_rule.len(), report.by_code.len()];
    assert_eq!(([4; 3], 3, 5), (lengths, report.top_messages.len(), report.history.len()));
    let sum = |counted: &[Counted]| counted.iter().map(|name| name.count).sum::<u64>();
    assert_eq!((1_000, 1_000), (sum(&report.by_source), report.totals.errors));
}

#[test]
fn texts_are_cut() {
    let mut analytics = Analytics::new(config());
    let long = "x y ".repeat(100_000);
    let error = Fault { code: Some(long.clone()), ..fault(&long, &long) };
    analytics.record(&error, &Verdict::new(Category::Unknown, false, long.clone()), &long, at(0));
    let entry = analytics.report(at(0)).history.remove(0);
    let lengths =
        [&entry.source, &entry.rule, &entry.code, &entry.type_name, &entry.message].map(String::len);
    assert_eq!([80, 80, 80, 80, 200], lengths);
}

#[test]
fn what_is_frequent_is_never_lost_and_counts_are_too_high_by_what_is_said_at_most() {
    for seed in 0..200 {
        let mut rng = Rng::from_seed(seed);
        let (most, total) = (rng.between(1, 8), rng.between(1, 400));
        let mut top = Top::new(usize::try_from(most).unwrap());
        let mut exact = std::collections::BTreeMap::<u64, u64>::new();
        for _ in 0..total {
            // Small keys are more frequent.
            let key = rng.between(0, 30).min(rng.between(0, 30)).min(rng.between(0, 30));
            top.count(key, ());
            *exact.entry(key).or_default() += 1;
        }
        for entry in top.entries() {
            let truly = exact[&entry.key];
            assert!(
                entry.count >= truly && entry.count - entry.over <= truly,
                "seed {seed}: {entry:?}, {truly}"
            );
        }
        let sum: u64 = top.entries().iter().map(|entry| entry.count).sum();
        assert_eq!(total, sum, "seed {seed}");
        for (key, count) in exact.iter().filter(|(_, count)| **count > total / most) {
            assert!(top.entries().iter().any(|entry| entry.key == *key), "seed {seed}: {key}, {count} times");
        }
    }
}

#[test]
fn settings_without_sense_are_brought_within_reason() {
    let nothing = AnalyticsConfig {
        history: 0,
        window: Duration::ZERO,
        names: 0,
        messages: 0,
        minimum_calls: NonZeroU32::MIN,
    };
    let mut analytics = Analytics::new(nothing);
    for _ in 0..3 {
        record(&mut analytics, &status(503), "api", 0);
        analytics.failed(u32::MAX, at(0));
    }
    let report = analytics.report(at(0));
    assert_eq!(
        (0, 1, 1, None),
        (report.history.len(), report.by_code.len(), report.top_messages.len(), report.error_rate)
    );
    let all = AnalyticsConfig {
        history: u32::MAX,
        window: Duration::MAX,
        names: u32::MAX,
        messages: u32::MAX,
        ..nothing
    };
    let mut analytics = Analytics::new(all);
    for nanos in [0, 1, u64::MAX, 0] {
        analytics.failed(1, Instant::from_nanos(nanos));
    }
    assert_eq!(4, analytics.report(Instant::from_nanos(0)).totals.failed);
}
