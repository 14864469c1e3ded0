//! What the calls of a part tell the system that it belongs to.

use alloc::sync::Arc;

use super::SharedSystem;
use crate::breaker::Transition;
use crate::call::{Call, Next, Step};
use crate::classify::Fault;
use crate::time::Instant;

/// Tells a system of the calls that go through one of its parts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reporter {
    system: Arc<SharedSystem>,
    part: Arc<str>,
    /// Whether its calls are steps of others, which tell how the whole has ended.
    steps: bool,
}

impl Reporter {
    /// For the calls through the part of this name.
    pub fn new(system: Arc<SharedSystem>, part: &str) -> Self {
        Self { system, part: Arc::from(part), steps: false }
    }

    /// For the calls of a step of a chain: its errors are told, and how the breaker moves; how the call ended tells the chain.
    pub fn of_step(system: Arc<SharedSystem>, part: &str) -> Self {
        Self { steps: true, ..Self::new(system, part) }
    }

    /// The system that is told.
    pub const fn system(&self) -> &Arc<SharedSystem> {
        &self.system
    }

    /// The part's name.
    pub fn part(&self) -> &str {
        &self.part
    }

    /// A call was answered `step`, to an attempt that failed with `fault` or to its asking for one.
    pub fn stepped(&self, call: &Call, fault: Option<&Fault>, step: &Step, now: Instant) {
        let over = matches!(step.next, Next::Stop(_) | Next::Rejected(_)) && !self.steps;
        if fault.is_none() && step.transition.is_none() && !over {
            return;
        }
        self.system.with(now, |system| {
            if let (Some(fault), Some(verdict)) = (fault, call.verdict()) {
                system.errored(&self.part, fault, verdict, now);
            }
            if let Some(transition) = step.transition {
                system.moved(&self.part, transition, now);
            }
            if over {
                system.ended(&self.part, &call.report(), now);
            }
        });
    }

    /// A call was answered by its function after several attempts, or its success moved the breaker.
    pub fn succeeded(&self, call: &Call, transition: Option<Transition>, now: Instant) {
        let report = call.report();
        if report.attempt_count == 1 {
            return self.succeeded_at_once(transition, now);
        }
        self.moved(transition, now);
        if !self.steps {
            self.system.with(now, |system| system.ended(&self.part, &report, now));
        }
    }

    /// A call that was admitted by the lane was answered by its function.
    pub fn succeeded_at_once(&self, transition: Option<Transition>, now: Instant) {
        self.moved(transition, now);
        if !self.steps {
            self.system.succeeded(now);
        }
    }

    /// The breaker was moved by hand, or by a call that somebody gave up.
    pub fn moved(&self, transition: Option<Transition>, now: Instant) {
        if let Some(transition) = transition {
            self.system.with(now, |system| system.moved(&self.part, transition, now));
        }
    }
}
