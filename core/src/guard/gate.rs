//! The machines of a policy as a pass meets them, whoever owns them.

use core::time::Duration;

use super::limits::Limits;
use crate::breaker::{Admission, Breaker, Outcome, Ticket, Transition};
use crate::limit::Permit;
use crate::time::Instant;

/// A breaker, limits and a budget: a call's own, or those that threads share, or none.
pub trait Gate {
    /// Asks the breaker for a call to go out; see [`Breaker::admit`].
    fn admit(&mut self, now: Instant) -> Admission;

    /// Hands the breaker a ticket back; see [`Breaker::settle`].
    fn settle(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) -> Option<Transition>;

    /// How long until the breaker may admit a call; see [`Breaker::retry_after`].
    fn retry_after(&mut self, now: Instant) -> Option<Duration>;

    /// Gives the breaker the entropy of its jitter; see [`Breaker::seed`].
    fn seed(&mut self, _: u64) {}

    /// Does something with the limits, if there are any.
    fn with_limits<T>(&mut self, act: impl FnOnce(&mut Limits) -> T) -> Option<T> {
        let _ = act;
        None
    }

    /// A place in the bulkhead's line has become a permit: whoever holds it may be woken.
    fn granted(&mut self, _: Permit) {}

    /// A call goes out for the first time; see [`Budget::began`](crate::budget::Budget::began).
    fn began(&mut self, _: Instant) {}

    /// A call succeeded; see [`Budget::succeeded`](crate::budget::Budget::succeeded).
    fn succeeded(&mut self, _retried: bool) {}

    /// Pays for a retry or a hedge; see [`Budget::withdraw`](crate::budget::Budget::withdraw).
    fn withdraw(&mut self, _: Instant) -> bool {
        true
    }
}

/// No machines: every call goes out, as often as it likes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ungated;

impl Gate for Ungated {
    fn admit(&mut self, _: Instant) -> Admission {
        Admission { ticket: Ok(Ticket::from_bits(0)), transition: None }
    }

    fn settle(&mut self, _: Ticket, _: Outcome, _: Instant) -> Option<Transition> {
        None
    }

    fn retry_after(&mut self, _: Instant) -> Option<Duration> {
        Some(Duration::ZERO)
    }
}

impl Gate for Breaker {
    fn admit(&mut self, now: Instant) -> Admission {
        Self::admit(self, now)
    }

    fn settle(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) -> Option<Transition> {
        Self::settle(self, ticket, outcome, now)
    }

    fn retry_after(&mut self, now: Instant) -> Option<Duration> {
        Self::retry_after(self, now)
    }

    fn seed(&mut self, seed: u64) {
        Self::seed(self, seed);
    }
}
