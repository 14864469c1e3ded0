//! A call, and that what it is told to do is within its policy.

use core::time::Duration;

use failsoft::breaker::StateName;
use failsoft::call::{Call, Next, Step, StopReason};
use failsoft::guard::{Gate, Guard, Refusal};
use failsoft::policy::Policy;
use failsoft::time::Instant;

/// A call and what it was told.
#[derive(Debug, Clone)]
pub struct Watched<'a> {
    /// The call.
    pub call: Call,
    policy: &'a Policy,
    attempts: u32,
    retries: u32,
    under_way: Vec<u32>,
    over: bool,
}

impl<'a> Watched<'a> {
    /// A call that begins at `now`.
    pub fn new(policy: &'a Policy, seed: u64, now: Instant) -> Self {
        let call = Call::new(seed, now);
        Self { call, policy, attempts: 0, retries: 0, under_way: Vec::new(), over: false }
    }

    /// Whether it was told to stop.
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// The numbers of its attempts that have not been answered.
    pub fn under_way(&self) -> &[u32] {
        &self.under_way
    }

    /// It asked for an attempt, before which the breaker had said when to come back.
    pub fn admitted(&mut self, step: Step, breaker: Option<Duration>) {
        assert!(self.under_way.is_empty());
        let trips = step.transition.is_some_and(|change| change.to == StateName::Open);
        match step.next {
            Next::Attempt { .. } => self.begins(step),
            Next::Queue(longest) => {
                let bulkhead = self.policy.bulkhead.expect("a bulkhead");
                assert!(bulkhead.max_queue > 0 && self.call.place().is_some(), "{step:?}");
                let most = bulkhead.max_wait.into_iter().chain(self.left()).min();
                assert!(longest.is_some() == most.is_some() && longest <= most, "{step:?}, at most {most:?}");
                return;
            }
            Next::Wait(wait) => {
                assert!(self.left().is_none_or(|left| wait < left), "{step:?} with {:?} left", self.left());
                match self.policy.rate_limit {
                    Some(limit) if breaker == Some(Duration::ZERO) && !trips => {
                        assert!(!wait.is_zero() && wait <= limit.max_wait, "{step:?}");
                    }
                    _ => {
                        assert!(self.policy.retry.retry_open_circuit, "{step:?}");
                        self.retries();
                    }
                }
            }
            Next::Rejected(refusal) => {
                self.refused(refusal);
                self.stops();
            }
            Next::Stop(reason) => {
                assert_eq!(StopReason::Deadline, reason);
                self.stops();
            }
            Next::Race => panic!("a race of nobody"),
        }
        assert_eq!(None, self.call.place(), "{step:?}");
    }

    /// It asked for a further attempt.
    pub fn hedged(&mut self, step: Option<Step>) {
        let Some(step) = step else { return };
        assert!(self.policy.hedge.is_some() && self.policy.retry.idempotent && !self.under_way.is_empty());
        assert!(matches!(step.next, Next::Attempt { .. }), "{step:?}");
        self.begins(step);
    }

    /// The attempt with this number failed, while the breaker was closed for `closed`.
    pub fn failed(&mut self, number: u32, step: Step, closed: Option<Duration>) {
        self.under_way.retain(|other| *other != number);
        match step.next {
            Next::Wait(wait) => {
                let longest = closed.max(Some(self.policy.retry.schedule.max_delay));
                assert!(Some(wait) <= longest, "{step:?}, at most {longest:?}");
                assert!(self.left().is_none_or(|left| wait < left), "{step:?} with {:?} left", self.left());
                assert!(self.under_way.is_empty(), "{step:?} during a race");
                self.retries();
            }
            Next::Stop(reason) => {
                assert_eq!(Some(reason), self.call.report().stop_reason);
                self.stops();
            }
            Next::Race => assert!(!self.under_way.is_empty(), "a race of nobody"),
            _ => panic!("a failure answered {step:?}"),
        }
    }

    /// It succeeded, or was given up.
    pub fn stops(&mut self) {
        self.over = true;
        self.under_way.clear();
        assert!(self.call.report().stop_reason.is_some());
        self.reported();
    }

    /// What is said of it afterwards.
    pub fn reported(&self) {
        let report = self.call.report();
        assert_eq!(self.attempts, report.attempt_count);
        assert!(report.attempts.len() <= 105, "{} attempts are remembered", report.attempts.len());
        let written = serde_json::to_string(&report).expect("a report can be written");
        assert!(serde_json::from_str::<serde_json::Value>(&written).is_ok(), "{written}");
    }

    fn begins(&mut self, step: Step) {
        let Next::Attempt { number, timeout, by_deadline, hedge_after } = step.next else { return };
        let (retry, hedges) =
            (&self.policy.retry, self.policy.hedge.map_or(0, |hedge| hedge.max_hedges.get()));
        self.attempts += 1;
        assert_eq!(self.attempts, number);
        let most = u64::from(retry.max_attempts.get()) * u64::from(hedges + 1);
        assert!(u64::from(number) <= most, "attempt {number} of {most}");
        assert!(number == 1 || self.left() != Some(Duration::ZERO), "attempt {number} after the deadline");
        let limit = self.policy.timeout.map(|timeout| timeout.limit(number));
        let shortest = limit.into_iter().chain(self.left()).min();
        assert_eq!((shortest, by_deadline), (timeout, self.left().is_some() && timeout != limit), "{step:?}");
        assert!(hedge_after.is_none() || hedges > 0 && retry.idempotent, "{step:?}");
        self.under_way.push(number);
    }

    /// Only what the policy has refuses, and says when to come back where that can be known.
    fn refused(&self, refusal: Refusal) {
        let Policy { breaker: _, throttle, rate_limit, bulkhead, adaptive, .. } = self.policy;
        let (there, knows) = match refusal.by {
            Guard::Breaker(_) => (true, false),
            Guard::Throttle => (throttle.is_some(), false),
            Guard::RateLimit => (rate_limit.is_some(), true),
            Guard::Bulkhead => (bulkhead.is_some(), false),
            Guard::Adaptive => (adaptive.is_some(), false),
        };
        assert!(there && (!knows || refusal.retry_after.is_some()), "{refusal:?}");
    }

    /// What is left of the deadline.
    fn left(&self) -> Option<Duration> {
        let elapsed = self.call.report().elapsed;
        self.policy.retry.deadline.map(|deadline| deadline.saturating_sub(elapsed))
    }

    fn retries(&mut self) {
        self.retries += 1;
        assert!(self.retries < self.policy.retry.max_attempts.get(), "retry {}", self.retries);
    }
}

/// A call that nobody competes with, and that comes back when it is told to, goes out.
pub fn comes_back(policy: &Policy, gate: &mut impl Gate, mut clock: u64) {
    let mut call = Call::new(7, Instant::from_nanos(clock));
    for _ in 0..MOST_ROUNDS {
        let wait = match call.admit(policy, gate, Instant::from_nanos(clock)).next {
            Next::Attempt { .. } => {
                call.abandon(gate, Instant::from_nanos(clock));
                return;
            }
            Next::Wait(wait) => wait,
            Next::Rejected(refusal) => {
                call = Call::new(7, Instant::from_nanos(clock));
                let window = policy.throttle.map_or(Duration::ZERO, |throttle| throttle.window * 2);
                refusal.retry_after.unwrap_or(window)
            }
            // Waiting took all the time there was.
            Next::Stop(_) => {
                call = Call::new(7, Instant::from_nanos(clock));
                Duration::ZERO
            }
            next => panic!("{next:?} with nobody else there"),
        };
        clock = clock.saturating_add(u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX));
        if clock >= u64::MAX / 2 {
            call.abandon(gate, Instant::from_nanos(clock));
            return;
        }
    }
    panic!("wedged");
}

/// One wait for each machine, and one more for each that may have to be asked again.
const MOST_ROUNDS: usize = 12;
