//! A breaker's state as data: to survive a restart, to move between hosts, to be merged.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::counts::Counts;
use super::machine::{Breaker, Forced, State, Tally};
use super::trip::{Counted, Evidence, Trip};
use crate::time::{Instant, nanos};

/// The state of a breaker, with every time relative to the moment of the snapshot (monotonic clocks of two
/// processes have nothing in common) and no configuration (the document has that).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this shape; 1.
    pub version: u32,
    /// What the breaker does.
    pub state: SavedState,
    /// What it remembers.
    pub evidence: SavedEvidence,
    /// How long ago the last counted failure was, in nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_failure_ago: Option<u64>,
    /// Why it last opened.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_trip: Option<Trip>,
    /// How often it has opened since it was last closed.
    #[serde(skip_serializing_if = "is_none", default)]
    pub reopened: u32,
    /// What it has seen since it was made.
    pub tally: Tally,
}

/// The saved form of each state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields, tag = "name")]
pub enum SavedState {
    /// Traffic passes.
    Closed,
    /// Traffic is rejected.
    Open {
        /// For so many nanoseconds more.
        remaining: u64,
    },
    /// Probes pass. Those under way are left out: their callers do not survive the move, and their places
    /// are free again.
    HalfOpen {
        /// Probes that succeeded.
        successes: u32,
    },
    /// Held open by hand.
    ForcedOpen,
    /// Held closed by hand.
    ForcedClosed,
}

/// What a breaker has counted, which matters while it is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedEvidence {
    /// Failures in a row.
    pub consecutive: u32,
    /// Failures of the same kind in a row.
    pub identical: u32,
    /// Their kind, as text: a double would not hold it.
    pub fingerprint: String,
    /// The calls of a count window from the first that failed or was slow, oldest first; `true` for a failure.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub calls: Vec<bool>,
    /// Which of them were slow; empty if none was.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub slow: Vec<bool>,
    /// How many successes came before them.
    #[serde(skip_serializing_if = "is_none", default)]
    pub successes: u32,
    /// The buckets of a time window, newest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub buckets: Vec<Counts>,
    /// For how many nanoseconds the newest of them has been filled.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub into_bucket: u64,
}

/// Why a snapshot could not be restored. The breaker is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Made by a version that this one does not know.
    #[error("version: {0} is not known (expected 1)")]
    Version(u32),
    /// A fingerprint that is no hexadecimal number.
    #[error("evidence.fingerprint: `{0}` is not a hexadecimal number of at most 16 digits")]
    Fingerprint(String),
}

impl Breaker {
    /// The state as data, as of `now`.
    pub fn snapshot(&mut self, now: Instant) -> Snapshot {
        let now = self.advance(now);
        let state = match &self.state {
            State::Closed => SavedState::Closed,
            State::Open { until } => SavedState::Open { remaining: nanos(until.saturating_since(now)) },
            State::HalfOpen { successes, .. } => SavedState::HalfOpen { successes: *successes },
            State::Forced(Forced::Open) => SavedState::ForcedOpen,
            State::Forced(Forced::Closed) => SavedState::ForcedClosed,
        };
        let last_failure_ago = self.last_failure.map(|then| nanos(now.saturating_since(then)));
        let Self { last_trip, reopened, tally, .. } = *self;
        let evidence = self.evidence.save(now);
        Snapshot { version: VERSION, state, evidence, last_failure_ago, last_trip, reopened, tally }
    }

    /// Takes on a saved state, as of `now`. Tickets given out before are stale afterwards.
    ///
    /// An open wait never exceeds the longest one configured, so that a snapshot from a broken or hostile store cannot
    /// keep a breaker open for ever.
    pub fn restore(&mut self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        if snapshot.version != VERSION {
            return Err(RestoreError::Version(snapshot.version));
        }
        let now = self.now.max(now);
        let mut evidence = Evidence::new(&self.config);
        evidence.load(&snapshot.evidence, now)?;
        let state = match &snapshot.state {
            SavedState::Closed => State::Closed,
            SavedState::Open { remaining } => {
                let wait = Duration::from_nanos(*remaining).min(self.config.longest_open_wait());
                State::Open { until: now.saturating_add(wait) }
            }
            SavedState::HalfOpen { successes } => {
                let most = self.config.success_threshold.get() - 1;
                State::HalfOpen { successes: (*successes).min(most), probes: Vec::new(), last_place: 0 }
            }
            SavedState::ForcedOpen => State::Forced(Forced::Open),
            SavedState::ForcedClosed => State::Forced(Forced::Closed),
        };
        self.advance(now);
        (self.state, self.evidence, self.tally) = (state, evidence, snapshot.tally);
        (self.last_trip, self.reopened) = (snapshot.last_trip, snapshot.reopened);
        self.epoch = self.epoch.next();
        self.last_failure =
            snapshot.last_failure_ago.map(|ago| Instant::from_nanos(now.as_nanos().saturating_sub(ago)));
        Ok(())
    }
}

impl Evidence {
    fn save(&mut self, now: Instant) -> SavedEvidence {
        let rates = self.has_rates();
        let (mut calls, mut slow, mut successes) = (Vec::new(), Vec::new(), 0);
        let (mut buckets, mut into_bucket) = (Vec::new(), 0);
        match &mut self.counted {
            Counted::Consecutive => {}
            Counted::Count(window) => {
                (calls, slow) = window.outcomes().unzip();
                if rates {
                    let known = u32::try_from(calls.len()).unwrap_or(u32::MAX);
                    successes = window.counts().calls.saturating_sub(known);
                }
                if !slow.contains(&true) {
                    slow.clear();
                }
            }
            Counted::Time(window) => (buckets, into_bucket) = (window.by_age(now), window.filled_for(now)),
        }
        let fingerprint = alloc::format!("{:x}", self.fingerprint);
        let Self { consecutive, identical, .. } = *self;
        SavedEvidence { consecutive, identical, fingerprint, calls, slow, successes, buckets, into_bucket }
    }

    fn load(&mut self, saved: &SavedEvidence, now: Instant) -> Result<(), RestoreError> {
        let SavedEvidence {
            consecutive,
            identical,
            fingerprint,
            calls,
            slow,
            successes,
            buckets,
            into_bucket,
        } = saved;
        self.fingerprint = u64::from_str_radix(fingerprint, 16)
            .map_err(|_| RestoreError::Fingerprint(fingerprint.chars().take(40).collect()))?;
        (self.consecutive, self.identical) = (*consecutive, *identical);
        match &mut self.counted {
            Counted::Consecutive => {}
            Counted::Count(window) => {
                let known = u32::try_from(calls.len()).unwrap_or(u32::MAX);
                let slow = |index: usize| slow.get(index).copied().unwrap_or(false);
                let outcomes = calls.iter().enumerate().map(|(index, failed)| (*failed, slow(index)));
                window.refill(known.saturating_add(*successes), outcomes);
            }
            Counted::Time(window) => window.refill(buckets, *into_bucket, now),
        }
        Ok(())
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields in by reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields in by reference")]
const fn is_none(number: &u32) -> bool {
    *number == 0
}

const VERSION: u32 = 1;
