//! A rate limiter's state as data.

use serde::{Deserialize, Serialize};

use super::limiter::{RateLimiter, Tally};
use crate::limit::restore::{RestoreError, VERSION, check};
use crate::time::{Instant, nanos};

/// The state of a rate limiter as of the moment of the snapshot, in tokens: they mean the same under another rate, and
/// the tokens that several processes lack can be added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this shape; 1.
    pub version: u32,
    /// So many whole tokens are missing to a full bucket, calls that wait in the line included.
    pub missing: u64,
    /// And this share of one more: of `per` in nanoseconds.
    pub part: u64,
    /// What it has answered since it was made.
    pub tally: Tally,
}

impl RateLimiter {
    /// The state as data, as of `now`.
    pub fn snapshot(&mut self, now: Instant) -> Snapshot {
        let now = self.advance(now);
        let whole = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
        let (ahead, token) = (self.ahead(now), self.token());
        Snapshot {
            version: VERSION,
            missing: whole(ahead.checked_div(token).unwrap_or_default()),
            part: whole(ahead.checked_rem(token).unwrap_or_default()),
            tally: self.tally,
        }
    }

    /// Takes on a saved state, as of `now`. Places given out before can no longer be given back.
    ///
    /// No more is taken on than these settings could have given out: a line never reaches beyond `max_wait`.
    pub fn restore(&mut self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        check(snapshot.version)?;
        let now = self.advance(now);
        let line = u128::from(nanos(self.config.max_wait)).saturating_mul(self.ticks_per_nano());
        let saved =
            u128::from(snapshot.missing).saturating_mul(self.token()).saturating_add(snapshot.part.into());
        let ahead = saved.min(self.depth().saturating_add(line));
        self.full_at = self.tick(now).saturating_add(ahead);
        (self.last, self.tally) = (None, snapshot.tally);
        Ok(())
    }
}
