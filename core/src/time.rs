//! Time as a value that the host hands in.

use core::time::Duration;

/// A reading of the host's monotonic clock, in nanoseconds since an arbitrary epoch.
///
/// Only differences mean anything. A host may use any clock that does not step with the wall clock;
/// machines treat a reading that went backwards as time that has not moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(u64);

impl Instant {
    /// The instant `nanos` after the host's epoch.
    #[inline]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The instant `seconds` after the host's epoch. Negative numbers and NaN are the epoch itself, and what
    /// is too large saturates: a broken clock must not break a decision.
    pub fn from_secs_f64(seconds: f64) -> Self {
        Self(nanos_from_secs(seconds))
    }

    /// Nanoseconds since the host's epoch.
    #[inline]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The instant `wait` later, or the last one there is.
    #[must_use]
    #[inline]
    pub fn saturating_add(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(nanos(wait)))
    }

    /// How long after `earlier` this is; zero when it is not.
    #[inline]
    pub fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A duration in whole nanoseconds, saturating after 584 years.
#[inline]
pub fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into())
}

/// Seconds as a duration, rounded to the nearest nanosecond; negative numbers and NaN are zero, and what is
/// too large saturates. `Duration::from_secs_f64` would panic on all three.
pub fn duration_from_secs(seconds: f64) -> Duration {
    Duration::from_nanos(nanos_from_secs(seconds))
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float to integer casts saturate and turn NaN into 0, which is the meaning wanted here"
)]
fn nanos_from_secs(seconds: f64) -> u64 {
    (seconds * NANOS_PER_SEC + 0.5) as u64
}

const NANOS_PER_SEC: f64 = 1e9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_that_went_backwards_has_not_passed() {
        let later = Instant::from_nanos(10);
        assert_eq!(Duration::ZERO, Instant::from_nanos(3).saturating_since(later));
    }

    #[test]
    fn broken_clock_readings_saturate_instead_of_panicking() {
        for (seconds, expected) in [
            (f64::NAN, 0),
            (f64::NEG_INFINITY, 0),
            (-1.0, 0),
            (f64::INFINITY, u64::MAX),
            (1e300, u64::MAX),
            (1.5, 1_500_000_000),
        ] {
            assert_eq!(expected, Instant::from_secs_f64(seconds).as_nanos(), "{seconds} s");
        }
    }

    #[test]
    fn adding_past_the_end_of_time_stays_there() {
        let last = Instant::from_nanos(u64::MAX);
        assert_eq!(last, last.saturating_add(Duration::MAX));
    }
}
