//! The limit itself, and how far a call moves it.

use super::config::AdaptiveConfig;
use super::places::MOST_PLACES;
use crate::limit::Share;

/// A limit between its bounds, in units of 2⁻³²: whole numbers could not be raised by a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Level {
    value: u64,
    least: u64,
    most: u64,
}

impl Level {
    pub(super) fn new(config: &AdaptiveConfig) -> Self {
        let least = fixed(config.min.get());
        let most = fixed(config.max.get()).max(least);
        Self { value: fixed(config.initial.get()).clamp(least, most), least, most }
    }

    /// How many calls at a time that is.
    #[allow(clippy::cast_possible_truncation, reason = "the shift leaves 32 bits")]
    pub(super) const fn whole(self) -> u32 {
        (self.value >> 32) as u32
    }

    /// What is left beside the whole, in units of 2⁻³².
    #[allow(clippy::cast_possible_truncation, reason = "the lower 32 bits are wanted")]
    pub(super) const fn fraction(self) -> u32 {
        self.value as u32
    }

    /// One more for each round of as many successes as the limit.
    pub(super) fn raise(&mut self) {
        self.set(self.value.saturating_add(self.part()));
    }

    /// A share of it is left, and at least one is taken: so the whole falls, too, wherever it can.
    pub(super) fn lower(&mut self, ratio: Share) {
        self.set(ratio.of(self.value).min(self.value.saturating_sub(ONE)));
    }

    /// As much as a success would raise it.
    pub(super) fn lower_slightly(&mut self) {
        self.set(self.value.saturating_sub(self.part()));
    }

    /// The limit that was saved, within the bounds.
    pub(super) fn put(&mut self, whole: u32, fraction: u32) {
        self.set(u64::from(whole) << 32 | u64::from(fraction));
    }

    fn set(&mut self, value: u64) {
        self.value = value.clamp(self.least, self.most);
    }

    /// 1/limit; the limit is 1 at least.
    fn part(self) -> u64 {
        let part = (u128::from(ONE) << 32).checked_div(self.value.into());
        part.and_then(|part| u64::try_from(part).ok()).unwrap_or(ONE)
    }
}

fn fixed(calls: u32) -> u64 {
    u64::from(calls.min(MOST_PLACES)) << 32
}

const ONE: u64 = 1 << 32;
