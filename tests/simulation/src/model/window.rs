//! A list of results, and what of it a window sees.

use failsoft::breaker::{Counts, Window as Setting};

use super::nanos;

/// Every result since the breaker was last closed, as far as its window can know of it.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    setting: Setting,
    results: Vec<Result>,
    /// What the clock read when the first bucket began; a move to another clock takes it along.
    origin: i128,
}

#[derive(Debug, Clone, Copy)]
struct Result {
    bucket: i128,
    failed: bool,
    slow: bool,
}

impl Window {
    pub(crate) const fn new(setting: Setting) -> Self {
        Self { setting, results: Vec::new(), origin: 0 }
    }

    pub(crate) fn clear(&mut self) {
        self.results.clear();
    }

    pub(crate) fn add(&mut self, failed: bool, slow: bool, now: u64) {
        let bucket = self.bucket(now);
        self.results.push(Result { bucket, failed, slow });
        if let Setting::Count(size) = self.setting {
            let extra = self.results.len().saturating_sub(size.get() as usize);
            self.results.drain(..extra);
        }
    }

    /// What counts at `now`, each result looked at.
    pub(crate) fn counts(&self, now: u64) -> Counts {
        let present = self.bucket(now);
        let mut counts = Counts::default();
        for result in self.results.iter().filter(|result| present - result.bucket < BUCKETS) {
            counts.calls += 1;
            counts.failures += u32::from(result.failed);
            counts.slow += u32::from(result.slow);
        }
        counts
    }

    /// Takes on another setting: the newest calls of a window by count, and of one by time what is not too old in it.
    pub(crate) fn change(&mut self, setting: Setting, slow: bool, now: u64) {
        let old = core::mem::replace(self, Self::new(setting));
        match (old.setting, setting) {
            (Setting::Count(_), Setting::Count(size)) => {
                let extra = old.results.len().saturating_sub(size.get() as usize);
                self.results = old.results[extra..].to_vec();
                // By count, slow calls are remembered only while they matter.
                self.results.iter_mut().for_each(|result| result.slow &= slow);
            }
            (Setting::Time(before), Setting::Time(after)) if before == after => *self = old,
            (Setting::Time(_), Setting::Time(_)) => {
                let (there, here) = (old.bucket(now), self.bucket(now));
                for result in old.results.iter().filter(|result| there - result.bucket < BUCKETS) {
                    let ago = (there - result.bucket) * old.width();
                    let bucket = here - ago / self.width();
                    self.results.push(Result { bucket, ..*result });
                }
            }
            _ => {}
        }
    }

    /// What was `before` reads `after` from here on.
    pub(crate) fn move_to(&mut self, before: u64, after: u64) {
        self.origin += i128::from(after) - i128::from(before);
    }

    fn bucket(&self, now: u64) -> i128 {
        (i128::from(now) - self.origin).div_euclid(self.width())
    }

    fn width(&self) -> i128 {
        match self.setting {
            Setting::Time(length) => (i128::from(nanos(length)).max(1) + BUCKETS - 1) / BUCKETS,
            // All in one.
            Setting::Consecutive | Setting::Count(_) => i128::from(u64::MAX) * 4,
        }
    }
}

/// A window by time is documented to be precise to a thirtieth.
const BUCKETS: i128 = 30;
