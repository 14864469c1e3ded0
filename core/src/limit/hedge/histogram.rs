//! How long calls took, counted in buckets whose width grows with what they hold.

use alloc::boxed::Box;
use alloc::vec;
use core::time::Duration;

use crate::time::nanos;

/// Counts of latencies, log-linear: each power of two is cut in [`STEPS`] buckets of equal width.
///
/// So a bucket is never wider than a thirty-second (3 %) of what it holds, or about a microsecond, whichever is
/// more. What took longer than 73 minutes counts as that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Histogram {
    counts: Box<[u32]>,
    /// The sum of each power of two, so that a percentile is found in two short walks.
    sums: [u64; OCTAVES],
}

impl Histogram {
    pub(super) fn new() -> Self {
        Self { counts: vec![0; BUCKETS].into_boxed_slice(), sums: [0; OCTAVES] }
    }

    pub(super) fn record(&mut self, latency: Duration) {
        self.add(bucket(latency), 1);
    }

    /// Adds to a bucket; one that does not exist takes nothing.
    pub(super) fn add(&mut self, bucket: usize, count: u32) {
        if let (Some(held), Some(sum)) = (self.counts.get_mut(bucket), self.sums.get_mut(bucket / STEPS)) {
            let added = count.min(u32::MAX - *held);
            *held += added;
            *sum += u64::from(added);
        }
    }

    pub(super) fn clear(&mut self) {
        self.counts.fill(0);
        self.sums = [0; OCTAVES];
    }

    /// The buckets that hold something.
    pub(super) fn held(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..).zip(self.counts.iter().copied()).filter(|(_, count)| *count > 0)
    }

    fn sum(&self, octave: usize) -> u64 {
        self.sums.get(octave).copied().unwrap_or(0)
    }

    fn count(&self, bucket: usize) -> u64 {
        self.counts.get(bucket).copied().unwrap_or(0).into()
    }
}

/// How many latencies some histograms hold together.
pub(super) fn total(parts: &[Histogram]) -> u64 {
    parts.iter().flat_map(|part| part.sums).sum()
}

/// The upper end of the bucket that holds the latency of this rank, from 1, in all of them together.
///
/// The upper end, so that the answer is never less than the latency itself: a hedge should not come early.
pub(super) fn ranked(parts: &[Histogram], rank: u64) -> Duration {
    let mut below = 0;
    let mut walk = |count: u64| {
        let found = below + count >= rank;
        below += if found { 0 } else { count };
        found
    };
    let octave = (0..OCTAVES).find(|octave| walk(parts.iter().map(|part| part.sum(*octave)).sum()));
    let bucket = octave.and_then(|octave| {
        let first = octave * STEPS;
        (first..first + STEPS).find(|bucket| walk(parts.iter().map(|part| part.count(*bucket)).sum()))
    });
    end(bucket.unwrap_or(BUCKETS - 1))
}

#[allow(clippy::cast_possible_truncation, reason = "a bucket's number is small")]
fn bucket(latency: Duration) -> usize {
    let units = (nanos(latency) >> UNIT_BITS).min(MOST_UNITS);
    // Up to twice STEPS every bucket is one unit wide.
    let halvings = (u64::BITS - units.leading_zeros()).saturating_sub(STEP_BITS + 1);
    (units >> halvings) as usize + halvings as usize * STEPS
}

/// The first latency that a bucket does not hold.
fn end(bucket: usize) -> Duration {
    let halvings = (bucket / STEPS).saturating_sub(1);
    let units = (bucket - halvings * STEPS + 1) as u64;
    Duration::from_nanos(units << halvings << UNIT_BITS)
}

/// A unit is 1024 ns, about a microsecond: nobody hedges what is faster.
const UNIT_BITS: u32 = 10;
const MOST_UNITS: u64 = u32::MAX as u64;
const STEP_BITS: u32 = 5;
const STEPS: usize = 1 << STEP_BITS;
const OCTAVES: usize = 28;
/// 896 of four bytes each.
const BUCKETS: usize = OCTAVES * STEPS;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn the_buckets_follow_each_other_without_a_gap() {
        for number in 0..BUCKETS - 1 {
            let last = end(number).saturating_sub(Duration::from_nanos(1));
            assert_eq!((number, number + 1), (bucket(last), bucket(end(number))), "{number}");
        }
    }

    #[test]
    fn no_bucket_is_wider_than_a_thirty_second_of_what_it_holds_or_a_unit() {
        for number in 1..BUCKETS {
            let begin = end(number - 1).as_nanos();
            let width = end(number).as_nanos() - begin;
            assert!(width <= (begin / 32).max(1 << UNIT_BITS), "{number}: {width} from {begin}");
        }
    }

    #[test]
    fn the_first_bucket_begins_at_nothing_and_the_last_takes_everything_else() {
        let found = [Duration::ZERO, Duration::from_secs(4_390), Duration::from_secs(4_399), Duration::MAX]
            .map(bucket);
        assert_eq!([0, BUCKETS - 1, BUCKETS - 1, BUCKETS - 1], found);
        assert_eq!(4_398, end(BUCKETS - 1).as_secs());
    }

    #[test]
    fn a_full_bucket_stays_full() {
        let mut histogram = Histogram::new();
        histogram.add(7, u32::MAX);
        histogram.add(7, u32::MAX);
        histogram.record(end(6));
        histogram.add(BUCKETS, 5);
        assert_eq!((u64::from(u32::MAX), 1), (total(&[histogram.clone()]), histogram.held().count()));
    }

    #[test]
    fn a_rank_is_found_across_all_parts() {
        let mut parts = [Histogram::new(), Histogram::new()];
        parts[0].add(10, 2);
        parts[1].add(10, 1);
        parts[1].add(11, 1);
        parts[0].add(500, 1);
        let found: Vec<Duration> = (1..=6).map(|rank| ranked(&parts, rank)).collect();
        let expected = [10, 10, 10, 11, 500, BUCKETS - 1].map(end);
        assert_eq!((5, expected.as_slice()), (total(&parts), found.as_slice()));
    }
}
