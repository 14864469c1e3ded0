use super::*;
use crate::limit::Share;
use crate::limit::hedge::{HedgeConfig, Percentile, When};

/// A document with this `hedge` section.
fn hedge(section: &str) -> HedgeConfig {
    policy(&format!("{{\"hedge\":{section}}}")).hedge.expect("a hedge section")
}

#[test]
fn an_empty_section_is_one_hedge_at_the_95th_percentile_of_a_hundred_answers_of_a_minute() {
    let percentile = Percentile {
        share: Share::from_millionths(950_000),
        minimum_calls: count(100),
        window: secs(60),
        until_known: None,
    };
    let expected = HedgeConfig { when: When::Percentile(percentile), max_hedges: count(1) };
    assert_eq!((expected, expected), (hedge("{}"), HedgeConfig::default()));
}

#[test]
fn a_delay_alone_is_fixed() {
    let expected = HedgeConfig { when: When::After(millis(50)), max_hedges: count(1) };
    assert_eq!(expected, hedge("{\"delay\":\"50ms\"}"));
}

#[test]
fn a_delay_beside_a_percentile_holds_until_that_is_known() {
    let section = "{\"percentile\":0.5,\"minimum_calls\":7,\"window\":\"5m\",\"delay\":2,\"max_hedges\":3}";
    let percentile = Percentile {
        share: Share::from_millionths(500_000),
        minimum_calls: count(7),
        window: secs(300),
        until_known: Some(secs(2)),
    };
    let expected = HedgeConfig { when: When::Percentile(percentile), max_hedges: count(3) };
    assert_eq!(expected, hedge(section));
}

#[test]
fn what_belongs_to_a_percentile_asks_for_the_default_one() {
    let expected = Percentile { minimum_calls: count(7), ..Percentile::default() };
    assert_eq!(When::Percentile(expected), hedge("{\"minimum_calls\":7}").when);
}

#[test]
fn hedges_multiply_the_load_that_an_outage_can_bring() {
    let load = |document: &str| policy(document).explain().amplification;
    let retried = "{\"retry\":{\"max_attempts\":4,\"deadline\":9},\"hedge\":{\"max_hedges\":2}}";
    let endless = "{\"retry\":{\"max_attempts\":4294967295},\"hedge\":{}}";
    assert_eq!((2, 12, u32::MAX), (load("{\"hedge\":{}}"), load(retried), load(endless)));
}
