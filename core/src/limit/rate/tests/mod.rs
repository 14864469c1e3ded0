//! Stories about a rate limiter, in virtual time.

#![allow(
    clippy::unchecked_time_subtraction,
    reason = "a story knows its own times; a wrong one should panic"
)]

mod cancel;
mod matrix;
mod model;
mod snapshot;
mod wait;

use core::num::NonZeroU32;
use core::time::Duration;

use super::{RateLimitConfig, RateLimiter, Rejection, Reservation, Snapshot, Tally};
use crate::limit::{Permit, RestoreError};
use crate::time::Instant;

/// A limiter and the time.
#[derive(Clone)]
struct Sim {
    limiter: RateLimiter,
    now: Instant,
}

impl Sim {
    fn new(config: RateLimitConfig) -> Self {
        Self { limiter: RateLimiter::new(config), now: NOON }
    }

    fn after(&mut self, wait: Duration) -> &mut Self {
        self.now = self.now.saturating_add(wait);
        self
    }

    fn acquire(&mut self) -> Result<Reservation, Rejection> {
        self.limiter.acquire(self.now)
    }

    /// What a caller hears: how long to wait, or when to come back.
    fn ask(&mut self) -> Result<Duration, Duration> {
        self.acquire().map(|place| place.wait).map_err(|rejection| rejection.retry_after)
    }

    fn asks(&mut self, calls: usize) -> std::vec::Vec<Result<Duration, Duration>> {
        (0..calls).map(|_| self.ask()).collect()
    }

    /// A place that must be given.
    fn place(&mut self) -> Permit {
        self.acquire().expect("a place").permit
    }

    fn cancel(&mut self, place: Permit) -> bool {
        self.limiter.cancel(place)
    }
}

/// Four calls a second, two of them at once, and nobody waits.
fn config() -> RateLimitConfig {
    RateLimitConfig { burst: count(2), ..RateLimitConfig::per_second(count(4)) }
}

/// The same, and calls may wait for half a second.
fn patient() -> RateLimitConfig {
    RateLimitConfig { max_wait: millis(500), ..config() }
}

fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const NOON: Instant = Instant::from_nanos(43_200_000_000_000);
const NANOSECOND: Duration = Duration::from_nanos(1);
const NOW: Result<Duration, Duration> = Ok(Duration::ZERO);
