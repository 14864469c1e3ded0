use super::*;
use crate::limit::Share;
use crate::limit::adaptive::AdaptiveConfig;

/// A document with this `adaptive` section.
fn adaptive(section: &str) -> AdaptiveConfig {
    policy(&format!("{{\"adaptive\":{section}}}")).adaptive.expect("an adaptive section")
}

#[test]
fn an_empty_section_is_twenty_between_one_and_two_hundred() {
    let expected = AdaptiveConfig {
        initial: count(20),
        min: count(1),
        max: count(200),
        backoff_ratio: Share::from_millionths(900_000),
        latency_threshold: None,
        lease: secs(60),
    };
    assert_eq!((expected, expected), (adaptive("{}"), AdaptiveConfig::default()));
}

#[test]
fn every_setting_is_read() {
    let section = "{\"initial\":7,\"min\":2,\"max\":9,\"backoff_ratio\":0.5,\"latency_threshold\":\"250ms\",\"lease\":5}";
    let expected = AdaptiveConfig {
        initial: count(7),
        min: count(2),
        max: count(9),
        backoff_ratio: Share::from_millionths(500_000),
        latency_threshold: Some(millis(250)),
        lease: secs(5),
    };
    assert_eq!(expected, adaptive(section));
}

#[test]
fn without_an_initial_limit_it_is_the_nearest_to_twenty_within_the_bounds() {
    for (bounds, initial) in [("\"max\":8", 8), ("\"min\":30", 30), ("\"min\":10,\"max\":30", 20)] {
        assert_eq!(count(initial), adaptive(&format!("{{{bounds}}}")).initial, "{bounds}");
    }
}
