//! A limit's state as data: to survive a restart, to move between hosts.

use serde::{Deserialize, Serialize};

use super::machine::{Adaptive, Tally};
use super::places::Places;
use crate::time::Instant;

/// The state of an adaptive limit. Calls in flight are left out: their callers do not survive the move, and their
/// places are free again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this shape; 1.
    pub version: u32,
    /// How many calls may be in flight.
    pub limit: u32,
    /// What the limit is beside that, in units of 2⁻³².
    pub fraction: u32,
    /// What it has seen since it was made.
    pub tally: Tally,
}

/// Why a snapshot could not be restored. The limit is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Made by a version that this one does not know.
    #[error("version: {0} is not known (expected 1)")]
    Version(u32),
}

impl Adaptive {
    /// The state as data, as of `now`.
    pub fn snapshot(&mut self, now: Instant) -> Snapshot {
        self.advance(now);
        let (limit, fraction) = (self.level.whole(), self.level.fraction());
        Snapshot { version: VERSION, limit, fraction, tally: self.tally }
    }

    /// Takes on a saved state, as of `now`. Permits given out before are stale afterwards.
    ///
    /// The limit stays within the configured bounds, whatever a broken or hostile store says.
    pub fn restore(&mut self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        if snapshot.version != VERSION {
            return Err(RestoreError::Version(snapshot.version));
        }
        self.advance(now);
        self.places = Places::new();
        self.level.put(snapshot.limit, snapshot.fraction);
        self.tally = snapshot.tally;
        Ok(())
    }
}

const VERSION: u32 = 1;
