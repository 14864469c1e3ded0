//! One guarded call, from its first attempt to its end.
//!
//! | event | answers |
//! |---|---|
//! | `admit` | an attempt; a rejection (the end); the deadline has passed (the end); a wait for an open breaker, if so told |
//! | `fail` | a wait, after which to `admit` again; the end, with the reason |
//! | `succeed`, `abandon` | – (the end) |
//!
//! Everything that ends a call or makes it wait is decided in this file.

use alloc::vec::Vec;
use core::time::Duration;

use super::gate::Gate;
use super::report::{AttemptRecord, MOST_RECORDS, Report, StopReason};
use crate::breaker::{Outcome, Rejection, Ticket, Transition};
use crate::classify::{Category, Fault, Verdict};
use crate::policy::Policy;
use crate::rng::Rng;
use crate::time::Instant;

/// The state of one call. Small, and without heap until something fails.
#[derive(Debug, Clone)]
pub struct Call {
    started: Instant,
    latest: Instant,
    rng: Rng,
    number: u32,
    ticket: Option<Ticket>,
    waited: Duration,
    retries: u32,
    /// The fingerprint of the last failure, and how often in a row.
    identical: (u64, u32),
    /// The last attempt, until it fails.
    current: Option<AttemptRecord>,
    failed: Vec<AttemptRecord>,
    stop_reason: Option<StopReason>,
}

/// The answer to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Step {
    /// What to do now.
    pub next: Next,
    /// The breaker's change of state on the way, for logs and metrics.
    pub transition: Option<Transition>,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Call the function.
    Attempt {
        /// From 1.
        number: u32,
        /// How long it may take: the policy's limit or what is left of the deadline, whichever is less.
        timeout: Option<Duration>,
        /// Whether that is what is left of the deadline.
        by_deadline: bool,
    },
    /// Sleep this long, then admit again. A zero wait must not sleep.
    Wait(Duration),
    /// Raise the caller's own error: the call is over.
    Stop(StopReason),
    /// Raise that the circuit is open: the call is over, with reason [`StopReason::CircuitOpen`].
    Rejected(Rejection),
}

impl Call {
    /// A call that begins at `now`. `seed` decides its jitter: hosts give every call another one.
    pub fn new(seed: u64, now: Instant) -> Self {
        Self {
            started: now,
            latest: now,
            rng: Rng::from_seed(seed),
            number: 0,
            ticket: None,
            waited: Duration::ZERO,
            retries: 0,
            identical: (0, 0),
            current: None,
            failed: Vec::new(),
            stop_reason: None,
        }
    }

    /// A call whose first attempt is already under way, admitted on a [`Lane`](crate::breaker::Lane).
    pub fn under_way(seed: u64, started: Instant, ticket: Ticket) -> Self {
        let mut call = Self::new(seed, started);
        call.begin_attempt(ticket);
        call
    }

    /// Asks for the next attempt.
    pub fn admit(&mut self, policy: &Policy, gate: &mut impl Gate, now: Instant) -> Step {
        let now = self.advance(now);
        let left = policy.retry.deadline.map(|deadline| deadline.saturating_sub(self.elapsed()));
        if left == Some(Duration::ZERO) && self.number + self.retries > 0 {
            return self.stop(StopReason::Deadline, None);
        }
        let admission = gate.admit(now);
        match admission.ticket {
            Ok(ticket) => {
                self.begin_attempt(ticket);
                let limit = policy.timeout.map(|timeout| timeout.limit(self.number));
                let by_deadline = left.is_some_and(|left| limit.is_none_or(|limit| left < limit));
                let timeout = if by_deadline { left } else { limit };
                let next = Next::Attempt { number: self.number, timeout, by_deadline };
                Step { next, transition: admission.transition }
            }
            Err(rejection) => {
                let wait = rejection.retry_after.filter(|wait| {
                    let in_time = left.is_none_or(|left| *wait < left);
                    policy.retry.retry_open_circuit
                        && in_time
                        && self.retries + 1 < policy.retry.max_attempts.get()
                });
                let next = if let Some(wait) = wait {
                    self.retries += 1;
                    self.waited = wait;
                    Next::Wait(wait)
                } else {
                    self.stop_reason = Some(StopReason::CircuitOpen);
                    Next::Rejected(rejection)
                };
                Step { next, transition: admission.transition }
            }
        }
    }

    /// The attempt under way answered.
    pub fn succeed(&mut self, gate: &mut impl Gate, now: Instant) -> Option<Transition> {
        self.stop_reason = Some(StopReason::Success);
        self.settle(gate, Outcome::Success, now)
    }

    /// The attempt under way failed with `fault`.
    pub fn fail(&mut self, policy: &Policy, gate: &mut impl Gate, fault: &Fault, now: Instant) -> Step {
        let verdict = policy.classifier.classify(fault);
        let fingerprint = fault.fingerprint();
        let outcome = policy.outcome(fault, &verdict, fingerprint);
        let transition = self.settle(gate, outcome, now);
        let (same, count) = self.identical;
        self.identical = (fingerprint, if same == fingerprint { count.saturating_add(1) } else { 1 });
        let next = match self.wait(policy, gate, &verdict) {
            Ok(wait) => {
                self.retries += 1;
                self.waited = wait;
                Next::Wait(wait)
            }
            Err(reason) => {
                self.stop_reason = Some(reason);
                Next::Stop(reason)
            }
        };
        if let Some(attempt) = self.current.take() {
            if self.failed.len() >= MOST_RECORDS {
                self.failed.remove(0);
            }
            self.failed.push(AttemptRecord { verdict: Some(verdict), ..attempt });
        }
        Step { next, transition }
    }

    /// Someone asked to stop, or the caller went away. The ticket goes back; nothing is counted.
    pub fn abandon(&mut self, gate: &mut impl Gate, now: Instant) -> Option<Transition> {
        self.stop_reason.get_or_insert(StopReason::Cancelled);
        self.settle(gate, Outcome::Ignored, now)
    }

    /// What became of it so far.
    pub fn report(&self) -> Report {
        Report {
            attempt_count: self.number,
            attempts: self.failed.iter().chain(&self.current).cloned().collect(),
            stop_reason: self.stop_reason,
            elapsed: self.elapsed(),
        }
    }

    /// The verdict on the last failure.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.failed.last().and_then(|attempt| attempt.verdict.as_ref())
    }

    /// How long to wait before trying again, or why not to.
    fn wait(
        &mut self,
        policy: &Policy,
        gate: &mut impl Gate,
        verdict: &Verdict,
    ) -> Result<Duration, StopReason> {
        let retry = &policy.retry;
        match verdict.category {
            Category::Cancelled => return Err(StopReason::Cancelled),
            Category::OpenCircuit if !verdict.retryable => return Err(StopReason::CircuitOpen),
            // An attempt that was cut off because the call's time was up; as an error it is not worth a retry.
            Category::Timeout if self.is_late(policy) => return Err(StopReason::Deadline),
            _ if !verdict.retryable => return Err(StopReason::Permanent),
            _ if self.retries + 1 >= retry.max_attempts.get() => return Err(StopReason::Exhausted),
            _ if !retry.idempotent && !verdict.unsent => return Err(StopReason::NotIdempotent),
            _ => {}
        }
        let escalated = retry.escalate_after.is_some_and(|limit| self.identical.1 >= limit.get());
        let delay = if escalated {
            retry.schedule.escalated().delay(self.retries + 1, self.waited, &mut self.rng)
        } else {
            retry.schedule.delay(self.retries + 1, self.waited, &mut self.rng)
        };
        // A hint of zero is no hint: "at once" from a server that is failing is an invitation to a hot loop.
        let hint = verdict.retry_after.filter(|hint| retry.respect_retry_after && !hint.is_zero());
        let mut wait = match hint {
            None => delay,
            Some(hint) => retry
                .retry_after_over_cap
                .wait(hint, delay, retry.schedule.max_delay)
                .ok_or(StopReason::RetryAfterOverCap)?,
        };
        match gate.retry_after(self.latest) {
            Some(closed_for) if closed_for <= wait => {}
            // To sleep and then be refused would lose the caller's own error and time.
            Some(closed_for) if retry.retry_open_circuit => wait = closed_for,
            _ => return Err(StopReason::CircuitOpen),
        }
        let in_time = retry.deadline.is_none_or(|deadline| self.elapsed().saturating_add(wait) < deadline);
        if in_time { Ok(wait) } else { Err(StopReason::Deadline) }
    }

    fn is_late(&self, policy: &Policy) -> bool {
        policy.retry.deadline.is_some_and(|deadline| self.elapsed() >= deadline)
    }

    fn begin_attempt(&mut self, ticket: Ticket) {
        self.number = self.number.saturating_add(1);
        self.ticket = Some(ticket);
        let (started, waited) = (self.elapsed(), self.waited);
        self.current = Some(AttemptRecord { number: self.number, started, waited, verdict: None });
    }

    fn settle(&mut self, gate: &mut impl Gate, outcome: Outcome, now: Instant) -> Option<Transition> {
        let now = self.advance(now);
        self.ticket.take().and_then(|ticket| gate.settle(ticket, outcome, now))
    }

    fn stop(&mut self, reason: StopReason, transition: Option<Transition>) -> Step {
        self.stop_reason = Some(reason);
        Step { next: Next::Stop(reason), transition }
    }

    fn advance(&mut self, now: Instant) -> Instant {
        self.latest = self.latest.max(now);
        self.latest
    }

    fn elapsed(&self) -> Duration {
        self.latest.saturating_since(self.started)
    }
}
