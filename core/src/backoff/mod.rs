//! How long to wait before a retry.
//!
//! A [`Schedule`] is a growth curve with a cap and a jitter. One rule holds for all of them: **cap first, then
//! jitter inside the cap.** So a delay never exceeds `max_delay`, and delays at the cap still differ from
//! each other. (Jitter first and cap second, as many libraries do it, makes all clients meet at the cap.)

mod curve;
mod jitter;
#[cfg(test)]
mod tests;

pub use self::curve::Curve;
pub use self::jitter::Jitter;

use core::time::Duration;

use crate::rng::Rng;
use crate::time::nanos;

/// The delays between the attempts of a call. Immutable; the state of a call is handed in.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// How the delay grows from retry to retry.
    pub curve: Curve,
    /// The delay before the first retry; curves other than a list grow from it.
    pub initial_delay: Duration,
    /// No delay is ever longer.
    pub max_delay: Duration,
    /// How a delay is spread, so that clients that failed together do not come back together.
    pub jitter: Jitter,
}

impl Schedule {
    /// The delay before retry number `retry` (1 is the first), when the delay before that was `previous`.
    ///
    /// Any `retry` is fine: what would overflow is the cap. `previous` matters to decorrelated delays only.
    pub fn delay(&self, retry: u32, previous: Duration, rng: &mut Rng) -> Duration {
        let cap = nanos(self.max_delay);
        if matches!(self.curve, Curve::Decorrelated) {
            // AWS Architecture Blog, "Exponential Backoff And Jitter": min(cap, U(base, 3·previous)); the
            // bound is capped before the draw, or most draws would land on the cap itself.
            let base = nanos(self.initial_delay).min(cap);
            let bound = nanos(previous).max(base).saturating_mul(3).min(cap);
            return Duration::from_nanos(rng.between(base, bound));
        }
        Duration::from_nanos(self.jitter.spread(self.plain(retry), cap, rng))
    }

    /// The shortest and the longest delay that can be drawn before retry number `retry`.
    pub fn range(&self, retry: u32) -> (Duration, Duration) {
        let cap = nanos(self.max_delay);
        let (least, most) = if matches!(self.curve, Curve::Decorrelated) {
            let base = nanos(self.initial_delay).min(cap);
            (base, base.saturating_mul(3_u64.saturating_pow(retry)).min(cap))
        } else {
            self.jitter.range(self.plain(retry), cap)
        };
        (Duration::from_nanos(least), Duration::from_nanos(most))
    }

    /// The delay without its jitter, in nanoseconds; the curve has capped it.
    fn plain(&self, retry: u32) -> u64 {
        self.curve.delay(nanos(self.initial_delay), retry, nanos(self.max_delay))
    }
}
