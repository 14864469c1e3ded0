//! Who is admitted, who is not, and what becomes of those who do not come back.

use super::*;

#[test]
fn as_many_calls_as_the_limit_are_in_flight_and_no_more() {
    let mut sim = Sim::new(config());
    let calls = sim.calls(10);
    assert_eq!(Err(Rejection { limit: 10, in_flight: 10 }), sim.ask());
    sim.ends(calls[3], Outcome::Ignored);
    assert_eq!((true, false), (sim.ask().is_ok(), sim.ask().is_ok()));
    assert_eq!(Tally { rejected: 2, ..Tally::default() }, sim.limit.tally());
}

#[test]
fn a_limit_that_has_fallen_below_what_is_in_flight_waits_for_that() {
    let mut sim = Sim::new(config());
    let calls = sim.calls(10);
    sim.ends(calls[0], Outcome::Failure);
    assert_eq!(((9, 9), Err(Rejection { limit: 9, in_flight: 9 })), (sim.view(), sim.ask()));
    sim.ends(calls[1], Outcome::Failure);
    assert_eq!(Err(Rejection { limit: 8, in_flight: 8 }), sim.ask());
    sim.ends(calls[2], Outcome::Ignored);
    assert_eq!((8, 7), sim.view());
    assert!(sim.ask().is_ok());
}

#[test]
fn a_permit_is_given_back_once() {
    let mut sim = Sim::new(config());
    let calls = sim.calls(3);
    for _ in 0..5 {
        sim.ends(calls[1], Outcome::Failure);
    }
    assert_eq!((9, 2), sim.view());
    assert_eq!(Tally { failures: 1, stale: 4, ..Tally::default() }, sim.limit.tally());
}

#[test]
fn a_permit_whose_place_has_a_new_holder_is_stale() {
    let mut sim = Sim::new(config());
    let old = sim.call();
    sim.ends(old, Outcome::Success);
    let new = sim.call();
    sim.ends(old, Outcome::Failure);
    assert_eq!(((10, 1), 1), (sim.view(), sim.limit.tally().stale));
    sim.ends(new, Outcome::Failure);
    assert_eq!((9, 0), sim.view());
}

#[test]
fn numbers_that_are_no_permits_change_nothing() {
    let mut sim = Sim::new(config());
    let held = sim.calls(2);
    let near = held[1].to_bits();
    let made_up = [0, 1, near + 1, near - 1, near ^ (1 << 26), near | (1 << 52), near | (1 << 63), u64::MAX];
    for bits in made_up {
        let before = (sim.view(), sim.height());
        if held.iter().all(|permit| permit.to_bits() != bits) {
            sim.ends(Permit::from_bits(bits), Outcome::Failure);
        }
        assert_eq!(before, (sim.view(), sim.height()), "{bits}");
    }
}

#[test]
fn permits_fit_a_double_and_none_is_nought() {
    let mut sim = Sim::new(config());
    sim.limit.admitted = (1 << 26) - 2;
    for permit in sim.calls(4) {
        assert!(permit.to_bits() < 1 << 52 && permit.to_bits() != 0, "{permit:?}");
        sim.ends(permit, Outcome::Ignored);
    }
    assert_eq!(((10, 0), 0), (sim.view(), sim.limit.tally().stale));
}

#[test]
fn a_lost_permit_gives_its_place_up_when_its_lease_ends() {
    let mut sim = Sim::new(AdaptiveConfig { initial: count(2), ..without_threshold() });
    let _lost = sim.call();
    sim.after(secs(10));
    let _lost = sim.call();
    sim.after(secs(20) - NANOSECOND);
    assert_eq!(Err(Rejection { limit: 2, in_flight: 2 }), sim.ask());
    sim.after(NANOSECOND);
    assert_eq!((true, false), (sim.ask().is_ok(), sim.ask().is_ok()));
    sim.after(secs(10));
    assert_eq!((true, false), (sim.ask().is_ok(), sim.ask().is_ok()));
    assert_eq!(Tally { rejected: 3, lapsed: 2, ..Tally::default() }, sim.limit.tally());
}

#[test]
fn what_comes_back_after_its_lease_is_stale() {
    for outcome in [Outcome::Success, Outcome::Failure, Outcome::Ignored] {
        let mut sim = Sim::new(without_threshold());
        let late = sim.call();
        sim.after(secs(30)).ends(late, outcome);
        assert_eq!((10, 0), sim.view(), "{outcome:?}");
        assert_eq!(Tally { lapsed: 1, stale: 1, ..Tally::default() }, sim.limit.tally(), "{outcome:?}");
    }
}

#[test]
fn with_a_threshold_a_call_that_never_came_back_was_too_slow() {
    let mut sim = Sim::new(config());
    sim.calls(2);
    sim.after(secs(30));
    assert_eq!(("10.00", (8, 0), "8.89"), (&*sim.height(), sim.view(), &*sim.height()));
    assert_eq!(Tally { lapsed: 2, failures: 2, ..Tally::default() }, sim.limit.tally());
}

#[test]
fn a_lease_no_longer_than_the_threshold_says_nothing_of_slowness() {
    let mut sim = Sim::new(AdaptiveConfig { lease: secs(1), ..config() });
    sim.call();
    sim.after(secs(1));
    assert_eq!((10, 0), sim.view());
}

#[test]
fn calls_leave_in_any_order() {
    let mut sim = Sim::new(without_threshold());
    let mut calls = Vec::new();
    for _ in 0..5 {
        calls.push(sim.call());
        sim.after(secs(1));
    }
    // The middle, the oldest, the newest; then two more come and all lapse one after the other.
    sim.end(vec![calls[2], calls[0], calls[4]], Outcome::Ignored).calls(2);
    let left: Vec<u32> = [25, 1, 1, 1, 1, 1].map(|wait| sim.after(secs(wait)).view().1).into();
    assert_eq!([4, 3, 3, 2, 2, 0], *left);
}

#[test]
fn places_are_used_again() {
    let mut sim = Sim::new(config());
    for _ in 0..1_000 {
        let calls = sim.calls(10);
        sim.end(calls, Outcome::Ignored);
    }
    let highest = sim.calls(10).iter().map(|permit| permit.to_bits() & 0x3FF_FFFF).max();
    assert_eq!(Some(9), highest);
}

#[test]
fn time_that_went_backwards_has_not_moved() {
    let mut sim = Sim::new(config());
    let call = sim.call();
    sim.after(secs(29)).view();
    sim.back(secs(3_600));
    assert_eq!((10, 1), sim.view());
    let second = sim.call();
    sim.after(secs(3_600 + 1)).ends(call, Outcome::Ignored);
    assert_eq!(((9, 1), 1), (sim.view(), sim.limit.tally().lapsed), "the first lapsed, at last");
    sim.after(secs(29)).ends(second, Outcome::Ignored);
    assert_eq!((8, 0), sim.view(), "the second began when the clock had got to, not when it said");
}

#[test]
fn the_end_of_time_wedges_nothing() {
    let mut sim = Sim::new(config());
    sim.calls(10);
    sim.now = Instant::from_nanos(u64::MAX);
    for _ in 0..100 {
        let call = sim.call();
        sim.ends(call, Outcome::Success);
    }
    assert_eq!((2, 0), sim.view());
}

#[test]
fn a_lease_of_nothing_admits_everybody() {
    let mut sim = Sim::new(AdaptiveConfig { lease: Duration::ZERO, ..config() });
    sim.calls(100);
    assert_eq!((10, 0), sim.view());
}
