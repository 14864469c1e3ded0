//! The state of degradation as data: to survive a restart, to move between hosts.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::change::{Cause, Change, DegradeError};
use super::machine::{Degradation, Reading};
use crate::gather::gathered;
use crate::time::{Instant, nanos};

/// The level and what it follows from, with every time relative to the moment of the snapshot (monotonic clocks of
/// two processes have nothing in common) and no configuration (the document has that).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this shape; 1.
    pub version: u32,
    /// The name of the level.
    pub level: String,
    /// Whether it is pinned.
    #[serde(skip_serializing_if = "is_false", default)]
    pub pinned: bool,
    /// Whether it was chosen by hand.
    #[serde(skip_serializing_if = "is_false", default)]
    pub by_hand: bool,
    /// For so many nanoseconds more the dwell lasts.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub dwell_remaining: u64,
    /// The metrics that count, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub metrics: BTreeMap<String, SavedReading>,
    /// The last changes, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub trace: Vec<SavedChange>,
}

/// The last reading of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedReading {
    /// What it was.
    pub value: f64,
    /// For so many nanoseconds more it counts.
    pub remaining: u64,
    /// Whether it was read since the last change.
    #[serde(skip_serializing_if = "is_false", default)]
    pub unspent: bool,
}

/// A change of the trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedChange {
    /// The level before.
    pub from: String,
    /// The level after.
    pub to: String,
    /// Why.
    pub cause: Cause,
    /// How many nanoseconds ago.
    pub ago: u64,
}

/// Why a snapshot could not be restored. The machine is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Made by a version that this one does not know.
    #[error("version: {0} is not known (expected 1)")]
    Version(u32),
    /// A level that the settings do not have.
    #[error("level: {0}")]
    Level(DegradeError),
    /// A reading that is infinite or not a number.
    #[error("metrics.{0}")]
    Metric(DegradeError),
}

impl Degradation {
    /// The state as data, as of `now`.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let now = self.now.max(now);
        let left = |moment: Instant| nanos(moment.saturating_since(now));
        let heard = self.readings.iter().filter(|(_, reading)| now < reading.stale_at);
        Snapshot {
            version: VERSION,
            level: self.level().name.clone(),
            pinned: self.pinned,
            by_hand: self.by_hand,
            dwell_remaining: left(self.ready_at),
            metrics: gathered(heard.map(|(metric, reading)| {
                let Reading { value, stale_at, unspent } = *reading;
                (metric.clone(), SavedReading { value, remaining: left(stale_at), unspent })
            })),
            trace: self
                .trace
                .iter()
                .map(|change| SavedChange {
                    from: change.from.clone(),
                    to: change.to.clone(),
                    cause: change.cause.clone(),
                    ago: nanos(now.saturating_since(change.at)),
                })
                .collect(),
        }
    }

    /// Takes on a saved state, as of `now`.
    ///
    /// Metrics that no longer have a trigger are left behind. No wait exceeds the configured one, so that a snapshot
    /// from a broken or hostile store can neither hold a level nor keep a metric for ever. Changes of the trace that
    /// happened before this host's clock began are dated to its beginning.
    pub fn restore_snapshot(&mut self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        if snapshot.version != VERSION {
            return Err(RestoreError::Version(snapshot.version));
        }
        let level = self.find(&snapshot.level).map_err(RestoreError::Level)?;
        if let Some((metric, saved)) = snapshot.metrics.iter().find(|(_, saved)| !saved.value.is_finite()) {
            return Err(RestoreError::Metric(DegradeError::not_finite(metric, saved.value)));
        }
        let now = self.advance(now);
        let after =
            |remaining: u64, most: Duration| now.saturating_add(Duration::from_nanos(remaining).min(most));
        let known = snapshot.metrics.iter().filter(|(metric, _)| self.config.triggers.contains_key(*metric));
        self.readings = gathered(known.map(|(metric, saved)| {
            let stale_at = after(saved.remaining, self.config.stale_after);
            (metric.clone(), Reading { value: saved.value, stale_at, unspent: saved.unspent })
        }));
        (self.level, self.pinned, self.by_hand) = (level, snapshot.pinned, snapshot.by_hand);
        self.ready_at = after(snapshot.dwell_remaining, self.config.dwell);
        let older = snapshot.trace.len().saturating_sub(self.config.trace);
        self.trace = snapshot.trace.iter().skip(older).map(|saved| saved.load(now)).collect();
        Ok(())
    }
}

impl SavedChange {
    fn load(&self, now: Instant) -> Change {
        let at = Instant::from_nanos(now.as_nanos().saturating_sub(self.ago));
        Change { from: self.from.clone(), to: self.to.clone(), cause: self.cause.clone(), at }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields in by reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields in by reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

const VERSION: u32 = 1;
