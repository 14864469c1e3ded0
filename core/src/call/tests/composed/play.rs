//! Several calls through one gate, and what must hold of them.

use super::*;
use crate::breaker::{Lane, Tally};
use crate::budget::BudgetConfig;
use crate::host::{SharedGate, SharedGuards};

pub(super) type Checked<T = ()> = Result<T, TestCaseError>;

/// The same events through guards without locks and through those of threads.
pub(super) fn plays(policy: &Policy, events: &[Event]) -> Checked {
    let shared = SharedGuards::new(&policy.guards(), None);
    let mut alone = Play::new(policy, Guards::new(&policy.guards()));
    let mut threads = Play::new(policy, SharedGate { guards: &shared, publish: (|_| {}) as fn(Lane) });
    for event in events {
        let (one, other) = (alone.step(*event)?, threads.step(*event)?);
        prop_assert_eq!(one, other, "{:?}", event);
        let (one, other) = (alone.looks(), threads.looks());
        prop_assert_eq!(one, other, "{:?}", event);
    }
    alone.ends()?;
    threads.ends()
}

/// What may be asked of the machines behind a gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Looks {
    breaker: Option<(StateName, u32, Tally)>,
    balance: Option<u64>,
    /// In the bulkhead, in its line, and under the adaptive limit.
    inside: (u32, u32, u32),
}

pub(super) trait Watched: Gate {
    fn breaker(&mut self, now: Instant) -> Option<(StateName, u32, Tally)>;
    fn balance(&mut self, now: Instant) -> Option<u64>;
}

impl Watched for Guards {
    fn breaker(&mut self, now: Instant) -> Option<(StateName, u32, Tally)> {
        self.breaker.as_mut().map(|breaker| (breaker.state(now), breaker.failure_count(now), breaker.tally()))
    }

    fn balance(&mut self, now: Instant) -> Option<u64> {
        self.budget.as_mut().map(|budget| budget.balance(now))
    }
}

impl<P: FnMut(Lane)> Watched for SharedGate<'_, P> {
    fn breaker(&mut self, now: Instant) -> Option<(StateName, u32, Tally)> {
        let look = |breaker: &mut Breaker| (breaker.state(now), breaker.failure_count(now), breaker.tally());
        self.guards.breaker().map(|breaker| breaker.with(|_| {}, look))
    }

    fn balance(&mut self, now: Instant) -> Option<u64> {
        self.guards.budget().map(|budget| budget.balance(now))
    }
}

/// A call and what its host knows of it.
struct Track {
    call: Call,
    /// The attempts under way: their number, when they began, and whether they are probes.
    live: Vec<(u32, Instant, bool)>,
    hedges: u32,
    over: Option<StopReason>,
}

pub(super) struct Play<'a, G> {
    policy: &'a Policy,
    gate: G,
    calls: Vec<Track>,
    now: Instant,
    latest: Instant,
    begun: u64,
    /// Retries and hedges that were paid for, and what was earned for them, in millionths.
    paid: u64,
    earned: u64,
}

impl<'a, G: Watched> Play<'a, G> {
    pub(super) fn new(policy: &'a Policy, gate: G) -> Self {
        let (calls, now) = (Vec::new(), START);
        Self { policy, gate, calls, now, latest: now, begun: 0, paid: 0, earned: 0 }
    }

    pub(super) fn looks(&mut self) -> Looks {
        let now = self.latest;
        let inside = self.gate.with_limits(|limits| {
            let adaptive = limits.adaptive().map_or(0, |adaptive| adaptive.in_flight(now));
            limits
                .bulkhead()
                .map_or((0, 0, adaptive), |bulkhead| (bulkhead.in_flight(), bulkhead.queued(now), adaptive))
        });
        Looks {
            breaker: self.gate.breaker(now),
            balance: self.gate.balance(now),
            inside: inside.unwrap_or_default(),
        }
    }

    /// What the host was told, if it was.
    pub(super) fn step(&mut self, event: Event) -> Checked<Option<Next>> {
        let told = match event {
            Event::Begin => {
                self.calls.retain(|track| track.over.is_none());
                if self.calls.len() == 4 {
                    return Ok(None);
                }
                self.begun += 1;
                let call = Call::new(self.begun, self.now);
                self.calls.push(Track { call, live: Vec::new(), hedges: 0, over: None });
                self.admit(self.calls.len() - 1)?
            }
            Event::Wake(index) if self.waits(index) => self.admit(index)?,
            Event::Ends(index, attempt, end) => {
                let live = self.calls.get(index).map_or(&[][..], |track| &track.live);
                match live.get(attempt.min(live.len().saturating_sub(1))) {
                    Some((number, ..)) => self.end(index, *number, end)?,
                    None => None,
                }
            }
            Event::Echo(index, number, end) => self.echo(index, number, end)?,
            Event::Hedge(index) if index < self.calls.len() => self.hedge(index)?,
            Event::Abandon(index) if index < self.calls.len() => {
                self.abandon(index)?;
                None
            }
            Event::Wake(_) | Event::Hedge(_) | Event::Abandon(_) => None,
            Event::Advance(millis) => {
                self.now = self.now.saturating_add(Duration::from_millis(millis));
                None
            }
            Event::StepBack(millis) => {
                let back = self.now.as_nanos().saturating_sub(millis * 1_000_000);
                self.now = Instant::from_nanos(back);
                None
            }
        };
        self.latest = self.latest.max(self.now);
        self.holds()?;
        Ok(told)
    }

    /// All calls are over, and time passes: nothing is held, and a new call is let out.
    pub(super) fn ends(mut self) -> Checked {
        for index in 0..self.calls.len() {
            self.abandon(index)?;
        }
        prop_assert_eq!((0, 0, 0), self.looks().inside);
        self.now = self.latest.saturating_add(secs(1_000_000));
        self.calls.clear();
        let told = self.step(Event::Begin)?;
        prop_assert!(matches!(told, Some(Next::Attempt { .. })), "{told:?}");
        Ok(())
    }

    fn waits(&self, index: usize) -> bool {
        self.calls.get(index).is_some_and(|track| track.over.is_none() && track.live.is_empty())
    }

    fn admit(&mut self, index: usize) -> Checked<Option<Next>> {
        let track = &mut self.calls[index];
        let step = track.call.admit(self.policy, &mut self.gate, self.now);
        self.hear(index, step.next, false)?;
        Ok(Some(step.next))
    }

    fn hedge(&mut self, index: usize) -> Checked<Option<Next>> {
        let track = &mut self.calls[index];
        let over = track.over;
        let Some(step) = track.call.hedge(self.policy, &mut self.gate, self.now) else { return Ok(None) };
        track.hedges += 1;
        prop_assert!(over.is_none() && self.policy.retry.idempotent && self.policy.hedge.is_some());
        prop_assert!(matches!(step.next, Next::Attempt { .. }), "{:?}", step);
        self.paid += 1;
        self.hear(index, step.next, true)?;
        Ok(Some(step.next))
    }

    fn end(&mut self, index: usize, number: u32, end: End) -> Checked<Option<Next>> {
        let track = &mut self.calls[index];
        track.live.retain(|(other, ..)| *other != number);
        if let End::Success = end {
            track.call.succeed_attempt(number, &mut self.gate, self.now);
            track.live.clear();
            track.over = Some(StopReason::Success);
            if let Some(BudgetConfig::Tokens(tokens)) = self.policy.guards().budget {
                let refund = if number > 1 { tokens.retry_cost() } else { tokens.success_refund() };
                self.earned += refund.millionths();
            }
            return Ok(None);
        }
        let step = track.call.fail_attempt(number, self.policy, &mut self.gate, &fault(end), self.now);
        let verdict = track.call.verdict().expect("a verdict").clone();
        match step.next {
            Next::Wait(wait) => {
                self.paid += 1;
                let retry = &self.policy.retry;
                prop_assert!(verdict.retryable && (retry.idempotent || verdict.unsent), "{:?}", verdict);
                prop_assert!(track.live.is_empty());
                let cap = retry.schedule.max_delay;
                prop_assert!(wait <= cap || retry.retry_open_circuit, "{:?} above {:?}", wait, cap);
                let elapsed = track.call.report().elapsed;
                prop_assert!(retry.deadline.is_none_or(|deadline| elapsed + wait < deadline), "{:?}", wait);
            }
            Next::Race => prop_assert!(verdict.retryable && !track.live.is_empty()),
            Next::Stop(reason) => {
                let by_verdict = matches!(reason, StopReason::Permanent | StopReason::Cancelled);
                prop_assert!(
                    verdict.retryable || by_verdict || reason == StopReason::Deadline,
                    "{:?}",
                    reason
                );
                prop_assert!(!verdict.retryable || !by_verdict, "{:?}", reason);
            }
            other => prop_assert!(false, "{:?} after a failure", other),
        }
        self.hear(index, step.next, false)?;
        Ok(Some(step.next))
    }

    /// Nothing that is said of an attempt that is not under way changes anything.
    fn echo(&mut self, index: usize, number: u32, end: End) -> Checked<Option<Next>> {
        let before = self.looks();
        let Some(track) = self.calls.get_mut(index) else { return Ok(None) };
        if track.live.iter().any(|(other, ..)| *other == number) {
            return Ok(None);
        }
        let report = track.call.report();
        if let End::Success = end {
            prop_assert_eq!(None, track.call.succeed_attempt(number, &mut self.gate, self.now));
        } else {
            let step = track.call.fail_attempt(number, self.policy, &mut self.gate, &fault(end), self.now);
            prop_assert_eq!((track.over.map_or(Next::Race, Next::Stop), None), (step.next, step.transition));
        }
        let after = track.call.report();
        prop_assert_eq!((report.attempts, report.stop_reason), (after.attempts, after.stop_reason));
        self.latest = self.latest.max(self.now);
        prop_assert_eq!(before.inside.0, self.looks().inside.0);
        Ok(None)
    }

    /// Cancellation counts nowhere.
    fn abandon(&mut self, index: usize) -> Checked {
        self.latest = self.latest.max(self.now);
        let before = self.looks();
        let track = &mut self.calls[index];
        track.call.abandon(&mut self.gate, self.now);
        track.live.clear();
        let over = *track.over.get_or_insert(StopReason::Cancelled);
        prop_assert_eq!(Some(over), track.call.report().stop_reason);
        let after = self.looks();
        prop_assert_eq!(before.balance, after.balance);
        let counted =
            |looks: Looks| looks.breaker.map(|(state, failures, tally)| (state, failures, tally.failures));
        prop_assert_eq!(counted(before), counted(after));
        Ok(())
    }

    /// What a host does with an answer, and what it may expect of it.
    fn hear(&mut self, index: usize, next: Next, hedge: bool) -> Checked {
        let state = self.gate.breaker(self.now).map(|(state, ..)| state);
        let track = &mut self.calls[index];
        let (report, retry) = (track.call.report(), &self.policy.retry);
        match next {
            Next::Attempt { number, timeout, .. } => {
                prop_assert_eq!(report.attempt_count, number);
                prop_assert!(number <= retry.max_attempts.get() + track.hedges, "attempt {}", number);
                prop_assert!(hedge || track.live.is_empty());
                if let Some(deadline) = retry.deadline {
                    prop_assert!(report.elapsed < deadline, "{:?}", report.elapsed);
                    prop_assert!(timeout.is_some_and(|limit| limit + report.elapsed <= deadline));
                }
                let probe = state == Some(StateName::HalfOpen);
                track.live.push((number, self.now.max(self.latest), probe));
            }
            Next::Wait(wait) => {
                let longest = self.policy.breaker.map_or(Duration::ZERO, |breaker| {
                    breaker.recovery_timeout.max(breaker.max_recovery_timeout).max(breaker.probe_timeout)
                });
                let line = self.policy.rate_limit.map_or(Duration::ZERO, |rate| rate.max_wait);
                prop_assert!(wait <= retry.schedule.max_delay.max(longest).max(line), "{:?}", wait);
            }
            Next::Queue(longest) => prop_assert!(longest.is_some() && track.call.place().is_some()),
            Next::Race => {}
            Next::Stop(reason) => {
                prop_assert_eq!(Some(reason), report.stop_reason);
                (track.over, track.live) = (Some(reason), Vec::new());
            }
            Next::Rejected(refusal) => {
                prop_assert_eq!(Some(StopReason::from(refusal.by)), report.stop_reason);
                (track.over, track.live) = (report.stop_reason, Vec::new());
            }
        }
        Ok(())
    }

    /// What holds after every event.
    fn holds(&mut self) -> Checked {
        for track in &self.calls {
            prop_assert_eq!(track.over, track.call.report().stop_reason);
        }
        let (looks, guards) = (self.looks(), self.policy.guards());
        let (inside, line, adaptive) = looks.inside;
        if let Some(bulkhead) = guards.limits.bulkhead {
            prop_assert!(inside <= bulkhead.max_concurrent.get() && line <= bulkhead.max_queue);
        }
        if let Some(limit) = guards.limits.adaptive {
            prop_assert!(adaptive <= limit.max.get());
        }
        if looks.breaker.is_none_or(|(state, ..)| state != StateName::HalfOpen) {
            // Whatever they bring back is of an earlier epoch.
            self.calls.iter_mut().flat_map(|track| &mut track.live).for_each(|(.., probe)| *probe = false);
        } else if let Some(breaker) = guards.breaker {
            let leased = |began: Instant| self.latest.saturating_since(began) < breaker.probe_timeout;
            let out = self.calls.iter().flat_map(|track| &track.live);
            let probes = out.filter(|(_, began, probe)| *probe && leased(*began)).count();
            prop_assert!(probes <= breaker.half_open_max_calls.get() as usize, "{} probes", probes);
        }
        if let Some(BudgetConfig::Tokens(tokens)) = guards.budget {
            let most = tokens.capacity().millionths() + self.earned;
            prop_assert!(self.paid * tokens.retry_cost().millionths() <= most, "{} paid", self.paid);
        }
        Ok(())
    }
}

fn fault(end: End) -> Fault {
    match end {
        End::Fault(text) => parse(text),
        End::Hint(seconds) => parse(&come_back_in(&format!("{seconds}"))),
        End::Success => Fault::default(),
    }
}
