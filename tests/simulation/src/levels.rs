//! What a program knows of itself, and the level that follows from it.

use failsoft::degrade::{Cause, Change};
use failsoft::system::{System, SystemConfig};
use failsoft::time::Instant;

use crate::caller::Caller;
use crate::model::nanos;
use crate::totals::Fault;
use crate::world::World;

/// The system, and what its level should be.
#[derive(Debug)]
pub(crate) struct Levels {
    pub(crate) system: System,
    names: Vec<String>,
    pub(crate) level: usize,
    pinned: bool,
    changed: Option<u64>,
    /// Whether memory was read since then: a reading lowers the level once.
    heard: bool,
    /// The number of the last event that was read.
    read: u64,
    pub(crate) complaint: Option<String>,
}

impl Levels {
    pub(crate) fn new(config: SystemConfig) -> Self {
        let levels = &config.degradation.as_ref().expect("levels").levels;
        let names = levels.names().map(String::from).collect();
        let system = System::new(config).expect("a system");
        Self { system, names, level: 0, pinned: false, changed: None, heard: false, read: 0, complaint: None }
    }

    /// Something is told to the system, which may change its level.
    pub(crate) fn hears(&mut self, now: u64, act: impl FnOnce(&mut System, Instant) -> Option<Change>) {
        let change = act(&mut self.system, Instant::from_nanos(now));
        if let Some(change) = change {
            self.follows(&change, now);
        }
        self.reads();
    }

    fn follows(&mut self, change: &Change, now: u64) {
        let dwell = nanos(self.system.config().degradation.as_ref().expect("levels").dwell);
        let to = self.names.iter().position(|name| *name == change.to).unwrap_or(usize::MAX);
        let from = self.names.get(self.level);
        let by_itself = matches!(change.cause, Cause::Trigger { .. } | Cause::Restored);
        let rested = self.changed.is_none_or(|then| now >= then.saturating_add(dwell));
        let lower = matches!(change.cause, Cause::Trigger { .. });
        let spent =
            matches!(&change.cause, Cause::Trigger { metric, .. } if metric == "memory_usage" && !self.heard);
        let step = if lower { self.level.wrapping_add(1) } else { self.level.wrapping_sub(1) };
        if from != Some(&change.from) || by_itself && (to != step || !rested || self.pinned || spent) {
            self.complaint.get_or_insert_with(|| {
                format!("{change:?} at level {from:?}, dwelt: {rested}, spent: {spent}")
            });
        }
        (self.level, self.changed, self.heard) = (to, Some(now), false);
        if self.system.level().map(|level| &level.name) != Some(&change.to) {
            self.complaint.get_or_insert_with(|| format!("{change:?} did not change the level"));
        }
    }

    /// Events have one number after the other.
    fn reads(&mut self) {
        for noted in self.system.events(self.read) {
            if noted.seq != self.read + 1 {
                let read = self.read;
                self.complaint.get_or_insert_with(|| format!("event {} after {read}", noted.seq));
            }
            self.read = noted.seq;
        }
    }

    /// Of a system nothing but its level survives the move.
    pub(crate) fn restart(&mut self, before: Instant, after: Instant) {
        let old = self.system.snapshot(before);
        let mut system = System::new(self.system.config().clone()).expect("a system");
        let restored = system.restore_snapshot(&old, after);
        if restored.is_err() || system.level().map(|level| &level.name) != self.names.get(self.level) {
            self.complaint.get_or_insert_with(|| format!("restored at {:?}", system.level()));
        }
        let moved =
            |then: u64| i128::from(then) + i128::from(after.as_nanos()) - i128::from(before.as_nanos());
        // At the end of time every dwell is over.
        self.changed = self
            .changed
            .filter(|_| before.as_nanos() < u64::MAX)
            .map(|then| u64::try_from(moved(then)).unwrap_or(0));
        self.read = system.events(0).last().map_or(0, |noted| noted.seq);
        self.system = system;
    }
}

impl World<'_> {
    /// A call is over.
    pub(crate) fn ended(&mut self, caller: &Caller) {
        let report = caller.call.report();
        if report.stop_reason != caller.over || report.attempt_count != caller.made {
            let (id, over, made) = (caller.id, caller.over, caller.made);
            self.broken
                .get_or_insert_with(|| format!("caller {id}: {over:?} after {made} attempts, {report:?}"));
        }
        self.levels.hears(self.latest, |system, now| system.ended("part", &report, now));
    }

    pub(crate) fn reads(&mut self, bad: bool) {
        let value = if bad { 0.95 } else { 0.5 };
        self.levels.heard = true;
        if bad {
            self.totals.count(Fault::BadMetric);
        }
        self.levels
            .hears(self.latest, |system, now| system.observe("memory_usage", value, now).expect("a metric"));
        self.tell(|| format!("memory reads {value}"));
    }

    pub(crate) fn reads_nonsense(&mut self) {
        self.totals.count(Fault::MetricWithoutNumber);
        let now = Instant::from_nanos(self.latest);
        for value in [f64::NAN, f64::INFINITY] {
            if self.levels.system.observe("memory_usage", value, now).is_ok() {
                self.levels.complaint.get_or_insert_with(|| format!("{value} is no reading"));
            }
        }
        self.tell(|| "memory reads NaN".into());
    }

    pub(crate) fn level_by_hand(&mut self, which: u8) {
        self.totals.count(Fault::LevelByHand);
        let levels = &mut self.levels;
        let name = levels.names[usize::from(which >> 3) % levels.names.len()].clone();
        match which % 5 {
            0 => levels.hears(self.latest, |system, now| system.degrade("a test", now)),
            1 => levels.hears(self.latest, System::restore),
            2 => levels.hears(self.latest, |system, now| system.set_level(&name, now).expect("a level")),
            3 => {
                levels.hears(self.latest, |system, now| system.pin(&name, now).expect("a level"));
                levels.pinned = true;
            }
            _ => {
                levels.system.unpin();
                levels.pinned = false;
            }
        }
        self.tell(|| format!("somebody chooses a level ({})", which % 5));
    }
}
