//! Threads on one breaker with a rule about slow calls.

use super::*;
use crate::breaker::{Counts, Rate, SlowCall};
use crate::rng::Rng;

/// Slow from eight seconds on, so that an eighth is a second.
fn slow(window: Window) -> BreakerConfig {
    let half = Rate::new(0.5).expect("a rate");
    BreakerConfig {
        window,
        failure_threshold: None,
        slow_call: Some(SlowCall { duration: Duration::from_secs(8), rate: half }),
        minimum_calls: NonZeroU32::new(4).expect("not zero"),
        ..BreakerConfig::default()
    }
}

fn hundred() -> Window {
    Window::Count(NonZeroU32::new(100).expect("not zero"))
}

fn counts(breaker: &SharedBreaker, now: Instant) -> Counts {
    breaker.with(|_| {}, |machine| machine.counts(now))
}

/// Calls that have begun and not ended, as they are found when all of them have become late.
fn under_way(breaker: &SharedBreaker, now: Instant) -> u32 {
    counts(breaker, now).slow
}

#[test]
fn a_quick_call_leaves_nothing_but_a_success() {
    let breaker = shared(slow(hundred()));
    for _ in 0..5 {
        let ticket = admitted(&breaker, at(1)).expect("closed");
        breaker.succeed(ticket, || at(1), |_| panic!("the machine was asked"));
    }
    assert_eq!(Counts { calls: 5, failures: 0, slow: 0 }, counts(&breaker, at(1)));
    assert_eq!(Counts { calls: 5, failures: 0, slow: 0 }, counts(&breaker, at(99)));
}

#[test]
fn calls_that_hang_trip_it_when_it_is_ticked() {
    let breaker = shared(slow(hundred()));
    let _hanging: Vec<_> = (0..4).map(|_| admitted(&breaker, at(1))).collect();
    assert_eq!(Some(at(10)), breaker.with(|_| {}, |machine| machine.next_wakeup(at(1))).map(ceiling));
    assert_eq!(None, breaker.with(|_| {}, |machine| machine.tick(at(9))));
    assert!(breaker.with(|_| {}, |machine| machine.tick(at(10))).is_some());
    assert_eq!(None, admitted(&breaker, at(10)));
}

#[test]
fn the_next_call_finds_out_what_hangs_where_nobody_ticks() {
    let breaker = shared(slow(hundred()));
    let _hanging: Vec<_> = (0..4).map(|_| admitted(&breaker, at(1))).collect();
    assert_eq!(None, admitted(&breaker, at(10)));
}

#[test]
fn no_call_is_lost_or_counted_twice_whichever_way_it_goes() {
    for window in [hundred(), Window::Time(Duration::from_secs(30))] {
        let breaker = shared(slow(window));
        let calls = together(|thread| {
            let mut rng = Rng::from_seed(thread.into());
            let (mut now, mut hanging, mut settled) = (Duration::from_secs(1), 0, 0_u32);
            for _ in 0..3_000 {
                // Each thread goes through the same two eighths at a pace of its own.
                now = (now + Duration::from_micros(rng.between(0, 1_200))).min(Duration::from_millis(2_900));
                let when = Instant::default().saturating_add(now);
                let ticket = admitted(&breaker, when).expect("closed");
                match rng.between(0, 99) {
                    0 => hanging += 1,
                    1..5 => drop(breaker.settle(ticket, Outcome::Ignored, when, |_| {})),
                    _ => {
                        assert_eq!(None, breaker.succeed(ticket, || when, |_| {}));
                        settled += 1;
                    }
                }
            }
            (hanging, settled)
        });
        let (hanging, settled) = calls.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let seen = counts(&breaker, at(3));
        let expected = if window == hundred() { 100 } else { settled };
        assert_eq!((expected, 0), (seen.calls, seen.slow), "{window:?}");
        assert_eq!(hanging, under_way(&breaker, at(11)), "{window:?}");
    }
}

#[test]
fn nothing_is_lost_while_somebody_asks_the_machine_all_the_time() {
    let breaker = shared(slow(Window::Time(Duration::from_secs(30))));
    together(|thread| {
        for _ in 0..5_000 {
            if thread == 0 {
                breaker.with(|_| {}, |_| {});
            } else {
                let ticket = admitted(&breaker, at(1)).expect("closed");
                breaker.succeed(ticket, || at(1), |_| {});
            }
        }
    });
    assert_eq!(Counts { calls: 35_000, failures: 0, slow: 0 }, counts(&breaker, at(1)));
    assert_eq!(0, under_way(&breaker, at(11)));
}

fn slow_from(nanos: u64) -> SharedBreaker {
    let slow_call =
        slow(hundred()).slow_call.map(|slow| SlowCall { duration: Duration::from_nanos(nanos), ..slow });
    shared(BreakerConfig { slow_call, ..slow(hundred()) })
}

/// Asked at so many nanoseconds, and settled at so many.
fn call(breaker: &SharedBreaker, began: u64, ended: u64) {
    let ticket = admitted(breaker, Instant::from_nanos(began)).expect("closed");
    let ended = Instant::from_nanos(ended);
    // Whatever happens now opens a stretch around it.
    breaker.with(|_| {}, |machine| machine.tick(ended));
    breaker.succeed(ticket, || ended, |_| {});
}

#[test]
fn every_call_is_slow_where_the_limit_is_nothing() {
    let breaker = slow_from(0);
    call(&breaker, 5, 5);
    assert_eq!(Counts { calls: 1, failures: 0, slow: 1 }, counts(&breaker, Instant::from_nanos(5)));
}

#[test]
fn a_call_of_the_eighth_before_is_slow_where_an_eighth_is_the_limit() {
    let breaker = slow_from(1);
    call(&breaker, 5, 6);
    assert_eq!(Counts { calls: 1, failures: 0, slow: 1 }, counts(&breaker, Instant::from_nanos(6)));
}

#[test]
fn calls_that_become_late_within_an_eighth_are_noticed_then() {
    // Eighths of three nanoseconds: what began in the first is late at 19, in the seventh, from 18 to 21.
    let breaker = slow_from(17);
    let _hanging: Vec<_> = (0..4).map(|_| admitted(&breaker, Instant::from_nanos(0))).collect();
    assert!(admitted(&breaker, Instant::from_nanos(18)).is_some());
    assert_eq!(None, admitted(&breaker, Instant::from_nanos(19)));
}

/// The same calls, one after the other, on a plain breaker and on a shared one.
#[test]
fn it_decides_what_the_plain_breaker_decides() {
    for seed in 0..600 {
        let mut rng = Rng::from_seed(seed);
        let window = match seed % 3 {
            0 => Window::Count(NonZeroU32::new(6).expect("not zero")),
            1 => Window::Time(Duration::from_secs(7)),
            _ => hundred(),
        };
        let failure_threshold = NonZeroU32::new(if seed % 2 == 0 { 3 } else { 0 });
        let config = BreakerConfig { failure_threshold, ..slow(window) };
        let (mut plain, shared) = (Breaker::new(config), shared(config));
        let mut now = Instant::from_nanos(0);
        let mut out: Vec<(Ticket, Ticket)> = Vec::new();
        for step in 0..200 {
            now = now.saturating_add(Duration::from_millis(match rng.between(0, 9) {
                0 => rng.between(0, 20_000),
                1..4 => rng.between(0, 2_000),
                _ => rng.between(0, 60),
            }));
            let told = std::format!("seed {seed}, step {step}, at {now:?}");
            match rng.between(0, 9) {
                0..4 => {
                    let (one, other) = (plain.admit(now), shared.admit(|| now, |_| {}));
                    assert_eq!(one, other, "{told}");
                    out.extend(one.ticket.ok().zip(other.ticket.ok()));
                }
                4 => assert_eq!(plain.tick(now), shared.with(|_| {}, |machine| machine.tick(now)), "{told}"),
                kind if !out.is_empty() => {
                    let last = u64::try_from(out.len()).expect("few") - 1;
                    let which = if rng.between(0, 3) == 0 { rng.between(0, last) } else { last };
                    let (one, other) = out.swap_remove(usize::try_from(which).expect("few"));
                    let outcome = match kind {
                        5 => FAILURE,
                        6 if rng.between(0, 3) == 0 => Outcome::Ignored,
                        _ => Outcome::Success,
                    };
                    let expected = plain.settle(one, outcome, now);
                    let found = if outcome == Outcome::Success {
                        shared.succeed(other, || now, |_| {})
                    } else {
                        shared.settle(other, outcome, now, |_| {})
                    };
                    assert_eq!(expected, found, "{told}");
                }
                _ => {}
            }
            if rng.between(0, 4) == 0 {
                let look = |machine: &mut Breaker| {
                    let counts = machine.counts(now);
                    let wakes = machine.next_wakeup(now);
                    (counts, machine.failure_count(now), machine.tally(), machine.last_trip(), wakes)
                };
                assert_eq!(look(&mut plain), shared.with(|_| {}, look), "{told}");
            }
        }
    }
}

fn ceiling(wakes: Instant) -> Instant {
    wakes.saturating_add(Duration::from_nanos(1))
}
