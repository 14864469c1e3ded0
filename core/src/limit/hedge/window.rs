//! The latencies of the last so long.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use super::histogram::{self, Histogram};
use crate::time::{Instant, nanos};

/// Latencies in parts of a quarter of the window each, as a ring.
///
/// A latency counts for at least the window less one part and at most the window. What is too old is dropped whenever
/// the ring is read, however long it was idle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    parts: Box<[Histogram]>,
    width: u64,
    /// How long before the host's epoch the first part began: 0, but for a window restored from elsewhere.
    phase: u64,
    /// The number, counted from there, of the part that is being filled.
    current: u64,
}

impl Window {
    pub(super) fn new(length: Duration) -> Self {
        let width = nanos(length).div_ceil(PARTS as u64).max(1);
        Self { parts: vec![Histogram::new(); PARTS].into_boxed_slice(), width, phase: 0, current: 0 }
    }

    pub(super) fn record(&mut self, latency: Duration, now: Instant) {
        self.expire(now);
        if let Some(part) = self.parts.get_mut(slot(self.current)) {
            part.record(latency);
        }
    }

    pub(super) fn total(&mut self, now: Instant) -> u64 {
        self.expire(now);
        histogram::total(&self.parts)
    }

    /// The latency of this rank, from 1, among those of the window.
    pub(super) fn ranked(&self, rank: u64) -> Duration {
        histogram::ranked(&self.parts, rank)
    }

    /// What each part holds, the newest first; trailing empty ones are left out.
    pub(super) fn by_age(&mut self, now: Instant) -> Vec<Vec<(u32, u32)>> {
        self.expire(now);
        let held = |age| self.parts.get(slot_of_age(self.current, age)).map(|part| part.held().collect());
        let mut ages: Vec<Vec<(u32, u32)>> = (0..PARTS as u64).filter_map(held).collect();
        while ages.last().is_some_and(Vec::is_empty) {
            ages.pop();
        }
        ages
    }

    /// For how long the newest part has been filled.
    pub(super) const fn filled_for(&self, now: Instant) -> u64 {
        now.as_nanos().saturating_add(self.phase) % self.width
    }

    /// Takes back what [`by_age`](Self::by_age) and [`filled_for`](Self::filled_for) gave out: from here on each
    /// part expires as long from now as it would have where it came from.
    pub(super) fn refill(&mut self, ages: &[Vec<(u32, u32)>], into_part: u64, now: Instant) {
        self.parts.iter_mut().for_each(Histogram::clear);
        self.phase = into_part % self.width + (self.width - now.as_nanos() % self.width);
        self.current = self.number(now);
        for (age, held) in (0..PARTS as u64).zip(ages) {
            if let Some(part) = self.parts.get_mut(slot_of_age(self.current, age)) {
                for (bucket, count) in held {
                    part.add(*bucket as usize, *count);
                }
            }
        }
    }

    const fn number(&self, now: Instant) -> u64 {
        now.as_nanos().saturating_add(self.phase) / self.width
    }

    fn expire(&mut self, now: Instant) {
        let number = self.number(now);
        let passed = number.saturating_sub(self.current).min(PARTS as u64);
        for step in 0..passed {
            if let Some(part) = self.parts.get_mut(slot_of_age(number, step)) {
                part.clear();
            }
        }
        self.current = self.current.max(number);
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the remainder is below the number of parts")]
const fn slot(number: u64) -> usize {
    (number % PARTS as u64) as usize
}

/// Shortly after the host's epoch a part is older than the count of parts; as that is a power of two, it may wrap.
const fn slot_of_age(current: u64, age: u64) -> usize {
    slot(current.wrapping_sub(age))
}

/// A delay need not be exact to the second, and each part costs 4 kB.
pub(super) const PARTS: usize = 4;
