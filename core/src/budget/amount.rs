//! Fixed point.

use core::fmt;

/// A number of tokens, in millionths.
///
/// Integers, because a decimal ratio such as 0.6 or 0.7 is no double: ten times a tenth of a token must be one token, in
/// every host. A millionth is finer than any ratio that people write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(u64);

impl Amount {
    /// No tokens.
    pub const ZERO: Self = Self(0);
    /// One token.
    pub const ONE: Self = Self::whole(1);

    /// So many tokens.
    pub const fn whole(tokens: u32) -> Self {
        Self(tokens as u64 * MILLION)
    }

    /// So many millionths of a token.
    pub const fn from_millionths(millionths: u64) -> Self {
        Self(millionths)
    }

    /// The nearest millionth to so many tokens. Negative numbers and NaN are none, and what is too large saturates.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to integer casts saturate and turn NaN into 0, which is the meaning wanted here"
    )]
    pub fn from_tokens(tokens: f64) -> Self {
        Self((tokens * 1e6 + 0.5) as u64)
    }

    /// Millionths of a token.
    #[inline]
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// How often `part` goes into this; `None` if it is nothing.
    pub const fn times(self, part: Self) -> Option<u64> {
        self.0.checked_div(part.0)
    }
}

impl fmt::Display for Amount {
    /// In tokens, with as many decimals as it has.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 / MILLION)?;
        let (mut part, mut digits) = (self.0 % MILLION, 6);
        if part == 0 {
            return Ok(());
        }
        while part % 10 == 0 {
            (part, digits) = (part / 10, digits - 1);
        }
        write!(f, ".{part:0digits$}")
    }
}

const MILLION: u64 = 1_000_000;
