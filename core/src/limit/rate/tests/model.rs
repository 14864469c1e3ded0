//! The limiter against a model that knows nothing but the rule: it remembers when every call begins and looks at every
//! span between two of them.

use std::format;
use std::vec::Vec;

use super::*;
use crate::rng::Rng;

#[test]
fn it_decides_as_a_model_that_remembers_every_call() {
    for seed in 0..400 {
        let mut run = Run::new(seed);
        for step in 0..120 {
            run.step(&format!("seed {seed}, step {step}"));
        }
    }
}

#[test]
fn no_clock_and_no_setting_makes_it_panic() {
    let mut rng = Rng::from_seed(1);
    let edges = [0, 1, 2, u64::from(u32::MAX), u64::MAX / 2, u64::MAX - 1, u64::MAX];
    for _ in 0..3_000 {
        let mut pick = || edges[usize::try_from(rng.between(0, 6)).unwrap()];
        let number = |bits: u64| count(u32::try_from(bits.clamp(1, u32::MAX.into())).unwrap());
        let config = RateLimitConfig {
            rate: number(pick()),
            per: Duration::from_nanos(pick()),
            burst: number(pick()),
            max_wait: Duration::from_secs(pick()),
        };
        let mut limiter = RateLimiter::new(config);
        for _ in 0..8 {
            let now = Instant::from_nanos(pick());
            match limiter.acquire(now) {
                Ok(place) => assert!(place.wait <= config.max_wait && place.permit.to_bits() < 1 << 52),
                Err(rejection) => assert_eq!(rejection.retry_after, limiter.retry_after(now)),
            }
            let snapshot = limiter.snapshot(now);
            limiter.restore(&snapshot, Instant::from_nanos(pick())).unwrap();
            limiter.cancel(Permit::from_bits(pick()));
            let _ = limiter.available(Instant::from_nanos(pick()));
        }
    }
}

struct Run {
    rng: Rng,
    model: Model,
    machine: RateLimiter,
    /// The time of the model, and what the machine's clock shows beyond it.
    now: u64,
    offset: u64,
    places: Vec<Permit>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::from_seed(seed);
        let config = config_of(&mut rng);
        Self {
            rng,
            model: Model { config, now: 0, starts: Vec::new(), given: 0, last: None },
            machine: RateLimiter::new(config),
            now: 1_000,
            offset: 0,
            places: Vec::new(),
        }
    }

    fn step(&mut self, step: &str) {
        let now = Instant::from_nanos(self.now + self.offset);
        assert_eq!(self.model.available(self.now), self.machine.available(now), "{step}");
        match self.rng.between(0, 19) {
            0..=9 => self.acquire(now, step),
            10 => self.now = self.now.saturating_sub(self.rng.between(0, 2_000)),
            11 => self.now += self.rng.between(0, 20) * self.model.share(),
            12..=15 => self.now += self.rng.between(0, 2 * self.model.share()),
            16 | 17 => self.cancel(step),
            18 => self.cancel_any(step),
            _ => self.move_to_another_clock(now),
        }
    }

    fn acquire(&mut self, now: Instant, step: &str) {
        let before = self.machine.clone();
        let when = before.retry_after(now);
        match (self.model.acquire(self.now), self.machine.acquire(now)) {
            (Ok(wait), Ok(place)) => {
                assert_eq!((wait, Duration::ZERO), (place.wait, when), "{step}");
                self.places.push(place.permit);
            }
            (Err(wait), Err(rejection)) => {
                assert_eq!((wait, wait), (rejection.retry_after, when), "{step}");
                let latest = Instant::from_nanos(self.model.now + self.offset);
                let due = latest.saturating_add(wait);
                let early = Instant::from_nanos(due.as_nanos() - 1);
                assert!(before.clone().acquire(early).is_err(), "{step}: a nanosecond early");
                assert!(before.clone().acquire(due).is_ok(), "{step}: not when it said");
            }
            (model, machine) => panic!("{step}: expected {model:?}, found {machine:?}"),
        }
    }

    fn cancel(&mut self, step: &str) {
        if let Some(place) = self.places.last() {
            assert_eq!(self.model.cancel(self.places.len() - 1), self.machine.cancel(*place), "{step}");
        }
    }

    fn cancel_any(&mut self, step: &str) {
        if !self.places.is_empty() {
            let index = usize::try_from(self.rng.between(0, self.places.len() as u64 - 1)).unwrap();
            assert_eq!(self.model.cancel(index), self.machine.cancel(self.places[index]), "{step}");
        }
    }

    fn move_to_another_clock(&mut self, now: Instant) {
        let snapshot = self.machine.snapshot(now);
        self.machine = RateLimiter::new(self.model.config);
        self.now = self.now.max(self.model.now);
        self.offset = self.rng.between(0, 5_000);
        self.machine.restore(&snapshot, Instant::from_nanos(self.now + self.offset)).unwrap();
        self.model.now = self.now;
        (self.model.given, self.model.last) = (0, None);
        self.places.clear();
    }
}

fn config_of(rng: &mut Rng) -> RateLimitConfig {
    let small = |rng: &mut Rng, most| u32::try_from(rng.between(1, most)).unwrap();
    let per = match rng.between(0, 2) {
        0 => rng.between(1, 20),
        1 => rng.between(100, 1_000),
        _ => 1_000_000_007,
    };
    let rate = small(rng, 12);
    let longest = per / u64::from(rate) * rng.between(0, 4);
    RateLimitConfig {
        rate: count(rate),
        per: Duration::from_nanos(per),
        burst: count(small(rng, 5)),
        max_wait: Duration::from_nanos(rng.between(0, longest)),
    }
}

struct Model {
    config: RateLimitConfig,
    now: u64,
    /// When each call begins, in the order of asking.
    starts: Vec<u128>,
    /// How many places were given out on this clock, and the number of the last one, unless it was given back.
    given: usize,
    last: Option<usize>,
}

impl Model {
    /// The first moment from now on at which this call would break the rule with none of those before: from the
    /// beginning of any of them to its own, `calls` of them and itself are at most the burst and what flowed in.
    fn earliest(&self, now: u64) -> u128 {
        let (rate, per) = (u128::from(self.config.rate.get()), self.config.per.as_nanos());
        let burst = u128::from(self.config.burst.get());
        let mut earliest = u128::from(now);
        for (index, start) in self.starts.iter().enumerate() {
            let calls = (self.starts.len() - index) as u128 + 1;
            earliest = earliest.max(start + (calls.saturating_sub(burst) * per).div_ceil(rate));
        }
        earliest
    }

    fn acquire(&mut self, now: u64) -> Result<Duration, Duration> {
        self.now = self.now.max(now);
        let start = self.earliest(self.now);
        let wait = Duration::from_nanos(u64::try_from(start).unwrap() - self.now);
        if wait > self.config.max_wait {
            return Err(wait - self.config.max_wait);
        }
        self.starts.push(start);
        self.last = Some(self.given);
        self.given += 1;
        Ok(wait)
    }

    fn cancel(&mut self, index: usize) -> bool {
        let given_back = self.last == Some(index);
        if given_back {
            self.starts.pop();
            self.last = None;
        }
        given_back
    }

    fn available(&self, now: u64) -> u32 {
        let now = self.now.max(now);
        let mut after = Self { starts: self.starts.clone(), ..*self };
        let mut calls = 0;
        while after.earliest(now) == u128::from(now) {
            after.starts.push(now.into());
            calls += 1;
        }
        calls
    }

    /// About the time between two tokens, in nanoseconds.
    fn share(&self) -> u64 {
        u64::try_from(self.config.per.as_nanos()).unwrap() / u64::from(self.config.rate.get()) + 1
    }
}
