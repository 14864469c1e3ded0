//! What happened lately, in memory that is fixed at construction.

use alloc::boxed::Box;
use alloc::vec;
use core::num::NonZeroU32;
use core::time::Duration;

use crate::time::{Instant, nanos};

/// Failures among the last so many calls: one bit a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CountWindow {
    bits: Box<[u64]>,
    size: u32,
    next: u32,
    failures: u32,
}

impl CountWindow {
    pub(super) fn new(size: NonZeroU32) -> Self {
        let words = size.get().div_ceil(u64::BITS) as usize;
        Self { bits: vec![0; words].into_boxed_slice(), size: size.get(), next: 0, failures: 0 }
    }

    pub(super) const fn failures(&self) -> u32 {
        self.failures
    }

    pub(super) fn record(&mut self, failed: bool) {
        let (word, bit) = ((self.next / u64::BITS) as usize, 1 << (self.next % u64::BITS));
        if let Some(word) = self.bits.get_mut(word) {
            self.failures -= u32::from(*word & bit != 0);
            self.failures += u32::from(failed);
            if failed { *word |= bit } else { *word &= !bit }
        }
        self.next = (self.next + 1) % self.size;
    }

    /// Records `successes` calls that went well. As many as the window holds forget everything else.
    pub(super) fn record_successes(&mut self, successes: u32) {
        if self.failures == 0 {
            return;
        }
        if successes >= self.size {
            return self.clear();
        }
        for _ in 0..successes {
            self.record(false);
        }
    }

    pub(super) fn clear(&mut self) {
        self.bits.fill(0);
        (self.next, self.failures) = (0, 0);
    }

    /// The calls from the oldest to the newest, `true` for a failure; the successes before the first failure
    /// are left out, as they say nothing.
    pub(super) fn outcomes(&self) -> impl Iterator<Item = bool> + '_ {
        let at = move |index: u32| {
            let word = self.bits.get((index / u64::BITS) as usize).copied().unwrap_or(0);
            word >> (index % u64::BITS) & 1 == 1
        };
        (0..self.size).map(move |offset| at((self.next + offset) % self.size)).skip_while(|failed| !failed)
    }
}

/// Failures within the last so long: a ring of buckets, each an equal share of the window.
///
/// A failure is counted for at least the window less one bucket and at most the window. What is too old is
/// dropped whenever the ring is read, however long it was idle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimeWindow {
    failures: [u32; BUCKETS],
    width: u64,
    /// How long before the host's epoch the first bucket began: 0, but for a window restored from elsewhere.
    phase: u64,
    /// The number, counted from there, of the bucket that is being filled.
    current: u64,
    total: u32,
}

impl TimeWindow {
    pub(super) fn new(length: Duration) -> Self {
        let width = nanos(length).div_ceil(BUCKETS as u64).max(1);
        Self { failures: [0; BUCKETS], width, phase: 0, current: 0, total: 0 }
    }

    pub(super) fn failures(&mut self, now: Instant) -> u32 {
        self.expire(now);
        self.total
    }

    pub(super) fn record(&mut self, now: Instant) {
        self.expire(now);
        let slot = slot(self.current);
        if let Some(bucket) = self.failures.get_mut(slot) {
            *bucket = bucket.saturating_add(1);
            self.total = self.total.saturating_add(1);
        }
    }

    pub(super) fn clear(&mut self) {
        (self.failures, self.total) = ([0; BUCKETS], 0);
    }

    /// Failures by age in buckets, the newest first; trailing zeros are left out.
    pub(super) fn by_age(&mut self, now: Instant) -> alloc::vec::Vec<u32> {
        self.expire(now);
        let count = |age: usize| self.failures.get(slot_of_age(self.current, age)).copied().unwrap_or(0);
        let mut ages: alloc::vec::Vec<u32> = (0..BUCKETS).map(count).collect();
        while ages.last() == Some(&0) {
            ages.pop();
        }
        ages
    }

    /// For how long the newest bucket has been filled.
    pub(super) const fn filled_for(&self, now: Instant) -> u64 {
        now.as_nanos().saturating_add(self.phase) % self.width
    }

    /// Takes back what [`by_age`](Self::by_age) and [`filled_for`](Self::filled_for) gave out: from here on
    /// each bucket expires as long from now as it would have where it came from.
    pub(super) fn refill(&mut self, ages: &[u32], into_bucket: u64, now: Instant) {
        self.clear();
        self.phase = (into_bucket % self.width + self.width - now.as_nanos() % self.width) % self.width;
        self.current = self.number(now);
        for (age, count) in ages.iter().take(BUCKETS).enumerate() {
            if let Some(bucket) = self.failures.get_mut(slot_of_age(self.current, age)) {
                *bucket = *count;
                self.total = self.total.saturating_add(*count);
            }
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
                if let Some(bucket) = self.failures.get_mut(slot(self.current.wrapping_add(step))) {
                    self.total = self.total.saturating_sub(*bucket);
                    *bucket = 0;
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

/// A thirtieth of the window is precise enough to reason about, and 120 bytes are nothing beside the call.
pub(super) const BUCKETS: usize = 30;
