//! Every transition lives in this file; see the table in the [module](super).

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use core::time::Duration;

use serde_json::Value;

use super::change::{Cause, Change, DegradeError, in_short};
use super::config::{DegradeConfig, Trigger};
use super::level::Level;
use crate::error::ConfigError;
use crate::gather::gathered;
use crate::time::Instant;

/// The level of one program, what it follows from, and what it means for parameters.
///
/// It is a value without locks: whoever shares it between threads guards it.
#[derive(Debug, Clone, PartialEq)]
pub struct Degradation {
    pub(super) config: DegradeConfig,
    /// Steps below the best level.
    pub(super) level: usize,
    pub(super) pinned: bool,
    /// Whether the level was last chosen by hand; silence then does not restore it.
    pub(super) by_hand: bool,
    /// When the dwell is over. A moment to come survives a move to a younger process, a moment gone would not.
    pub(super) ready_at: Instant,
    /// The latest reading of the clock; an earlier one is taken as this.
    pub(super) now: Instant,
    /// The last reading of each metric that has a trigger.
    pub(super) readings: BTreeMap<String, Reading>,
    pub(super) trace: VecDeque<Change>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    pub(super) value: f64,
    pub(super) stale_at: Instant,
    /// Whether it was read since the last change, and so may lower the level.
    pub(super) unspent: bool,
}

impl Degradation {
    /// At the best level, or everything that is wrong with the settings.
    pub fn new(config: DegradeConfig) -> Result<Self, ConfigError> {
        let problems = config.check();
        if !problems.is_empty() {
            return Err(ConfigError { problems });
        }
        Ok(Self {
            config,
            level: 0,
            pinned: false,
            by_hand: false,
            ready_at: Instant::default(),
            now: Instant::default(),
            readings: BTreeMap::new(),
            trace: VecDeque::new(),
        })
    }

    /// Replaces the triggers from here on, or tells everything that is wrong with them. The level, its dwell and what was read
    /// of metrics that still have a trigger are kept.
    pub fn set_triggers(&mut self, triggers: BTreeMap<String, Trigger>) -> Result<(), ConfigError> {
        let config = DegradeConfig { triggers, ..self.config.clone() };
        let problems = config.check();
        if !problems.is_empty() {
            return Err(ConfigError { problems });
        }
        self.readings.retain(|metric, _| config.triggers.contains_key(metric));
        self.config = config;
        Ok(())
    }

    /// Takes in what a metric is at `now`, and moves the level by a step if it must.
    ///
    /// Numbers that are not finite and metrics without a trigger are errors that change nothing, the clock included.
    pub fn observe(
        &mut self,
        metric: &str,
        value: f64,
        now: Instant,
    ) -> Result<Option<Change>, DegradeError> {
        if !self.config.triggers.contains_key(metric) {
            return Err(DegradeError::metric(metric, self.config.triggers.keys().map(String::as_str)));
        }
        if !value.is_finite() {
            return Err(DegradeError::not_finite(metric, value));
        }
        let now = self.advance(now);
        let reading = Reading { value, stale_at: now.saturating_add(self.config.stale_after), unspent: true };
        match self.readings.get_mut(metric) {
            Some(last) => *last = reading,
            None => {
                self.readings.insert(metric.to_owned(), reading);
            }
        }
        Ok(self.tick(now))
    }

    /// Moves the level by a step if, as of `now`, it must: the way back needs no metric to report.
    pub fn tick(&mut self, now: Instant) -> Option<Change> {
        let now = self.advance(now);
        let (level, cause) = self.due(now)?;
        self.go(level, cause)
    }

    /// How long until a [`tick`](Self::tick) changes the level if nothing else happens; `None` if none ever will.
    pub fn next_wakeup(&self, now: Instant) -> Option<Duration> {
        let now = self.now.max(now);
        let begin = now.max(self.ready_at);
        // Between these moments nothing that the decision looks at changes.
        let moments = self.readings.values().map(|reading| reading.stale_at.max(begin)).chain([begin]);
        let due = moments.filter(|moment| self.due(*moment).is_some()).min();
        due.map(|moment| moment.saturating_since(now))
    }

    /// Goes one step down, whatever the dwell; `reason` is kept without secrets and in short. No change at the lowest
    /// level or while pinned: who pins a level means it, and the code that calls this need not know.
    pub fn degrade(&mut self, reason: &str, now: Instant) -> Option<Change> {
        self.advance(now);
        let lower = self.level.saturating_add(1).min(self.config.levels.depth());
        self.by_hand(lower, Some(in_short(reason)).filter(|reason| !reason.trim().is_empty()))
    }

    /// Goes one step up, whatever the dwell. No change at the best level or while pinned.
    pub fn restore(&mut self, now: Instant) -> Option<Change> {
        self.advance(now);
        self.by_hand(self.level.saturating_sub(1), None)
    }

    /// Goes to a level, however far; metrics move it from there on. No change while pinned.
    pub fn set_level(&mut self, name: &str, now: Instant) -> Result<Option<Change>, DegradeError> {
        let level = self.find(name)?;
        self.advance(now);
        Ok(self.by_hand(level, None))
    }

    /// Goes to a level and stays there until [`unpin`](Self::unpin). Metrics are remembered meanwhile.
    pub fn pin(&mut self, name: &str, now: Instant) -> Result<Option<Change>, DegradeError> {
        let level = self.find(name)?;
        self.advance(now);
        self.pinned = true;
        Ok(self.go(level, Cause::Pinned))
    }

    /// Lets the metrics decide again, from what they said while the level was pinned.
    pub const fn unpin(&mut self) {
        if self.pinned {
            self.pinned = false;
            self.by_hand = false;
        }
    }

    /// The level as of the last event; a [`tick`](Self::tick) brings it up to date.
    pub fn level(&self) -> &Level {
        self.config.levels.get(self.level)
    }

    /// Whether the level is pinned.
    pub const fn is_pinned(&self) -> bool {
        self.pinned
    }

    /// The parameters as they are at this level. Whatever no rule is about is left as it came.
    pub fn adjust(&self, parameters: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        let mut adjusted = parameters.clone();
        adjusted.extend(self.adjustments(parameters));
        adjusted
    }

    /// Only those parameters that are different at this level. A host lays them over its own: what is no JSON (an
    /// object of its own, an integer beyond 64 bits) then stays what it is, and so does the order of its keys.
    pub fn adjustments(&self, parameters: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        let adjust = |(name, value): (&String, &Value)| {
            let rule = self.config.parameters.get(name)?;
            let adjusted = rule.adjust(value, &self.config.levels, self.level)?;
            (adjusted != *value).then(|| (name.clone(), adjusted))
        };
        gathered(parameters.iter().filter_map(adjust))
    }

    /// Whether this level has a feature, as far as the rule for `parameter` says; without such a rule it has.
    pub fn enables(&self, parameter: &str, feature: &str) -> bool {
        let rule = self.config.parameters.get(parameter);
        rule.is_none_or(|rule| rule.has(feature, &self.config.levels, self.level))
    }

    /// The metrics that count as of `now`, by name, and what was last read of them.
    pub fn metrics(&self, now: Instant) -> impl Iterator<Item = (&str, f64)> {
        let now = self.now.max(now);
        self.heard(now).map(|(metric, reading, _)| (metric, reading.value))
    }

    /// The last changes and their causes, oldest first.
    pub fn trace(&self) -> impl DoubleEndedIterator<Item = &Change> {
        self.trace.iter()
    }

    /// The settings it was made with.
    pub const fn config(&self) -> &DegradeConfig {
        &self.config
    }

    pub(super) fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        self.now
    }

    pub(super) fn find(&self, name: &str) -> Result<usize, DegradeError> {
        let levels = &self.config.levels;
        levels.position(name).ok_or_else(|| DegradeError::level(name, levels.names()))
    }

    /// Readings that are not stale, in the order of their names.
    fn heard(&self, now: Instant) -> impl Iterator<Item = (&str, &Reading, &Trigger)> {
        let fresh = self.readings.iter().filter(move |(_, reading)| now < reading.stale_at);
        fresh.filter_map(|(metric, reading)| {
            Some((metric.as_str(), reading, self.config.triggers.get(metric)?))
        })
    }

    /// The step that metrics ask for at `now`.
    fn due(&self, now: Instant) -> Option<(usize, Cause)> {
        if self.pinned || now < self.ready_at {
            return None;
        }
        let mut heard = self.heard(now);
        let pushing = heard.find(|(_, reading, trigger)| reading.unspent && reading.value >= trigger.enter);
        if let Some((metric, reading, trigger)) = pushing {
            let cause = || {
                let metric = metric.to_owned();
                Cause::Trigger { metric, value: reading.value, threshold: trigger.enter }
            };
            return (self.level < self.config.levels.depth())
                .then(|| (self.level.saturating_add(1), cause()));
        }
        let mut heard = self.heard(now).peekable();
        let silence = heard.peek().is_none();
        let calm = heard.all(|(_, reading, trigger)| reading.value <= trigger.leave);
        let better = self.level.checked_sub(1)?;
        (calm && !(silence && self.by_hand)).then_some((better, Cause::Restored))
    }

    fn by_hand(&mut self, level: usize, reason: Option<String>) -> Option<Change> {
        if self.pinned {
            return None;
        }
        // Also where it was there already: who chose it means it.
        self.by_hand = true;
        self.go(level, Cause::Manual { reason })
    }

    fn go(&mut self, level: usize, cause: Cause) -> Option<Change> {
        if level == self.level {
            return None;
        }
        let name = |steps| self.config.levels.get(steps).name.clone();
        let change = Change { from: name(self.level), to: name(level), cause, at: self.now };
        self.level = level;
        self.by_hand = change.cause.is_by_hand();
        self.ready_at = self.now.saturating_add(self.config.dwell);
        self.readings.values_mut().for_each(|reading| reading.unspent = false);
        self.remember(change.clone());
        Some(change)
    }

    fn remember(&mut self, change: Change) {
        self.trace.push_back(change);
        while self.trace.len() > self.config.trace {
            self.trace.pop_front();
        }
    }
}
