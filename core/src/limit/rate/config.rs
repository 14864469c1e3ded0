//! The settings of a rate limiter.

use core::num::NonZeroU32;
use core::time::Duration;

use crate::time::nanos;

/// How often calls may begin.
///
/// There is no default rate: what a dependency bears, only its owner knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitConfig {
    /// So many calls…
    pub rate: NonZeroU32,
    /// …in so long. Zero is taken as a nanosecond.
    pub per: Duration,
    /// So many calls may begin at once after a pause.
    pub burst: NonZeroU32,
    /// A call that can begin within this long gets a place in the line instead of a rejection.
    pub max_wait: Duration,
}

impl RateLimitConfig {
    /// So many calls a second, all of them at once if need be, and nobody waits.
    ///
    /// A second, because a rate without a unit is a rate per second nearly everywhere. A burst of the whole rate, because
    /// services that count calls per window take them so, and a client that is idle most of the time would else wait for
    /// nothing. Nobody waits, because a wait is hidden latency: who asked for none should hear a rejection.
    pub const fn per_second(rate: NonZeroU32) -> Self {
        Self { rate, per: Duration::from_secs(1), burst: rate, max_wait: Duration::ZERO }
    }
    /// No more calls than this begin within `length`, however late those who waited for their turn take it.
    pub(crate) fn most_in(&self, length: Duration) -> u64 {
        let (length, per) = (nanos(length.saturating_add(self.max_wait)), nanos(self.per).max(1));
        let refilled = u128::from(length) * u128::from(self.rate.get()) / u128::from(per);
        u64::try_from(refilled).unwrap_or(u64::MAX).saturating_add(self.burst.get().into())
    }
}
