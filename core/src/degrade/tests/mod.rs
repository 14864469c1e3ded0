//! Stories about degradation, in virtual time.

#![allow(
    clippy::unchecked_time_subtraction,
    reason = "a story knows its own times; a wrong one should panic"
)]

mod by_hand;
mod matrix;
mod metrics;
mod model;
mod parameters;
mod seeds;
mod snapshot;
mod walk;
mod wrong;

use core::time::Duration;
use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use serde_json::{Value, json};

use super::{
    Cause, Change, Degradation, DegradeConfig, Level, Levels, PerLevel, Rule, Snapshot, Steps, Trigger,
};
use crate::time::Instant;

/// A machine, the time, and what changed since it was last asked.
struct Sim {
    machine: Degradation,
    now: Instant,
    changes: Vec<Change>,
}

impl Sim {
    fn new(config: DegradeConfig) -> Self {
        let machine = Degradation::new(config).expect("sound settings");
        Self { machine, now: Instant::default().saturating_add(NOON), changes: Vec::new() }
    }

    fn after(&mut self, seconds: u64) -> &mut Self {
        self.now = self.now.saturating_add(secs(seconds));
        self
    }

    fn reads(&mut self, metric: &str, value: f64) -> &mut Self {
        let change = self.machine.observe(metric, value, self.now).expect("a reading that is understood");
        self.changes.extend(change);
        self
    }

    fn ticks(&mut self) -> &mut Self {
        self.changes.extend(self.machine.tick(self.now));
        self
    }

    fn degrades(&mut self, reason: &str) -> &mut Self {
        self.changes.extend(self.machine.degrade(reason, self.now));
        self
    }

    fn restores(&mut self) -> &mut Self {
        self.changes.extend(self.machine.restore(self.now));
        self
    }

    fn sets(&mut self, level: &str) -> &mut Self {
        self.changes.extend(self.machine.set_level(level, self.now).expect("a level"));
        self
    }

    fn pins(&mut self, level: &str) -> &mut Self {
        self.changes.extend(self.machine.pin(level, self.now).expect("a level"));
        self
    }

    fn unpins(&mut self) -> &mut Self {
        self.machine.unpin();
        self
    }

    fn level(&self) -> &str {
        &self.machine.level().name
    }

    /// The level, and in how many seconds a tick would change it.
    fn stands(&self) -> (&str, Option<u64>) {
        (self.level(), self.wakeup())
    }

    fn wakeup(&self) -> Option<u64> {
        self.machine.next_wakeup(self.now).map(|wait| wait.as_secs())
    }

    /// What has changed since the last look, such as `full > high: cpu_usage 0.99 reached 0.95`.
    fn changes(&mut self) -> Vec<String> {
        self.changes.drain(..).map(|change| describe(&change)).collect()
    }
}

fn describe(change: &Change) -> String {
    let cause = match &change.cause {
        Cause::Trigger { metric, value, threshold } => format!("{metric} {value} reached {threshold}"),
        Cause::Manual { reason: Some(reason) } => format!("by hand, {reason}"),
        other => other.name().to_string(),
    };
    format!("{} > {}: {cause}", change.from, change.to)
}

/// The defaults: half a minute of dwell, metrics count for two minutes.
fn config() -> DegradeConfig {
    DegradeConfig::default()
}

fn at(level: &str) -> Degradation {
    let mut machine = Degradation::new(config()).unwrap();
    machine.set_level(level, Instant::default()).unwrap();
    machine
}

fn with(rule: Rule) -> DegradeConfig {
    DegradeConfig { parameters: BTreeMap::from([(String::from("it"), rule)]), ..config() }
}

/// What a rule makes of a value at each level, the best first; `-` where it stays.
fn at_each_level(rule: &Rule, value: &Value) -> Vec<String> {
    let mut machine = Degradation::new(with(rule.clone())).expect("a sound rule");
    let names: Vec<String> = machine.config().levels.names().map(String::from).collect();
    let adjusted = names.iter().map(|level| {
        machine.set_level(level, Instant::default()).unwrap();
        let adjusted = machine.adjust(&params(json!({ "it": value }))).remove("it").unwrap();
        if adjusted == *value { String::from("-") } else { adjusted.to_string() }
    });
    adjusted.collect()
}

fn params(value: Value) -> BTreeMap<String, Value> {
    let Value::Object(object) = value else { panic!("parameters are an object") };
    object.into_iter().collect()
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const NOON: Duration = Duration::from_secs(43_200);
