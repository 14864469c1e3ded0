//! A throttle's state as data.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::counts::Counts;
use super::machine::{Tally, Throttle};
use crate::limit::restore::{RestoreError, VERSION, check};
use crate::time::Instant;

/// The state of a throttle, with every time relative to the moment of the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this shape; 1.
    pub version: u32,
    /// The buckets of the window, newest first; trailing empty ones are left out.
    pub buckets: Vec<Counts>,
    /// For how many nanoseconds the newest of them has been filled.
    pub into_bucket: u64,
    /// What it has seen since it was made.
    pub tally: Tally,
}

impl Throttle {
    /// The state as data, as of `now`.
    pub fn snapshot(&mut self, now: Instant) -> Snapshot {
        let (buckets, into_bucket) = (self.window.by_age(now), self.window.filled_for(now));
        Snapshot { version: VERSION, buckets, into_bucket, tally: self.tally }
    }

    /// Takes on a saved state, as of `now`. More buckets than the window has are left behind.
    pub fn restore(&mut self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        check(snapshot.version)?;
        self.window.refill(&snapshot.buckets, snapshot.into_bucket, now);
        self.tally = snapshot.tally;
        Ok(())
    }
}
