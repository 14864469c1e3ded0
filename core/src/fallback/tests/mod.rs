//! Stories about a fallback chain, in virtual time.

mod config;
mod interleaved;
mod matrix;
mod model;
mod order;
mod run;
mod seeds;
mod snapshot;
mod statistics;

use core::num::NonZeroU32;
use core::time::Duration;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::classify::{Category, Verdict};
use crate::time::Instant;

/// A chain, the time, and which of its steps are down, benched or slow.
struct Sim {
    chain: Chain,
    now: Instant,
    down: Vec<usize>,
    benched: Vec<(usize, Availability)>,
    /// How long each step takes.
    took: [Duration; 3],
}

impl Sim {
    fn new(config: ChainConfig) -> Self {
        let chain = Chain::new(config).expect("settings that make sense");
        Self { chain, now: at(43_200), down: Vec::new(), benched: Vec::new(), took: [secs(1); 3] }
    }

    fn after(&mut self, wait: Duration) -> &mut Self {
        self.now = self.now.saturating_add(wait);
        self
    }

    fn begin(&mut self) -> ChainRun {
        self.chain.begin(self.now)
    }

    fn next(&mut self, run: &mut ChainRun) -> Decision {
        run.next(&mut self.chain, availability(&self.benched), self.now).expect("a question in order")
    }

    /// A step that must be given out.
    fn tries(&mut self, run: &mut ChainRun) -> usize {
        match self.next(run) {
            Decision::Try { step } => step,
            other => panic!("{other:?}"),
        }
    }

    fn fails(&mut self, run: &mut ChainRun, step: usize, category: Category) {
        run.failed(&mut self.chain, step, &verdict(category), self.now).expect("a step under way");
    }

    /// Plays a whole call and tells the steps tried, in order; the last one served, unless all are down.
    fn call(&mut self) -> Vec<usize> {
        let mut run = self.begin();
        let mut tried = Vec::new();
        while let Decision::Try { step } = self.next(&mut run) {
            tried.push(step);
            self.after(self.took[step]);
            if self.down.contains(&step) {
                self.fails(&mut run, step, Category::Server);
            } else {
                run.succeeded(&mut self.chain, step, self.now).expect("a step under way");
                break;
            }
        }
        tried
    }

    fn calls(&mut self, count: u32) -> &mut Self {
        for _ in 0..count {
            self.call();
        }
        self
    }

    fn order(&self) -> Vec<usize> {
        self.chain.current_order(self.now)
    }

    fn statistics(&self) -> Statistics {
        self.chain.statistics(self.now)
    }
}

fn availability(benched: &[(usize, Availability)]) -> impl Fn(usize) -> Availability {
    move |step| {
        benched
            .iter()
            .find(|(other, _)| *other == step)
            .map_or(Availability::Ready, |(_, availability)| *availability)
    }
}

/// The tools of document 001.
fn tools() -> Vec<Step> {
    let step = |name: &str, cost, quality| Step { quality, cost, ..Step::new(name) };
    std::vec![step("gpt4", 0.10, 0.99), step("claude", 0.05, 0.95), step("local", 0.01, 0.85)]
}

fn plain() -> ChainConfig {
    ChainConfig::new(tools())
}

/// Two observations are enough, and every fourth call explores.
fn learning() -> ChainConfig {
    ChainConfig { reorder: Some(reorder()), ..plain() }
}

fn reorder() -> Reorder {
    Reorder { minimum_calls: count(2), history: count(6), explore_every: count(4), ..Reorder::default() }
}

fn verdict(category: Category) -> Verdict {
    Verdict::new(category, category.usually_retryable(), "test")
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn at(seconds: u64) -> Instant {
    Instant::from_nanos(0).saturating_add(secs(seconds))
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}
