//! A call in the hands of the host: the core's state machine with a clock, and an end whatever happens.

use super::{Policy, clock};
use crate::breaker::{Lane, Ticket};
use crate::call::{Call, Next, Report, Step};
use crate::classify::Fault;
use crate::host::SharedGate;
use crate::limit::Permit;
use crate::policy;
use crate::time::Instant;

/// One call. Dropped before its end (its future was, or the caller's function panicked) it gives back what it holds.
pub(super) struct Run<'a> {
    policy: &'a Policy,
    call: Call,
    over: bool,
}

type Gate<'a> = SharedGate<'a, fn(Lane)>;

/// This host keeps no copy of the lane: it reads the one that is published.
pub(super) const fn unpublished(_: Lane) {}

impl<'a> Run<'a> {
    pub(super) fn new(policy: &'a Policy) -> Self {
        Self { policy, call: Call::new(policy.next_seed(), clock::now()), over: false }
    }

    pub(super) fn under_way(policy: &'a Policy, ticket: Ticket) -> Self {
        let call = Call::under_way(policy.next_seed(), clock::now(), ticket);
        Self { policy, call, over: false }
    }

    pub(super) const fn policy(&self) -> &'a Policy {
        self.policy
    }

    pub(super) fn admit(&mut self) -> Next {
        let now = clock::now();
        let step = self.call.admit(self.policy.settings(), &mut self.gate(), now);
        self.note(None, step, now)
    }

    pub(super) fn hedge(&mut self) -> Option<Next> {
        let now = clock::now();
        let step = self.call.hedge(self.policy.settings(), &mut self.gate(), now)?;
        Some(self.note(None, step, now))
    }

    pub(super) fn succeed(&mut self, number: u32) {
        let now = clock::now();
        let transition = self.call.succeed_attempt(number, &mut self.gate(), now);
        self.over = true;
        if let Some(reporter) = self.policy.reporter() {
            reporter.succeeded(&self.call, transition, now);
        }
    }

    /// The attempt with this `number` failed; if it was the `last` that can be made, the core is told so by settings
    /// that repeat nothing.
    pub(super) fn fail(&mut self, number: u32, fault: &Fault, last: bool) -> Step {
        let settings: &policy::Policy = if last { self.policy.once() } else { self.policy.settings() };
        let now = clock::now();
        let step = self.call.fail_attempt(number, settings, &mut self.gate(), fault, now);
        self.note(Some(fault), step, now);
        step
    }

    /// The place in the bulkhead's line that the call waits for.
    pub(super) fn place(&self) -> Option<Permit> {
        self.call.place()
    }

    pub(super) fn report(&self) -> Report {
        self.call.report()
    }

    fn note(&mut self, fault: Option<&Fault>, step: Step, now: Instant) -> Next {
        self.over = matches!(step.next, Next::Stop(_) | Next::Rejected(_));
        if let Some(reporter) = self.policy.reporter() {
            reporter.stepped(&self.call, fault, &step, now);
        }
        step.next
    }

    fn gate(&self) -> Gate<'a> {
        SharedGate { guards: self.policy.guards(), publish: unpublished }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        if !self.over {
            let now = clock::now();
            let transition = self.call.abandon(&mut self.gate(), now);
            if let Some(reporter) = self.policy.reporter() {
                reporter.moved(transition, now);
            }
        }
    }
}
