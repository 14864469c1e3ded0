//! The settings of degradation.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::time::Duration;

use super::level::Levels;
use super::rules::Rule;
use super::table;

/// The levels, what moves between them, and what they mean for parameters.
///
/// A [`Degradation`](super::Degradation) is only ever made of one in which [`check`](Self::check) finds nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct DegradeConfig {
    /// From the best to the least.
    pub levels: Levels,
    /// The thresholds of each metric; without any, levels change by hand only.
    pub triggers: BTreeMap<String, Trigger>,
    /// The least time from one change to the next that metrics bring about. Zero: each reading may.
    pub dwell: Duration,
    /// After so long without a reading a metric no longer counts.
    pub stale_after: Duration,
    /// So many changes are remembered with their causes, at most 1000.
    pub trace: usize,
    /// What each level does to the parameter of this name.
    pub parameters: BTreeMap<String, Rule>,
}

/// When a metric lowers the level, and when it lets the level rise again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trigger {
    /// From this value on it lowers the level.
    pub enter: f64,
    /// Down to this value, which is below `enter`, it holds the level where it is.
    pub leave: f64,
}

impl Trigger {
    /// Lowers the level from `enter` on, and leaves a fifth below it.
    ///
    /// A fifth, because the first step of the default levels takes off a fifth (100 to 80 %): a load that was at the
    /// threshold is at four fifths of it after the step, and going back above that would bring it to the threshold
    /// again. Much less would be closer to stable for the lower steps and never met by memory or CPU at rest.
    pub fn at(enter: f64) -> Self {
        Self { enter, leave: enter - enter.abs() / 5.0 }
    }
}

impl DegradeConfig {
    /// The defaults for levels of one's own. Of the default parameters only `quality` remains, scaled by the levels'
    /// own quality: the rest of the table speaks of the default levels by name.
    pub fn of(levels: Levels) -> Self {
        let mut parameters = table::parameters();
        parameters.retain(|_, rule| matches!(rule, Rule::Scale { factors: None, .. }));
        Self { levels, parameters, ..Self::default() }
    }
}

impl Default for DegradeConfig {
    /// The levels, triggers and parameters of document 004; half a minute of dwell; metrics are heeded for two minutes.
    ///
    /// A step shows its effect once the calls that began before it have ended, and half a minute is the longest
    /// response that the default triggers put up with. Two minutes are two missed reports of a monitor that reports
    /// every minute, which is about the slowest in use. Thirty-two changes are four times all the way down and back.
    fn default() -> Self {
        Self {
            levels: Levels::default(),
            triggers: table::triggers(),
            dwell: Duration::from_secs(30),
            stale_after: Duration::from_secs(120),
            trace: 32,
            parameters: table::parameters(),
        }
    }
}
