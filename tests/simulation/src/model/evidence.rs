//! Whether what happened is enough to open.

use failsoft::breaker::{Reason, Window};

use super::breaker::Model;
use super::nanos;

impl Model {
    /// Failures in a row, and those of one kind among the last of them.
    pub(super) fn in_a_row(&self) -> (u32, u32) {
        let failures: Vec<u64> = self.row.iter().rev().map_while(|kind| *kind).collect();
        let same = failures.iter().take_while(|kind| failures.first() == Some(kind)).count();
        (count(failures.len()), count(same))
    }

    pub(super) fn trips(&self) -> Option<Reason> {
        let config = &self.config;
        let reached =
            |number: u32, most: Option<core::num::NonZeroU32>| most.is_some_and(|most| number >= most.get());
        if reached(self.in_a_row().1, config.identical_failures) {
            return Some(Reason::IdenticalFailures);
        }
        if reached(self.failures(), config.failure_threshold) {
            return Some(match config.window {
                Window::Consecutive => Reason::ConsecutiveFailures,
                Window::Count(_) => Reason::CountWindow,
                Window::Time(_) => Reason::TimeWindow,
            });
        }
        let counts = self.counts();
        if !config.has_rates() || counts.calls < config.minimum_calls.get() {
            return None;
        }
        let share = |part: u32| f64::from(part) / f64::from(counts.calls);
        // Shares are read to the millionth: nothing between two calls is nearer than that.
        let reached = |part: u32, rate: f64| counts.calls > 0 && share(part) > rate - 1e-7;
        if config.failure_rate.is_some_and(|rate| reached(counts.failures, rate.as_f64())) {
            return Some(Reason::FailureRate);
        }
        config
            .slow_call
            .is_some_and(|slow| reached(counts.slow, slow.rate.as_f64()))
            .then_some(Reason::SlowCallRate)
    }

    /// Calls under way that are slow already: known of a call as soon as it is of all that began in its eighth.
    pub(super) fn late(&self) -> u32 {
        let Some(slow) = self.config.slow_call else { return 0 };
        let limit = u128::from(nanos(slow.duration).max(1));
        let eighth = limit.div_ceil(8);
        let late = |began: u64| {
            let last = (u128::from(began) / eighth + 1) * eighth - 1;
            u128::from(self.now) >= (last + limit).min(u128::from(u64::MAX))
        };
        count(self.under_way.iter().filter(|(_, began)| late(*began)).count())
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("few")
}
