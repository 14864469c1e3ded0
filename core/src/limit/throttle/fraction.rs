//! A chance as two integers.

/// A number from 0 to 1 as the ratio of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    /// At most the denominator.
    pub numerator: u64,
    /// Above 0.
    pub denominator: u64,
}

impl Fraction {
    pub(super) const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// The smaller of the two.
    pub(super) fn min(self, other: Self) -> Self {
        if cross(other.numerator, self.denominator) < cross(self.numerator, other.denominator) {
            other
        } else {
            self
        }
    }

    /// Whether an event of this chance happens, given a draw from all of `u64`: so it does for exactly that share of
    /// the draws, rounded up to the next one.
    pub(super) fn happens(self, draw: u64) -> bool {
        cross(draw, self.denominator) < u128::from(self.numerator) << u64::BITS
    }

    /// For reports; the decision does not use it.
    #[allow(clippy::cast_precision_loss, reason = "a report needs no more than a double has")]
    pub fn as_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

fn cross(a: u64, b: u64) -> u128 {
    u128::from(a).saturating_mul(u128::from(b))
}
