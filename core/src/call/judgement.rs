//! What a policy makes of a fault, before it is known what becomes of the call.

use super::machine::{Call, Step};
use crate::breaker::Outcome;
use crate::classify::{Fault, Verdict};
use crate::guard::Gate;
use crate::policy::Policy;
use crate::time::Instant;

/// What a policy makes of a fault. The same policy makes the same of the same fault, so a host that meets one again and
/// again need not ask again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) fingerprint: u64,
    pub(super) outcome: Outcome,
}

impl Policy {
    /// Judges a fault.
    pub fn judge(&self, fault: &Fault) -> Judgement {
        let verdict = self.classifier.classify(fault);
        let fingerprint = fault.fingerprint();
        let outcome = self.outcome(fault, &verdict, fingerprint);
        Judgement { verdict, fingerprint, outcome }
    }
}

impl Call {
    /// The attempt with this `number` failed with `fault`. An attempt that is not under way changes nothing.
    pub fn fail_attempt(
        &mut self,
        number: u32,
        policy: &Policy,
        gate: &mut impl Gate,
        fault: &Fault,
        now: Instant,
    ) -> Step {
        self.fail_judged(number, policy, gate, &policy.judge(fault), now)
    }

    /// The only attempt under way failed with `fault`.
    pub fn fail(&mut self, policy: &Policy, gate: &mut impl Gate, fault: &Fault, now: Instant) -> Step {
        self.fail_attempt(self.under_way_now(), policy, gate, fault, now)
    }

    /// The number of the attempt under way; 0 if none is.
    pub(crate) fn under_way_now(&self) -> u32 {
        self.current.as_ref().map_or(0, |running| running.record.number)
    }
}
