//! The delay against one that is computed from the list of all that was ever observed.

use super::*;
use crate::rng::Rng;

#[test]
fn the_delay_is_the_exact_percentile_of_the_window_rounded_up_by_a_thirty_second() {
    let mut known = 0;
    for seed in 0..300 {
        let mut run = Run::new(seed);
        for step in 0..150 {
            run.step();
            known += u32::from(run.compare(&format!("seed {seed}, step {step}")));
        }
    }
    assert!(known > 10_000, "only {known} delays were known");
}

struct Run {
    rng: Rng,
    of: Percentile,
    thousandths: u64,
    hedge: Hedge,
    clock: u64,
    latest: u64,
    /// When, and how long it took.
    seen: Vec<(u64, u64)>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::from_seed(seed);
        let thousandths = rng.between(1, 999);
        let of = Percentile {
            share: Share::from_millionths(u32::try_from(thousandths).unwrap() * 1_000),
            minimum_calls: count(u32::try_from(rng.between(1, 30)).unwrap()),
            window: millis(rng.between(1, 60_000)),
            until_known: [None, Some(millis(77))][usize::from(rng.between(0, 1) == 0)],
        };
        let hedge = Hedge::new(percentile(of));
        let clock = rng.between(0, 1 << 50);
        Self { rng, of, thousandths, hedge, clock, latest: 0, seen: Vec::new() }
    }

    fn now(&self) -> Instant {
        Instant::from_nanos(self.clock)
    }

    fn step(&mut self) {
        let window = nanos(self.of.window);
        match self.rng.between(0, 19) {
            0 => self.clock = self.clock.saturating_sub(self.rng.between(0, 2 * window)),
            1 => self.clock += self.rng.between(0, 2 * window),
            2..=4 => self.clock += self.rng.between(0, window / 3),
            _ => {
                // From nanoseconds to hours, each size as likely as any other.
                let size = self.rng.between(0, 41);
                let latency = self.rng.between(0, 1 << size);
                self.latest = self.latest.max(self.clock);
                self.hedge.observe(Duration::from_nanos(latency), self.now());
                self.seen.push((self.latest, latency));
            }
        }
    }

    /// Whether the percentile was known.
    fn compare(&mut self, story: &str) -> bool {
        self.latest = self.latest.max(self.clock);
        // The documented rule: four parts, the one being filled and the three before it.
        let part = |time: u64| time / nanos(self.of.window).div_ceil(4);
        let fresh = |(then, _): &&(u64, u64)| part(self.latest) - part(*then) < 4;
        let mut latencies: Vec<u64> = self.seen.iter().filter(fresh).map(|(_, latency)| *latency).collect();
        latencies.sort_unstable();
        let (total, now) = (latencies.len() as u64, self.now());
        assert_eq!(total, self.hedge.observed(now), "{story}");
        let delay = self.hedge.delay(now);
        if total < u64::from(self.of.minimum_calls.get()) {
            assert_eq!(self.of.until_known, delay, "{story}");
            return false;
        }
        let rank = (total * self.thousandths).div_ceil(1_000);
        let exact = latencies[usize::try_from(rank - 1).unwrap()];
        let found = nanos(delay.expect("a delay"));
        let most = exact + (exact / 32).max(1_024);
        assert!((exact..=most).contains(&found), "{story}: {found} for {exact}");
        true
    }
}
