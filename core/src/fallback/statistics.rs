//! What a chain has seen, as data for dashboards.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::Serialize;

use super::chain::{Chain, StepState, Tally};
use super::config::Step;
use super::report::seconds;
use crate::time::Instant;

/// The statistics of a chain. Durations are written in seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    /// How its calls ended.
    #[serde(flatten)]
    pub tally: Tally,
    /// The share of calls that were served, from 0 to 1, those abandoned left out. 0 before the first call, and not
    /// null, as document 004 formats it without asking.
    pub overall_success_rate: f64,
    /// The step that served last, the first one of the chain included.
    pub last_successful_fallback: Option<String>,
    /// The average quality of the answers.
    pub average_quality: Option<f64>,
    /// What the answers cost.
    pub total_cost: f64,
    /// What failed attempts would have cost. Whether they are charged is between the user and the provider.
    pub failed_cost: f64,
    /// In the document's order.
    pub steps: Vec<StepStatistics>,
}

/// The statistics of a step. `attempts` is the sum of successes, failures, ignored and abandoned.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepStatistics {
    /// What it is called.
    pub name: String,
    /// How good its answer is.
    pub quality: f64,
    /// What a call costs.
    pub cost: f64,
    /// Its place in the current order, from 1.
    pub position: usize,
    /// Calls of it that ended.
    pub attempts: u64,
    /// Calls that it served.
    pub successes: u64,
    /// Calls in which it failed.
    pub failures: u64,
    /// Calls of it that ended in an error that a rule ignores.
    pub ignored: u64,
    /// Calls of it that were cancelled.
    pub abandoned: u64,
    /// Calls that passed it over because it was not available.
    pub benched: u64,
    /// Successes among successes and failures; `None` before the first.
    pub success_rate: Option<f64>,
    /// Of its successes.
    #[serde(serialize_with = "seconds")]
    pub average_latency: Option<Duration>,
    /// Of its last success.
    #[serde(serialize_with = "seconds")]
    pub last_latency: Option<Duration>,
    /// How long ago its last success was.
    #[serde(serialize_with = "seconds")]
    pub last_success_ago: Option<Duration>,
    /// What the order goes by; empty without re-ordering.
    pub recent: Recent,
}

/// The experience with a step that still counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Recent {
    /// Successes that count.
    pub successes: u64,
    /// Failures that count.
    pub failures: u64,
    /// Of those successes.
    #[serde(serialize_with = "seconds")]
    pub average_latency: Option<Duration>,
}

impl Chain {
    /// What the chain has seen, as of `now`.
    ///
    /// Costs and qualities are counts times today's settings, not running sums of floating-point numbers: so they are the
    /// same in whichever order calls ended and snapshots were merged.
    pub fn statistics(&self, now: Instant) -> Statistics {
        let now = self.now.max(now);
        let order = self.order(now);
        let both = || self.config.steps.iter().zip(&self.steps);
        let place = |step: usize| order.iter().position(|other| other == step).unwrap_or(step) + 1;
        let steps =
            both().enumerate().map(|(index, (step, state))| state.statistics(step, place(index), now));
        let successes: u64 = both().fold(0, |sum, (_, state)| sum.saturating_add(state.counts.successes));
        // Shares first: three answers of quality 0.8 are 0.8 on average, not 0.8 and a rounding error.
        let share = |state: &StepState| ratio(state.counts.successes, successes).unwrap_or(0.0);
        let quality: f64 = both().map(|(step, state)| step.quality * share(state)).sum();
        Statistics {
            tally: self.tally,
            overall_success_rate: ratio(
                self.tally.served,
                self.tally.calls.saturating_sub(self.tally.abandoned),
            )
            .unwrap_or(0.0),
            last_successful_fallback: self.last_served_name(),
            average_quality: (successes > 0).then_some(quality),
            total_cost: both().map(|(step, state)| step.cost * float(state.counts.successes)).sum(),
            failed_cost: both().map(|(step, state)| step.cost * float(state.counts.failures)).sum(),
            steps: steps.collect(),
        }
    }

    pub(super) fn last_served_name(&self) -> Option<String> {
        self.last_served.and_then(|step| self.config.steps.get(step)).map(|step| step.name.clone())
    }
}

impl StepState {
    fn statistics(&self, step: &Step, position: usize, now: Instant) -> StepStatistics {
        let counts = &self.counts;
        let recent = self.experience.recent(now);
        StepStatistics {
            name: step.name.clone(),
            quality: step.quality,
            cost: step.cost,
            position,
            attempts: counts.attempts(),
            successes: counts.successes,
            failures: counts.failures,
            ignored: counts.ignored,
            abandoned: counts.abandoned,
            benched: counts.benched,
            success_rate: ratio(counts.successes, counts.successes.saturating_add(counts.failures)),
            average_latency: average(counts.latency, counts.successes),
            last_latency: self.last_latency,
            last_success_ago: self.last_success.map(|moment| moment.ago(now)),
            recent: Recent {
                successes: recent.successes,
                failures: recent.failures,
                average_latency: average(recent.latency, recent.successes),
            },
        }
    }
}

fn average(nanos: u64, count: u64) -> Option<Duration> {
    nanos.checked_div(count).map(Duration::from_nanos)
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| float(part) / float(whole))
}

#[allow(clippy::cast_precision_loss, reason = "a count above 2^53 may lose its last digit in a statistic")]
const fn float(count: u64) -> f64 {
    count as f64
}
