//! Models: slow, and plainly right. They keep lists of what happened and look through all of it each time, and share no
//! arithmetic with the core.

mod breaker;
mod budget;
mod delay;
mod evidence;
mod window;

pub(crate) use self::breaker::{Issue, Meaning, Model, Place};
pub(crate) use self::budget::Budget;
pub(crate) use self::delay::range;

use core::time::Duration;

/// A duration in nanoseconds, or all there are.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
