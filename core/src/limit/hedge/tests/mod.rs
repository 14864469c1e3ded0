//! Stories about hedging, in virtual time.

#![allow(
    clippy::unchecked_time_subtraction,
    reason = "a story knows its own times; a wrong one should panic"
)]

mod delay;
mod matrix;
mod model;
mod snapshot;
mod time;

use core::num::NonZeroU32;
use core::time::Duration;
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use super::{Hedge, HedgeConfig, Percentile, RestoreError, Snapshot, When};
use crate::limit::Share;
use crate::time::{Instant, nanos};

/// A hedge and the time.
struct Sim {
    hedge: Hedge,
    now: Instant,
}

impl Sim {
    fn new(config: HedgeConfig) -> Self {
        Self { hedge: Hedge::new(config), now: Instant::from_nanos(0).saturating_add(NOON) }
    }

    fn after(&mut self, wait: Duration) -> &mut Self {
        self.now = self.now.saturating_add(wait);
        self
    }

    fn back(&mut self, step: Duration) -> &mut Self {
        self.now = Instant::from_nanos(self.now.as_nanos() - nanos(step));
        self
    }

    fn observes(&mut self, latencies: impl IntoIterator<Item = u64>) -> &mut Self {
        for latency in latencies {
            self.hedge.observe(millis(latency), self.now);
        }
        self
    }

    /// The delay in milliseconds, rounded down.
    fn delay(&mut self) -> Option<u64> {
        self.hedge.delay(self.now).map(|delay| u64::try_from(delay.as_millis()).unwrap())
    }

    fn observed(&mut self) -> u64 {
        self.hedge.observed(self.now)
    }
}

/// The ninetieth percentile of ten calls at least, within the last forty seconds: quarters of ten.
fn config() -> HedgeConfig {
    percentile(Percentile {
        share: Share::from_f64(0.9),
        minimum_calls: count(10),
        window: secs(40),
        until_known: None,
    })
}

fn percentile(percentile: Percentile) -> HedgeConfig {
    HedgeConfig { when: When::Percentile(percentile), ..HedgeConfig::default() }
}

fn fixed() -> HedgeConfig {
    HedgeConfig { when: When::After(millis(50)), ..HedgeConfig::default() }
}

fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const NANOSECOND: Duration = Duration::from_nanos(1);
const NOON: Duration = secs(43_200);
