//! A bulkhead's state as data.

use serde::{Deserialize, Serialize};

use super::machine::{Bulkhead, Tally};
use crate::limit::restore::{RestoreError, VERSION, check};
use crate::time::Instant;

/// What of a bulkhead outlives its process: its counts. The calls inside and in the line end with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this shape; 1.
    pub version: u32,
    /// What it has seen since it was made.
    pub tally: Tally,
}

impl Bulkhead {
    /// The state as data, as of `now`.
    pub fn snapshot(&mut self, now: Instant) -> Snapshot {
        self.advance(now);
        Snapshot { version: VERSION, tally: self.tally }
    }

    /// Takes on saved counts, as of `now`. Nobody is inside afterwards, and what was given out before is stale.
    pub fn restore(&mut self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        check(snapshot.version)?;
        self.advance(now);
        self.empty();
        self.tally = snapshot.tally;
        Ok(())
    }
}
