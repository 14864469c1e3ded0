//! Whether what happened is enough to trip.

use core::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::config::{BreakerConfig, Window};
use super::window::{CountWindow, TimeWindow};
use crate::time::Instant;

/// Why a breaker changed its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// So many failures in a row.
    ConsecutiveFailures,
    /// So many failures of the same kind in a row.
    IdenticalFailures,
    /// So many failures among the last calls.
    CountWindow,
    /// So many failures within the time window.
    TimeWindow,
    /// The open wait is over.
    RecoveryTimeout,
    /// A probe failed.
    ProbeFailed,
    /// Enough probes succeeded.
    ProbesSucceeded,
    /// Someone said so.
    Manual,
}

impl Reason {
    /// The word for it in logs and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConsecutiveFailures => "consecutive_failures",
            Self::IdenticalFailures => "identical_failures",
            Self::CountWindow => "count_window",
            Self::TimeWindow => "time_window",
            Self::RecoveryTimeout => "recovery_timeout",
            Self::ProbeFailed => "probe_failed",
            Self::ProbesSucceeded => "probes_succeeded",
            Self::Manual => "manual",
        }
    }
}

/// What a closed breaker remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) consecutive: u32,
    pub(super) identical: u32,
    pub(super) fingerprint: u64,
    pub(super) counted: Counted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Counted {
    Consecutive,
    Count(CountWindow),
    Time(TimeWindow),
}

impl Evidence {
    pub(super) fn new(config: &BreakerConfig) -> Self {
        let counted = match config.window {
            Window::Consecutive => Counted::Consecutive,
            Window::Count(size) => Counted::Count(CountWindow::new(size)),
            Window::Time(length) => Counted::Time(TimeWindow::new(length)),
        };
        Self { consecutive: 0, identical: 0, fingerprint: 0, counted }
    }

    pub(super) fn clear(&mut self) {
        (self.consecutive, self.identical, self.fingerprint) = (0, 0, 0);
        match &mut self.counted {
            Counted::Consecutive => {}
            Counted::Count(window) => window.clear(),
            Counted::Time(window) => window.clear(),
        }
    }

    pub(super) fn succeeded(&mut self, successes: u32) {
        if successes > 0 {
            (self.consecutive, self.identical) = (0, 0);
            if let Counted::Count(window) = &mut self.counted {
                window.record_successes(successes);
            }
        }
    }

    pub(super) fn failed(&mut self, fingerprint: u64, now: Instant) {
        self.consecutive = self.consecutive.saturating_add(1);
        let same = self.identical > 0 && self.fingerprint == fingerprint;
        self.identical = if same { self.identical.saturating_add(1) } else { 1 };
        self.fingerprint = fingerprint;
        match &mut self.counted {
            Counted::Consecutive => {}
            Counted::Count(window) => window.record(true),
            Counted::Time(window) => window.record(now),
        }
    }

    /// The first condition that holds; reaching a threshold is enough.
    pub(super) fn trips(&mut self, config: &BreakerConfig, now: Instant) -> Option<Reason> {
        let reached =
            |count: u32, threshold: Option<NonZeroU32>| threshold.is_some_and(|limit| count >= limit.get());
        if reached(self.identical, config.identical_failures) {
            return Some(Reason::IdenticalFailures);
        }
        let failures = self.failures(now);
        reached(failures, config.failure_threshold).then_some(match self.counted {
            Counted::Consecutive => Reason::ConsecutiveFailures,
            Counted::Count(_) => Reason::CountWindow,
            Counted::Time(_) => Reason::TimeWindow,
        })
    }

    /// The failures that `failure_threshold` is compared with.
    pub(super) fn failures(&mut self, now: Instant) -> u32 {
        match &mut self.counted {
            Counted::Consecutive => self.consecutive,
            Counted::Count(window) => window.failures(),
            Counted::Time(window) => window.failures(now),
        }
    }

    /// What a success would change.
    pub(super) fn memory(&self, config: &BreakerConfig) -> Memory {
        let run = config.identical_failures.is_some() && self.identical > 0;
        match &self.counted {
            Counted::Consecutive if self.consecutive > 0 => Memory::Run,
            _ if run => Memory::Run,
            Counted::Count(window) if window.failures() > 0 => Memory::Window,
            _ => Memory::Nothing,
        }
    }
}

/// What a success would change in a closed breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// Nothing at all.
    Nothing,
    /// The place of failures in a count window: successes may be added up and handed in later.
    Window,
    /// A run of failures, which the first success ends.
    Run,
}
