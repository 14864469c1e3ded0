//! What moves the limit, and how far.

use super::*;

#[test]
fn a_failure_takes_a_tenth() {
    let mut sim = Sim::new(AdaptiveConfig { initial: count(200), max: count(200), ..config() });
    let heights: Vec<String> = (0..4).map(|_| sim.each(1, Outcome::Failure).height()).collect();
    assert_eq!(["180.00", "162.00", "145.80", "131.22"], *heights);
}

#[test]
fn a_failure_always_lowers_the_limit_by_one_at_least_down_to_the_least() {
    let mut sim = Sim::new(config());
    let limits: Vec<u32> = (0..10).map(|_| sim.each(1, Outcome::Failure).view().0).collect();
    assert_eq!([9, 8, 7, 6, 5, 4, 3, 2, 2, 2], *limits);
}

#[test]
fn failures_of_calls_that_were_in_flight_together_take_the_ratio_once_and_then_a_little_each() {
    let mut sim = Sim::new(AdaptiveConfig { initial: count(100), max: count(100), ..config() });
    let calls = sim.calls(100);
    let heights: Vec<String> =
        calls.into_iter().map(|call| sim.ends(call, Outcome::Failure).height()).collect();
    assert_eq!(["90.00", "89.99", "89.98", "89.97"], heights[..4]);
    assert_eq!(("88.89", "80.00"), (&*heights[99], &*sim.each(1, Outcome::Failure).height()));
}

#[test]
fn a_late_failure_lowers_the_limit_as_far_as_a_success_raises_it() {
    let mut sim = Sim::new(config());
    let calls = sim.calls(10);
    sim.ends(calls[0], Outcome::Failure);
    sim.ends(calls[1], Outcome::Failure);
    assert_eq!("8.89", sim.height());
    sim.ends(calls[9], Outcome::Success);
    assert_eq!("9.00", sim.height());
}

#[test]
fn a_round_of_successes_raises_the_limit_by_about_one() {
    let mut sim = Sim::new(config());
    sim.calls(9);
    sim.each(10, Outcome::Success);
    assert_eq!(("10.96", (10, 9)), (&*sim.height(), sim.view()));
}

#[test]
fn the_limit_stops_at_its_most() {
    let mut sim = Sim::new(config());
    for _ in 0..10 {
        let calls = sim.calls(10);
        sim.end(calls, Outcome::Success);
    }
    assert_eq!("12.00", sim.height());
}

#[test]
fn a_limit_that_is_less_than_half_used_does_not_rise() {
    for (limit, unused) in [(10, 4), (11, 5), (12, 5), (2, 0)] {
        let mut sim = Sim::new(AdaptiveConfig { initial: count(limit), ..config() });
        let idle = sim.calls(unused);
        sim.end(idle, Outcome::Success);
        assert_eq!(format!("{limit}.00"), sim.height(), "{unused} of {limit}");
        let busy = sim.calls(unused + 1);
        sim.end(busy, Outcome::Success);
        assert!(sim.limit.level.fraction() > 0 || limit == 12, "{} of {limit}", unused + 1);
    }
}

#[test]
fn what_counts_is_how_many_were_in_flight_when_the_call_began() {
    let mut sim = Sim::new(config());
    let calls = sim.calls(5);
    sim.end(calls[..4].to_vec(), Outcome::Success);
    assert_eq!("10.00", sim.height());
    sim.ends(calls[4], Outcome::Success);
    assert_eq!("10.10", sim.height());
}

#[test]
fn ignored_calls_change_nothing_however_long_they_took() {
    let mut sim = Sim::new(config());
    let calls = sim.calls(10);
    sim.after(secs(20)).end(calls, Outcome::Ignored);
    assert_eq!(("10.00", (10, 0)), (&*sim.height(), sim.view()));
    assert_eq!(Tally::default(), sim.limit.tally());
}

#[test]
fn a_success_slower_than_the_threshold_counts_as_a_failure() {
    let mut sim = Sim::new(config());
    let call = sim.call();
    sim.after(secs(1)).ends(call, Outcome::Success);
    assert_eq!("10.00", sim.height());
    let call = sim.call();
    sim.after(secs(1) + NANOSECOND).ends(call, Outcome::Success);
    assert_eq!(("9.00", 1), (&*sim.height(), sim.limit.tally().failures));
}

#[test]
fn without_a_threshold_a_slow_success_is_a_success() {
    let mut sim = Sim::new(without_threshold());
    let calls = sim.calls(10);
    sim.after(secs(29)).ends(calls[9], Outcome::Success);
    assert_eq!("10.10", sim.height());
}

#[test]
fn the_ratio_is_the_users() {
    let half = Share::from_f64(0.5);
    let mut sim = Sim::new(AdaptiveConfig { backoff_ratio: half, ..config() });
    let heights: Vec<String> = (0..4).map(|_| sim.each(1, Outcome::Failure).height()).collect();
    assert_eq!(["5.00", "2.50", "2.00", "2.00"], *heights);
}

#[test]
fn it_climbs_from_one_again() {
    let mut sim = Sim::new(AdaptiveConfig { min: count(1), ..config() });
    sim.each(12, Outcome::Failure);
    assert_eq!("1.00", sim.height());
    let limits: Vec<u32> = (0..5).map(|_| sim.each(1, Outcome::Success).view().0).collect();
    assert_eq!([2, 2, 2, 3, 3], *limits, "calls one at a time use half of two, but not of three");
}

#[test]
fn contradictory_bounds_give_way_to_the_least() {
    let contradictory =
        AdaptiveConfig { initial: count(1), min: count(5), max: count(3), ..AdaptiveConfig::default() };
    let mut sim = Sim::new(contradictory);
    let calls = sim.calls(5);
    sim.end(calls, Outcome::Success).each(1, Outcome::Failure);
    assert_eq!("5.00", sim.height());
    let high = Sim::new(AdaptiveConfig { initial: count(30), ..config() });
    assert_eq!("12.00", high.height());
}

#[test]
fn the_largest_limit_neither_overflows_nor_stands_still() {
    let largest = AdaptiveConfig { initial: NonZeroU32::MAX, max: NonZeroU32::MAX, ..config() };
    let mut sim = Sim::new(largest);
    assert_eq!("67108863.00", sim.height());
    sim.each(1, Outcome::Failure);
    assert_eq!("60397976.70", sim.height());
    let before = sim.limit.level;
    sim.limit.level.raise();
    assert_ne!(before, sim.limit.level);
}
