//! The limit against a model that keeps every call and every judgement and counts anew each time it is asked.

use super::*;
use crate::rng::Rng;

#[test]
fn it_decides_as_a_model_that_forgets_nothing() {
    for seed in 0..400 {
        let mut run = Run::new(seed);
        for step in 0..200 {
            run.step();
            run.compare(&format!("seed {seed}, step {step}"));
        }
    }
}

/// The machine, the model, and the permits that both have given out, those settled long ago among them.
struct Run {
    rng: Rng,
    machine: Adaptive,
    model: Model,
    clock: u64,
    out: Vec<(Permit, usize)>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::from_seed(seed);
        let min = rng.between(1, 4);
        let max = rng.between(min, 12);
        let count = |number: u64| count(u32::try_from(number).unwrap());
        let percent = [10, 50, 90, 99][draw(&mut rng, 3)];
        let config = AdaptiveConfig {
            initial: count(rng.between(min, max)),
            min: count(min),
            max: count(max),
            backoff_ratio: Share::from_millionths(percent * 10_000),
            latency_threshold: [None, Some(secs(1)), Some(secs(5))][draw(&mut rng, 2)],
            lease: [secs(3), secs(5), secs(30)][draw(&mut rng, 2)],
        };
        let machine = Adaptive::new(config);
        Self { rng, machine, model: Model::new(config, percent), clock: 1 << 40, out: Vec::new() }
    }

    fn now(&self) -> Instant {
        Instant::from_nanos(self.clock)
    }

    fn step(&mut self) {
        match self.rng.between(0, 19) {
            0..=8 => {
                let (found, expected) = (self.machine.enter(self.now()), self.model.enter(self.clock));
                assert_eq!(expected.err(), found.err());
                self.out.extend(found.ok().zip(expected.ok()));
            }
            9..=15 if !self.out.is_empty() => {
                let index = draw(&mut self.rng, self.out.len() - 1);
                // Now and then a permit is kept, to be given back again.
                let (permit, call) =
                    if self.rng.between(0, 9) == 0 { self.out[index] } else { self.out.swap_remove(index) };
                let outcomes = [Outcome::Success, Outcome::Success, Outcome::Failure, Outcome::Ignored];
                let outcome = outcomes[draw(&mut self.rng, 3)];
                self.machine.leave(permit, outcome, self.now());
                self.model.leave(call, outcome, self.clock);
            }
            16 => self.clock -= self.rng.between(0, 5_000_000_000).min(self.clock),
            17 => self.clock += self.rng.between(0, 40_000_000_000),
            _ => self.clock += self.rng.between(0, 1_000_000_000),
        }
    }

    fn compare(&mut self, story: &str) {
        let now = self.now();
        let found = (self.machine.limit(now), self.machine.in_flight(now), self.machine.tally());
        let level = self.machine.level;
        let found_height = u128::from(level.whole()) << 32 | u128::from(level.fraction());
        let expected = self.model.view(self.clock);
        assert_eq!((expected, self.model.height()), (found, found_height), "{story}");
    }
}

fn draw(rng: &mut Rng, most: usize) -> usize {
    usize::try_from(rng.between(0, most as u64)).unwrap()
}

struct Model {
    config: AdaptiveConfig,
    /// Of the limit after a failure.
    percent: u128,
    latest: u64,
    /// Every call that was ever admitted.
    calls: Vec<Call>,
    /// Every verdict on the limit, in order.
    verdicts: Vec<Verdict>,
    rejected: u64,
    stale: u64,
}

struct Call {
    began: u64,
    busy: bool,
    over: bool,
    lapsed: bool,
}

#[derive(Clone, Copy)]
enum Verdict {
    Up,
    /// Of which call, and how many had been admitted by then.
    Down(usize, usize),
}

impl Model {
    fn new(config: AdaptiveConfig, percent: u32) -> Self {
        Self {
            config,
            percent: percent.into(),
            latest: 0,
            calls: Vec::new(),
            verdicts: Vec::new(),
            rejected: 0,
            stale: 0,
        }
    }

    fn enter(&mut self, clock: u64) -> Result<usize, Rejection> {
        self.tick(clock);
        let (limit, in_flight) = (self.limit(), self.in_flight());
        if in_flight >= limit {
            self.rejected += 1;
            return Err(Rejection { limit, in_flight });
        }
        let busy = 2 * (in_flight + 1) >= limit;
        self.calls.push(Call { began: self.latest, busy, over: false, lapsed: false });
        Ok(self.calls.len() - 1)
    }

    fn leave(&mut self, index: usize, outcome: Outcome, clock: u64) {
        self.tick(clock);
        let admitted = self.calls.len();
        let call = &mut self.calls[index];
        if call.over {
            self.stale += 1;
            return;
        }
        call.over = true;
        let took = self.latest - call.began;
        let slow = self.config.latency_threshold.is_some_and(|most| took > nanos(most));
        match outcome {
            Outcome::Success if !slow && call.busy => self.verdicts.push(Verdict::Up),
            Outcome::Success if !slow => {}
            Outcome::Success | Outcome::Failure => self.verdicts.push(Verdict::Down(index, admitted)),
            Outcome::Ignored => {}
        }
    }

    fn tick(&mut self, clock: u64) {
        self.latest = self.latest.max(clock);
        let admitted = self.calls.len();
        for (index, call) in self.calls.iter_mut().enumerate() {
            if !call.over && self.latest - call.began >= nanos(self.config.lease) {
                (call.over, call.lapsed) = (true, true);
                if self.config.latency_threshold.is_some_and(|most| self.config.lease > most) {
                    self.verdicts.push(Verdict::Down(index, admitted));
                }
            }
        }
    }

    /// In units of 2⁻³², from the first verdict on.
    fn height(&self) -> u128 {
        let fixed = |calls: NonZeroU32| u128::from(calls.get()) << 32;
        let (mut height, mut heard) = (fixed(self.config.initial), 0);
        for verdict in &self.verdicts {
            let part = (1 << 64) / height;
            height = match *verdict {
                Verdict::Up => height + part,
                Verdict::Down(call, _) if call < heard => height - part,
                Verdict::Down(_, admitted) => {
                    heard = admitted;
                    (height * self.percent / 100).min(height - (1 << 32))
                }
            };
            height = height.clamp(fixed(self.config.min), fixed(self.config.max));
        }
        height
    }

    fn limit(&self) -> u32 {
        u32::try_from(self.height() >> 32).unwrap()
    }

    fn in_flight(&self) -> u32 {
        u32::try_from(self.calls.iter().filter(|call| !call.over).count()).unwrap()
    }

    fn view(&mut self, clock: u64) -> (u32, u32, Tally) {
        self.tick(clock);
        let downs = self.verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Down(..))).count();
        let tally = Tally {
            rejected: self.rejected,
            failures: downs as u64,
            lapsed: self.calls.iter().filter(|call| call.lapsed).count() as u64,
            stale: self.stale,
        };
        (self.limit(), self.in_flight(), tally)
    }
}
