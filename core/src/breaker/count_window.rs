//! The last so many calls.

use alloc::boxed::Box;
use alloc::vec;
use core::num::NonZeroU32;

use super::counts::Counts;

/// The last so many calls: a bit each for whether it failed and, where that matters, whether it was slow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CountWindow {
    failed: Box<[u64]>,
    /// Empty where nothing is slow.
    slow: Box<[u64]>,
    size: u32,
    next: u32,
    counts: Counts,
}

impl CountWindow {
    pub(super) fn new(size: NonZeroU32, slow: bool) -> Self {
        let words = size.get().div_ceil(u64::BITS) as usize;
        Self {
            failed: vec![0; words].into_boxed_slice(),
            slow: vec![0; if slow { words } else { 0 }].into_boxed_slice(),
            size: size.get(),
            next: 0,
            counts: Counts::default(),
        }
    }

    pub(super) const fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether one more success would leave it as it is.
    pub(super) const fn is_full_of_successes(&self) -> bool {
        self.counts.failures == 0 && self.counts.slow == 0 && self.counts.calls == self.size
    }

    pub(super) fn record(&mut self, failed: bool, slow: bool) {
        let (word, bit) = ((self.next / u64::BITS) as usize, 1 << (self.next % u64::BITS));
        replace(&mut self.failed, word, bit, failed, &mut self.counts.failures);
        replace(&mut self.slow, word, bit, slow, &mut self.counts.slow);
        self.counts.calls = (self.counts.calls + 1).min(self.size);
        self.next = (self.next + 1) % self.size;
    }

    /// Records `successes` calls that went well. As many as the window holds forget everything else.
    pub(super) fn record_successes(&mut self, successes: u32) {
        if successes >= self.size {
            self.clear();
        }
        if self.counts.failures == 0 && self.counts.slow == 0 {
            // All its bits are 0, wherever the next one goes.
            self.counts.calls = self.counts.calls.saturating_add(successes).min(self.size);
            return;
        }
        for _ in 0..successes {
            self.record(false, false);
        }
    }

    pub(super) fn clear(&mut self) {
        self.failed.fill(0);
        self.slow.fill(0);
        (self.next, self.counts) = (0, Counts::default());
    }

    /// Whether each call failed and whether it was slow, from the oldest to the newest; the calls before the first
    /// that did or was are left out, as their number says all.
    pub(super) fn outcomes(&self) -> impl Iterator<Item = (bool, bool)> + '_ {
        let at = |bits: &[u64], index: u32| {
            let word = bits.get((index / u64::BITS) as usize).copied().unwrap_or(0);
            word >> (index % u64::BITS) & 1 == 1
        };
        (0..self.size)
            .map(move |offset| (self.next + offset) % self.size)
            .map(move |index| (at(&self.failed, index), at(&self.slow, index)))
            .skip_while(|(failed, slow)| !failed && !slow)
    }

    /// Takes back what [`outcomes`](Self::outcomes) and [`counts`](Self::counts) gave out; of more than it holds, the
    /// newest.
    pub(super) fn refill(&mut self, calls: u32, outcomes: impl ExactSizeIterator<Item = (bool, bool)>) {
        self.clear();
        let known = u32::try_from(outcomes.len()).unwrap_or(u32::MAX);
        self.record_successes(calls.saturating_sub(known));
        outcomes.for_each(|(failed, slow)| self.record(failed, slow));
    }
}

/// Sets or clears one bit and keeps the number of those set.
fn replace(bits: &mut [u64], word: usize, bit: u64, set: bool, count: &mut u32) {
    if let Some(word) = bits.get_mut(word) {
        *count -= u32::from(*word & bit != 0);
        *count += u32::from(set);
        if set { *word |= bit } else { *word &= !bit }
    }
}
