//! What hedging has observed, as data: to survive a restart, to move between hosts.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::machine::Hedge;
use crate::time::Instant;

/// The latencies that the delay is made of. A fixed delay is made of none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this shape; 1.
    pub version: u32,
    /// The quarters of the window, newest first: in each the buckets that hold something, as number and count.
    ///
    /// Up to bucket 63 a bucket is 1024 ns wide; each further 32 of them are twice as wide as the 32 before.
    pub parts: Vec<Vec<(u32, u32)>>,
    /// For how many nanoseconds the newest quarter has been filled.
    pub into_part: u64,
}

/// Why a snapshot could not be restored. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Made by a version that this one does not know.
    #[error("version: {0} is not known (expected 1)")]
    Version(u32),
}

impl Hedge {
    /// The state as data, as of `now`.
    pub fn snapshot(&mut self, now: Instant) -> Snapshot {
        let now = self.advance(now);
        let (parts, into_part) = self
            .window
            .as_mut()
            .map_or((Vec::new(), 0), |window| (window.by_age(now), window.filled_for(now)));
        Snapshot { version: VERSION, parts, into_part }
    }

    /// Takes on a saved state, as of `now`.
    ///
    /// Buckets and quarters that do not exist are left behind, so that a snapshot from a broken or hostile store can
    /// only misjudge the delay, and for no longer than the window.
    pub fn restore(&mut self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        if snapshot.version != VERSION {
            return Err(RestoreError::Version(snapshot.version));
        }
        let now = self.advance(now);
        if let Some(window) = &mut self.window {
            window.refill(&snapshot.parts, snapshot.into_part, now);
        }
        Ok(())
    }
}

const VERSION: u32 = 1;
