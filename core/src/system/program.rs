//! What is told to a system, and what follows for its level.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde_json::Value;

use super::analytics::{Analytics, AnalyticsConfig};
use super::events::{Event, Events, Noted};
use super::health::HealthConfig;
use super::registry::RegistryConfig;
use crate::breaker::Transition;
use crate::call::{self, StopReason};
use crate::classify::{Fault, Verdict};
use crate::degrade::{Change, Degradation, DegradeConfig, DegradeError, Level, Trigger};
use crate::error::{ConfigError, ProblemCode};
use crate::fallback;
use crate::redact::redact_within;
use crate::time::Instant;

/// The settings of a system.
#[derive(Debug, Clone, PartialEq)]
pub struct SystemConfig {
    /// How many named parts of each kind there may be.
    pub parts: RegistryConfig,
    /// What is kept of errors and calls.
    pub analytics: AnalyticsConfig,
    /// From when on it is not well.
    pub health: HealthConfig,
    /// Its levels; `None`: it does not degrade.
    pub degradation: Option<DegradeConfig>,
    /// So many events are kept, at most 10 000.
    pub events: u32,
}

impl Default for SystemConfig {
    /// Document 004's system: it degrades by its table. The last 200 events: an hour of trouble, and a screen of a dashboard.
    fn default() -> Self {
        Self {
            parts: RegistryConfig::default(),
            analytics: AnalyticsConfig::default(),
            health: HealthConfig::default(),
            degradation: Some(DegradeConfig::default()),
            events: 200,
        }
    }
}

/// What one program knows of itself: errors and calls, its level, and what has happened.
///
/// It is told what its parts saw and decided, and decides nothing about a call. Where the degradation has a trigger of the name
/// `error_rate`, the share of failed calls is read into it whenever a call has ended and at each [`tick`](Self::tick); all other
/// metrics are the host's to [`observe`](Self::observe).
///
/// It is a value without locks; [`SharedSystem`](crate::host::SharedSystem) is one for threads, which keeps the named parts
/// as well. A time that went backwards has not moved.
#[derive(Debug, Clone, PartialEq)]
pub struct System {
    pub(super) config: SystemConfig,
    pub(super) analytics: Analytics,
    pub(super) degradation: Option<Degradation>,
    pub(super) events: Events,
    pub(super) now: Instant,
}

impl System {
    /// A system that has been told nothing; or everything that is wrong with the settings of its degradation.
    pub fn new(config: SystemConfig) -> Result<Self, ConfigError> {
        let degradation = config.degradation.clone().map(Degradation::new).transpose()?;
        let (analytics, events) = (Analytics::new(config.analytics), Events::new(config.events));
        Ok(Self { config, analytics, degradation, events, now: Instant::default() })
    }

    /// An attempt at a part ended in this error; see [`Analytics::record`].
    pub fn errored(&mut self, part: &str, fault: &Fault, verdict: &Verdict, now: Instant) {
        let now = self.advance(now);
        self.analytics.record(fault, verdict, part, now);
    }

    /// So many calls succeeded at their first attempt; see [`Analytics::succeeded_at_once`].
    pub fn succeeded(&mut self, calls: u64, now: Instant) -> Option<Change> {
        let now = self.advance(now);
        self.analytics.succeeded_at_once(calls, now);
        self.follow(now)
    }

    /// A call through a part is over. One that somebody gave up, or that ended in an error that a rule ignores, says nothing.
    pub fn ended(&mut self, part: &str, report: &call::Report, now: Instant) -> Option<Change> {
        let now = self.advance(now);
        let last = report.attempts.iter().rev().find_map(|attempt| attempt.verdict.as_ref());
        let attempts = report.attempt_count;
        match report.stop_reason {
            None | Some(StopReason::Cancelled) => return None,
            Some(StopReason::Success) => self.analytics.succeeded(attempts, now),
            Some(_) if last.is_some_and(|verdict| verdict.ignored) => return None,
            Some(stop_reason) => {
                self.analytics.failed(attempts, now);
                let (category, rule) = (last.map(|last| last.category), last.map(|last| shown(&last.rule)));
                self.note(Event::Call { part: shown(part), stop_reason, attempts, category, rule }, now);
            }
        }
        self.follow(now)
    }

    /// The breaker of a part changed its state.
    pub fn moved(&mut self, part: &str, Transition { from, to, reason }: Transition, now: Instant) {
        let now = self.advance(now);
        self.note(Event::Breaker { part: shown(part), from, to, reason }, now);
    }

    /// A call through a chain is over. It counts as one, whatever became of its steps; worth telling is one that its first
    /// choice did not answer.
    pub fn chained(&mut self, chain: &str, report: &fallback::Report, now: Instant) -> Option<Change> {
        let now = self.advance(now);
        let ending = report.ending.filter(|ending| *ending != "abandoned")?;
        let tried = report.passed.iter().filter(|passed| passed.took.is_some()).count();
        let attempts = u32::try_from(tried + usize::from(report.served.is_some())).unwrap_or(u32::MAX);
        if report.served.is_some() {
            self.analytics.succeeded(attempts, now);
        } else {
            self.analytics.failed(attempts, now);
        }
        if !report.passed.is_empty() {
            let served_by = report.served.as_ref().map(|served| shown(&served.name));
            let passed = report.passed.len();
            self.note(Event::Chain { chain: shown(chain), ending, served_by, passed }, now);
        }
        self.follow(now)
    }

    /// Takes in what a metric is; see [`Degradation::observe`].
    pub fn observe(
        &mut self,
        metric: &str,
        value: f64,
        now: Instant,
    ) -> Result<Option<Change>, DegradeError> {
        if self.degradation.is_none() {
            let (metric, expected) = (shown(metric), NO_LEVELS.into());
            return Err(DegradeError::UnknownMetric { metric, expected });
        }
        self.level_by(now, |level, now| level.observe(metric, value, now))
    }

    /// Goes a step down; see [`Degradation::degrade`].
    pub fn degrade(&mut self, reason: &str, now: Instant) -> Option<Change> {
        self.level_at(now, |level, now| level.degrade(reason, now))
    }

    /// Goes a step up; see [`Degradation::restore`].
    pub fn restore(&mut self, now: Instant) -> Option<Change> {
        self.level_at(now, Degradation::restore)
    }

    /// Goes to a level; see [`Degradation::set_level`].
    pub fn set_level(&mut self, name: &str, now: Instant) -> Result<Option<Change>, DegradeError> {
        self.has_levels(name)?;
        self.level_by(now, |level, now| level.set_level(name, now))
    }

    /// Stays on a level; see [`Degradation::pin`].
    pub fn pin(&mut self, name: &str, now: Instant) -> Result<Option<Change>, DegradeError> {
        self.has_levels(name)?;
        self.level_by(now, |level, now| level.pin(name, now))
    }

    /// Lets the metrics decide again; see [`Degradation::unpin`].
    pub fn unpin(&mut self) {
        if let Some(degradation) = &mut self.degradation {
            degradation.unpin();
        }
    }

    /// Time passed: the level may change although nothing happened. A host calls this now and then, such as each time it
    /// reads its metrics.
    pub fn tick(&mut self, now: Instant) -> Option<Change> {
        let now = self.advance(now);
        self.follow(now).or_else(|| self.level_at(now, Degradation::tick))
    }

    /// Replaces the triggers of its levels; see [`Degradation::set_triggers`].
    pub fn set_triggers(&mut self, triggers: BTreeMap<String, Trigger>) -> Result<(), ConfigError> {
        let Some(degradation) = &mut self.degradation else {
            return Err(ConfigError::one(ProblemCode::Contradiction, "triggers", NO_LEVELS));
        };
        degradation.set_triggers(triggers)
    }

    /// The level, if the system degrades.
    pub fn level(&self) -> Option<&Level> {
        self.degradation.as_ref().map(Degradation::level)
    }

    /// The parameters that are different at this level; see [`Degradation::adjustments`]. None in a system that does not degrade.
    pub fn adjustments(&self, parameters: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        self.degradation.as_ref().map(|level| level.adjustments(parameters)).unwrap_or_default()
    }

    /// The degradation, to ask it for more.
    pub const fn degradation(&self) -> Option<&Degradation> {
        self.degradation.as_ref()
    }

    /// The errors and calls, to ask for more.
    pub const fn analytics(&self) -> &Analytics {
        &self.analytics
    }

    /// Forgets errors and counts; see [`Analytics::clear_history`]. Events stay.
    pub fn clear_history(&mut self) {
        self.analytics.clear_history();
    }

    /// The events above this number that are still kept, oldest first; all of them above 0.
    pub fn events(&self, above: u64) -> impl Iterator<Item = &Noted> {
        self.events.since(above)
    }

    /// The settings it was made with.
    pub const fn config(&self) -> &SystemConfig {
        &self.config
    }

    fn has_levels(&self, wanted: &str) -> Result<(), DegradeError> {
        let missing = || DegradeError::UnknownLevel { level: shown(wanted), expected: NO_LEVELS.into() };
        self.degradation.is_some().then_some(()).ok_or_else(missing)
    }

    /// Reads the error rate into the degradation, if that wants to know.
    fn follow(&mut self, now: Instant) -> Option<Change> {
        let degradation = self.degradation.as_ref()?;
        if !degradation.config().triggers.contains_key(ERROR_RATE) {
            return None;
        }
        let rate = self.analytics.error_rate(now)?;
        self.observe(ERROR_RATE, rate, now).ok().flatten()
    }

    fn level_at(
        &mut self,
        now: Instant,
        act: impl FnOnce(&mut Degradation, Instant) -> Option<Change>,
    ) -> Option<Change> {
        self.level_by(now, |level, now| Ok(act(level, now))).ok().flatten()
    }

    fn level_by(
        &mut self,
        now: Instant,
        act: impl FnOnce(&mut Degradation, Instant) -> Result<Option<Change>, DegradeError>,
    ) -> Result<Option<Change>, DegradeError> {
        let now = self.advance(now);
        let Some(degradation) = &mut self.degradation else { return Ok(None) };
        let change = act(degradation, now)?;
        if let Some(Change { from, to, cause, .. }) = &change {
            let event = Event::Level { from: from.clone(), to: to.clone(), cause: cause.clone() };
            self.note(event, now);
        }
        Ok(change)
    }

    fn note(&mut self, event: Event, now: Instant) {
        self.events.note(event, now);
    }

    pub(super) fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        self.now
    }
}

/// A name as it may be shown.
fn shown(name: &str) -> String {
    redact_within(name, LONGEST_NAME)
}

/// The metric that a system reads by itself, by the name that document 004 gives it.
pub const ERROR_RATE: &str = "error_rate";

const NO_LEVELS: &str = "none: this system does not degrade";
const LONGEST_NAME: usize = 80;
