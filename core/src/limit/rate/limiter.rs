//! The bucket; see the rules in the [module](super).
//!
//! Moments are counted in *ticks*: there are `rate` of them in a nanosecond, so a token comes every `per` (in
//! nanoseconds) of them, a whole number whatever the rate. The largest is below 2⁹⁹.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::config::RateLimitConfig;
use crate::limit::permit::Permit;
use crate::time::{Instant, nanos};

/// A rate limiter.
///
/// It is a value without locks: whoever shares it between threads guards it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimiter {
    pub(super) config: RateLimitConfig,
    /// The tick at which the bucket is full again.
    pub(super) full_at: u128,
    /// The latest reading of the clock; an earlier one is taken as this.
    now: Instant,
    /// The number of the latest place given out.
    issued: u64,
    /// The place that can be given back: the latest one, unless it was.
    pub(super) last: Option<u64>,
    pub(super) tally: Tally,
}

/// The answer to a call that may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Reservation {
    /// How long it has to wait first; zero: not at all.
    pub wait: Duration,
    /// What to [`cancel`](RateLimiter::cancel) with if the call is never made.
    pub permit: Permit,
}

/// The answer to a call that may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    /// From then on it may, or may wait, if nobody else comes first.
    pub retry_after: Duration,
}

/// What a limiter has answered since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Calls that could begin, at once or after a wait.
    pub admitted: u64,
    /// Those of them that had to wait.
    pub delayed: u64,
    /// Calls rejected.
    pub rejected: u64,
    /// Places given back.
    pub cancelled: u64,
}

impl RateLimiter {
    /// A limiter whose bucket is full.
    pub fn new(config: RateLimitConfig) -> Self {
        Self { config, full_at: 0, now: Instant::default(), issued: 0, last: None, tally: Tally::default() }
    }

    /// Asks for a call to begin at `now` or as soon after it as may be. The answer holds: the place is taken.
    pub fn acquire(&mut self, now: Instant) -> Result<Reservation, Rejection> {
        let now = self.advance(now);
        let start = self.earliest(now);
        let wait = length(start.saturating_sub(now.as_nanos().into()));
        if wait > self.config.max_wait {
            self.tally.rejected = self.tally.rejected.saturating_add(1);
            return Err(Rejection { retry_after: wait.saturating_sub(self.config.max_wait) });
        }
        self.tally.admitted = self.tally.admitted.saturating_add(1);
        self.tally.delayed = self.tally.delayed.saturating_add(u64::from(!wait.is_zero()));
        // A bucket that is full by then has stopped filling, and what would have flowed in since is lost.
        self.full_at =
            self.full_at.max(start.saturating_mul(self.ticks_per_nano())).saturating_add(self.token());
        self.issued = if self.issued >= LAST_PLACE { 1 } else { self.issued.saturating_add(1) };
        self.last = Some(self.issued);
        Ok(Reservation { wait, permit: Permit::from_bits(self.issued) })
    }

    /// Gives the place of a call back that was never made, and answers whether that was possible.
    ///
    /// Only the last place given out can be: whoever holds a later one was told when to begin, and nobody would move
    /// up. What is left is exactly as if the call had never asked, at any later time as well. A number given
    /// back twice, or never given out, changes nothing.
    pub fn cancel(&mut self, permit: Permit) -> bool {
        if self.last != Some(permit.to_bits()) {
            return false;
        }
        self.last = None;
        self.full_at = self.full_at.saturating_sub(self.token());
        self.tally.cancelled = self.tally.cancelled.saturating_add(1);
        true
    }

    /// How many calls could begin at `now` without a wait.
    pub fn available(&self, now: Instant) -> u32 {
        let left = self.depth().saturating_sub(self.ahead(self.now.max(now)));
        left.checked_div(self.token()).and_then(|tokens| u32::try_from(tokens).ok()).unwrap_or(u32::MAX)
    }

    /// How long until a call is not rejected, if nobody else comes; zero if it would not be now.
    pub fn retry_after(&self, now: Instant) -> Duration {
        let now = self.now.max(now);
        let wait = length(self.earliest(now).saturating_sub(now.as_nanos().into()));
        wait.saturating_sub(self.config.max_wait)
    }

    /// What it has answered since it was made.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// The settings it was made with.
    pub const fn config(&self) -> &RateLimitConfig {
        &self.config
    }

    pub(super) fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        self.now
    }

    /// The nanosecond at which the bucket holds a token: then it is short of full by one token less than it is deep.
    fn earliest(&self, now: Instant) -> u128 {
        let due = self.full_at.saturating_add(self.token()).saturating_sub(self.depth());
        // Most often it holds one already, and 128 bits take long to divide.
        if due <= self.tick(now) {
            return now.as_nanos().into();
        }
        due.div_ceil(self.ticks_per_nano())
    }

    /// The ticks that are missing to a full bucket.
    pub(super) fn ahead(&self, now: Instant) -> u128 {
        self.full_at.saturating_sub(self.tick(now))
    }

    pub(super) fn tick(&self, now: Instant) -> u128 {
        u128::from(now.as_nanos()).saturating_mul(self.ticks_per_nano())
    }

    /// The ticks in which a token comes.
    pub(super) fn token(&self) -> u128 {
        nanos(self.config.per).max(1).into()
    }

    /// The ticks in which an empty bucket fills.
    pub(super) fn depth(&self) -> u128 {
        u128::from(self.config.burst.get()).saturating_mul(self.token())
    }

    pub(super) fn ticks_per_nano(&self) -> u128 {
        self.config.rate.get().into()
    }
}

fn length(nanos: u128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// The largest number that every host can keep, less one bit.
const LAST_PLACE: u64 = (1 << 52) - 1;
