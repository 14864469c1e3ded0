//! How many calls ended within the last so long, and how many of them failed.

use core::time::Duration;

use crate::time::{Instant, nanos};

/// A ring of buckets, each of which begins with the first call after the one before it is full. What is too old is left out
/// when it is read, so that reading changes nothing.
///
/// A call is counted for at least the window less one bucket, and at most the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    length: Duration,
    buckets: [Bucket; BUCKETS],
    newest: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bucket {
    /// When it stops counting. Not when it began: that may lie before the epoch of a restored clock.
    pub(super) expires: Instant,
    pub(super) calls: u64,
    pub(super) failed: u64,
}

impl Window {
    pub(super) fn new(length: Duration) -> Self {
        Self { length, buckets: [Bucket::default(); BUCKETS], newest: 0 }
    }

    pub(super) fn record(&mut self, calls: u64, failed: u64, now: Instant) {
        let filling = self.fills_until(now).is_some();
        if !filling {
            self.newest = (self.newest + 1) % BUCKETS;
        }
        if let Some(bucket) = self.buckets.get_mut(self.newest) {
            if !filling {
                *bucket = Bucket { expires: now.saturating_add(self.length), calls: 0, failed: 0 };
            }
            bucket.calls = bucket.calls.saturating_add(calls);
            bucket.failed = bucket.failed.saturating_add(failed);
        }
    }

    /// When the bucket is full that a call at `now` is counted in; `None` if that is yet to begin. Where there is no window,
    /// one that nobody reads is filled for ever.
    pub(super) fn fills_until(&self, now: Instant) -> Option<Instant> {
        if self.length.is_zero() {
            return Some(Instant::from_nanos(u64::MAX));
        }
        let rest = Duration::from_nanos(nanos(self.length).saturating_sub(self.width()));
        let bucket = self.buckets.get(self.newest)?;
        let full = Instant::from_nanos(bucket.expires.as_nanos().saturating_sub(nanos(rest)));
        (full > now).then_some(full)
    }

    /// Calls, and failed ones among them.
    pub(super) fn counts(&self, now: Instant) -> (u64, u64) {
        self.live(now).fold((0, 0), |(calls, failed), bucket| {
            (bucket.calls.saturating_add(calls), bucket.failed.saturating_add(failed))
        })
    }

    /// The buckets that count, the newest first.
    pub(super) fn live(&self, now: Instant) -> impl Iterator<Item = &Bucket> {
        let by_age = (0..BUCKETS).map(|age| (self.newest + BUCKETS - age) % BUCKETS);
        by_age.filter_map(|index| self.buckets.get(index)).filter(move |bucket| bucket.expires > now)
    }

    /// Takes over what [`live`](Self::live) gave out, the newest first.
    pub(super) fn refill(&mut self, buckets: impl Iterator<Item = Bucket>) {
        *self = Self::new(self.length);
        for (slot, bucket) in self.buckets.iter_mut().rev().zip(buckets) {
            *slot = bucket;
        }
        self.newest = BUCKETS - 1;
    }

    pub(super) const fn length(&self) -> Duration {
        self.length
    }

    fn width(&self) -> u64 {
        nanos(self.length).div_ceil(BUCKETS as u64)
    }
}

/// A thirtieth of the window is as precise as the breaker's.
pub(super) const BUCKETS: usize = 30;
