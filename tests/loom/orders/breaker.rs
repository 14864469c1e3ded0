//! Threads on one breaker, with its lane and its register in front of it.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use failsoft::breaker::{
    Breaker, BreakerConfig, Counts, Lane, Outcome, Rate, SlowCall, StateName, Ticket, Window,
};
use failsoft::host::SharedBreaker;
use failsoft_loom::{at, in_every_order};
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;

use super::{both, together};

const FAILURE: Outcome = Outcome::failure(1);

/// Trips at so many failures in a row.
fn in_a_row(failures: u32) -> Arc<SharedBreaker> {
    shared(BreakerConfig {
        failure_threshold: NonZeroU32::new(failures),
        window: Window::Consecutive,
        ..BreakerConfig::default()
    })
}

/// Slow from eight seconds on: each call is counted when it begins and when it ends, in the register.
fn slow() -> Arc<SharedBreaker> {
    let breaker = shared(BreakerConfig {
        window: Window::Count(NonZeroU32::new(100).expect("not zero")),
        failure_threshold: None,
        slow_call: Some(SlowCall { duration: Duration::from_secs(8), rate: Rate::new(0.5).expect("a rate") }),
        minimum_calls: NonZeroU32::new(50).expect("not zero"),
        ..BreakerConfig::default()
    });
    // The register is open for the eighth around the last event.
    breaker.with(|_| {}, |machine| machine.tick(at(1)));
    breaker
}

fn shared(config: BreakerConfig) -> Arc<SharedBreaker> {
    Arc::new(SharedBreaker::new(Breaker::new(config)))
}

fn admitted(breaker: &SharedBreaker) -> Ticket {
    breaker.admit(|| at(1), |_| {}).ticket.expect("closed")
}

fn succeed(breaker: &SharedBreaker, ticket: Ticket) {
    assert_eq!(None, breaker.succeed(ticket, || at(1), |_| {}));
}

fn ask(breaker: &SharedBreaker) {
    breaker.with(|_| {}, |_| {});
}

/// The calls that were counted, and those that are still under way: they are found when they have become late.
fn counted(breaker: &SharedBreaker) -> (u32, u32) {
    let counts: Counts = breaker.with(|_| {}, |machine| machine.counts(at(1)));
    let late = breaker.with(|_| {}, |machine| machine.counts(at(20)));
    (counts.calls, late.slow)
}

#[test]
fn a_call_is_counted_once_while_somebody_asks_the_machine() {
    in_every_order(|| {
        let breaker = slow();
        both(
            &breaker,
            |breaker| succeed(breaker, admitted(breaker)),
            |breaker| {
                ask(breaker);
                ask(breaker);
            },
        );
        assert_eq!((1, 0), counted(&breaker));
    });
}

#[test]
fn no_call_is_lost_between_threads_while_somebody_asks_the_machine() {
    in_every_order(|| {
        let breaker = slow();
        together(&breaker, |breaker, thread| {
            if thread == 0 {
                ask(breaker);
                ask(breaker);
            } else {
                succeed(breaker, admitted(breaker));
            }
        });
        assert_eq!((2, 0), counted(&breaker));
    });
}

#[test]
fn no_success_is_lost_where_a_failure_opens_and_closes_the_register() {
    in_every_order(|| {
        let breaker = slow();
        let ticket = admitted(&breaker);
        both(
            &breaker,
            move |breaker| succeed(breaker, ticket),
            |breaker| {
                breaker.settle(admitted(breaker), FAILURE, at(1), |_| {});
            },
        );
        assert_eq!((2, 0), counted(&breaker));
        assert_eq!(0, breaker.with(|_| {}, |machine| machine.tally().stale));
    });
}

#[test]
fn a_success_of_an_epoch_that_is_over_is_not_counted_for_the_next() {
    in_every_order(|| {
        let breaker = slow();
        let ticket = admitted(&breaker);
        both(
            &breaker,
            move |breaker| succeed(breaker, ticket),
            |breaker| {
                breaker.with(|_| {}, Breaker::reset);
            },
        );
        assert_eq!((0, 0), counted(&breaker));
    });
}

#[test]
fn a_call_that_began_before_a_reset_is_not_under_way_after_it() {
    in_every_order(|| {
        let breaker = slow();
        let began = both(&breaker, admitted, |breaker| {
            breaker.with(|_| {}, Breaker::reset);
        });
        succeed(&breaker, began);
        let (calls, late) = counted(&breaker);
        let stale = breaker.with(|_| {}, |machine| machine.tally().stale);
        // Begun before it or after it: either the success is stale, or it counts.
        assert_eq!((1, 0), (u64::from(calls) + stale, late));
    });
}

#[test]
fn threads_that_fail_together_trip_once() {
    in_every_order(|| {
        let breaker = in_a_row(2);
        let moved = together(&breaker, |breaker, _| {
            let ticket = breaker.admit(|| at(1), |_| {}).ticket.ok()?;
            breaker.settle(ticket, FAILURE, at(1), |_| {})
        });
        assert_eq!(1, moved.iter().flatten().count());
        let trips = breaker.with(|_| {}, |machine| machine.tally().trips);
        assert_eq!((Lane::SHUT, 1), (breaker.lane(), trips));
    });
}

#[test]
fn a_success_that_comes_after_a_failure_starts_the_run_over() {
    in_every_order(|| {
        let breaker = in_a_row(2);
        let failed = Arc::new(AtomicBool::new(false));
        let ticket = admitted(&breaker);
        let other = {
            let (breaker, failed) = (Arc::clone(&breaker), Arc::clone(&failed));
            thread::spawn(move || {
                let ticket = admitted(&breaker);
                breaker.settle(ticket, FAILURE, at(1), |_| {});
                failed.store(true, Ordering::Release);
            })
        };
        let after = failed.load(Ordering::Acquire);
        succeed(&breaker, ticket);
        other.join().expect("no panic");
        let run = breaker.with(|_| {}, |machine| machine.failure_count(at(1)));
        assert!(run == 0 || !after, "a success after the failure was not heard of");
    });
}

#[test]
fn one_probe_passes_at_a_time() {
    in_every_order(|| {
        let breaker = in_a_row(1);
        breaker.settle(admitted(&breaker), FAILURE, at(1), |_| {});
        let passed = together(&breaker, |breaker, _| breaker.admit(|| at(100), |_| {}).ticket.is_ok());
        assert_eq!(1, passed.iter().filter(|passed| **passed).count());
        assert_eq!(StateName::HalfOpen, breaker.with(|_| {}, |machine| machine.state(at(100))));
    });
}

#[test]
fn the_last_lane_that_is_published_is_the_lane() {
    in_every_order(|| {
        let breaker = in_a_row(2);
        let published = Arc::new(Mutex::new(Lane::SHUT));
        let kept = Arc::clone(&published);
        let threads = [Outcome::Success, FAILURE].map(|outcome| {
            let (breaker, published) = (Arc::clone(&breaker), Arc::clone(&published));
            thread::spawn(move || {
                let publish = |lane| *published.lock().expect("no panic") = lane;
                let ticket = breaker.admit(|| at(1), publish).ticket.expect("closed");
                breaker.settle(ticket, outcome, at(1), publish);
            })
        });
        for thread in threads {
            thread.join().expect("no panic");
        }
        assert_eq!(breaker.lane(), *kept.lock().expect("no panic"));
    });
}
