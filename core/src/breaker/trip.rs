//! Whether what happened is enough to trip.

use core::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::config::{BreakerConfig, Window};
use super::count_window::CountWindow;
use super::counts::Counts;
use super::under_way::UnderWay;
use crate::ring::Ring;
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
    /// Such a share of failures in the window.
    FailureRate,
    /// Such a share of slow calls in the window.
    SlowCallRate,
    /// The open wait is over.
    RecoveryTimeout,
    /// A probe failed.
    ProbeFailed,
    /// A probe succeeded, but was slow.
    ProbeSlow,
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
            Self::FailureRate => "failure_rate",
            Self::SlowCallRate => "slow_call_rate",
            Self::RecoveryTimeout => "recovery_timeout",
            Self::ProbeFailed => "probe_failed",
            Self::ProbeSlow => "probe_slow",
            Self::ProbesSucceeded => "probes_succeeded",
            Self::Manual => "manual",
        }
    }
}

/// Why a breaker last opened, and on what evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trip {
    /// The condition that held.
    pub reason: Reason,
    /// Failures in a row.
    pub consecutive: u32,
    /// Failures of the same kind in a row.
    pub identical: u32,
    /// What the window held, calls under way that are slow already among them.
    pub counts: Counts,
}

/// What a closed breaker remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) consecutive: u32,
    pub(super) identical: u32,
    pub(super) fingerprint: u64,
    pub(super) counted: Counted,
    rates: bool,
    /// Only where it matters how long calls take.
    pub(super) under_way: Option<UnderWay>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Counted {
    Consecutive,
    Count(CountWindow),
    Time(Ring<Counts>),
}

/// How an admitted call ended, as far as evidence goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) failed: bool,
    pub(super) slow: bool,
}

impl Evidence {
    pub(super) fn new(config: &BreakerConfig) -> Self {
        let counted = match config.window {
            Window::Consecutive => Counted::Consecutive,
            Window::Count(size) => Counted::Count(CountWindow::new(size, config.slow_call.is_some())),
            Window::Time(length) => Counted::Time(Ring::new(length)),
        };
        let under_way = config.slow_call.map(|slow| UnderWay::new(slow.duration));
        let rates = config.has_rates();
        Self { consecutive: 0, identical: 0, fingerprint: 0, counted, rates, under_way }
    }

    /// Whether every call is counted, and not failures alone.
    pub(super) const fn has_rates(&self) -> bool {
        self.rates
    }

    pub(super) fn clear(&mut self) {
        (self.consecutive, self.identical, self.fingerprint) = (0, 0, 0);
        match &mut self.counted {
            Counted::Consecutive => {}
            Counted::Count(window) => window.clear(),
            Counted::Time(window) => window.clear(),
        }
        if let Some(under_way) = &mut self.under_way {
            under_way.clear();
        }
    }

    /// Successes at `now`, none of them slow.
    pub(super) fn succeeded(&mut self, successes: u32, now: Instant) {
        if successes > 0 {
            (self.consecutive, self.identical) = (0, 0);
            match &mut self.counted {
                Counted::Count(window) => window.record_successes(successes),
                Counted::Time(window) if self.rates => {
                    window.record(Counts { calls: successes, ..Counts::default() }, now);
                }
                Counted::Consecutive | Counted::Time(_) => {}
            }
        }
    }

    /// One call that failed with `fingerprint`, or was slow, or both.
    pub(super) fn suffered(&mut self, call: Call, fingerprint: u64, now: Instant) {
        if call.failed {
            self.consecutive = self.consecutive.saturating_add(1);
            let same = self.fingerprint == fingerprint;
            self.identical = if same { self.identical.saturating_add(1) } else { 1 };
            self.fingerprint = fingerprint;
        } else {
            (self.consecutive, self.identical) = (0, 0);
        }
        match &mut self.counted {
            Counted::Consecutive => {}
            Counted::Count(window) => window.record(call.failed, call.slow),
            Counted::Time(window) => {
                let counts = Counts { calls: 1, failures: call.failed.into(), slow: call.slow.into() };
                window.record(counts, now);
            }
        }
    }

    /// The first condition that holds; reaching a threshold is enough.
    pub(super) fn trips(&mut self, config: &BreakerConfig, now: Instant) -> Option<Reason> {
        let reached =
            |count: u32, threshold: Option<NonZeroU32>| threshold.is_some_and(|limit| count >= limit.get());
        if reached(self.identical, config.identical_failures) {
            return Some(Reason::IdenticalFailures);
        }
        if reached(self.failures(now), config.failure_threshold) {
            return Some(match self.counted {
                Counted::Consecutive => Reason::ConsecutiveFailures,
                Counted::Count(_) => Reason::CountWindow,
                Counted::Time(_) => Reason::TimeWindow,
            });
        }
        if !self.rates {
            return None;
        }
        let Counts { calls, failures, slow } = self.counts(now);
        if calls < config.minimum_calls.get() {
            return None;
        }
        if config.failure_rate.is_some_and(|rate| rate.is_reached(failures, calls)) {
            return Some(Reason::FailureRate);
        }
        config
            .slow_call
            .is_some_and(|limit| limit.rate.is_reached(slow, calls))
            .then_some(Reason::SlowCallRate)
    }

    /// What the window holds, and the calls under way that are slow already.
    pub(super) fn counts(&mut self, now: Instant) -> Counts {
        let mut counts = match &mut self.counted {
            Counted::Consecutive => Counts { calls: self.consecutive, failures: self.consecutive, slow: 0 },
            Counted::Count(window) => window.counts(),
            Counted::Time(window) => window.total(now),
        };
        if !self.rates {
            // A host that reads the lane hands in fewer successes than one that does not.
            counts.calls = counts.failures;
        }
        let late = self.under_way.as_mut().map_or(0, |under_way| under_way.late(now));
        counts.calls = counts.calls.saturating_add(late);
        counts.slow = counts.slow.saturating_add(late);
        counts
    }

    /// The failures that `failure_threshold` is compared with.
    pub(super) fn failures(&mut self, now: Instant) -> u32 {
        match &mut self.counted {
            Counted::Consecutive => self.consecutive,
            Counted::Count(window) => window.counts().failures,
            Counted::Time(window) => window.total(now).failures,
        }
    }

    /// Whether every success that ends a run of failures is heard of.
    pub(super) const fn knows_runs(&self, config: &BreakerConfig) -> bool {
        self.rates || config.identical_failures.is_some() || !matches!(self.counted, Counted::Time(_))
    }

    /// What a success would change.
    pub(super) fn memory(&self, config: &BreakerConfig) -> Memory {
        if config.slow_call.is_some() {
            return Memory::Durations;
        }
        let run = config.identical_failures.is_some() && self.identical > 0;
        match &self.counted {
            Counted::Consecutive if self.consecutive > 0 => Memory::Run,
            _ if run => Memory::Run,
            Counted::Count(window) if self.rates && !window.is_full_of_successes() => Memory::Window,
            // A run from before the window began is not in it.
            Counted::Count(window) if window.counts().failures > 0 || self.consecutive > 0 => Memory::Window,
            Counted::Time(_) if self.rates => Memory::Window,
            _ => Memory::Nothing,
        }
    }
}

/// What a success would change in a closed breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// Nothing at all.
    Nothing,
    /// The place of failures in a window, or their share: successes may be added up and handed in later.
    Window,
    /// A run of failures, which the first success ends.
    Run,
    /// It depends on how long the call takes.
    Durations,
}
