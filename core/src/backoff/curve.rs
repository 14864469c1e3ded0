//! The growth of a delay, before the cap and the jitter.

use alloc::vec::Vec;
use core::time::Duration;

use crate::time::nanos;

/// How the delay before retry *n* follows from the initial delay *d*.
#[derive(Debug, Clone, PartialEq)]
pub enum Curve {
    /// *d*, always.
    Constant,
    /// *n·d*.
    Linear,
    /// *d·baseⁿ⁻¹*; a base below 1 is taken as 1.
    Exponential {
        /// The factor from one delay to the next.
        base: f64,
    },
    /// *d·Fₙ* with F = 1, 1, 2, 3, 5 …
    Fibonacci,
    /// *d·n^degree*.
    Polynomial {
        /// The power of *n*.
        degree: u32,
    },
    /// A draw between *d* and three times the previous delay.
    Decorrelated,
    /// These delays one after the other; the last one repeats. An empty list waits not at all.
    List(Vec<Duration>),
}

impl Curve {
    /// The delay before retry `retry` (1-based) without jitter, at most `cap`; all in nanoseconds.
    pub(super) fn delay(&self, unit: u64, retry: u32, cap: u64) -> u64 {
        let n = u64::from(retry.max(1));
        let delay = match self {
            Self::Constant | Self::Decorrelated => unit,
            Self::Linear => unit.saturating_mul(n),
            Self::Exponential { base } => exponential(unit, *base, retry.max(1) - 1, cap),
            Self::Fibonacci => unit.saturating_mul(fibonacci(n)),
            Self::Polynomial { degree } => unit.saturating_mul(n.saturating_pow(*degree)),
            Self::List(delays) => {
                let index = usize::try_from(n - 1).unwrap_or(usize::MAX).min(delays.len().saturating_sub(1));
                delays.get(index).copied().map_or(0, nanos)
            }
        };
        delay.min(cap)
    }
}

/// `unit · base^power`, by squaring: `powi` and `powf` come from the platform's maths library and may differ
/// in the last bit between targets; multiplication may not.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "2⁵³ ns are 104 days, and a product beyond u64 saturates, which the cap then covers"
)]
fn exponential(unit: u64, base: f64, mut power: u32, cap: u64) -> u64 {
    if unit == 0 {
        return 0;
    }
    if base.to_bits() == DOUBLING && unit <= EXACT {
        // What the product below comes to, in a third of the time: doubling is what most schedules do.
        return if power <= unit.leading_zeros() { (unit << power).min(cap) } else { cap };
    }
    let mut square = base.max(1.0);
    let mut factor = 1.0_f64;
    while power > 0 {
        if power & 1 == 1 {
            factor *= square;
        }
        square *= square;
        power >>= 1;
    }
    ((unit as f64 * factor) as u64).min(cap)
}

/// The n-th Fibonacci number, saturating after the 93rd.
fn fibonacci(n: u64) -> u64 {
    let (mut current, mut next) = (1_u64, 1_u64);
    for _ in 1..n.min(LAST_FIBONACCI_IN_U64 + 1) {
        (current, next) = (next, current.saturating_add(next));
    }
    current
}

const LAST_FIBONACCI_IN_U64: u64 = 93;

const DOUBLING: u64 = 2.0_f64.to_bits();

/// Up to here a whole number is the same as a float.
const EXACT: u64 = 1 << 53;
