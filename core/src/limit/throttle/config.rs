//! The settings of a throttle.

use core::time::Duration;

/// When a client begins to reject its own calls, and how many of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleConfig {
    /// So many times what was accepted lately may go out. Less than 1 would reject calls of a dependency that is well, and
    /// is taken as 1.
    pub k: Thousandths,
    /// How long "lately" is, to a precision of one thirtieth.
    pub window: Duration,
    /// No larger a share of the calls is rejected. More than 1 is taken as 1.
    pub max_reject_rate: Thousandths,
    /// With fewer requests in the window nothing is rejected.
    pub minimum_calls: u32,
}

/// A number to three decimals, so that every host compares the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thousandths(u32);

impl Thousandths {
    /// One.
    pub const ONE: Self = Self(1_000);

    /// So many thousandths.
    pub const fn new(thousandths: u32) -> Self {
        Self(thousandths)
    }

    /// The nearest to a number; negative numbers and NaN are zero, and what is too large saturates.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to integer casts saturate and turn NaN into 0, which is the meaning wanted here"
    )]
    pub fn nearest(number: f64) -> Self {
        Self((number * 1e3 + 0.5) as u32)
    }

    /// How many thousandths.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// As a number.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 1e3
    }
}

impl Default for ThrottleConfig {
    /// Twice what was accepted in the last two minutes; nine calls in ten are rejected at most, and none of the first ten.
    ///
    /// Two and two minutes are the book's: less than twice saves little more and learns slowly that there is room
    /// again. Recovery from an outage begins at the share that still goes out and doubles about every half window:
    /// from a tenth it takes a window and a half, from the thousandth that the bare formula leaves after a thousand
    /// calls it would take four; and in an outage a tenth of the load is one that a dependency can come back under.
    /// Ten calls, because three refusals of three are no statistic.
    fn default() -> Self {
        Self {
            k: Thousandths::new(2_000),
            window: Duration::from_secs(120),
            max_reject_rate: Thousandths::new(900),
            minimum_calls: 10,
        }
    }
}
