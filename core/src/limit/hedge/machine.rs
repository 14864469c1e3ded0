//! When to hedge.

use core::time::Duration;

use super::config::{HedgeConfig, Percentile, When};
use super::window::Window;
use crate::time::Instant;

/// Says when a further attempt should be raced against those under way.
///
/// It is a value without locks: whoever shares it between threads guards it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hedge {
    pub(super) config: HedgeConfig,
    /// Only where the delay is made of it.
    pub(super) window: Option<Window>,
    /// The latest reading of the clock; an earlier one is taken as this.
    pub(super) now: Instant,
}

impl Hedge {
    /// One that has observed nothing.
    pub fn new(config: HedgeConfig) -> Self {
        let window = match config.when {
            When::After(_) => None,
            When::Percentile(Percentile { window, .. }) => Some(Window::new(window)),
        };
        Self { config, window, now: Instant::default() }
    }

    /// Takes note that an attempt succeeded at `now`, `latency` after it began (not after its call began).
    ///
    /// An attempt that lost the race and was cancelled has taken as long as it was under way, at least, and
    /// should be observed with that: if only winners counted, every hedge would make the tail look shorter and call
    /// for more hedges. Failures say nothing about how long an answer takes.
    pub fn observe(&mut self, latency: Duration, now: Instant) {
        let now = self.advance(now);
        if let Some(window) = &mut self.window {
            window.record(latency, now);
        }
    }

    /// How long an attempt that begins at `now` may be silent before it is hedged; `None`: it is not hedged.
    ///
    /// A percentile is rounded up, by a thirty-second of it at most or a microsecond.
    pub fn delay(&mut self, now: Instant) -> Option<Duration> {
        let now = self.advance(now);
        match (self.config.when, &mut self.window) {
            (When::After(delay), _) => Some(delay),
            (When::Percentile(percentile), Some(window)) => {
                let total = window.total(now);
                if total < u64::from(percentile.minimum_calls.get()) {
                    return percentile.until_known;
                }
                Some(window.ranked(percentile.share.of_at_least(total)))
            }
            (When::Percentile(percentile), None) => percentile.until_known,
        }
    }

    /// Whether a further attempt may be made where `already` have been, the first one of the call not counted.
    pub const fn may_hedge(&self, already: u32) -> bool {
        already < self.config.max_hedges.get()
    }

    /// How many latencies the delay is made of as of `now`; always 0 for a fixed delay.
    pub fn observed(&mut self, now: Instant) -> u64 {
        let now = self.advance(now);
        self.window.as_mut().map_or(0, |window| window.total(now))
    }

    /// The settings it was made with.
    pub const fn config(&self) -> &HedgeConfig {
        &self.config
    }

    pub(super) fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        self.now
    }
}
