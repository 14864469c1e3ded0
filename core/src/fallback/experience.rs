//! What has been observed of a step lately: counts, so that experience of several processes can be added up.

use core::time::Duration;

use super::config::Reorder;
use crate::time::{Instant, nanos};

/// Counts in generations, the newest first. A list of single outcomes would be exact to the call, but could not be
/// merged; counts that are halved now and then could, but never quite forget an outage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Experience {
    pub(super) generations: [Generation; GENERATIONS],
}

/// Calls that came after each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Generation {
    pub(super) counts: Counts,
    /// When it stops counting. Not when it began: that may lie before the epoch of a restored clock.
    pub(super) expires: Instant,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) successes: u64,
    pub(super) failures: u64,
    /// Of the successes, in nanoseconds: how fast something fails says nothing about how fast it serves.
    pub(super) latency: u64,
}

impl Experience {
    /// Adds a success and how long it took, or a failure.
    pub(super) fn record(&mut self, success: Option<Duration>, reorder: &Reorder, now: Instant) {
        let third = reorder.forget_after / THIRDS;
        let full = u64::from(reorder.history.get().div_ceil(THIRDS));
        if let Some(newest) = self.generations.first()
            && (newest.counts.calls() >= full
                || newest.expires.saturating_since(now) <= reorder.forget_after.saturating_sub(third))
        {
            self.generations.rotate_right(1);
            if let Some(newest) = self.generations.first_mut() {
                let expires = now.saturating_add(reorder.forget_after);
                *newest = Generation { counts: Counts::default(), expires };
            }
        }
        if let Some(newest) = self.generations.first_mut() {
            newest.counts.add(match success {
                Some(took) => Counts { successes: 1, failures: 0, latency: nanos(took) },
                None => Counts { successes: 0, failures: 1, latency: 0 },
            });
        }
    }

    /// What counts at `now`.
    pub(super) fn recent(&self, now: Instant) -> Counts {
        let mut sum = Counts::default();
        for generation in self.generations.iter().filter(|generation| generation.expires > now) {
            sum.add(generation.counts);
        }
        sum
    }
}

impl Counts {
    pub(super) const fn calls(self) -> u64 {
        self.successes.saturating_add(self.failures)
    }

    pub(super) const fn add(&mut self, other: Self) {
        self.successes = self.successes.saturating_add(other.successes);
        self.failures = self.failures.saturating_add(other.failures);
        self.latency = self.latency.saturating_add(other.latency);
    }

    /// The success rate in twentieths, rounded to the nearest; of no calls, all.
    pub(super) fn rate(self) -> u64 {
        let (successes, calls) = (u128::from(self.successes), u128::from(self.calls()));
        let rounded = (successes * 2 * RATES + calls).checked_div(2 * calls).unwrap_or(RATES);
        u64::try_from(rounded).unwrap_or(u64::MAX)
    }

    /// Whether less than half of the calls succeeded.
    pub(super) const fn mostly_failed(self) -> bool {
        self.successes < self.failures
    }

    /// The average latency as a power of two of microseconds; the slowest there is where nothing succeeded.
    pub(super) fn pace(self) -> u32 {
        let average = self.latency.checked_div(self.successes);
        average.map_or(u32::MAX, |average| (average / NANOS_PER_MICRO).saturating_add(1).ilog2())
    }
}

pub(super) const GENERATIONS: usize = 4;
/// One generation more than thirds: while the newest one fills, the three before it are a whole history.
const THIRDS: u32 = 3;
const RATES: u128 = 20;
const NANOS_PER_MICRO: u64 = 1_000;
