//! Between which two lengths a wait has to be.

use failsoft::backoff::{Curve, Jitter, Schedule};

use super::nanos;

/// The shortest and the longest wait before retry `number` that a schedule allows, when the last one was `previous`.
pub(crate) fn range(schedule: &Schedule, number: u32, previous: u64) -> (u64, u64) {
    let (first, most) = (u128::from(nanos(schedule.initial_delay)), u128::from(nanos(schedule.max_delay)));
    let (plain, slack) = match &schedule.curve {
        Curve::Constant => (first, 0),
        Curve::Linear => (first * u128::from(number), 0),
        Curve::Exponential { base } => {
            // By multiplying again and again, as a person would; a double is exact to the last part in 2⁵².
            let mut factor = 1.0_f64;
            for _ in 1..number {
                factor *= base;
            }
            let grown = rounded(as_double(first) * factor);
            (grown, if base.to_bits() == 2.0_f64.to_bits() { 0 } else { 2 + grown.min(most) / (1 << 40) })
        }
        Curve::Fibonacci => {
            let (mut last, mut next) = (1_u128, 1_u128);
            for _ in 1..number {
                (last, next) = (next, last + next);
            }
            (first * last, 0)
        }
        Curve::Polynomial { degree } => (first.saturating_mul(u128::from(number).saturating_pow(*degree)), 0),
        Curve::List(delays) => {
            let last = delays.len().saturating_sub(1);
            let index = usize::try_from(number - 1).unwrap_or(last).min(last);
            (delays.get(index).copied().map_or(0, |delay| nanos(delay).into()), 0)
        }
        Curve::Decorrelated => {
            let least = first.min(most);
            return (narrow(least), narrow((u128::from(previous).max(least) * 3).min(most)));
        }
    };
    let capped = plain.min(most);
    let above = (capped + capped / 2).min(most);
    let (least, longest) = match schedule.jitter {
        Jitter::None => (capped, capped),
        Jitter::Proportional => (capped / 2, above),
        Jitter::Additive if above == capped => (capped / 2, capped),
        Jitter::Additive => (capped, above),
        Jitter::Full => (0, capped),
        Jitter::Equal => (capped / 2, capped),
    };
    (narrow(least.saturating_sub(slack)), narrow((longest + slack).min(most)))
}

fn narrow(wide: u128) -> u64 {
    u64::try_from(wide).unwrap_or(u64::MAX)
}

#[allow(clippy::cast_precision_loss, reason = "the slack beside it is wider")]
const fn as_double(number: u128) -> f64 {
    number as f64
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it saturates, and the cap covers that"
)]
const fn rounded(number: f64) -> u128 {
    number as u128
}
