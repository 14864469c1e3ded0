//! How a delay is spread.

use crate::rng::Rng;

/// The interval that a delay *d* with cap *c* is drawn from, uniformly. No interval reaches past the cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jitter {
    /// *d* itself.
    None,
    /// [½·d, min(1½·d, c)].
    Proportional,
    /// [d, min(1½·d, c)]; at the cap, where that interval is empty, [½·d, d].
    Additive,
    /// [0, d].
    Full,
    /// [½·d, d].
    Equal,
}

impl Jitter {
    /// The least and the most that a draw for `delay` can be; `delay` must not exceed `cap`.
    pub(super) fn range(self, delay: u64, cap: u64) -> (u64, u64) {
        let half = delay / 2;
        let above = delay.saturating_add(half).min(cap);
        match self {
            Self::None => (delay, delay),
            Self::Proportional => (half, above),
            // An additive jitter has no room left at the cap. Keeping it there would synchronise exactly the
            // clients that have waited longest, so the room below the cap is used instead.
            Self::Additive if above == delay => (half, delay),
            Self::Additive => (delay, above),
            Self::Full => (0, delay),
            Self::Equal => (half, delay),
        }
    }

    /// A draw for `delay`; without jitter nothing is drawn, so that the stream stays where it is.
    pub(super) fn spread(self, delay: u64, cap: u64, rng: &mut Rng) -> u64 {
        if self == Self::None {
            return delay;
        }
        let (least, most) = self.range(delay, cap);
        rng.between(least, most)
    }
}
