//! The decision; see the rules in the [module](super).

use serde::{Deserialize, Serialize};

use super::config::{Thousandths, ThrottleConfig};
use super::counts::Counts;
use super::fraction::Fraction;
use crate::ring::Ring;
use crate::rng::Rng;
use crate::time::Instant;

/// A client-side throttle.
///
/// It is a value without locks: whoever shares it between threads guards it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throttle {
    config: ThrottleConfig,
    pub(super) window: Ring<Counts>,
    pub(super) tally: Tally,
}

/// A refusal. When to come back is not said: the next call has the same chance at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    /// The chance that it had to be rejected.
    pub probability: Fraction,
}

/// What a throttle has seen since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Calls rejected here.
    pub rejected: u64,
    /// Calls that the dependency accepted.
    pub accepted: u64,
    /// Calls that it did not.
    pub refused: u64,
}

impl Throttle {
    /// A throttle that has seen nothing.
    pub fn new(config: ThrottleConfig) -> Self {
        let config = ThrottleConfig {
            k: config.k.max(Thousandths::ONE),
            max_reject_rate: config.max_reject_rate.min(Thousandths::ONE),
            ..config
        };
        Self { config, window: Ring::new(config.window), tally: Tally::default() }
    }

    /// Asks for a call to go out at `now`. An admitted call that comes to an end must [`settle`](Self::settle); one that
    /// is cancelled need not.
    pub fn admit(&mut self, now: Instant, rng: &mut Rng) -> Result<(), Rejection> {
        let probability = self.reject_probability(now);
        if probability.numerator == 0 || !probability.happens(rng.draw()) {
            return Ok(());
        }
        self.window.record(Counts { requests: 1, accepts: 0 }, now);
        self.tally.rejected = self.tally.rejected.saturating_add(1);
        Err(Rejection { probability })
    }

    /// Says how an admitted call ended: whether the dependency took it on. A failure that is the caller's own fault was
    /// taken on; a refusal for overload, a timeout and no connection were not.
    ///
    /// Which call it was need not be said, so nothing is left behind by one that never settles. One that settles twice is
    /// counted twice.
    pub fn settle(&mut self, accepted: bool, now: Instant) {
        self.window.record(Counts { requests: 1, accepts: u64::from(accepted) }, now);
        let total = if accepted { &mut self.tally.accepted } else { &mut self.tally.refused };
        *total = total.saturating_add(1);
    }

    /// The chance of a call at `now` to be rejected.
    pub fn reject_probability(&mut self, now: Instant) -> Fraction {
        let Counts { requests, accepts } = self.window.total(now);
        if requests < u64::from(self.config.minimum_calls) {
            return Fraction::ZERO;
        }
        let one = u64::from(Thousandths::ONE.get());
        let borne = accepts.saturating_mul(self.config.k.get().into());
        let excess = requests.saturating_mul(one).saturating_sub(borne);
        if excess == 0 {
            return Fraction::ZERO;
        }
        let chance =
            Fraction { numerator: excess, denominator: requests.saturating_add(1).saturating_mul(one) };
        chance.min(Fraction { numerator: self.config.max_reject_rate.get().into(), denominator: one })
    }

    /// What it counts within the window as of `now`.
    pub fn counts(&mut self, now: Instant) -> Counts {
        self.window.total(now)
    }

    /// What it has seen since it was made.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// The settings it was made with.
    pub const fn config(&self) -> &ThrottleConfig {
        &self.config
    }
}
