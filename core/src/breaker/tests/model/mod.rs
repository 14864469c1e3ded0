//! The breaker against a model that keeps every event and counts anew each time it is asked.

pub(super) mod oracle;

use proptest::prelude::*;

use self::oracle::{Model, Pass, Place};
use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// mode: window miscounts
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
    Tick,
}

fn events() -> impl Strategy<Value = Event> {
    let outcome = || {
        prop_oneof![
            3 => Just(Outcome::Success),
            4 => (0..3_u64).prop_map(failure),
            1 => (0..200_u64).prop_map(|hint| Outcome::Failure { fingerprint: 1, hint: Some(secs(hint)) }),
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
        3 => Just(Event::Tick),
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
    let rate = || prop::option::of(prop::sample::select(std::vec![0.000_001, 0.2, 0.5, 0.6, 0.999_999, 1.0]));
    let rates = (rate(), rate(), 1..9_u32, 1..20_000_u64);
    let wait =
        (0..60_u64, 1.0..4.0_f64, 1..200_u64, prop::sample::select(std::vec![Mode::Normal, Mode::Shadow]));
    (window, 0..5_u32, 0..4_u32, 1..4_u32, 1..4_u32, 1..60_u64, rates, wait).prop_map(
        move |(window, failures, identical, probes, successes, lease, rates, wait)| {
            let (failure_rate, slow_rate, minimum, slow) = rates;
            let rates =
                |rate: Option<f64>| rate.filter(|_| window != Window::Consecutive).and_then(Rate::new);
            BreakerConfig {
                failure_threshold: some(failures),
                identical_failures: some(identical),
                failure_rate: rates(failure_rate),
                slow_call: rates(slow_rate)
                    .map(|rate| SlowCall { duration: Duration::from_millis(slow), rate }),
                minimum_calls: count(minimum),
                window,
                recovery_timeout: secs(wait.0),
                recovery_growth: Growth::new(wait.1).expect("a factor"),
                max_recovery_timeout: secs(wait.2),
                recovery_jitter: None,
                half_open_max_calls: count(probes),
                success_threshold: count(successes),
                probe_timeout: secs(lease),
                mode: wait.3,
            }
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
                let expected = self.model.force(forced);
                self.changed(expected, change)?;
            }
            Event::Reset => {
                let change = self.machine.reset();
                let expected = self.model.reset();
                self.changed(expected, change)?;
            }
            Event::Tick => {
                let change = self.machine.tick(self.now());
                let now = self.model.tick(self.clock);
                let expected = self.model.wake(now);
                self.changed(expected, change)?;
            }
        }
        Ok(())
    }

    fn admit(&mut self) -> Result<Option<(Ticket, Pass)>, TestCaseError> {
        let refused = self.machine.clone().refuse(self.now());
        let admission = self.machine.admit(self.now());
        let (expected, change) = self.model.admit(self.clock);
        self.changed(change, admission.transition)?;
        if change.is_none() {
            prop_assert_eq!(admission.ticket.err(), refused);
        }
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
            let open = self.machine.lane_ends().is_none_or(|ends| self.now() < ends);
            if let (Some(ticket), Outcome::Success, true) = (lane.admits(), outcome, open) {
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
        if self.model.config.has_rates() {
            prop_assert_eq!(self.model.counts(self.model.latest), self.machine.counts(now));
        }
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
        let admission = self.machine.admit(later);
        let tripped_by_slow_calls = admission.transition.is_some_and(|change| change.to == StateName::Open);
        prop_assert!(admission.ticket.is_ok() || tripped_by_slow_calls, "not admitted after {:?}", wait);
        Ok(())
    }
}
