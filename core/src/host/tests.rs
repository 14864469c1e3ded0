//! Threads on one breaker.

mod shared_budget;
mod slow_calls;
mod system;

use core::num::NonZeroU32;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::vec;
use std::vec::Vec;

use super::SharedBreaker;
use crate::breaker::{Breaker, BreakerConfig, Forced, Lane, Outcome, StateName, Ticket, Transition, Window};
use crate::time::Instant;

const THREADS: u32 = 8;
const FAILURE: Outcome = Outcome::failure(1);

fn config(failures: u32, window: Window) -> BreakerConfig {
    BreakerConfig { failure_threshold: NonZeroU32::new(failures), window, ..BreakerConfig::default() }
}

fn counting(failures: u32, size: u32) -> BreakerConfig {
    config(failures, Window::Count(NonZeroU32::new(size).expect("not zero")))
}

fn shared(config: BreakerConfig) -> SharedBreaker {
    SharedBreaker::new(Breaker::new(config))
}

fn at(seconds: u64) -> Instant {
    Instant::default().saturating_add(Duration::from_secs(seconds))
}

/// Eight threads do the same at once; what each of them brought back.
fn together<T: Send>(act: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let (start, act) = (Barrier::new(THREADS as usize), &act);
    thread::scope(|scope| {
        let begin = |thread| {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                act(thread)
            })
        };
        let threads: Vec<_> = (0..THREADS).map(begin).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

fn admitted(breaker: &SharedBreaker, now: Instant) -> Option<Ticket> {
    breaker.admit(|| now, |_| {}).ticket.ok()
}

fn state(breaker: &SharedBreaker, now: Instant) -> (StateName, u32) {
    breaker.with(|_| {}, |machine| (machine.state(now), machine.failure_count(now)))
}

/// mode: state published before its counters
#[test]
fn no_failure_is_lost() {
    let breaker = shared(config(1_000_000, Window::Consecutive));
    together(|_| {
        for _ in 0..2_000 {
            let ticket = admitted(&breaker, at(1)).expect("closed");
            breaker.settle(ticket, FAILURE, at(1), |_| {});
        }
    });
    assert_eq!((StateName::Closed, 16_000), state(&breaker, at(1)));
}

#[test]
fn no_success_of_a_counting_lane_is_lost() {
    // One failure at the far end of a window that is exactly filled by the successes: one success fewer and the
    // failure would still be in it.
    let breaker = shared(counting(2, THREADS * 1_000));
    let ticket = admitted(&breaker, at(1)).expect("closed");
    breaker.settle(ticket, FAILURE, at(1), |_| {});
    together(|thread| {
        for call in 0..1_000 {
            // The very last place is kept for below.
            if (thread, call) != (0, 0) {
                let ticket = admitted(&breaker, at(1)).expect("closed");
                assert_eq!(None, breaker.succeed(ticket, || at(1), |_| {}));
            }
        }
    });
    assert_eq!((StateName::Closed, 1), state(&breaker, at(1)), "too many successes were counted");
    let ticket = admitted(&breaker, at(1)).expect("closed");
    breaker.succeed(ticket, || at(1), |_| {});
    assert_eq!((StateName::Closed, 0), state(&breaker, at(1)), "a success was lost");
}

#[test]
fn successes_and_failures_mixed_are_all_counted() {
    let breaker = shared(counting(1_000_000, 1_000_000));
    together(|thread| {
        for call in 0..2_000 {
            let ticket = admitted(&breaker, at(1)).expect("closed");
            if (thread + call) % 4 == 0 {
                breaker.settle(ticket, FAILURE, at(1), |_| {});
            } else {
                breaker.succeed(ticket, || at(1), |_| {});
            }
        }
    });
    assert_eq!((StateName::Closed, 4_000), state(&breaker, at(1)));
    assert_eq!(4_000, breaker.with(|_| {}, |machine| machine.tally()).failures);
}

/// mode: transition repeated under a race
#[test]
fn threads_that_fail_together_trip_once() {
    for _ in 0..200 {
        let breaker = shared(config(3, Window::Consecutive));
        let changes = together(|_| {
            let ticket = admitted(&breaker, at(1))?;
            breaker.settle(ticket, FAILURE, at(1), |_| {})
        });
        let changes: Vec<Transition> = changes.into_iter().flatten().collect();
        assert_eq!(1, changes.len());
        assert_eq!(1, breaker.with(|_| {}, |machine| machine.tally()).trips);
        assert_eq!(Lane::SHUT, breaker.lane());
    }
}

/// mode: half-open stampede
#[test]
fn at_the_end_of_the_wait_so_many_probes_pass_and_no_more() {
    for limit in 1..=5 {
        for _ in 0..50 {
            let config = BreakerConfig {
                half_open_max_calls: NonZeroU32::new(limit).expect("not zero"),
                ..config(1, Window::Consecutive)
            };
            let breaker = shared(config);
            let ticket = admitted(&breaker, at(1)).expect("closed");
            breaker.settle(ticket, FAILURE, at(1), |_| {});
            let passed = together(|_| (0..125).filter(|_| admitted(&breaker, at(61)).is_some()).count());
            assert_eq!(limit as usize, passed.iter().sum::<usize>());
        }
    }
}

/// mode: half-open stampede
#[test]
fn probes_that_come_and_go_are_never_more_than_allowed_at_a_time() {
    let limit = 3;
    let config = BreakerConfig {
        half_open_max_calls: NonZeroU32::new(limit).expect("not zero"),
        success_threshold: NonZeroU32::MAX,
        ..config(1, Window::Consecutive)
    };
    let breaker = shared(config);
    let ticket = admitted(&breaker, at(1)).expect("closed");
    breaker.settle(ticket, FAILURE, at(1), |_| {});
    let out = AtomicU32::new(0);
    let passed = together(|thread| {
        let mut passed = 0;
        for _ in 0..3_000 {
            let Some(ticket) = admitted(&breaker, at(61)) else { continue };
            assert!(out.fetch_add(1, Ordering::SeqCst) < limit);
            passed += 1;
            out.fetch_sub(1, Ordering::SeqCst);
            if thread % 2 == 0 {
                breaker.succeed(ticket, || at(61), |_| {});
            } else {
                breaker.settle(ticket, Outcome::Ignored, at(61), |_| {});
            }
        }
        passed
    });
    assert!(passed.iter().sum::<u32>() > 0);
    assert_eq!(
        Some(Duration::ZERO),
        breaker.with(|_| {}, |machine| machine.retry_after(at(61))),
        "a place was lost"
    );
}

/// mode: state published before its counters
#[test]
fn lanes_are_published_in_the_order_of_the_decisions() {
    let breaker = shared(counting(2, 10));
    let published = Mutex::new(Vec::from([breaker.lane()]));
    let decided = Mutex::new(Vec::from([breaker.lane()]));
    let publish = |lane| {
        // Time for the others to come in between, if the lock let them.
        (0..10).for_each(|_| thread::yield_now());
        published.lock().expect("no panic").push(lane);
    };
    together(|thread| {
        for call in 0..100 {
            breaker.with(publish, |machine| {
                match (thread + call) % 4 {
                    0 => machine.force(Forced::Open),
                    1 => machine.force(Forced::Closed),
                    2 => machine.reset(),
                    _ => machine
                        .admit(at(1))
                        .ticket
                        .ok()
                        .and_then(|ticket| machine.settle(ticket, FAILURE, at(1))),
                };
                decided.lock().expect("no panic").push(machine.lane());
            });
        }
    });
    let (published, decided) =
        (published.into_inner().expect("no panic"), decided.into_inner().expect("no panic"));
    assert_eq!(decided, published);
    assert_eq!(published.last(), Some(&breaker.lane()));
}

#[test]
fn a_success_on_a_free_lane_reads_no_clock() {
    let breaker = shared(config(3, Window::Consecutive));
    let ticket = breaker.admit(|| panic!("the clock was read"), |_| {}).ticket.expect("closed");
    assert_eq!(
        None,
        breaker.succeed(ticket, || panic!("the clock was read"), |_| panic!("a lane was published"))
    );
}

#[test]
fn successes_before_a_failure_are_counted_before_it() {
    let breaker = shared(counting(2, 3));
    let fail = || {
        let ticket = admitted(&breaker, at(1)).expect("closed");
        breaker.settle(ticket, FAILURE, at(1), |_| {})
    };
    assert_eq!(None, fail());
    for _ in 0..2 {
        let ticket = admitted(&breaker, at(1)).expect("closed");
        breaker.succeed(ticket, || at(1), |_| {});
    }
    assert_eq!(None, fail(), "the first failure has left the window");
    assert_eq!((StateName::Closed, 1), state(&breaker, at(1)));
}

/// mode: poisoned lock
#[test]
fn a_thread_that_panics_inside_a_decision_stops_nobody_else() {
    let breaker = shared(config(3, Window::Consecutive));
    let panicked =
        thread::scope(|scope| scope.spawn(|| breaker.with(|_| {}, |_| panic!("on purpose"))).join().is_err());
    assert!(panicked);
    let ticket = admitted(&breaker, at(1)).expect("still admits");
    breaker.settle(ticket, FAILURE, at(1), |_| {});
    assert_eq!((StateName::Closed, 1), state(&breaker, at(1)));
}

#[test]
fn a_counting_lane_is_free_again_once_successes_have_filled_the_window() {
    let breaker = shared(counting(2, 3));
    let ticket = admitted(&breaker, at(0)).expect("closed");
    breaker.settle(ticket, FAILURE, at(0), |_| {});
    let published = Mutex::new(Vec::new());
    for _ in 0..3 {
        let ticket = admitted(&breaker, at(0)).expect("closed");
        breaker.succeed(ticket, || at(0), |lane| published.lock().expect("no panic").push(lane.counts()));
    }
    assert_eq!((vec![false], false), (published.into_inner().expect("no panic"), breaker.lane().counts()));
}
