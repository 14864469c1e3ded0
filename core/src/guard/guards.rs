//! The machines of one policy, without locks.

use alloc::boxed::Box;
use core::time::Duration;

use super::gate::{Gate, Ungated};
use super::limits::{Limits, LimitsConfig};
use crate::breaker::{Admission, Breaker, BreakerConfig, Outcome, Ticket, Transition};
use crate::budget::{Budget, BudgetConfig};
use crate::time::Instant;

/// The settings of all that stands between the calls of a policy and their dependency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GuardConfig {
    /// The breaker.
    pub breaker: Option<BreakerConfig>,
    /// The retry budget.
    pub budget: Option<BudgetConfig>,
    /// The limits.
    pub limits: LimitsConfig,
}

/// All that stands between the calls of a policy and their dependency.
///
/// It is a value without locks, for tests, simulations and programs with one thread; threads share a
/// [`SharedGuards`](crate::host::SharedGuards).
#[derive(Debug, Clone)]
pub struct Guards {
    /// The breaker, if there is one.
    pub breaker: Option<Breaker>,
    /// The retry budget, if there is one.
    pub budget: Option<Budget>,
    /// The limits, if there are any.
    pub limits: Option<Box<Limits>>,
}

impl Guards {
    /// Machines that have seen nothing.
    pub fn new(config: &GuardConfig) -> Self {
        Self {
            breaker: config.breaker.map(Breaker::new),
            budget: config.budget.map(Budget::new),
            limits: Limits::new(config.limits).map(Box::new),
        }
    }
}

impl Gate for Guards {
    fn admit(&mut self, now: Instant) -> Admission {
        match &mut self.breaker {
            Some(breaker) => breaker.admit(now),
            None => Ungated.admit(now),
        }
    }

    fn settle(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) -> Option<Transition> {
        self.breaker.as_mut().and_then(|breaker| breaker.settle(ticket, outcome, now))
    }

    fn retry_after(&mut self, now: Instant) -> Option<Duration> {
        self.breaker.as_ref().map_or(Some(Duration::ZERO), |breaker| breaker.retry_after(now))
    }

    fn seed(&mut self, seed: u64) {
        if let Some(breaker) = &mut self.breaker {
            breaker.seed(seed);
        }
    }

    fn with_limits<T>(&mut self, act: impl FnOnce(&mut Limits) -> T) -> Option<T> {
        self.limits.as_deref_mut().map(act)
    }

    fn began(&mut self, now: Instant) {
        if let Some(budget) = &mut self.budget {
            budget.began(now);
        }
    }

    fn succeeded(&mut self, retried: bool) {
        if let Some(budget) = &mut self.budget {
            budget.succeeded(retried);
        }
    }

    fn withdraw(&mut self, now: Instant) -> bool {
        self.budget.as_mut().is_none_or(|budget| budget.withdraw(now).is_granted())
    }
}
