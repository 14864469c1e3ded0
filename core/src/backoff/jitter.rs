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
    /// A draw for `delay`, in the same unit; `delay` must not exceed `cap`.
    pub(super) fn spread(self, delay: u64, cap: u64, rng: &mut Rng) -> u64 {
        let half = delay / 2;
        let above = delay.saturating_add(half).min(cap);
        match self {
            Self::None => delay,
            Self::Proportional => rng.between(half, above),
            // An additive jitter has no room left at the cap. Keeping it there would synchronise exactly the
            // clients that have waited longest, so the room below the cap is used instead.
            Self::Additive if above == delay => rng.between(half, delay),
            Self::Additive => rng.between(delay, above),
            Self::Full => rng.between(0, delay),
            Self::Equal => rng.between(half, delay),
        }
    }
}
