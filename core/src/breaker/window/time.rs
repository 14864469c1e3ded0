//! The last so long.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use super::Counts;
use crate::time::{Instant, nanos};

/// The calls within the last so long: a ring of buckets, each an equal share of the window.
///
/// A call is counted for at least the window less one bucket and at most the window. What is too old is
/// dropped whenever the ring is read, however long it was idle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::breaker) struct TimeWindow {
    buckets: Box<[Counts; BUCKETS]>,
    width: u64,
    /// How long before the host's epoch the first bucket began: 0, but for a window restored from elsewhere.
    phase: u64,
    /// The number, counted from there, of the bucket that is being filled.
    current: u64,
    total: Counts,
}

impl TimeWindow {
    pub(in crate::breaker) fn new(length: Duration) -> Self {
        let width = nanos(length).div_ceil(BUCKETS as u64).max(1);
        let nothing = Counts::default();
        Self { buckets: Box::new([nothing; BUCKETS]), width, phase: 0, current: 0, total: nothing }
    }

    pub(in crate::breaker) fn counts(&mut self, now: Instant) -> Counts {
        self.expire(now);
        self.total
    }

    pub(in crate::breaker) fn record(&mut self, counts: Counts, now: Instant) {
        self.expire(now);
        self.put(0, counts);
    }

    pub(in crate::breaker) fn clear(&mut self) {
        self.buckets.fill(Counts::default());
        self.total = Counts::default();
    }

    /// The buckets by age, the newest first; trailing empty ones are left out.
    pub(in crate::breaker) fn by_age(&mut self, now: Instant) -> Vec<Counts> {
        self.expire(now);
        let count =
            |age: usize| self.buckets.get(slot_of_age(self.current, age)).copied().unwrap_or_default();
        let mut ages: Vec<Counts> = (0..BUCKETS).map(count).collect();
        while ages.last() == Some(&Counts::default()) {
            ages.pop();
        }
        ages
    }

    /// For how long the newest bucket has been filled.
    pub(in crate::breaker) const fn filled_for(&self, now: Instant) -> u64 {
        now.as_nanos().saturating_add(self.phase) % self.width
    }

    /// When the bucket that `now` falls into ends: until then successes may be added up and recorded together.
    pub(in crate::breaker) const fn bucket_ends(&self, now: Instant) -> Instant {
        Instant::from_nanos(now.as_nanos().saturating_add(self.width - self.filled_for(now)))
    }

    /// Takes back what [`by_age`](Self::by_age) and [`filled_for`](Self::filled_for) gave out: from here on
    /// each bucket expires as long from now as it would have where it came from.
    pub(in crate::breaker) fn refill(&mut self, ages: &[Counts], into_bucket: u64, now: Instant) {
        self.clear();
        self.phase = (into_bucket % self.width + self.width - now.as_nanos() % self.width) % self.width;
        self.current = self.number(now);
        for (age, counts) in ages.iter().take(BUCKETS).enumerate() {
            self.put(age, *counts);
        }
    }

    /// Takes over what `other`, a window of another length, has counted: each bucket goes where its beginning
    /// belongs, or is dropped if it is too old here.
    pub(in crate::breaker) fn take_over(&mut self, other: &mut Self, now: Instant) {
        self.clear();
        self.current = self.number(now);
        for (age, counts) in other.by_age(now).into_iter().enumerate() {
            let ago = (age as u64).saturating_mul(other.width);
            if let Ok(age) = usize::try_from(ago / self.width)
                && age < BUCKETS
            {
                self.put(age, counts);
            }
        }
    }

    fn put(&mut self, age: usize, counts: Counts) {
        // No more than the total can hold: what expires is taken off it again.
        let counts = self.total.room_for(counts);
        if let Some(bucket) = self.buckets.get_mut(slot_of_age(self.current, age)) {
            bucket.add(counts);
            self.total.add(counts);
        }
    }

    const fn number(&self, now: Instant) -> u64 {
        now.as_nanos().saturating_add(self.phase) / self.width
    }

    fn expire(&mut self, now: Instant) {
        let number = self.number(now);
        let passed = number.saturating_sub(self.current);
        if passed == 0 {
            return;
        }
        if passed >= BUCKETS as u64 {
            self.clear();
        } else {
            for step in 1..=passed {
                if let Some(bucket) = self.buckets.get_mut(slot(self.current.wrapping_add(step))) {
                    self.total.take(*bucket);
                    *bucket = Counts::default();
                }
            }
        }
        self.current = number;
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the remainder is below the number of buckets")]
const fn slot(number: u64) -> usize {
    (number % BUCKETS as u64) as usize
}

/// Not `slot(current - age)`: shortly after the host's epoch a bucket is older than the count of buckets.
const fn slot_of_age(current: u64, age: usize) -> usize {
    (slot(current) + BUCKETS - age % BUCKETS) % BUCKETS
}

/// A thirtieth of the window is precise enough to reason about, and 360 bytes are nothing beside the call.
const BUCKETS: usize = 30;
