//! The stretches of a closed breaker that asks how long calls take: eight to the limit, a second each here.

use super::*;
use crate::breaker::stretch::{Stretch, Traffic};

fn stretch(sim: &mut Sim) -> Stretch {
    sim.tick();
    sim.breaker.stretch().expect("a stretch")
}

/// When it begins and ends, and from when on those who succeed in it may have begun, in seconds since noon.
fn bounds(sim: &mut Sim) -> [Duration; 3] {
    let Stretch { before, from, until, .. } = stretch(sim);
    let noon = Instant::from_nanos(0).saturating_add(NOON);
    [before, from, until.expect("an end")].map(|at| at.saturating_since(noon))
}

#[test]
fn it_is_an_eighth_of_the_limit_and_whoever_began_in_the_one_before_may_end_in_it() {
    let mut sim = Sim::new(slow());
    sim.after(secs(5) + MILLISECOND);
    assert_eq!([secs(4), secs(5), secs(6)], bounds(&mut sim));
}

#[test]
fn a_limit_too_short_for_eighths_is_over_before_the_next_one_ends() {
    let [nanosecond, half] = [Duration::from_nanos(1), Duration::from_millis(500)];
    let slow_call = SlowCall { duration: nanosecond, rate: Rate::new(0.5).expect("a rate") };
    let mut sim = Sim::new(BreakerConfig { slow_call: Some(slow_call), ..slow() });
    sim.after(half);
    assert_eq!([half, half, half + nanosecond], bounds(&mut sim));
}

#[test]
fn calls_that_have_ended_do_not_shorten_a_later_one() {
    let mut sim = Sim::new(slow());
    let first = sim.call();
    sim.settle(first, Outcome::Success).after(secs(1));
    let second = sim.call();
    sim.settle(second, Outcome::Success).after(secs(4)).call();
    sim.after(secs(4) - Duration::from_nanos(1)).tick().after(Duration::from_nanos(1));
    assert_eq!([secs(8), secs(9), secs(10)], bounds(&mut sim));
}

#[test]
fn one_in_which_nothing_began_does_not_shorten_a_later_one() {
    let mut sim = Sim::new(slow());
    let empty = stretch(&mut sim);
    sim.breaker.fold_stretch(&empty, Traffic::default());
    sim.after(secs(8));
    assert_eq!([secs(7), secs(8), secs(9)], bounds(&mut sim));
}

#[test]
fn what_was_counted_before_a_reset_is_not_handed_in_after_it() {
    let mut sim = Sim::new(slow());
    let before = stretch(&mut sim);
    sim.reset();
    sim.breaker.fold_stretch(&before, Traffic { begun: 2, ended: 1, ended_earlier: 0 });
    assert_eq!((Counts::default(), None), (sim.counts(), sim.wakes_in()));
}
