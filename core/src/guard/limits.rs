//! The limits of one policy, which are asked together.

use core::time::Duration;

use crate::limit::adaptive::{Adaptive, AdaptiveConfig};
use crate::limit::bulkhead::{Bulkhead, BulkheadConfig};
use crate::limit::hedge::{Hedge, HedgeConfig};
use crate::limit::rate::{RateLimitConfig, RateLimiter};
use crate::limit::throttle::{Throttle, ThrottleConfig};
use crate::time::Instant;

/// The settings of a policy's limits; what is `None` limits nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Holds back what goes to a dependency that refuses.
    pub throttle: Option<ThrottleConfig>,
    /// How often calls begin.
    pub rate_limit: Option<RateLimitConfig>,
    /// How many calls are under way at once, and how many wait.
    pub bulkhead: Option<BulkheadConfig>,
    /// How many calls are under way at once, as experience has it.
    pub adaptive: Option<AdaptiveConfig>,
    /// When a further attempt is raced.
    pub hedge: Option<HedgeConfig>,
}

/// The limits themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub(super) throttle: Option<Throttle>,
    pub(super) rate_limit: Option<RateLimiter>,
    pub(super) bulkhead: Option<Bulkhead>,
    pub(super) adaptive: Option<Adaptive>,
    pub(super) hedge: Option<Hedge>,
}

impl LimitsConfig {
    /// Whether nothing is limited.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Limits {
    /// Limits that have seen nothing; `None` if there are none.
    pub fn new(config: LimitsConfig) -> Option<Self> {
        (!config.is_empty()).then(|| Self {
            throttle: config.throttle.map(Throttle::new),
            rate_limit: config.rate_limit.map(RateLimiter::new),
            bulkhead: config.bulkhead.map(Bulkhead::new),
            adaptive: config.adaptive.map(Adaptive::new),
            hedge: config.hedge.map(Hedge::new),
        })
    }

    /// After how long an attempt that begins at `now` is worth a hedge, if `already` have been made in its call.
    pub fn hedge_after(&mut self, already: u32, now: Instant) -> Option<Duration> {
        self.hedge.as_mut().filter(|hedge| hedge.may_hedge(already))?.delay(now)
    }

    /// The throttle, to ask it for its counts.
    #[inline]
    pub const fn throttle(&mut self) -> Option<&mut Throttle> {
        self.throttle.as_mut()
    }

    /// The rate limiter, to ask it what is available.
    #[inline]
    pub const fn rate_limit(&mut self) -> Option<&mut RateLimiter> {
        self.rate_limit.as_mut()
    }

    /// The bulkhead, to ask it who is in it, or about a place in its line.
    #[inline]
    pub const fn bulkhead(&mut self) -> Option<&mut Bulkhead> {
        self.bulkhead.as_mut()
    }

    /// The adaptive limit, to ask it how high it is.
    #[inline]
    pub const fn adaptive(&mut self) -> Option<&mut Adaptive> {
        self.adaptive.as_mut()
    }

    /// The hedge, to ask it what it has observed.
    #[inline]
    pub const fn hedge(&mut self) -> Option<&mut Hedge> {
        self.hedge.as_mut()
    }
}
