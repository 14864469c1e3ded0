//! One guarded call, from its first attempt to its end.
//!
//! | event | answers |
//! |---|---|
//! | `admit` | an attempt; a wait or a queue, after which to `admit` again; a rejection (the end); the deadline has passed (the end) |
//! | `hedge` | a further attempt, to race with those under way; or nothing |
//! | `fail` | a wait, after which to `admit` again; that others still race; the end, with the reason |
//! | `succeed`, `abandon` | – (the end) |
//!
//! Everything that ends a call or makes it wait is decided in this file and in [`decide`](super::decide).

use alloc::vec::Vec;
use core::time::Duration;

use super::report::{AttemptRecord, MOST_RECORDS, Report, StopReason};
use crate::breaker::{Outcome, Ticket, Transition};
use crate::classify::{Fault, Verdict};
use crate::guard::{Ending, Entry, Gate, Pass, Refusal};
use crate::limit::Permit;
use crate::policy::Policy;
use crate::rng::Rng;
use crate::time::Instant;

/// The state of one call. Small, and without heap until something fails or is hedged.
#[derive(Debug, Clone)]
pub struct Call {
    pub(super) started: Instant,
    pub(super) latest: Instant,
    pub(super) rng: Rng,
    pub(super) number: u32,
    /// The attempt that waits to be let out.
    pub(super) entering: Option<Pass>,
    /// The attempt under way.
    pub(super) current: Option<Running>,
    /// Those that race with it.
    pub(super) hedges: Vec<Running>,
    /// How many have been made since the last wait, those included that are over.
    pub(super) hedged: u32,
    pub(super) waited: Duration,
    pub(super) retries: u32,
    /// The fingerprint of the last failure, and how often in a row.
    pub(super) identical: (u64, u32),
    pub(super) failed: Vec<AttemptRecord>,
    /// Whether the attempt under way has answered in part.
    pub(super) answering: bool,
    pub(super) stop_reason: Option<StopReason>,
}

/// An attempt under way.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) record: AttemptRecord,
    pub(super) pass: Pass,
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
        /// If it has not answered after this long, ask for a [`hedge`](Call::hedge).
        hedge_after: Option<Duration>,
    },
    /// Sleep this long, then admit again. A zero wait must not sleep.
    Wait(Duration),
    /// Wait until the [`place`](Call::place) in the bulkhead's line is granted, at most this long, then admit again.
    Queue(Option<Duration>),
    /// Other attempts of this call are still under way: wait for them.
    Race,
    /// Raise the caller's own error: the call is over.
    Stop(StopReason),
    /// Raise that the call was refused, and by whom: it is over.
    Rejected(Refusal),
}

impl Call {
    /// A call that begins at `now`. `seed` decides its jitter: hosts give every call another one.
    #[inline]
    pub fn new(seed: u64, now: Instant) -> Self {
        Self {
            started: now,
            latest: now,
            rng: Rng::from_seed(seed),
            number: 0,
            entering: None,
            current: None,
            hedges: Vec::new(),
            hedged: 0,
            waited: Duration::ZERO,
            retries: 0,
            identical: (0, 0),
            failed: Vec::new(),
            answering: false,
            stop_reason: None,
        }
    }

    /// A call whose first attempt is already under way, admitted on a [`Lane`](crate::breaker::Lane).
    pub fn under_way(seed: u64, started: Instant, ticket: Ticket) -> Self {
        let mut call = Self::new(seed, started);
        call.begin(Pass::of_lane(ticket, started), false);
        call
    }

    /// Asks for the next attempt. While one is under way there is none, and none after the end.
    pub fn admit(&mut self, policy: &Policy, gate: &mut impl Gate, now: Instant) -> Step {
        let now = self.advance(now);
        if let Some(reason) = self.stop_reason {
            return Step { next: Next::Stop(reason), transition: None };
        }
        if self.current.is_some() {
            return Step { next: Next::Race, transition: None };
        }
        let left = policy.retry.deadline.map(|deadline| deadline.saturating_sub(self.elapsed()));
        let waited = self.entering.is_some();
        let mut pass = self.entering.take().unwrap_or_default();
        if left == Some(Duration::ZERO) && (waited || self.number + self.retries > 0) {
            return self.too_late(pass, None, gate, now);
        }
        let (entry, transition) = pass.enter(gate, now, &mut self.rng);
        let next = match entry {
            Entry::Go => {
                self.begin(pass, false);
                if self.number == 1 {
                    gate.began(now);
                }
                return Step { next: self.attempt(policy, gate, left), transition };
            }
            Entry::Wait(wait) if left.is_some_and(|left| wait >= left) => {
                return self.too_late(pass, transition, gate, now);
            }
            Entry::Wait(wait) => Next::Wait(wait),
            Entry::Queue(longest) => Next::Queue(shorter(longest, left)),
            Entry::Refused(refusal) => {
                return Step { next: self.refused(policy, refusal, left), transition };
            }
        };
        self.entering = Some(pass);
        Step { next, transition }
    }

    /// The place in the bulkhead's line that the call waits for, while it [queues](Next::Queue).
    pub fn place(&self) -> Option<Permit> {
        self.entering.as_ref().and_then(Pass::waits_for)
    }

    /// Asks for a further attempt to race with those under way, because none has answered yet. `None`: not now.
    pub fn hedge(&mut self, policy: &Policy, gate: &mut impl Gate, now: Instant) -> Option<Step> {
        let now = self.advance(now);
        let left = policy.retry.deadline.map(|deadline| deadline.saturating_sub(self.elapsed()));
        let already = self.hedged;
        let wanted = gate.with_limits(|limits| limits.hedge_after(already, now)).flatten().is_some();
        let under_way = self.current.is_some() && self.stop_reason.is_none();
        let sensible = under_way && policy.retry.idempotent && left != Some(Duration::ZERO);
        if !wanted || !sensible || !gate.withdraw(now) {
            return None;
        }
        let mut pass = Pass::default();
        let (entry, transition) = pass.enter(gate, now, &mut self.rng);
        if entry != Entry::Go {
            // A hedge that would have to wait is no help to a call that is waiting already.
            pass.leave(gate, Ending::Abandoned, now);
            return None;
        }
        self.begin(pass, true);
        Some(Step { next: self.attempt(policy, gate, left), transition })
    }

    /// The attempt with this `number` answered; it wins, and the others no longer matter. An attempt that is not under
    /// way changes nothing.
    pub fn succeed_attempt(&mut self, number: u32, gate: &mut impl Gate, now: Instant) -> Option<Transition> {
        let now = self.advance(now);
        if self.stop_reason.is_some() {
            return None;
        }
        let mut running = self.current.iter_mut().chain(&mut self.hedges);
        let winner = running.find(|running| running.record.number == number)?;
        self.stop_reason = Some(StopReason::Success);
        gate.succeeded(number > 1);
        let transition = winner.pass.leave(gate, Ending::Settled(Outcome::Success), now);
        if !self.hedges.is_empty() {
            let winner = self.take(number);
            self.let_go(gate, Ending::Overtaken, now);
            self.current = winner;
        }
        transition
    }

    /// The only attempt under way answered.
    pub fn succeed(&mut self, gate: &mut impl Gate, now: Instant) -> Option<Transition> {
        let number = self.current.as_ref()?.record.number;
        self.succeed_attempt(number, gate, now)
    }

    /// The attempt with this `number` failed with `fault`. An attempt that is not under way changes nothing.
    pub fn fail_attempt(
        &mut self,
        number: u32,
        policy: &Policy,
        gate: &mut impl Gate,
        fault: &Fault,
        now: Instant,
    ) -> Step {
        let now = self.advance(now);
        if let Some(reason) = self.stop_reason {
            return Step { next: Next::Stop(reason), transition: None };
        }
        let Some(mut attempt) = self.take(number) else {
            return Step { next: Next::Race, transition: None };
        };
        let verdict = policy.classifier.classify(fault);
        let fingerprint = fault.fingerprint();
        let outcome = policy.outcome(fault, &verdict, fingerprint);
        if policy.breaker.is_some_and(|breaker| breaker.recovery_jitter.is_some()) {
            gate.seed(self.rng.draw());
        }
        let transition = attempt.pass.leave(gate, Ending::Settled(outcome), now);
        let (same, count) = self.identical;
        self.identical = (fingerprint, if same == fingerprint { count.saturating_add(1) } else { 1 });
        let next = if verdict.retryable && self.current.is_some() {
            Next::Race
        } else {
            match self.wait(policy, gate, &verdict) {
                Ok(wait) => {
                    self.retries += 1;
                    self.waited = wait;
                    Next::Wait(wait)
                }
                Err(reason) => {
                    self.let_go(gate, Ending::Abandoned, now);
                    self.stop_reason = Some(reason);
                    Next::Stop(reason)
                }
            }
        };
        if self.failed.len() >= MOST_RECORDS {
            self.failed.remove(0);
        }
        self.failed.push(AttemptRecord { verdict: Some(verdict), ..attempt.record });
        Step { next, transition }
    }

    /// The only attempt under way failed with `fault`.
    pub fn fail(&mut self, policy: &Policy, gate: &mut impl Gate, fault: &Fault, now: Instant) -> Step {
        let number = self.current.as_ref().map_or(0, |running| running.record.number);
        self.fail_attempt(number, policy, gate, fault, now)
    }

    /// The attempt under way has answered in part, which can't be taken back: the call is not repeated any more.
    pub const fn answers(&mut self) {
        self.answering = true;
    }

    /// Someone asked to stop, or the caller went away. Everything goes back; nothing is counted.
    pub fn abandon(&mut self, gate: &mut impl Gate, now: Instant) -> Option<Transition> {
        let now = self.advance(now);
        self.stop_reason.get_or_insert(StopReason::Cancelled);
        let waiting = self.entering.take().and_then(|mut pass| pass.leave(gate, Ending::Abandoned, now));
        let mut transition = waiting;
        if let Some(running) = &mut self.current {
            transition = transition.or(running.pass.leave(gate, Ending::Abandoned, now));
        }
        for hedge in &mut self.hedges {
            transition = transition.or(hedge.pass.leave(gate, Ending::Abandoned, now));
        }
        transition
    }

    /// Why it is over; `None` while it goes on.
    pub const fn stop_reason(&self) -> Option<StopReason> {
        self.stop_reason
    }

    /// What became of it so far.
    pub fn report(&self) -> Report {
        let running = self.current.iter().chain(&self.hedges).map(|running| &running.record);
        Report {
            attempt_count: self.number,
            attempts: self.failed.iter().chain(running).cloned().collect(),
            stop_reason: self.stop_reason,
            elapsed: self.elapsed(),
        }
    }

    /// The verdict on the last failure.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.failed.last().and_then(|attempt| attempt.verdict.as_ref())
    }

    #[inline]
    fn begin(&mut self, pass: Pass, hedge: bool) {
        self.number = self.number.saturating_add(1);
        let (started, waited) = (self.elapsed(), if hedge { Duration::ZERO } else { self.waited });
        let record = AttemptRecord { number: self.number, started, waited, hedge, verdict: None };
        let running = Running { record, pass };
        if hedge {
            self.hedges.push(running);
            self.hedged = self.hedged.saturating_add(1);
        } else {
            self.current = Some(running);
            self.hedged = 0;
        }
    }

    /// The attempt that has just begun.
    fn attempt(&self, policy: &Policy, gate: &mut impl Gate, left: Option<Duration>) -> Next {
        let limit = policy.timeout.map(|timeout| timeout.limit(self.number));
        let by_deadline = left.is_some_and(|left| limit.is_none_or(|limit| left < limit));
        let timeout = if by_deadline { left } else { limit };
        let already = self.hedged;
        let hedge_after = if policy.hedge.is_some() && policy.retry.idempotent {
            gate.with_limits(|limits| limits.hedge_after(already, self.latest)).flatten()
        } else {
            None
        };
        Next::Attempt { number: self.number, timeout, by_deadline, hedge_after }
    }

    /// Takes an attempt out of the race. The others move up, so that `current` is there as long as any is.
    fn take(&mut self, number: u32) -> Option<Running> {
        if self.current.as_ref().is_some_and(|running| running.record.number == number) {
            let next = if self.hedges.is_empty() { None } else { Some(self.hedges.remove(0)) };
            return core::mem::replace(&mut self.current, next);
        }
        let index = self.hedges.iter().position(|running| running.record.number == number)?;
        Some(self.hedges.remove(index))
    }

    /// Gives back what the attempts still under way hold.
    fn let_go(&mut self, gate: &mut impl Gate, ending: Ending, now: Instant) {
        for mut running in self.current.take().into_iter().chain(self.hedges.drain(..)) {
            running.pass.leave(gate, ending, now);
        }
    }

    /// The deadline has come, or comes before a wait would end. A call that has no error of its own to raise is told
    /// who kept it waiting.
    fn too_late(
        &mut self,
        mut pass: Pass,
        transition: Option<Transition>,
        gate: &mut impl Gate,
        now: Instant,
    ) -> Step {
        let (by, retry_after) = (pass.waits_at(), pass.turn_in(now));
        let transition = transition.or(pass.leave(gate, Ending::Abandoned, now));
        match by.filter(|_| self.number == 0) {
            Some(by) => {
                self.stop_reason = Some(by.into());
                Step { next: Next::Rejected(Refusal { by, retry_after }), transition }
            }
            None => self.stop(StopReason::Deadline, transition),
        }
    }

    fn stop(&mut self, reason: StopReason, transition: Option<Transition>) -> Step {
        self.stop_reason = Some(reason);
        Step { next: Next::Stop(reason), transition }
    }

    #[inline]
    fn advance(&mut self, now: Instant) -> Instant {
        self.latest = self.latest.max(now);
        self.latest
    }

    #[inline]
    pub(super) fn elapsed(&self) -> Duration {
        self.latest.saturating_since(self.started)
    }
}

fn shorter(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
