//! The throttle against a model that keeps every event and counts anew each time it is asked.

use std::format;
use std::vec::Vec;

use super::*;

#[test]
fn it_decides_as_a_model_that_forgets_nothing() {
    for seed in 0..400 {
        let mut run = Run::new(seed);
        for step in 0..200 {
            run.step(&format!("seed {seed}, step {step}"));
        }
    }
}

#[test]
fn no_clock_and_no_setting_makes_it_panic() {
    let mut rng = Rng::from_seed(1);
    let edges = [0, 1, 29, u64::from(u32::MAX), u64::MAX / 2, u64::MAX - 1, u64::MAX];
    for _ in 0..2_000 {
        let mut pick = || edges[usize::try_from(rng.between(0, 6)).unwrap()];
        let number = |bits: u64| u32::try_from(bits.min(u32::MAX.into())).unwrap();
        let config = ThrottleConfig {
            k: Thousandths::new(number(pick())),
            window: Duration::from_nanos(pick()),
            max_reject_rate: Thousandths::new(number(pick())),
            minimum_calls: number(pick()),
        };
        let (mut throttle, mut draws) = (Throttle::new(config), Rng::from_seed(pick()));
        for _ in 0..12 {
            let now = Instant::from_nanos(pick());
            let _ = throttle.admit(now, &mut draws);
            throttle.settle(pick() > 29, now);
            let Fraction { numerator, denominator } =
                throttle.reject_probability(Instant::from_nanos(pick()));
            assert!(numerator <= denominator && denominator > 0);
        }
    }
}

struct Run {
    /// What happens, and what the machine draws.
    rng: Rng,
    draws: Rng,
    machine: Throttle,
    model: Model,
    now: u64,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::from_seed(seed);
        let number = |rng: &mut Rng, low, high| u32::try_from(rng.between(low, high)).unwrap();
        let config = ThrottleConfig {
            k: Thousandths::new(number(&mut rng, 1_000, 3_000)),
            window: Duration::from_nanos(rng.between(1, 4_000)),
            max_reject_rate: Thousandths::new(number(&mut rng, 0, 1_000)),
            minimum_calls: number(&mut rng, 0, 12),
        };
        let model = Model { config, now: 0, draws: false, seen: Vec::new() };
        Self { draws: Rng::from_seed(seed), rng, machine: Throttle::new(config), model, now: 5_000 }
    }

    fn step(&mut self, step: &str) {
        let now = Instant::from_nanos(self.now);
        match self.rng.between(0, 19) {
            0..=7 => {
                let (before, expected) =
                    (self.draws.clone(), self.model.admit(self.now, &mut self.draws.clone()));
                assert_eq!(expected, self.machine.admit(now, &mut self.draws).is_ok(), "{step}");
                assert_eq!(self.model.draws, before != self.draws, "{step}: draws");
            }
            8..=10 => self.settle(true, now),
            11..=14 => self.settle(false, now),
            15..=17 => self.now += self.rng.between(0, 300),
            18 => self.now += self.rng.between(0, 9_000),
            _ => self.now = self.now.saturating_sub(self.rng.between(0, 3_000)),
        }
        let now = Instant::from_nanos(self.now);
        let (requests, accepts) = self.model.counts(self.now);
        assert_eq!(Counts { requests, accepts }, self.machine.counts(now), "{step}");
    }

    fn settle(&mut self, accepted: bool, now: Instant) {
        self.machine.settle(accepted, now);
        self.model.note(accepted, self.now);
    }
}

struct Model {
    config: ThrottleConfig,
    now: u64,
    /// Whether the last call was one to draw for.
    draws: bool,
    /// Every request: when, and whether it was accepted.
    seen: Vec<(u64, bool)>,
}

impl Model {
    fn admit(&mut self, now: u64, draws: &mut Rng) -> bool {
        let (requests, accepts) = self.counts(now);
        let excess = i128::from(requests) * 1_000 - i128::from(accepts) * i128::from(self.config.k.get());
        self.draws = requests >= self.config.minimum_calls.into()
            && excess > 0
            && self.config.max_reject_rate > Thousandths::new(0);
        if !self.draws {
            return true;
        }
        // Rejected if it lies below both, as shares of all that can be drawn.
        let draw = i128::from(draws.draw());
        let all = 1_i128 << 64;
        let below_formula = draw * (i128::from(requests) + 1) * 1_000 < excess * all;
        let below_most = draw * 1_000 < i128::from(self.config.max_reject_rate.get()) * all;
        if below_formula && below_most {
            self.note(false, now);
        }
        !(below_formula && below_most)
    }

    fn note(&mut self, accepted: bool, now: u64) {
        self.now = self.now.max(now);
        self.seen.push((self.now, accepted));
    }

    /// The documented rule: thirty buckets, the one being filled and the twenty-nine before it.
    fn counts(&mut self, now: u64) -> (u64, u64) {
        self.now = self.now.max(now);
        let width = u64::try_from(self.config.window.as_nanos()).unwrap().div_ceil(30);
        let within = |time: u64| self.now / width - time / width < 30;
        let recent = || self.seen.iter().filter(|(time, _)| within(*time));
        (recent().count() as u64, recent().filter(|(_, accepted)| *accepted).count() as u64)
    }
}
