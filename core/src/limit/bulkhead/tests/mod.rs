//! Stories about a bulkhead, in virtual time.

#![allow(
    clippy::unchecked_time_subtraction,
    reason = "a story knows its own times; a wrong one should panic"
)]

mod inside;
mod line;
mod matrix;
mod model;
mod snapshot;

use core::num::NonZeroU32;
use core::time::Duration;
use std::vec::Vec;

use super::{Bulkhead, BulkheadConfig, Entry, MOST_CALLS, Place, Snapshot, Tally};
use crate::limit::{Permit, RestoreError};
use crate::time::Instant;

/// A bulkhead and the time.
struct Sim {
    bulkhead: Bulkhead,
    now: Instant,
}

impl Sim {
    fn new(config: BulkheadConfig) -> Self {
        Self { bulkhead: Bulkhead::new(config), now: NOON }
    }

    fn after(&mut self, wait: Duration) -> &mut Self {
        self.now = self.now.saturating_add(wait);
        self
    }

    /// What a caller hears who does not keep the number.
    fn ask(&mut self) -> &'static str {
        match self.bulkhead.enter(self.now) {
            Entry::Admitted(_) => "admitted",
            Entry::Queued { .. } => "queued",
            Entry::Full => "full",
        }
    }

    /// A call that must be admitted, or queued.
    fn enter(&mut self) -> Permit {
        match self.bulkhead.enter(self.now) {
            Entry::Admitted(permit) | Entry::Queued { place: permit, .. } => permit,
            Entry::Full => panic!("a call that is let in"),
        }
    }

    fn enters(&mut self, calls: usize) -> Vec<Permit> {
        (0..calls).map(|_| self.enter()).collect()
    }

    fn leave(&mut self, permit: Permit) -> Option<Permit> {
        self.bulkhead.leave(permit, self.now)
    }

    fn forget(&mut self, place: Permit) -> Option<Permit> {
        self.bulkhead.forget(place, self.now)
    }

    fn poll(&mut self, place: Permit) -> Place {
        self.bulkhead.poll(place, self.now)
    }

    fn polls(&mut self, places: &[Permit]) -> Vec<Place> {
        places.iter().map(|place| self.poll(*place)).collect()
    }

    /// Calls under way, and calls in the line.
    fn view(&mut self) -> (u32, u32) {
        (self.bulkhead.in_flight(), self.bulkhead.queued(self.now))
    }
}

/// Two calls at a time and three in the line, each for ten seconds at most.
fn config() -> BulkheadConfig {
    BulkheadConfig { max_concurrent: count(2), max_queue: 3, max_wait: Some(secs(10)) }
}

const fn waiting(position: u32) -> Place {
    Place::Waiting { position }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}

const NOON: Instant = Instant::from_nanos(43_200_000_000_000);
const NANOSECOND: Duration = Duration::from_nanos(1);
