//! What was asked and accepted lately, in memory that is fixed at construction.

use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::{Instant, nanos};

/// Requests, and how many of them were accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Calls that settled or were rejected here.
    pub requests: u64,
    /// Calls that the dependency accepted.
    pub accepts: u64,
}

/// A ring of buckets, each an equal share of the window.
///
/// What happened is counted for at least the window less one bucket and at most the window. What is too old is dropped
/// whenever the ring is read, however long it was idle. Time is kept as the age of the newest bucket, so that the
/// ring can move to another clock as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    buckets: [Counts; BUCKETS],
    width: u64,
    newest: usize,
    /// For how long the newest bucket has been filled; below `width`.
    age: u64,
    now: Instant,
    total: Counts,
}

impl Window {
    pub(super) fn new(length: Duration) -> Self {
        let width = nanos(length).div_ceil(BUCKETS as u64).max(1);
        let buckets = [Counts::default(); BUCKETS];
        Self { buckets, width, newest: 0, age: 0, now: Instant::default(), total: Counts::default() }
    }

    pub(super) fn counts(&mut self, now: Instant) -> Counts {
        self.advance(now);
        self.total
    }

    pub(super) fn add(&mut self, counts: Counts, now: Instant) {
        self.advance(now);
        if let Some(bucket) = self.buckets.get_mut(self.newest) {
            let room = Counts {
                requests: counts.requests.min(MOST_COUNTED.saturating_sub(bucket.requests)),
                accepts: counts.accepts.min(MOST_COUNTED.saturating_sub(bucket.accepts)),
            };
            *bucket = bucket.plus(room);
            self.total = self.total.plus(room);
        }
    }

    /// The counts by age in buckets, the newest first, trailing empty ones left out; and the age of the newest.
    pub(super) fn save(&mut self, now: Instant) -> (Vec<Counts>, u64) {
        self.advance(now);
        let (newer, older) = self.buckets.split_at(self.newest.saturating_add(1));
        let mut ages: Vec<Counts> = newer.iter().rev().chain(older.iter().rev()).copied().collect();
        while ages.last() == Some(&Counts::default()) {
            ages.pop();
        }
        (ages, self.age)
    }

    /// Takes on what [`save`](Self::save) gave out.
    pub(super) fn load(&mut self, ages: &[Counts], age: u64, now: Instant) {
        self.advance(now);
        self.buckets = [Counts::default(); BUCKETS];
        (self.total, self.newest, self.age) = (Counts::default(), BUCKETS - 1, age % self.width);
        for (bucket, counts) in self.buckets.iter_mut().rev().zip(ages) {
            let requests = counts.requests.min(MOST_COUNTED);
            *bucket = Counts { requests, accepts: counts.accepts.min(MOST_COUNTED) };
            self.total = self.total.plus(*bucket);
        }
    }

    /// Drops what is too old.
    fn advance(&mut self, now: Instant) {
        let age = u128::from(self.age) + u128::from(nanos(now.saturating_since(self.now)));
        self.now = self.now.max(now);
        let width = u128::from(self.width);
        let passed = age.checked_div(width).unwrap_or_default();
        self.age = u64::try_from(age.checked_rem(width).unwrap_or_default()).unwrap_or_default();
        for _ in 0..passed.min(BUCKETS as u128) {
            self.newest = (self.newest + 1) % BUCKETS;
            if let Some(bucket) = self.buckets.get_mut(self.newest) {
                self.total.requests = self.total.requests.saturating_sub(bucket.requests);
                self.total.accepts = self.total.accepts.saturating_sub(bucket.accepts);
                *bucket = Counts::default();
            }
        }
    }
}

impl Counts {
    const fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            accepts: self.accepts.saturating_add(other.accepts),
        }
    }
}

/// A thirtieth of the window is precise enough to reason about, and half a kilobyte is little beside a connection.
pub(super) const BUCKETS: usize = 30;

/// So many of either in a bucket; the sum in thousandths then fits into 64 bits.
const MOST_COUNTED: u64 = 1 << 32;
