//! Sums over the last so long, in memory that is fixed.

use core::time::Duration;

use crate::time::{Instant, nanos};

/// What was entered lately: a row of buckets, each an equal share of the time that entries count.
///
/// An entry counts for at least that time less one bucket and at most that time, however long nobody asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ring {
    /// The newest first, so that a bucket's age is its place: no arithmetic that could go wrong at a wrap-around. They
    /// move by one when a bucket is full of time, not with each entry.
    buckets: [i64; BUCKETS],
    sum: i128,
    /// So many of them are in use: all, unless the time is shorter than there are buckets in nanoseconds.
    used: usize,
    width: u64,
    /// When the newest bucket is full of time.
    ends: u64,
    /// The latest reading of the clock; an earlier one is taken as this.
    now: u64,
}

impl Ring {
    pub(super) fn new(length: Duration) -> Self {
        let length = nanos(length).max(1);
        let width = length.div_ceil(BUCKETS as u64);
        let used = usize::try_from(length.div_ceil(width)).unwrap_or(BUCKETS);
        Self { buckets: [0; BUCKETS], sum: 0, used, width, ends: width, now: 0 }
    }

    /// Enters an amount, or a debt; false if the bucket cannot hold it, which takes more calls than anybody makes, or a
    /// snapshot that lies.
    pub(super) fn enter(&mut self, amount: i64, now: Instant) -> bool {
        self.advance(now);
        self.enter_newest(amount)
    }

    /// Enters what belongs to the time of the last entry.
    pub(super) fn enter_newest(&mut self, amount: i64) -> bool {
        let [newest, ..] = &mut self.buckets;
        let Some(sum) = newest.checked_add(amount) else { return false };
        *newest = sum;
        self.sum += i128::from(amount);
        true
    }

    /// Until when entries go where the last one went.
    pub(super) const fn fills_until(&self) -> Instant {
        Instant::from_nanos(self.ends)
    }

    /// The sum of what counts at `now`.
    pub(super) fn sum(&mut self, now: Instant) -> i128 {
        self.advance(now);
        self.sum
    }

    /// The buckets by age, the newest first, without the zeros at the end; and for how long the newest has been filled.
    pub(super) fn save(&mut self, now: Instant) -> (&[i64], u64) {
        self.advance(now);
        let kept = self.buckets.iter().rposition(|sum| *sum != 0).map_or(0, |last| last + 1);
        (self.buckets.get(..kept).unwrap_or_default(), self.width.saturating_sub(self.ends - self.now))
    }

    /// Takes back what [`save`](Self::save) gave out: from here on each bucket is forgotten as long from now as it would
    /// have been where it came from.
    pub(super) fn refill(&mut self, buckets: &[i64], filled_for: u64, now: Instant) {
        self.now = self.now.max(now.as_nanos());
        self.ends = self.now.saturating_add(self.width - filled_for % self.width);
        (self.buckets, self.sum) = ([0; BUCKETS], 0);
        for (bucket, saved) in self.buckets.iter_mut().zip(buckets).take(self.used) {
            *bucket = *saved;
            self.sum += i128::from(*saved);
        }
    }

    fn advance(&mut self, now: Instant) {
        let now = now.as_nanos();
        if now <= self.now {
            return;
        }
        self.now = now;
        if now < self.ends {
            return;
        }
        let passed = (now - self.ends) / self.width + 1;
        self.ends = self.ends.saturating_add(passed.saturating_mul(self.width));
        let passed = usize::try_from(passed).map_or(BUCKETS, |passed| passed.min(BUCKETS));
        self.buckets.rotate_right(passed);
        for (age, bucket) in self.buckets.iter_mut().enumerate() {
            if age < passed || age >= self.used {
                self.sum -= i128::from(*bucket);
                *bucket = 0;
            }
        }
    }
}

/// A second each of the default ten; Finagle's has as many. 80 bytes are nothing beside the call.
pub(super) const BUCKETS: usize = 10;
