//! What is done to a breaker by hand.

use alloc::vec::Vec;

use super::Transition;
use super::config::{BreakerConfig, Mode};
use super::machine::{Breaker, Forced, State};
use super::trip::{Counted, Evidence, Reason};
use crate::time::Instant;

impl Breaker {
    /// Holds the breaker in a state until [`reset`](Self::reset).
    pub fn force(&mut self, forced: Forced) -> Option<Transition> {
        (self.state != State::Forced(forced)).then(|| self.change(State::Forced(forced), Reason::Manual))
    }

    /// Closes the breaker and forgets what it counted. Calls under way began before that: their results are stale.
    pub fn reset(&mut self) -> Option<Transition> {
        if self.state == State::Closed {
            self.evidence.clear();
            self.epoch = self.epoch.next();
            return None;
        }
        Some(self.close(Reason::Manual))
    }

    /// Gives the breaker the entropy that its jitter is drawn from, unless it has some already. Without any, all
    /// breakers of a fleet draw the same.
    pub fn seed(&mut self, seed: u64) {
        self.seed.get_or_insert(seed);
    }

    /// Takes on other settings at `now` and keeps what still has a meaning under them.
    ///
    /// A run of failures stays, if a success would have ended it: one that took the [`lane`](Self::lane) past a window by
    /// time without rates was not told. A window of the same kind keeps its newest calls; one of another kind begins empty. An
    /// open breaker stays so for as long as it would have, at most for the longest wait there is now. Probes and their
    /// successes stay. Results of calls under way count, unless the slow limit has changed: then they would be
    /// measured by two rules, and are stale. A forced state follows the new [`Mode`] if that differs from the old one.
    pub fn reconfigure(&mut self, config: BreakerConfig, now: Instant) -> Option<Transition> {
        let now = self.advance(now);
        let before = core::mem::replace(&mut self.config, config);
        self.evidence = carry_over(&mut self.evidence, &before, &config, now);
        match &mut self.state {
            State::Open { until } => *until = (*until).min(now.saturating_add(config.longest_open_wait())),
            State::HalfOpen { successes, .. } => {
                *successes = (*successes).min(config.success_threshold.get() - 1);
            }
            State::Closed | State::Forced(_) => {}
        }
        if before.slow_limit() != config.slow_limit() {
            self.epoch = self.epoch.next();
            if let State::HalfOpen { probes, .. } = &mut self.state {
                probes.clear();
            }
        }
        if before.mode == config.mode {
            return None;
        }
        match (config.mode, &self.state) {
            (Mode::ForcedOpen, _) => self.force(Forced::Open),
            (Mode::ForcedClosed, _) => self.force(Forced::Closed),
            (Mode::Normal | Mode::Shadow, State::Forced(_)) => self.reset(),
            (Mode::Normal | Mode::Shadow, _) => None,
        }
    }
}

fn carry_over(old: &mut Evidence, before: &BreakerConfig, config: &BreakerConfig, now: Instant) -> Evidence {
    let mut new = Evidence::new(config);
    if old.knows_runs(before) {
        (new.consecutive, new.identical, new.fingerprint) = (old.consecutive, old.identical, old.fingerprint);
    }
    match (&mut new.counted, &mut old.counted) {
        (Counted::Count(new), Counted::Count(old)) => {
            let outcomes: Vec<(bool, bool)> = old.outcomes().collect();
            new.refill(old.counts().calls, outcomes.into_iter());
        }
        (Counted::Time(new), Counted::Time(old)) if before.window == config.window => *new = old.clone(),
        (Counted::Time(new), Counted::Time(old)) => new.take_over(old, now),
        _ => {}
    }
    if before.slow_limit() == config.slow_limit() {
        new.under_way.clone_from(&old.under_way);
    }
    new
}
