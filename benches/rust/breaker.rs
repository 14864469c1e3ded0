//! What a guarded call costs in Rust: `cargo bench -p failsoft-benches`.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use failsoft::backoff::{Curve, Jitter, Schedule};
use failsoft::breaker::{Breaker, BreakerConfig, Lane, Outcome, Window};
use failsoft::host::SharedBreaker;
use failsoft::rng::Rng;
use failsoft::time::Instant;
use failsoft_benches::{head, measure};

fn main() {
    head();
    let consecutive = Arc::new(SharedBreaker::new(Breaker::new(BreakerConfig::default())));
    measure("closed, consecutive failures", CALLS, bare, || guarded(&consecutive));
    measure("closed, count window with a failure in it", CALLS, bare, {
        let breaker = counting();
        move || guarded(&breaker)
    });
    measure("open, rejected", CALLS, bare, {
        let breaker = open();
        move || {
            black_box(breaker.admit(now, publish).ticket.is_err());
        }
    });
    beside_another_thread(&consecutive);
    let schedule = Schedule {
        curve: Curve::Exponential { base: 2.0 },
        initial_delay: Duration::from_millis(100),
        max_delay: Duration::from_secs(20),
        jitter: Jitter::Full,
    };
    let mut rng = Rng::from_seed(1);
    measure("one delay, exponential with full jitter", CALLS, bare, || {
        black_box(schedule.delay(black_box(5), Duration::ZERO, &mut rng));
    });
}

fn bare() {
    black_box(work(black_box(1)));
}

fn guarded(breaker: &SharedBreaker) {
    if let Ok(ticket) = breaker.admit(now, publish).ticket {
        black_box(work(black_box(1)));
        breaker.succeed(ticket, now, publish);
    }
}

#[inline(never)]
fn work(number: u64) -> u64 {
    number.wrapping_mul(3)
}

fn counting() -> SharedBreaker {
    let window = Window::Count(NonZeroU32::MIN.saturating_add(99));
    let breaker = SharedBreaker::new(Breaker::new(BreakerConfig { window, ..BreakerConfig::default() }));
    if let Ok(ticket) = breaker.admit(now, publish).ticket {
        breaker.settle(ticket, Outcome::failure(1), now(), publish);
    }
    breaker
}

fn open() -> SharedBreaker {
    let failure_threshold = Some(NonZeroU32::MIN);
    let breaker =
        SharedBreaker::new(Breaker::new(BreakerConfig { failure_threshold, ..BreakerConfig::default() }));
    if let Ok(ticket) = breaker.admit(now, publish).ticket {
        breaker.settle(ticket, Outcome::failure(1), now(), publish);
    }
    breaker
}

fn beside_another_thread(breaker: &Arc<SharedBreaker>) {
    let stop = Arc::new(AtomicBool::new(false));
    let other = {
        let (breaker, stop) = (Arc::clone(breaker), Arc::clone(&stop));
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                guarded(&breaker);
            }
        })
    };
    measure("closed, beside a second thread", CALLS, bare, || guarded(breaker));
    stop.store(true, Ordering::Relaxed);
    drop(other.join());
}

/// The benchmark's clock stands still: no decision here depends on it.
fn now() -> Instant {
    Instant::from_nanos(0)
}

fn publish(_: Lane) {}

const CALLS: u32 = 50_000;
