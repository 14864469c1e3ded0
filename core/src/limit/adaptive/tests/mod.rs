//! Stories about an adaptive limit, in virtual time.

#![allow(
    clippy::unchecked_time_subtraction,
    reason = "a story knows its own times; a wrong one should panic"
)]

mod gradient;
mod height;
mod matrix;
mod model;
mod overload;
mod places;
mod server;
mod snapshot;

use core::num::NonZeroU32;
use core::time::Duration;
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use super::{Adaptive, AdaptiveConfig, Outcome, Rejection, RestoreError, Snapshot, Tally};
use crate::limit::{Permit, Share};
use crate::time::{Instant, nanos};

/// A limit and the time.
struct Sim {
    limit: Adaptive,
    now: Instant,
}

impl Sim {
    fn new(config: AdaptiveConfig) -> Self {
        Self { limit: Adaptive::new(config), now: Instant::from_nanos(0).saturating_add(NOON) }
    }

    fn after(&mut self, wait: Duration) -> &mut Self {
        self.now = self.now.saturating_add(wait);
        self
    }

    fn back(&mut self, step: Duration) -> &mut Self {
        self.now = Instant::from_nanos(self.now.as_nanos() - nanos(step));
        self
    }

    fn ask(&mut self) -> Result<Permit, Rejection> {
        self.limit.enter(self.now)
    }

    /// A call that must be admitted.
    fn call(&mut self) -> Permit {
        self.ask().expect("a call that is admitted")
    }

    fn calls(&mut self, count: u32) -> Vec<Permit> {
        (0..count).map(|_| self.call()).collect()
    }

    fn ends(&mut self, permit: Permit, outcome: Outcome) -> &mut Self {
        self.limit.leave(permit, outcome, self.now);
        self
    }

    fn end(&mut self, permits: Vec<Permit>, outcome: Outcome) -> &mut Self {
        for permit in permits {
            self.ends(permit, outcome);
        }
        self
    }

    /// Calls one after the other.
    fn each(&mut self, count: u32, outcome: Outcome) -> &mut Self {
        for _ in 0..count {
            let permit = self.call();
            self.ends(permit, outcome);
        }
        self
    }

    /// The limit and the calls in flight.
    fn view(&mut self) -> (u32, u32) {
        (self.limit.limit(self.now), self.limit.in_flight(self.now))
    }

    /// The limit to the nearest hundredth.
    fn height(&self) -> String {
        let level = self.limit.level;
        let fixed = u128::from(level.whole()) << 32 | u128::from(level.fraction());
        let hundredths = (fixed * 100 + (1 << 31)) >> 32;
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

/// Ten at first, between two and twelve; slow from above a second; a lease of half a minute.
fn config() -> AdaptiveConfig {
    AdaptiveConfig {
        initial: count(10),
        min: count(2),
        max: count(12),
        latency_threshold: Some(secs(1)),
        lease: secs(30),
        ..AdaptiveConfig::default()
    }
}

fn without_threshold() -> AdaptiveConfig {
    AdaptiveConfig { latency_threshold: None, ..config() }
}

fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const NANOSECOND: Duration = Duration::from_nanos(1);
const NOON: Duration = secs(43_200);
