//! What happened lately: a ring of buckets, in memory that is fixed at construction.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use crate::time::{Instant, nanos};

/// What a bucket holds.
pub(crate) trait Count: Copy + Default + PartialEq {
    /// As much of `more` as can be added to this without a loss.
    fn room_for(self, more: Self) -> Self;
    /// Adds what there is room for.
    fn add(&mut self, more: Self);
    /// Takes off what was added.
    fn take(&mut self, gone: Self);
}

/// A ring of buckets, each an equal share of a length of time.
///
/// What happened is counted for at least that length less one bucket, and at most the length. What is too old is dropped
/// whenever the ring is read, however long it was idle. Time is kept as the age of the newest bucket, so that the
/// ring can move to another clock as it is; buckets begin at multiples of their width since the host's epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ring<T> {
    buckets: Box<[T; BUCKETS]>,
    width: u64,
    newest: usize,
    /// For how long the newest bucket has been filled; below `width`.
    age: u64,
    now: Instant,
    total: T,
}

impl<T: Count> Ring<T> {
    pub(crate) fn new(length: Duration) -> Self {
        Self {
            buckets: Box::new([T::default(); BUCKETS]),
            width: nanos(length).div_ceil(BUCKETS as u64).max(1),
            newest: 0,
            age: 0,
            now: Instant::default(),
            total: T::default(),
        }
    }

    /// The sum of what is not too old.
    pub(crate) fn total(&mut self, now: Instant) -> T {
        self.advance(now);
        self.total
    }

    pub(crate) fn record(&mut self, counts: T, now: Instant) {
        self.advance(now);
        self.put(0, counts);
    }

    pub(crate) fn clear(&mut self) {
        self.buckets.fill(T::default());
        self.total = T::default();
    }

    /// The buckets by age, the newest first, trailing empty ones left out.
    pub(crate) fn by_age(&mut self, now: Instant) -> Vec<T> {
        self.advance(now);
        let (newer, older) = self.buckets.split_at(self.newest.saturating_add(1).min(BUCKETS));
        let mut ages: Vec<T> = newer.iter().rev().chain(older.iter().rev()).copied().collect();
        while ages.last() == Some(&T::default()) {
            ages.pop();
        }
        ages
    }

    /// For how long the newest bucket has been filled.
    pub(crate) fn filled_for(&mut self, now: Instant) -> u64 {
        self.advance(now);
        self.age
    }

    /// When the bucket that is being filled ends.
    pub(crate) const fn bucket_ends(&self) -> Instant {
        Instant::from_nanos(self.now.as_nanos().saturating_add(self.width - self.age))
    }

    /// Takes back what [`by_age`](Self::by_age) and [`filled_for`](Self::filled_for) gave out: from here on
    /// each bucket expires as long from now as it would have where it came from.
    pub(crate) fn refill(&mut self, ages: &[T], filled_for: u64, now: Instant) {
        self.advance(now);
        self.clear();
        self.age = filled_for % self.width;
        for (age, counts) in ages.iter().take(BUCKETS).enumerate() {
            self.put(age, *counts);
        }
    }

    /// Takes over what `other`, a ring of another length, has counted: each bucket goes where its beginning
    /// belongs, or is dropped if it is too old here.
    pub(crate) fn take_over(&mut self, other: &mut Self, now: Instant) {
        self.advance(now);
        self.clear();
        for (age, counts) in other.by_age(now).into_iter().enumerate() {
            let ago = (age as u64).saturating_mul(other.width);
            if let Ok(age) = usize::try_from(ago / self.width)
                && age < BUCKETS
            {
                self.put(age, counts);
            }
        }
    }

    /// Adds no more than the total can hold: what expires is taken off it again.
    fn put(&mut self, age: usize, counts: T) {
        let counts = self.total.room_for(counts);
        if let Some(bucket) = self.buckets.get_mut((self.newest + BUCKETS - age % BUCKETS) % BUCKETS) {
            bucket.add(counts);
            self.total.add(counts);
        }
    }

    /// Drops what is too old.
    fn advance(&mut self, now: Instant) {
        let passed = nanos(now.saturating_since(self.now));
        if passed == 0 {
            return;
        }
        self.now = now;
        self.age = self.age.saturating_add(passed);
        if self.age < self.width {
            return;
        }
        let buckets = self.age / self.width;
        self.age %= self.width;
        if buckets >= BUCKETS as u64 {
            return self.clear();
        }
        for _ in 0..buckets {
            self.newest = (self.newest + 1) % BUCKETS;
            if let Some(bucket) = self.buckets.get_mut(self.newest) {
                self.total.take(core::mem::take(bucket));
            }
        }
    }
}

/// A thirtieth of the length is precise enough to reason about, and a few hundred bytes are nothing beside a call.
pub(crate) const BUCKETS: usize = 30;
