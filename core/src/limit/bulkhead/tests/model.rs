//! The bulkhead against a model that keeps everyone who ever came and looks at all of them each time.

use std::format;

use super::*;
use crate::rng::Rng;

#[test]
fn it_decides_as_a_model_that_forgets_nobody() {
    for seed in 0..500 {
        let mut run = Run::new(seed);
        for step in 0..150 {
            run.step(&format!("seed {seed}, step {step}"));
        }
        run.nothing_leaks(&format!("seed {seed}"));
    }
}

#[test]
fn no_clock_and_no_number_makes_it_panic() {
    let mut rng = Rng::from_seed(1);
    let edges = [0, 1, 1 << 21, (1 << 52) - 1, u64::MAX / 2, u64::MAX - 1, u64::MAX];
    for _ in 0..2_000 {
        let mut pick = || edges[usize::try_from(rng.between(0, 6)).unwrap()];
        let max_wait = Some(Duration::from_nanos(pick())).filter(|wait| wait.as_nanos() != 1);
        let mut bulkhead = Bulkhead::new(BulkheadConfig { max_wait, ..config() });
        for _ in 0..12 {
            let (now, number) = (Instant::from_nanos(pick()), Permit::from_bits(pick()));
            let _ = (bulkhead.enter(now), bulkhead.leave(number, now), bulkhead.forget(number, now));
            let _ = (bulkhead.poll(number, now), bulkhead.queued(now));
            assert!(bulkhead.in_flight() <= 2);
        }
    }
}

struct Run {
    rng: Rng,
    machine: Bulkhead,
    model: Model,
    now: u64,
    /// The numbers that the machine gave out, in the order of the model's callers.
    numbers: Vec<Permit>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::from_seed(seed);
        let small = |rng: &mut Rng, most| u32::try_from(rng.between(0, most)).unwrap();
        let max_wait = rng.between(0, 3);
        let config = BulkheadConfig {
            max_concurrent: count(1 + small(&mut rng, 3)),
            max_queue: small(&mut rng, 5),
            max_wait: (max_wait > 0).then(|| Duration::from_nanos((max_wait - 1) * 20)),
        };
        let model = Model { config, now: 0, callers: Vec::new() };
        Self { rng, machine: Bulkhead::new(config), model, now: 100, numbers: Vec::new() }
    }

    fn step(&mut self, step: &str) {
        let now = Instant::from_nanos(self.now);
        match self.rng.between(0, 19) {
            0..=7 => self.enter(now, step),
            8..=10 => self.hand_back(now, step, false),
            11..=13 => self.hand_back(now, step, true),
            14..=16 => self.now += self.rng.between(0, 12),
            17 => self.now += self.rng.between(0, 100),
            18 => self.now = self.now.saturating_sub(self.rng.between(0, 60)),
            _ => self.restart(now),
        }
        if self.rng.between(0, 2) == 0 {
            self.compare(step);
        }
    }

    fn enter(&mut self, now: Instant, step: &str) {
        let expected = self.model.enter(self.now);
        match (self.machine.enter(now), expected) {
            (Entry::Admitted(number), State::Inside) => self.numbers.push(number),
            (Entry::Queued { place, longest_wait }, State::Waiting) => {
                assert_eq!(self.model.config.max_wait, longest_wait, "{step}");
                self.numbers.push(place);
            }
            (Entry::Full, State::Gone) => self.numbers.push(Permit::from_bits(0)),
            (found, expected) => panic!("{step}: expected {expected:?}, found {found:?}"),
        }
    }

    /// Any of the last numbers, handed back before or not.
    fn hand_back(&mut self, now: Instant, step: &str, forget: bool) {
        if self.numbers.is_empty() {
            return;
        }
        let last = self.numbers.len() - 1;
        let index = usize::try_from(self.rng.between(last.saturating_sub(12) as u64, last as u64)).unwrap();
        let number = self.numbers[index];
        let granted = if forget { self.machine.forget(number, now) } else { self.machine.leave(number, now) };
        let expected = self.model.hand_back(index, forget, self.now);
        assert_eq!(expected.map(|index| self.numbers[index]), granted, "{step}");
    }

    fn restart(&mut self, now: Instant) {
        let snapshot = self.machine.snapshot(now);
        self.machine.restore(&snapshot, now).unwrap();
        self.model.advance(self.now);
        self.model.callers.iter_mut().for_each(|caller| caller.state = State::Gone);
    }

    fn compare(&mut self, step: &str) {
        let now = Instant::from_nanos(self.now);
        self.model.advance(self.now);
        for (index, number) in self.numbers.iter().enumerate() {
            assert_eq!(self.model.place(index), self.machine.poll(*number, now), "{step}: caller {index}");
        }
        let counts = (self.model.count(State::Inside), self.model.count(State::Waiting));
        assert_eq!(counts, (self.machine.in_flight(), self.machine.queued(now)), "{step}");
        assert!(self.machine.in_flight() <= self.model.config.max_concurrent.get(), "{step}");
    }

    /// When all have left there is room for as many as at the beginning, and in the line as well.
    fn nothing_leaks(&mut self, step: &str) {
        for number in self.numbers.clone() {
            self.machine.forget(number, Instant::from_nanos(self.now));
        }
        for number in self.numbers.clone() {
            self.machine.forget(number, Instant::from_nanos(self.now));
        }
        assert_eq!(
            (0, 0),
            (self.machine.in_flight(), self.machine.queued(Instant::from_nanos(self.now))),
            "{step}"
        );
        let BulkheadConfig { max_concurrent, max_queue, max_wait } = self.model.config;
        let line = if max_wait == Some(Duration::ZERO) { 0 } else { max_queue };
        let now = Instant::from_nanos(self.now);
        for call in 0..max_concurrent.get() + line {
            assert_ne!(Entry::Full, self.machine.enter(now), "{step}: call {call}");
        }
        assert_eq!(Entry::Full, self.machine.enter(now), "{step}");
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Inside,
    Waiting,
    Gone,
}

struct Caller {
    state: State,
    /// Whether it ever had a place in the line, and since when.
    queued: bool,
    since: u64,
}

struct Model {
    config: BulkheadConfig,
    now: u64,
    /// Everyone who ever came.
    callers: Vec<Caller>,
}

impl Model {
    fn enter(&mut self, now: u64) -> State {
        self.advance(now);
        let zero = self.config.max_wait == Some(Duration::ZERO);
        let state = if self.count(State::Inside) < self.config.max_concurrent.get() {
            State::Inside
        } else if self.count(State::Waiting) < self.config.max_queue && !zero {
            State::Waiting
        } else {
            State::Gone
        };
        self.callers.push(Caller { state, queued: state == State::Waiting, since: self.now });
        state
    }

    fn hand_back(&mut self, index: usize, forget: bool, now: u64) -> Option<usize> {
        self.advance(now);
        let before = self.callers[index].state;
        if before == State::Inside || forget {
            self.callers[index].state = State::Gone;
        }
        let next = self.callers.iter().position(|caller| caller.state == State::Waiting);
        let granted = next.filter(|_| before == State::Inside)?;
        self.callers[granted].state = State::Inside;
        Some(granted)
    }

    fn place(&self, index: usize) -> Place {
        match self.callers[index].state {
            State::Inside => Place::Granted,
            State::Gone => Place::Gone,
            State::Waiting => {
                let first = self.callers.iter().position(|caller| caller.state == State::Waiting).unwrap();
                let joined = self.callers[first..index].iter().filter(|caller| caller.queued).count() + 1;
                Place::Waiting { position: u32::try_from(joined).unwrap().min(self.count(State::Waiting)) }
            }
        }
    }

    fn count(&self, state: State) -> u32 {
        u32::try_from(self.callers.iter().filter(|caller| caller.state == state).count()).unwrap()
    }

    fn advance(&mut self, now: u64) {
        self.now = self.now.max(now);
        let Some(longest) = self.config.max_wait else { return };
        let longest = u64::try_from(longest.as_nanos()).unwrap();
        for caller in &mut self.callers {
            if caller.state == State::Waiting && self.now - caller.since >= longest {
                caller.state = State::Gone;
            }
        }
    }
}
