//! Stories about a breaker, in virtual time.

#![allow(
    clippy::unchecked_time_subtraction,
    reason = "a story knows its own times; a wrong one should panic"
)]

mod closed;
mod control;
mod forced;
mod half_open;
mod lane;
mod matrix;
mod model;
mod open;
mod presets;
mod rates;
mod shadow;
mod slow;
mod snapshot;
#[cfg(feature = "std")]
mod stretch;
mod time;
mod wait;
mod walk;

use core::num::NonZeroU32;
use core::time::Duration;
use std::format;
use std::string::String;
use std::vec::Vec;

use super::{
    Breaker, BreakerConfig, Counts, Forced, Growth, Mode, Outcome, Preset, Rate, Reason, Rejection, SlowCall,
    StateName, Tally, Ticket, Transition, Trip, Window,
};
use crate::time::Instant;

/// A breaker, the time, and what changed since it was last asked.
struct Sim {
    breaker: Breaker,
    now: Instant,
    changes: Vec<Transition>,
}

impl Sim {
    fn new(config: BreakerConfig) -> Self {
        Self {
            breaker: Breaker::new(config),
            now: Instant::from_nanos(0).saturating_add(NOON),
            changes: Vec::new(),
        }
    }

    fn after(&mut self, wait: Duration) -> &mut Self {
        self.now = self.now.saturating_add(wait);
        self
    }

    fn back(&mut self, step: Duration) -> &mut Self {
        self.now =
            Instant::from_nanos(0).saturating_add(self.now.saturating_since(Instant::from_nanos(0)) - step);
        self
    }

    fn admit(&mut self) -> Result<Ticket, Rejection> {
        let mut asked_briefly = self.breaker.clone();
        let refused = asked_briefly.refuse(self.now);
        let admission = self.breaker.admit(self.now);
        if admission.transition.is_none() {
            assert_eq!(admission.ticket.err(), refused);
        }
        if refused.is_some() {
            assert_eq!(self.breaker.tally(), asked_briefly.tally());
        }
        self.changes.extend(admission.transition);
        admission.ticket
    }

    /// A call that must be admitted.
    fn call(&mut self) -> Ticket {
        self.admit().expect("a call that is admitted")
    }

    /// What a caller hears; the ticket, if any, is lost.
    fn ask(&mut self) -> Result<(), Rejection> {
        self.admit().map(drop)
    }

    fn settle(&mut self, ticket: Ticket, outcome: Outcome) -> &mut Self {
        self.changes.extend(self.breaker.settle(ticket, outcome, self.now));
        self
    }

    fn calls(&mut self, count: u32, outcome: Outcome) -> &mut Self {
        for _ in 0..count {
            let ticket = self.call();
            self.settle(ticket, outcome);
        }
        self
    }

    fn succeeds(&mut self, count: u32) -> &mut Self {
        self.calls(count, Outcome::Success)
    }

    fn fails(&mut self, count: u32) -> &mut Self {
        self.calls(count, failure(TIMEOUT))
    }

    fn fails_with(&mut self, kinds: &[u64]) -> &mut Self {
        for kind in kinds {
            self.calls(1, failure(*kind));
        }
        self
    }

    /// Failures of as many calls as are admitted, at most `count`.
    fn fails_if_admitted(&mut self, count: u32) -> &mut Self {
        for _ in 0..count {
            if let Ok(ticket) = self.admit() {
                self.settle(ticket, failure(TIMEOUT));
            }
        }
        self
    }

    fn ignores(&mut self, count: u32) -> &mut Self {
        self.calls(count, Outcome::Ignored)
    }

    fn force(&mut self, forced: Forced) -> &mut Self {
        self.changes.extend(self.breaker.force(forced));
        self
    }

    fn tick(&mut self) -> &mut Self {
        self.changes.extend(self.breaker.tick(self.now));
        self
    }

    fn reconfigure(&mut self, config: BreakerConfig) -> &mut Self {
        self.changes.extend(self.breaker.reconfigure(config, self.now));
        self
    }

    /// A call that succeeds after so long.
    fn takes(&mut self, length: Duration) -> &mut Self {
        let ticket = self.call();
        self.after(length).settle(ticket, Outcome::Success)
    }

    /// When something will change by itself, from now.
    fn wakes_in(&self) -> Option<Duration> {
        self.breaker.next_wakeup(self.now).map(|at| at.saturating_since(self.now))
    }

    fn counts(&mut self) -> Counts {
        self.breaker.counts(self.now)
    }

    fn reset(&mut self) -> &mut Self {
        self.changes.extend(self.breaker.reset());
        self
    }

    /// What has changed since the last look, such as `closed > open: probe_failed`.
    fn changes(&mut self) -> Vec<String> {
        self.changes.drain(..).map(describe).collect()
    }

    fn view(&mut self) -> View {
        View {
            state: self.breaker.state(self.now),
            failures: self.breaker.failure_count(self.now),
            retry_after: self.breaker.retry_after(self.now),
        }
    }

    fn tally(&self) -> Tally {
        self.breaker.tally()
    }
}

/// All that a caller may ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct View {
    state: StateName,
    failures: u32,
    retry_after: Option<Duration>,
}

impl View {
    fn closed(failures: u32) -> Self {
        Self { state: StateName::Closed, failures, retry_after: Some(Duration::ZERO) }
    }
}

/// Three failures in a row open it for a minute; one probe at a time, whose lease is half a minute.
fn config() -> BreakerConfig {
    BreakerConfig {
        failure_threshold: NonZeroU32::new(3),
        recovery_timeout: secs(60),
        probe_timeout: secs(30),
        ..BreakerConfig::default()
    }
}

/// Three failures among the last five calls.
fn counting() -> BreakerConfig {
    BreakerConfig { window: Window::Count(count(5)), ..config() }
}

/// Three failures within half a minute, one second a bucket.
fn timing() -> BreakerConfig {
    BreakerConfig { window: Window::Time(secs(30)), ..config() }
}

/// Three failures of the same kind in a row, and nothing else.
fn identical() -> BreakerConfig {
    BreakerConfig { failure_threshold: None, identical_failures: NonZeroU32::new(3), ..config() }
}

/// Half of the last ten calls failing, if there were at least four.
fn rating() -> BreakerConfig {
    BreakerConfig {
        failure_threshold: None,
        failure_rate: Rate::new(0.5),
        minimum_calls: count(4),
        window: Window::Count(count(10)),
        ..config()
    }
}

/// Half of the last ten calls taking eight seconds, if there were at least four.
fn slow() -> BreakerConfig {
    let half = Rate::new(0.5).expect("a rate");
    BreakerConfig {
        failure_rate: None,
        slow_call: Some(SlowCall { duration: secs(8), rate: half }),
        ..rating()
    }
}

/// A breaker that has just tripped.
fn tripped(config: BreakerConfig) -> Sim {
    let mut sim = Sim::new(config);
    sim.fails(3);
    assert_eq!(1, sim.tally().trips);
    sim.changes.clear();
    sim
}

fn describe(change: Transition) -> String {
    let reason = serde_json::to_value(change.reason).unwrap();
    format!("{} > {}: {}", change.from.name(), change.to.name(), reason.as_str().unwrap())
}

fn failure(fingerprint: u64) -> Outcome {
    Outcome::failure(fingerprint)
}

fn refused(state: StateName, seconds: u64) -> Result<(), Rejection> {
    Err(Rejection { state, retry_after: Some(secs(seconds)) })
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}

const NOON: Duration = Duration::from_secs(43_200);
const TIMEOUT: u64 = 11;
const REFUSED: u64 = 12;
const MILLISECOND: Duration = Duration::from_millis(1);
