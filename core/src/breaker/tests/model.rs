//! The breaker against a model that keeps every event and counts anew each time it is asked.

use proptest::prelude::*;

use super::*;
use crate::breaker::Reason;

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_decides_as_a_model_that_forgets_nothing(config in configs(), events in prop::collection::vec(events(), 1..150)) {
        let mut run = Run::new(config);
        for event in &events {
            run.step(event)?;
            run.compare()?;
        }
        run.comes_back()?;
    }
}

#[derive(Debug, Clone)]
enum Event {
    Admit,
    /// The oldest but so many of the tickets out settles.
    Settle(usize, Outcome),
    /// A call on the lane, if it is open; else on the machine, if it admits.
    Calls(u8, Outcome),
    Advance(u64),
    StepBack(u64),
    Force(Forced),
    Reset,
}

fn events() -> impl Strategy<Value = Event> {
    let outcome = || {
        prop_oneof![
            3 => Just(Outcome::Success),
            4 => (0..3_u64).prop_map(failure),
            1 => Just(Outcome::Ignored),
        ]
    };
    prop_oneof![
        10 => Just(Event::Admit),
        10 => (0..6_usize, outcome()).prop_map(|(index, outcome)| Event::Settle(index, outcome)),
        8 => (1..8_u8, outcome()).prop_map(|(count, outcome)| Event::Calls(count, outcome)),
        6 => (0..3_000_u64).prop_map(Event::Advance),
        4 => (0..90_000_u64).prop_map(Event::Advance),
        1 => (0..10_000_000_u64).prop_map(Event::StepBack),
        1 => prop_oneof![Just(Forced::Open), Just(Forced::Closed)].prop_map(Event::Force),
        1 => Just(Event::Reset),
    ]
}

fn configs() -> impl Strategy<Value = BreakerConfig> {
    let window = prop_oneof![
        Just(Window::Consecutive),
        (1..8_u32).prop_map(|size| Window::Count(count(size))),
        (1..70_u32).prop_map(|size| Window::Count(count(size))),
        (1..40_000_u64).prop_map(|length| Window::Time(MILLISECOND * u32::try_from(length).unwrap())),
    ];
    let some = |number: u32| NonZeroU32::new(number);
    (window, 0..5_u32, 0..4_u32, 1..4_u32, 1..4_u32, 0..60_u64, 1..60_u64).prop_map(
        move |(window, failures, identical, probes, successes, recovery, lease)| BreakerConfig {
            failure_threshold: some(failures),
            identical_failures: some(identical),
            window,
            recovery_timeout: secs(recovery),
            half_open_max_calls: count(probes),
            success_threshold: count(successes),
            probe_timeout: secs(lease),
        },
    )
}

/// The machine, the model and the tickets that both have given out.
struct Run {
    machine: Breaker,
    model: Model,
    clock: Duration,
    out: Vec<(Ticket, Pass)>,
    last: StateName,
}

type Checked = Result<(), TestCaseError>;

impl Run {
    fn new(config: BreakerConfig) -> Self {
        let (machine, model) = (Breaker::new(config), Model::new(config));
        Self { machine, model, clock: secs(10_000), out: Vec::new(), last: StateName::Closed }
    }

    fn now(&self) -> Instant {
        Instant::default().saturating_add(self.clock)
    }

    fn step(&mut self, event: &Event) -> Checked {
        match *event {
            Event::Admit => {
                if let Some(pair) = self.admit()? {
                    self.out.push(pair);
                }
            }
            Event::Settle(index, outcome) if index < self.out.len() => {
                let pair = self.out.remove(index);
                self.settle(pair, outcome)?;
            }
            Event::Settle(..) => {}
            Event::Calls(calls, outcome) => self.calls(calls, outcome)?,
            Event::Advance(millis) => self.clock += Duration::from_millis(millis),
            Event::StepBack(millis) => self.clock = self.clock.saturating_sub(Duration::from_millis(millis)),
            Event::Force(forced) => {
                let change = self.machine.force(forced);
                let state = if forced == Forced::Open { Place::ForcedOpen } else { Place::ForcedClosed };
                let expected = (self.model.place != state).then(|| self.model.go(state, Reason::Manual));
                self.changed(expected, change)?;
            }
            Event::Reset => {
                let change = self.machine.reset();
                self.model.seen.clear();
                let expected =
                    (self.model.place != Place::Closed).then(|| self.model.go(Place::Closed, Reason::Manual));
                self.changed(expected, change)?;
            }
        }
        Ok(())
    }

    fn admit(&mut self) -> Result<Option<(Ticket, Pass)>, TestCaseError> {
        let admission = self.machine.admit(self.now());
        let (expected, change) = self.model.admit(self.clock);
        self.changed(change, admission.transition)?;
        prop_assert_eq!(expected.err(), admission.ticket.err().map(|rejection| rejection.retry_after));
        Ok(admission.ticket.ok().zip(expected.ok()))
    }

    fn settle(&mut self, (ticket, pass): (Ticket, Pass), outcome: Outcome) -> Checked {
        let change = self.machine.settle(ticket, outcome, self.now());
        let expected = self.model.settle(pass, outcome, self.clock);
        self.changed(expected, change)
    }

    /// Successes go by the lane wherever there is one, as a host lets them.
    fn calls(&mut self, calls: u8, outcome: Outcome) -> Checked {
        for _ in 0..calls {
            let lane = self.machine.lane();
            if let (Some(ticket), Outcome::Success) = (lane.admits(), outcome) {
                if lane.counts() {
                    self.machine.fold(ticket, 1);
                }
                let pass =
                    self.model.admit(self.clock).0.expect("a lane is open only where calls are admitted");
                prop_assert_eq!(None, self.model.settle(pass, outcome, self.clock));
            } else if let Some(pair) = self.admit()? {
                self.settle(pair, outcome)?;
            }
            self.compare()?;
        }
        Ok(())
    }

    /// Both changed, or neither; and every change begins where the last one ended.
    fn changed(&mut self, expected: Option<Transition>, change: Option<Transition>) -> Checked {
        prop_assert_eq!(expected, change);
        if let Some(change) = change {
            prop_assert_eq!(self.last, change.from);
            self.last = change.to;
        }
        Ok(())
    }

    fn compare(&mut self) -> Checked {
        let now = self.now();
        prop_assert_eq!(self.model.failures(self.clock), self.machine.failure_count(now));
        prop_assert_eq!(
            self.model.lane(),
            (self.machine.lane().admits().is_some(), self.machine.lane().counts())
        );
        prop_assert!(self.model.probes.len() <= self.model.config.half_open_max_calls.get() as usize);
        Ok(())
    }

    /// Whatever happened, a wait of the length that the breaker itself names ends with a call admitted.
    fn comes_back(&mut self) -> Checked {
        let wait = self.machine.retry_after(self.now());
        if self.model.place == Place::ForcedOpen {
            prop_assert_eq!(None, wait);
            return Ok(());
        }
        let latest = self.model.latest.max(self.clock);
        let later = Instant::default().saturating_add(latest + wait.expect("a wait"));
        prop_assert!(self.machine.admit(later).ticket.is_ok(), "not admitted after {:?}", wait);
        Ok(())
    }
}

/// What the model gives to an admitted call: how many changes there had been, and which probe it is.
type Pass = (usize, Option<usize>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Closed,
    Open { since: Duration },
    HalfOpen,
    ForcedOpen,
    ForcedClosed,
}

struct Model {
    config: BreakerConfig,
    place: Place,
    changes: usize,
    latest: Duration,
    /// Every counted result since the breaker last closed: when, and the kind if it was a failure.
    seen: Vec<(Duration, Option<u64>)>,
    /// The probes out: their number and when they began.
    probes: Vec<(usize, Duration)>,
    probes_ever: usize,
    probes_succeeded: u32,
}

impl Model {
    fn new(config: BreakerConfig) -> Self {
        Self {
            config,
            place: Place::Closed,
            changes: 0,
            latest: Duration::ZERO,
            seen: Vec::new(),
            probes: Vec::new(),
            probes_ever: 0,
            probes_succeeded: 0,
        }
    }

    fn admit(&mut self, clock: Duration) -> (Result<Pass, Option<Duration>>, Option<Transition>) {
        let now = self.tick(clock);
        let mut change = None;
        if let Place::Open { since } = self.place {
            let over = since + self.config.recovery_timeout;
            if now < over {
                return (Err(Some(over - now)), None);
            }
            change = Some(self.go(Place::HalfOpen, Reason::RecoveryTimeout));
        }
        match self.place {
            Place::ForcedOpen => (Err(None), change),
            Place::HalfOpen => {
                let lease = self.config.probe_timeout;
                self.probes.retain(|(_, began)| *began + lease > now);
                if self.probes.len() == self.config.half_open_max_calls.get() as usize {
                    let oldest = self.probes.iter().map(|(_, began)| *began).min().expect("a probe");
                    return (Err(Some(oldest + lease - now)), change);
                }
                self.probes_ever += 1;
                self.probes.push((self.probes_ever, now));
                (Ok((self.changes, Some(self.probes_ever))), change)
            }
            _ => (Ok((self.changes, None)), change),
        }
    }

    fn settle(&mut self, (changes, probe): Pass, outcome: Outcome, clock: Duration) -> Option<Transition> {
        let now = self.tick(clock);
        if changes != self.changes {
            return None;
        }
        match (self.place, outcome) {
            (Place::Closed, Outcome::Success) => self.seen.push((now, None)),
            (Place::Closed, Outcome::Failure { fingerprint }) => {
                self.seen.push((now, Some(fingerprint)));
                if let Some(reason) = self.trips(now) {
                    return Some(self.go(Place::Open { since: now }, reason));
                }
            }
            (Place::HalfOpen, outcome) if self.probes.iter().any(|(number, _)| Some(*number) == probe) => {
                self.probes.retain(|(number, _)| Some(*number) != probe);
                match outcome {
                    Outcome::Failure { .. } => {
                        return Some(self.go(Place::Open { since: now }, Reason::ProbeFailed));
                    }
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

    fn trips(&self, now: Duration) -> Option<Reason> {
        if self.config.identical_failures.is_some_and(|limit| self.identical() >= limit.get()) {
            return Some(Reason::IdenticalFailures);
        }
        let enough = self.config.failure_threshold.is_some_and(|limit| self.counted(now) >= limit.get());
        enough.then_some(match self.config.window {
            Window::Consecutive => Reason::ConsecutiveFailures,
            Window::Count(_) => Reason::CountWindow,
            Window::Time(_) => Reason::TimeWindow,
        })
    }

    fn failures(&mut self, clock: Duration) -> u32 {
        let now = self.tick(clock);
        self.counted(now)
    }

    fn counted(&self, now: Duration) -> u32 {
        let failed = |(_, kind): &&(Duration, Option<u64>)| kind.is_some();
        let number = match self.config.window {
            Window::Consecutive => self.seen.iter().rev().take_while(failed).count(),
            Window::Count(size) => self.seen.iter().rev().take(size.get() as usize).filter(failed).count(),
            // The documented rule: thirty buckets, the one being filled and the twenty-nine before it.
            Window::Time(length) => {
                let bucket = |time: Duration| time.as_nanos() / length.as_nanos().div_ceil(30);
                self.seen.iter().filter(failed).filter(|(then, _)| bucket(now) - bucket(*then) < 30).count()
            }
        };
        u32::try_from(number).unwrap()
    }

    fn identical(&self) -> u32 {
        let last = self.seen.last().and_then(|(_, kind)| *kind);
        let same = |(_, kind): &&(Duration, Option<u64>)| kind.is_some() && *kind == last;
        u32::try_from(self.seen.iter().rev().take_while(same).count()).unwrap()
    }

    /// Whether calls may pass without asking, and whether their successes must be counted.
    fn lane(&self) -> (bool, bool) {
        let failing = self.seen.last().is_some_and(|(_, kind)| kind.is_some());
        match (self.place, self.config.window) {
            (Place::Closed, _) if failing && self.config.identical_failures.is_some() => (false, false),
            (Place::Closed, Window::Consecutive) => (!failing, false),
            (Place::Closed, Window::Count(_)) => (true, self.counted(self.latest) > 0),
            (Place::Closed, Window::Time(_)) | (Place::ForcedClosed, _) => (true, false),
            _ => (false, false),
        }
    }

    fn go(&mut self, place: Place, reason: Reason) -> Transition {
        let from = self.name();
        self.place = place;
        self.changes += 1;
        self.probes.clear();
        self.probes_succeeded = 0;
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

    fn tick(&mut self, clock: Duration) -> Duration {
        self.latest = self.latest.max(clock);
        self.latest
    }
}
