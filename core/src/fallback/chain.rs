//! The part of a chain that its calls share.

use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::config::ChainConfig;
use super::experience::Experience;
use super::order::Order;
use super::report::Ending;
use super::run::ChainRun;
use crate::error::ConfigError;
use crate::time::{Instant, nanos};

/// A fallback chain: its settings, its statistics and what it has learnt.
///
/// It is a value without locks: whoever shares it between threads guards it. Calls may interleave; each is a
/// [`ChainRun`] of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    pub(super) config: ChainConfig,
    /// As many as the settings have.
    pub(super) steps: Vec<StepState>,
    pub(super) tally: Tally,
    /// Who served last.
    pub(super) last_served: Option<usize>,
    /// Calls that found a step demoted; they take turns at exploring.
    pub(super) turns: u64,
    /// The latest reading of the clock; an earlier one is taken as this.
    pub(super) now: Instant,
}

/// How calls ended since the chain was made. `calls` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Calls that ended.
    pub calls: u64,
    /// A step answered.
    pub served: u64,
    /// All steps that were not benched failed.
    pub exhausted: u64,
    /// No step could be tried.
    pub all_benched: u64,
    /// A verdict ended it at once.
    pub failed_now: u64,
    /// Someone asked to stop.
    pub abandoned: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct StepState {
    pub(super) counts: StepCounts,
    pub(super) last_latency: Option<Duration>,
    pub(super) last_success: Option<Moment>,
    pub(super) experience: Experience,
    /// The turn at which it was last explored; 0 for never.
    pub(super) explored: u64,
    /// Succeeded when explored, after it had mostly failed.
    pub(super) recovering: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct StepCounts {
    pub(super) successes: u64,
    pub(super) failures: u64,
    pub(super) ignored: u64,
    pub(super) abandoned: u64,
    /// Calls that passed it over because it was benched.
    pub(super) benched: u64,
    /// Of all successes, in nanoseconds.
    pub(super) latency: u64,
}

/// A time that may lie before the epoch of a restored clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: Instant,
    pub(super) earlier: Duration,
}

/// How an attempt at a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Success {
        took: Duration,
        explored: bool,
    },
    Failure,
    /// A failure that speaks of the call, not of the step.
    FailNow,
    Ignored,
    Abandoned,
}

impl Chain {
    /// A chain without experience; or everything that is wrong with the settings.
    pub fn new(config: ChainConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        let steps = alloc::vec![StepState::default(); config.steps.len()];
        let (tally, last_served, turns, now) = (Tally::default(), None, 0, Instant::default());
        Ok(Self { config, steps, tally, last_served, turns, now })
    }

    /// Begins a call at `now`. Its order is settled here; what other calls learn meanwhile does not change it.
    pub fn begin(&mut self, now: Instant) -> ChainRun {
        let now = self.advance(now);
        let mut order = self.order(now);
        let explored = self.explores(&order);
        if let Some(step) = explored {
            order.lead_with(step);
        }
        ChainRun::new(order, explored, now)
    }

    /// The step numbers in the order that a call at `now` would try them in, exploration aside.
    pub fn current_order(&self, now: Instant) -> Vec<usize> {
        self.order(self.now.max(now)).iter().collect()
    }

    /// How calls have ended.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// The settings it was made with.
    pub const fn config(&self) -> &ChainConfig {
        &self.config
    }

    pub(super) fn order(&self, now: Instant) -> Order {
        match &self.config.reorder {
            Some(reorder) => Order::by_experience(&self.steps, reorder, now),
            None => Order::of_document(self.steps.len()),
        }
    }

    /// The demoted step that this call tries first, if any. A turn goes before a recovering step, so that one of them
    /// does not keep the others from being heard.
    fn explores(&mut self, order: &Order) -> Option<usize> {
        let every = u64::from(self.config.reorder.as_ref()?.explore_every.get());
        order.demoted().next()?;
        self.turns = self.turns.saturating_add(1);
        let demoted = || order.demoted().filter_map(|step| Some((step, self.steps.get(step)?)));
        let step = if self.turns.is_multiple_of(every) {
            demoted().min_by_key(|(step, state)| (state.explored, *step)).map(|(step, _)| step)
        } else {
            return demoted().filter(|(_, state)| state.recovering).map(|(step, _)| step).min();
        };
        if let Some(state) = step.and_then(|step| self.steps.get_mut(step)) {
            state.explored = self.turns;
        }
        step
    }

    /// Counts how an attempt ended.
    pub(super) fn settle(&mut self, step: usize, outcome: Outcome, now: Instant) {
        let Some(state) = self.steps.get_mut(step) else { return };
        let experience = match outcome {
            Outcome::Success { took, explored } => {
                state.counts.successes = state.counts.successes.saturating_add(1);
                state.counts.latency = state.counts.latency.saturating_add(nanos(took));
                state.last_latency = Some(took);
                state.last_success = Some(Moment { at: now, earlier: Duration::ZERO });
                state.recovering |= explored && state.experience.recent(now).mostly_failed();
                Some(took)
            }
            Outcome::Failure => {
                state.counts.failures = state.counts.failures.saturating_add(1);
                state.recovering = false;
                None
            }
            Outcome::FailNow => {
                state.counts.failures = state.counts.failures.saturating_add(1);
                return;
            }
            Outcome::Ignored => {
                state.counts.ignored = state.counts.ignored.saturating_add(1);
                return;
            }
            Outcome::Abandoned => {
                state.counts.abandoned = state.counts.abandoned.saturating_add(1);
                return;
            }
        };
        if let Some(reorder) = &self.config.reorder {
            state.experience.record(experience, reorder, now);
            state.recovering &= state.experience.recent(now).failures > 0;
        }
    }

    /// Counts a call that passed a step over because it was benched.
    pub(super) fn bench(&mut self, step: usize) {
        if let Some(state) = self.steps.get_mut(step) {
            state.counts.benched = state.counts.benched.saturating_add(1);
        }
    }

    /// Counts how a call ended.
    pub(super) fn end(&mut self, ending: Ending) {
        let count = match ending {
            Ending::Served(served) => {
                self.last_served = Some(served.step);
                &mut self.tally.served
            }
            Ending::Exhausted { .. } => &mut self.tally.exhausted,
            Ending::AllBenched { .. } => &mut self.tally.all_benched,
            Ending::FailedNow { .. } => &mut self.tally.failed_now,
            Ending::Abandoned => &mut self.tally.abandoned,
        };
        *count = count.saturating_add(1);
        self.tally.calls = self.tally.calls.saturating_add(1);
    }

    pub(super) fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        self.now
    }
}

impl StepCounts {
    /// Calls of it that ended.
    pub(super) const fn attempts(&self) -> u64 {
        self.successes
            .saturating_add(self.failures)
            .saturating_add(self.ignored)
            .saturating_add(self.abandoned)
    }
}

impl Moment {
    pub(super) fn ago(self, now: Instant) -> Duration {
        now.saturating_since(self.at).saturating_add(self.earlier)
    }
}
