//! The first attempt of a call on a healthy day.

use super::run::{Run, unpublished};
use super::{Policy, clock};
use crate::breaker::Ticket;
use crate::call::Step;
use crate::classify::Fault;

/// An attempt that was admitted by the lane. It may be dropped at any time: a breaker that has a lane keeps no account of
/// the calls that take it, and so nothing has to be given back.
pub(super) struct OnLane<'a> {
    policy: &'a Policy,
    ticket: Ticket,
}

impl<'a> OnLane<'a> {
    /// An attempt that need not ask the machines, if the policy lets it and they are well.
    pub(super) fn admitted(policy: &'a Policy) -> Option<Self> {
        if !policy.is_laned() {
            return None;
        }
        policy.guards().lane().admits().map(|ticket| Self { policy, ticket })
    }

    pub(super) fn succeed(self) {
        let transition = self.policy.guards().succeed(self.ticket, clock::now, unpublished);
        if let Some(reporter) = self.policy.reporter() {
            reporter.succeeded_at_once(transition, clock::now());
        }
    }

    /// The attempt failed: the call goes on with the machines. It begins now, for all that is known of it.
    pub(super) fn fail(self, fault: &Fault, last: bool) -> (Run<'a>, Step) {
        let mut run = Run::under_way(self.policy, self.ticket);
        let step = run.fail(1, fault, last);
        (run, step)
    }
}
