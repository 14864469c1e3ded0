//! A chain's state as data: to survive a restart, to move between hosts, to be merged.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::chain::{Chain, Moment, StepCounts, StepState, Tally};
use super::experience::{Counts, GENERATIONS, Generation};
use crate::gather::gathered;
use crate::time::{Instant, nanos};

/// The state of a chain, with every time relative to the moment of the snapshot (monotonic clocks of two
/// processes have nothing in common) and no configuration (the document has that). Runs under way are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this shape; 1.
    pub version: u32,
    /// How calls ended.
    pub tally: Tally,
    /// The step that served last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_served: Option<String>,
    /// Calls that found a step demoted.
    #[serde(default)]
    pub turns: u64,
    /// By name: a document may order its steps anew, drop one or add one.
    pub steps: BTreeMap<String, SavedStep>,
}

/// The saved form of a step. Durations are in nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SavedStep {
    /// Calls that it served.
    pub successes: u64,
    /// Calls in which it failed.
    pub failures: u64,
    /// Calls that ended in an ignored error.
    pub ignored: u64,
    /// Calls that were cancelled.
    pub abandoned: u64,
    /// Calls that passed it over.
    pub benched: u64,
    /// The sum over its successes.
    pub latency: u64,
    /// How long its last success took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_latency: Option<u64>,
    /// How long ago that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_success_ago: Option<u64>,
    /// What was observed lately, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<SavedGeneration>,
    /// The turn at which it was last explored.
    pub explored: u64,
    /// Whether it is tried first until it fails or has recovered.
    pub recovering: bool,
}

/// Calls that came after each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedGeneration {
    /// Successes among them.
    pub successes: u64,
    /// Failures among them.
    pub failures: u64,
    /// The sum over the successes, in nanoseconds.
    pub latency: u64,
    /// For so many nanoseconds more they count.
    pub remaining: u64,
}

/// Why a snapshot could not be restored or merged. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Made by a version that this one does not know.
    #[error("version: {0} is not known (expected 1)")]
    Version(u32),
}

impl Chain {
    /// The state as data, as of `now`.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let now = self.now.max(now);
        let steps = self.config.steps.iter().zip(&self.steps);
        Snapshot {
            version: VERSION,
            tally: self.tally,
            last_served: self.last_served_name(),
            turns: self.turns,
            steps: gathered(steps.map(|(step, state)| (step.name.clone(), state.save(now)))),
        }
    }

    /// Takes on a saved state, as of `now`. A step that the snapshot does not know starts anew, and one that the
    /// document no longer has is left out; how calls ended stays known.
    ///
    /// Experience never counts for longer than `forget_after`, turns never run out and no step has been explored in a turn
    /// to come, so that a snapshot from a broken or hostile store cannot keep a step demoted for ever.
    pub fn restore(&mut self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        if snapshot.version != VERSION {
            return Err(RestoreError::Version(snapshot.version));
        }
        let now = self.advance(now);
        let turns = snapshot.turns.min(MOST_TURNS);
        let forget_after = self.config.reorder.map(|reorder| reorder.forget_after);
        for (step, state) in self.config.steps.iter().zip(self.steps.iter_mut()) {
            let saved = snapshot.steps.get(&step.name);
            *state = saved.map(|saved| StepState::load(saved, turns, forget_after, now)).unwrap_or_default();
        }
        let name = snapshot.last_served.as_deref();
        self.last_served = self.config.steps.iter().position(|step| Some(step.name.as_str()) == name);
        (self.tally, self.turns) = (snapshot.tally, turns);
        Ok(())
    }
}

impl Snapshot {
    /// Adds what another process has seen. Counts add up; of times the latest holds; generations are added by age, so that
    /// the result is about as old as its parts. In whichever order snapshots are merged, the counts are the same.
    pub fn merge(&mut self, other: &Self) -> Result<(), RestoreError> {
        if let Some(snapshot) = [&*self, other].into_iter().find(|snapshot| snapshot.version != VERSION) {
            return Err(RestoreError::Version(snapshot.version));
        }
        if latest_success(other) < latest_success(self) {
            self.last_served.clone_from(&other.last_served);
        }
        add_all([
            (&mut self.tally.calls, other.tally.calls),
            (&mut self.tally.served, other.tally.served),
            (&mut self.tally.exhausted, other.tally.exhausted),
            (&mut self.tally.all_benched, other.tally.all_benched),
            (&mut self.tally.failed_now, other.tally.failed_now),
            (&mut self.tally.abandoned, other.tally.abandoned),
        ]);
        self.turns = self.turns.max(other.turns);
        for (name, step) in &other.steps {
            self.steps.entry(name.clone()).or_default().merge(step);
        }
        Ok(())
    }
}

/// How long ago the last success was; a very long time where there was none.
fn latest_success(snapshot: &Snapshot) -> u64 {
    snapshot.steps.values().filter_map(|step| step.last_success_ago).min().unwrap_or(u64::MAX)
}

impl SavedStep {
    fn merge(&mut self, other: &Self) {
        add_all([
            (&mut self.successes, other.successes),
            (&mut self.failures, other.failures),
            (&mut self.ignored, other.ignored),
            (&mut self.abandoned, other.abandoned),
            (&mut self.benched, other.benched),
            (&mut self.latency, other.latency),
        ]);
        if other.last_success_ago.is_some_and(|theirs| self.last_success_ago.is_none_or(|ours| theirs < ours))
        {
            (self.last_success_ago, self.last_latency) = (other.last_success_ago, other.last_latency);
        }
        let shared = self.recent.len();
        for (ours, theirs) in self.recent.iter_mut().zip(&other.recent) {
            add_all([
                (&mut ours.successes, theirs.successes),
                (&mut ours.failures, theirs.failures),
                (&mut ours.latency, theirs.latency),
            ]);
            ours.remaining = ours.remaining.max(theirs.remaining);
        }
        self.recent.extend(other.recent.iter().take(GENERATIONS).skip(shared).copied());
        self.explored = self.explored.max(other.explored);
        self.recovering |= other.recovering;
    }
}

impl StepState {
    fn save(&self, now: Instant) -> SavedStep {
        let live = self.experience.generations.iter().filter(|generation| generation.expires > now);
        SavedStep {
            successes: self.counts.successes,
            failures: self.counts.failures,
            ignored: self.counts.ignored,
            abandoned: self.counts.abandoned,
            benched: self.counts.benched,
            latency: self.counts.latency,
            last_latency: self.last_latency.map(nanos),
            last_success_ago: self.last_success.map(|moment| nanos(moment.ago(now))),
            recent: live.map(|generation| generation.save(now)).collect(),
            explored: self.explored,
            recovering: self.recovering,
        }
    }

    fn load(saved: &SavedStep, turns: u64, forget_after: Option<Duration>, now: Instant) -> Self {
        let mut state = Self {
            counts: StepCounts {
                successes: saved.successes,
                failures: saved.failures,
                ignored: saved.ignored,
                abandoned: saved.abandoned,
                benched: saved.benched,
                latency: saved.latency,
            },
            last_latency: saved.last_latency.map(Duration::from_nanos),
            last_success: saved
                .last_success_ago
                .map(|ago| Moment { at: now, earlier: Duration::from_nanos(ago) }),
            explored: saved.explored.min(turns),
            recovering: saved.recovering,
            ..Self::default()
        };
        if let Some(forget_after) = forget_after {
            let saved = saved.recent.iter().take(GENERATIONS);
            for (generation, saved) in state.experience.generations.iter_mut().zip(saved) {
                *generation = Generation::load(saved, forget_after, now);
            }
        }
        state
    }
}

impl Generation {
    fn save(&self, now: Instant) -> SavedGeneration {
        let Counts { successes, failures, latency } = self.counts;
        let remaining = nanos(self.expires.saturating_since(now));
        SavedGeneration { successes, failures, latency, remaining }
    }

    fn load(saved: &SavedGeneration, forget_after: Duration, now: Instant) -> Self {
        let counts = Counts { successes: saved.successes, failures: saved.failures, latency: saved.latency };
        let remaining = Duration::from_nanos(saved.remaining).min(forget_after);
        Self { counts, expires: now.saturating_add(remaining) }
    }
}

fn add_all<const N: usize>(sums: [(&mut u64, u64); N]) {
    for (sum, more) in sums {
        *sum = sum.saturating_add(more);
    }
}

const VERSION: u32 = 1;

/// The largest count that every host's numbers can hold, and more calls than there will be.
const MOST_TURNS: u64 = 1 << 52;
