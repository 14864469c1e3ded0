//! The machines of a part, and what they say beside their answers.

use alloc::vec::Vec;
use core::time::Duration;

use crate::breaker::{Admission, Outcome, Ticket, Transition};
use crate::guard::{Gate, Guards, Limits};
use crate::limit::Permit;
use crate::time::Instant;

/// A gate that notes what a call's answer does not tell.
pub(super) struct Watched<'a> {
    pub(super) guards: &'a mut Guards,
    /// The entropy that the breaker was given first: it keeps that, and its snapshot does not tell.
    pub(super) entropy: &'a mut Option<u64>,
    /// The places in the bulkhead's line that have become permits.
    pub(super) granted: Vec<Permit>,
}

impl Gate for Watched<'_> {
    fn admit(&mut self, now: Instant) -> Admission {
        self.guards.admit(now)
    }

    fn settle(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) -> Option<Transition> {
        self.guards.settle(ticket, outcome, now)
    }

    fn retry_after(&mut self, now: Instant) -> Option<Duration> {
        self.guards.retry_after(now)
    }

    fn seed(&mut self, seed: u64) {
        self.entropy.get_or_insert(seed);
        self.guards.seed(seed);
    }

    fn with_limits<T>(&mut self, act: impl FnOnce(&mut Limits) -> T) -> Option<T> {
        self.guards.with_limits(act)
    }

    fn granted(&mut self, place: Permit) {
        self.granted.push(place);
    }

    fn began(&mut self, now: Instant) {
        self.guards.began(now);
    }

    fn succeeded(&mut self, retried: bool) {
        self.guards.succeeded(retried);
    }

    fn withdraw(&mut self, now: Instant) -> bool {
        self.guards.withdraw(now)
    }
}
