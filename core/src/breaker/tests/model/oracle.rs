//! The model: slow, and plainly right.

use super::*;

/// What the model gives to an admitted call: how many changes there had been, which call it is, and which probe; `None`
/// to one that a shadow let pass.
pub(in crate::breaker::tests) type Pass = Option<(usize, (usize, Duration), Option<usize>)>;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::breaker::tests) enum Place {
    Closed,
    Open { since: Duration, wait: Duration },
    HalfOpen,
    ForcedOpen,
    ForcedClosed,
}

#[derive(Debug, Clone)]
pub(in crate::breaker::tests) struct Model {
    pub(in crate::breaker::tests) config: BreakerConfig,
    pub(in crate::breaker::tests) place: Place,
    pub(in crate::breaker::tests) changes: usize,
    pub(in crate::breaker::tests) latest: Duration,
    /// Every counted result since the breaker last closed: when, the kind if it was a failure, whether it was slow.
    pub(in crate::breaker::tests) seen: Vec<(Duration, Option<u64>, bool)>,
    /// The calls that the closed breaker has let out: their number and when they began.
    pub(in crate::breaker::tests) under_way: Vec<(usize, Duration)>,
    calls_ever: usize,
    reopened: u32,
    /// The probes out: their number and when they began.
    pub(in crate::breaker::tests) probes: Vec<(usize, Duration)>,
    probes_ever: usize,
    probes_succeeded: u32,
}

impl Model {
    pub(in crate::breaker::tests) fn new(config: BreakerConfig) -> Self {
        Self {
            config,
            place: Place::Closed,
            changes: 0,
            latest: Duration::ZERO,
            seen: Vec::new(),
            under_way: Vec::new(),
            calls_ever: 0,
            reopened: 0,
            probes: Vec::new(),
            probes_ever: 0,
            probes_succeeded: 0,
        }
    }

    pub(in crate::breaker::tests) fn admit(
        &mut self,
        clock: Duration,
    ) -> (Result<Pass, Option<Duration>>, Option<Transition>) {
        let now = self.tick(clock);
        let change = self.wake(now);
        let refused = match self.place {
            Place::Open { since, wait } => Some(Some(since + wait - now)),
            Place::ForcedOpen => return (Err(None), change),
            Place::HalfOpen => {
                let lease = self.config.probe_timeout;
                self.probes.retain(|(_, began)| *began + lease > now);
                let full = self.probes.len() == self.config.half_open_max_calls.get() as usize;
                let oldest = self.probes.iter().map(|(_, began)| *began).min();
                full.then(|| Some(oldest.expect("a probe") + lease - now))
            }
            Place::Closed | Place::ForcedClosed => None,
        };
        match refused {
            Some(_) if self.config.mode == Mode::Shadow => return (Ok(None), change),
            Some(wait) => return (Err(wait), change),
            None => {}
        }
        self.calls_ever += 1;
        let call = (self.calls_ever, now);
        let probe = (self.place == Place::HalfOpen).then(|| {
            self.probes_ever += 1;
            self.probes.push((self.probes_ever, now));
            self.probes_ever
        });
        if self.place == Place::Closed {
            self.under_way.push(call);
        }
        (Ok(Some((self.changes, call, probe))), change)
    }

    /// What time alone brings about.
    pub(in crate::breaker::tests) fn wake(&mut self, now: Duration) -> Option<Transition> {
        match self.place {
            Place::Open { since, wait } if now >= since + wait => {
                Some(self.go(Place::HalfOpen, Reason::RecoveryTimeout))
            }
            Place::Closed if self.late(now) > 0 => {
                let reason = self.trips(now)?;
                Some(self.open(reason, None, now))
            }
            _ => None,
        }
    }

    pub(in crate::breaker::tests) fn settle(
        &mut self,
        pass: Pass,
        outcome: Outcome,
        clock: Duration,
    ) -> Option<Transition> {
        let now = self.tick(clock);
        let (changes, call, probe) = pass?;
        if changes != self.changes {
            return None;
        }
        let slow = self.config.slow_call.is_some_and(|slow| now - call.1 >= slow.duration);
        self.under_way.retain(|other| *other != call);
        match (self.place, outcome) {
            (Place::Closed, Outcome::Success) if !slow => self.seen.push((now, None, false)),
            (Place::Closed, Outcome::Success | Outcome::Failure { .. }) => {
                let (kind, hint) = match outcome {
                    Outcome::Failure { fingerprint, hint } => (Some(fingerprint), hint),
                    _ => (None, None),
                };
                self.seen.push((now, kind, slow));
                let reason = self.trips(now)?;
                return Some(self.open(reason, hint, now));
            }
            (Place::HalfOpen, outcome) if self.probes.iter().any(|(number, _)| Some(*number) == probe) => {
                self.probes.retain(|(number, _)| Some(*number) != probe);
                match outcome {
                    Outcome::Failure { hint, .. } => return Some(self.open(Reason::ProbeFailed, hint, now)),
                    Outcome::Success if slow => return Some(self.open(Reason::ProbeSlow, None, now)),
                    Outcome::Success => self.probes_succeeded += 1,
                    Outcome::Ignored => {}
                }
                if self.probes_succeeded == self.config.success_threshold.get() {
                    self.seen.clear();
                    return Some(self.go(Place::Closed, Reason::ProbesSucceeded));
                }
            }
            _ => {}
        }
        None
    }

    pub(in crate::breaker::tests) fn force(&mut self, forced: Forced) -> Option<Transition> {
        let place = if forced == Forced::Open { Place::ForcedOpen } else { Place::ForcedClosed };
        (self.place != place).then(|| self.go(place, Reason::Manual))
    }

    pub(in crate::breaker::tests) fn reset(&mut self) -> Option<Transition> {
        self.seen.clear();
        self.under_way.clear();
        self.changes += usize::from(self.place == Place::Closed);
        (self.place != Place::Closed).then(|| self.go(Place::Closed, Reason::Manual))
    }

    /// The open wait is the first, multiplied for each time that it was not enough, to the thousandth at each step.
    fn open(&mut self, reason: Reason, hint: Option<Duration>, now: Duration) -> Transition {
        let most = self.config.max_recovery_timeout.max(self.config.recovery_timeout);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a factor from 1 to 4")]
        let thousandths = (self.config.recovery_growth.as_f64() * 1000.0).round() as u128;
        let mut wait = self.config.recovery_timeout.as_nanos();
        for _ in 0..self.reopened {
            wait = (wait * thousandths / 1000).min(most.as_nanos());
        }
        let wait = Duration::from_nanos(u64::try_from(wait).unwrap()).min(most);
        let wait = wait.max(hint.unwrap_or_default().min(most));
        self.reopened += 1;
        self.go(Place::Open { since: now, wait }, reason)
    }

    fn trips(&self, now: Duration) -> Option<Reason> {
        if self.config.identical_failures.is_some_and(|limit| self.identical() >= limit.get()) {
            return Some(Reason::IdenticalFailures);
        }
        if self.config.failure_threshold.is_some_and(|limit| self.failed(now) >= limit.get()) {
            return Some(match self.config.window {
                Window::Consecutive => Reason::ConsecutiveFailures,
                Window::Count(_) => Reason::CountWindow,
                Window::Time(_) => Reason::TimeWindow,
            });
        }
        let Counts { calls, failures, slow } = self.counts(now);
        let over = |part: u32, rate: Rate| {
            calls >= self.config.minimum_calls.get() && f64::from(part) / f64::from(calls) >= rate.as_f64()
        };
        if self.config.failure_rate.is_some_and(|rate| over(failures, rate)) {
            return Some(Reason::FailureRate);
        }
        self.config.slow_call.is_some_and(|limit| over(slow, limit.rate)).then_some(Reason::SlowCallRate)
    }

    pub(in crate::breaker::tests) fn failures(&mut self, clock: Duration) -> u32 {
        let now = self.tick(clock);
        self.failed(now)
    }

    fn failed(&self, now: Duration) -> u32 {
        let failed = |(_, kind, _): &&(Duration, Option<u64>, bool)| kind.is_some();
        match self.config.window {
            Window::Consecutive => number(self.seen.iter().rev().take_while(failed).count()),
            _ => number(self.window(now).iter().filter(failed).count()),
        }
    }

    /// The results that the window holds.
    fn window(&self, now: Duration) -> Vec<(Duration, Option<u64>, bool)> {
        match self.config.window {
            Window::Consecutive => Vec::new(),
            Window::Count(size) => self.seen.iter().rev().take(size.get() as usize).copied().collect(),
            // The documented rule: thirty buckets, the one being filled and the twenty-nine before it.
            Window::Time(length) => {
                let bucket = |time: Duration| time.as_nanos() / length.as_nanos().div_ceil(30);
                self.seen.iter().filter(|(then, ..)| bucket(now) - bucket(*then) < 30).copied().collect()
            }
        }
    }

    pub(in crate::breaker::tests) fn counts(&self, now: Duration) -> Counts {
        let (window, late) = (self.window(now), self.late(now));
        Counts {
            calls: number(window.len()) + late,
            failures: number(window.iter().filter(|(_, kind, _)| kind.is_some()).count()),
            slow: number(window.iter().filter(|(.., slow)| *slow).count()) + late,
        }
    }

    /// The calls under way that are known to be slow: whose whole eighth of the limit is.
    fn late(&self, now: Duration) -> u32 {
        let Some(slow) = self.config.slow_call else { return 0 };
        let eighth = slow.duration.as_nanos().div_ceil(8);
        let late = |began: Duration| {
            (began.as_nanos() / eighth + 1) * eighth - 1 + slow.duration.as_nanos() <= now.as_nanos()
        };
        number(self.under_way.iter().filter(|(_, began)| late(*began)).count())
    }

    fn identical(&self) -> u32 {
        let last = self.seen.last().and_then(|(_, kind, _)| *kind);
        let same = |(_, kind, _): &&(Duration, Option<u64>, bool)| kind.is_some() && *kind == last;
        number(self.seen.iter().rev().take_while(same).count())
    }

    /// Whether calls may pass without asking, and whether their successes must be counted.
    pub(in crate::breaker::tests) fn lane(&self) -> (bool, bool) {
        let failing = self.seen.last().is_some_and(|(_, kind, _)| kind.is_some());
        let rates = self.config.has_rates();
        match (self.place, self.config.window) {
            (Place::Closed, _) if self.config.slow_call.is_some() => (false, false),
            (Place::Closed, _) if failing && self.config.identical_failures.is_some() => (false, false),
            (Place::Closed, Window::Consecutive) => (!failing, false),
            (Place::Closed, Window::Count(size)) => {
                let calls = self.window(self.latest);
                let filled = calls.len() == size.get() as usize || !rates;
                (true, !filled || calls.iter().any(|(_, kind, _)| kind.is_some()))
            }
            (Place::Closed, Window::Time(_)) => (true, rates),
            (Place::ForcedClosed, _) => (true, false),
            _ => (false, false),
        }
    }

    pub(in crate::breaker::tests) fn go(&mut self, place: Place, reason: Reason) -> Transition {
        let from = self.name();
        self.place = place;
        self.changes += 1;
        self.probes.clear();
        self.under_way.clear();
        self.probes_succeeded = 0;
        if place == Place::Closed {
            self.reopened = 0;
        }
        Transition { from, to: self.name(), reason }
    }

    fn name(&self) -> StateName {
        match self.place {
            Place::Closed => StateName::Closed,
            Place::Open { .. } => StateName::Open,
            Place::HalfOpen => StateName::HalfOpen,
            Place::ForcedOpen => StateName::ForcedOpen,
            Place::ForcedClosed => StateName::ForcedClosed,
        }
    }

    pub(in crate::breaker::tests) fn tick(&mut self, clock: Duration) -> Duration {
        self.latest = self.latest.max(clock);
        self.latest
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a test is short")
}
