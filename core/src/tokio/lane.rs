//! The first attempt of a call on a healthy day.

use super::run::{Run, unpublished};
use super::{Policy, clock};
use crate::breaker::{Outcome, Ticket};
use crate::call::Step;
use crate::classify::Fault;

/// An attempt that was admitted by the lane. Dropped, it gives its ticket back.
pub(super) struct OnLane<'a> {
    policy: &'a Policy,
    ticket: Option<Ticket>,
}

impl<'a> OnLane<'a> {
    /// An attempt that need not ask the machines, if the policy lets it and they are well.
    pub(super) fn admitted(policy: &'a Policy) -> Option<Self> {
        if !policy.is_laned() {
            return None;
        }
        policy.guards().lane().admits().map(|ticket| Self { policy, ticket: Some(ticket) })
    }

    pub(super) fn succeed(mut self) {
        if let Some(ticket) = self.ticket.take() {
            // Only a breaker that has begun to recover changes its state here, and its probes take no lane.
            let _ = self.policy.guards().succeed(ticket, clock::now, unpublished);
        }
    }

    /// The attempt failed: the call goes on with the machines. It begins now, for all that is known of it.
    pub(super) fn fail(mut self, fault: &Fault, last: bool) -> (Run<'a>, Step) {
        let mut run = match self.ticket.take() {
            Some(ticket) => Run::under_way(self.policy, ticket),
            None => Run::new(self.policy),
        };
        let step = run.fail(1, fault, last);
        (run, step)
    }
}

impl Drop for OnLane<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let _ = self.policy.guards().settle(ticket, Outcome::Ignored, clock::now(), unpublished);
        }
    }
}
