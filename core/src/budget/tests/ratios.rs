//! The share of retries is the ratio itself, for every ratio that people write.

use super::*;
use crate::rng::Rng;

const CALLS: u32 = 10_000;

/// Ten thousand calls within ten seconds, some at a time; after each of these bursts retries are asked for until one is
/// refused.
fn retries(ratio: Amount, mut burst: impl FnMut() -> u32) -> u32 {
    let mut budget = Budget::new(share(ratio, Amount::ZERO, secs(10)));
    // A hundred million calls in all: plain loops, which are quick without optimization.
    let (mut calls, mut granted) = (0, 0);
    while calls < CALLS {
        let now = Instant::from_nanos(u64::from(calls) * 900_000);
        let until = CALLS.min(calls + burst());
        while calls < until {
            budget.began(now);
            calls += 1;
        }
        while budget.withdraw(now).is_granted() {
            granted += 1;
        }
    }
    granted
}

#[test]
fn six_seven_and_nine_tenths_grant_six_seven_and_nine_of_ten() {
    for (ratio, expected) in
        [(0.6, 6_000), (0.7, 7_000), (0.9, 9_000), (0.1, 1_000), (0.3, 3_000), (1.5, 15_000)]
    {
        assert_eq!(expected, retries(Amount::from_tokens(ratio), || 1), "{ratio}");
    }
    let mut budget = Budget::new(ratio(0.6, 0));
    begin(&mut budget, 10, at(0));
    assert_eq!(6, spend(&mut budget, at(0)));
}

#[test]
fn every_ratio_of_four_decimals_grants_that_share_of_the_calls() {
    let mut rng = Rng::from_seed(1);
    for decimals in 1..=9_999_u16 {
        let ratio = Amount::from_tokens(f64::from(decimals) / 10_000.0);
        let burst = || u32::try_from(rng.between(1, 2_000)).unwrap();
        assert_eq!(u32::from(decimals), retries(ratio, burst), "{decimals} of {CALLS}");
    }
}
