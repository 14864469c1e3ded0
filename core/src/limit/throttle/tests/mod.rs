//! Stories about a throttle, in virtual time.

#![allow(
    clippy::unchecked_time_subtraction,
    reason = "a story knows its own times; a wrong one should panic"
)]

mod backend;
mod chance;
mod matrix;
mod model;
mod snapshot;

use core::time::Duration;

use super::{Counts, Fraction, Rejection, Snapshot, Tally, Thousandths, Throttle, ThrottleConfig};
use crate::limit::RestoreError;
use crate::rng::Rng;
use crate::time::Instant;

/// A throttle, the time and the draws.
#[derive(Clone)]
struct Sim {
    throttle: Throttle,
    now: Instant,
    rng: Rng,
}

impl Sim {
    fn new(config: ThrottleConfig) -> Self {
        Self { throttle: Throttle::new(config), now: NOON, rng: Rng::from_seed(7) }
    }

    fn after(&mut self, wait: Duration) -> &mut Self {
        self.now = self.now.saturating_add(wait);
        self
    }

    fn admit(&mut self) -> Result<(), Rejection> {
        self.throttle.admit(self.now, &mut self.rng)
    }

    /// Calls that go out and are accepted.
    fn accepted(&mut self, calls: u32) -> &mut Self {
        (0..calls).for_each(|_| self.throttle.settle(true, self.now));
        self
    }

    /// Calls that go out and are not.
    fn refused(&mut self, calls: u32) -> &mut Self {
        (0..calls).for_each(|_| self.throttle.settle(false, self.now));
        self
    }

    fn chance(&mut self) -> (u64, u64) {
        let Fraction { numerator, denominator } = self.throttle.reject_probability(self.now);
        (numerator, denominator)
    }

    /// Requests and accepts within the window.
    fn counts(&mut self) -> (u64, u64) {
        let Counts { requests, accepts } = self.throttle.counts(self.now);
        (requests, accepts)
    }
}

/// Twice what was accepted in the last half minute, a second a bucket; nothing is rejected of the first four calls.
fn config() -> ThrottleConfig {
    ThrottleConfig { window: secs(30), minimum_calls: 4, ..ThrottleConfig::default() }
}

/// The same with the bare formula.
fn bare() -> ThrottleConfig {
    ThrottleConfig { max_reject_rate: Thousandths::ONE, ..config() }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const NOON: Instant = Instant::from_nanos(43_200_000_000_000);
const NANOSECOND: Duration = Duration::from_nanos(1);
