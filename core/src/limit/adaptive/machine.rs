//! Every decision is made in this file; see the table in the [module](super).

use serde::{Deserialize, Serialize};

use super::config::AdaptiveConfig;
use super::level::Level;
use super::places::{Call, Places};
use crate::limit::Permit;
use crate::time::Instant;

/// A limit of concurrent calls that finds its own height.
///
/// It is a value without locks: whoever shares it between threads guards it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adaptive {
    pub(super) config: AdaptiveConfig,
    pub(super) level: Level,
    pub(super) places: Places,
    /// The number of the last call admitted.
    pub(super) admitted: u64,
    /// The last call that was admitted before the limit was last lowered by the ratio.
    pub(super) lowered_after: u64,
    /// The latest reading of the clock; an earlier one is taken as this.
    pub(super) now: Instant,
    pub(super) tally: Tally,
}

/// How a call ended, as far as a limit cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The dependency answered.
    Success,
    /// The dependency failed, timed out or refused.
    Failure,
    /// It says nothing about the dependency: cancelled, or the caller's own fault.
    Ignored,
}

/// A refusal. When to come back cannot be known: a place is free as soon as any of the calls in flight is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    /// The limit at this moment.
    pub limit: u32,
    /// Calls in flight; more than the limit if it has just fallen.
    pub in_flight: u32,
}

/// What a limit has seen since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Calls refused.
    pub rejected: u64,
    /// Failures, slow successes among them.
    pub failures: u64,
    /// Calls that lost their place to their lease.
    pub lapsed: u64,
    /// Permits given back that were not out: given back before, lapsed, or made up.
    pub stale: u64,
}

impl Adaptive {
    /// A limit at its initial height with nothing in flight.
    pub fn new(config: AdaptiveConfig) -> Self {
        Self {
            config,
            level: Level::new(&config),
            places: Places::new(),
            admitted: 0,
            lowered_after: 0,
            now: Instant::default(),
            tally: Tally::default(),
        }
    }

    /// Asks for a call to go out at `now`. An admitted call must [`leave`](Self::leave) with its permit.
    pub fn enter(&mut self, now: Instant) -> Result<Permit, Rejection> {
        let now = self.advance(now);
        let (limit, in_flight) = (self.level.whole(), self.places.taken());
        if in_flight >= limit {
            self.tally.rejected = self.tally.rejected.saturating_add(1);
            return Err(Rejection { limit, in_flight });
        }
        self.admitted = self.admitted.wrapping_add(1);
        let counts = in_flight + 1 >= limit.div_ceil(2);
        Ok(self.places.enter(Call { number: self.admitted, began: now, counts }))
    }

    /// Gives a permit back at `now` with how its call ended. One that is not out changes nothing.
    pub fn leave(&mut self, permit: Permit, outcome: Outcome, now: Instant) {
        let now = self.advance(now);
        let Some(call) = self.places.leave(permit) else {
            self.tally.stale = self.tally.stale.saturating_add(1);
            return;
        };
        let took = now.saturating_since(call.began);
        let slow = self.config.latency_threshold.is_some_and(|most| took > most);
        match outcome {
            Outcome::Ignored => {}
            Outcome::Success if !slow => {
                if call.counts {
                    self.level.raise();
                }
            }
            Outcome::Success | Outcome::Failure => self.failed(&call),
        }
    }

    /// How many calls may be in flight as of `now`.
    pub fn limit(&mut self, now: Instant) -> u32 {
        self.advance(now);
        self.level.whole()
    }

    /// How many calls are in flight as of `now`.
    pub fn in_flight(&mut self, now: Instant) -> u32 {
        self.advance(now);
        self.places.taken()
    }

    /// What it has seen since it was made.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// The settings it was made with.
    pub const fn config(&self) -> &AdaptiveConfig {
        &self.config
    }

    /// Moves the clock on and takes the places back whose lease is over.
    pub(super) fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        while let Some((permit, call)) = self.places.oldest()
            && call.began.saturating_add(self.config.lease) <= self.now
        {
            self.places.leave(permit);
            self.tally.lapsed = self.tally.lapsed.saturating_add(1);
            if self.config.latency_threshold.is_some_and(|most| self.config.lease > most) {
                self.failed(&call);
            }
        }
        self.now
    }

    fn failed(&mut self, call: &Call) {
        self.tally.failures = self.tally.failures.saturating_add(1);
        if call.number > self.lowered_after {
            self.level.lower(self.config.backoff_ratio);
            self.lowered_after = self.admitted;
        } else {
            self.level.lower_slightly();
        }
    }
}
