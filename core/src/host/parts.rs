//! The named parts of a program: how they are made, joined and let go.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde_json::Value;

use super::shared_system::Joined;
use super::{SharedBudget, SharedChain, SharedGuards};
use crate::budget::BudgetSettings;
use crate::error::{ConfigError, ProblemCode};
use crate::fallback::{Chain, ChainConfig};
use crate::guard::GuardConfig;
use crate::policy::{Policy, default_for};
use crate::redact::redact_within;
use crate::system::{self, BreakerHealth, Part, Registry, RegistryConfig, RegistryTally};
use crate::time::Instant;

#[derive(Debug)]
pub(super) struct Parts {
    guards: Registry<Made>,
    budgets: Registry<Arc<SharedBudget>>,
    chains: Registry<Arc<SharedChain>>,
}

/// The machines of a part, and what they were made with.
#[derive(Debug)]
struct Made {
    settings: GuardConfig,
    guards: Arc<SharedGuards>,
}

impl Part for Made {
    fn may_go(&self, now: Instant) -> bool {
        Arc::strong_count(&self.guards) == 1 && self.guards.is_at_rest(now)
    }
}

impl Part for Arc<SharedBudget> {
    fn may_go(&self, now: Instant) -> bool {
        Self::strong_count(self) == 1 && self.is_at_rest(now)
    }
}

impl Part for Arc<SharedChain> {
    /// What it has learnt is lost with it; but who holds no chain of this name has not tried it for long.
    fn may_go(&self, _: Instant) -> bool {
        Self::strong_count(self) == 1
    }
}

impl Parts {
    pub(super) fn new(config: RegistryConfig) -> Self {
        let (guards, budgets, chains) = (Registry::new(config), Registry::new(config), Registry::new(config));
        Self { guards, budgets, chains }
    }

    pub(super) fn join(
        &mut self,
        name: &str,
        mut policy: Policy,
        now: Instant,
    ) -> Result<Joined, ConfigError> {
        let named = self.named_budget(&policy, now)?;
        let mut settings = policy.guards();
        if named.is_some() {
            settings.budget = None;
        }
        let mut unlisted = None;
        let made = match self.guards.get_or_add(name, now, || Made::new(&settings)) {
            Ok(made) => made,
            Err(_) => unlisted.insert(Made::new(&settings)),
        };
        system::join(&mut policy, name, &made.settings)?;
        if let (None, Some(own)) = (made.settings.budget, settings.budget) {
            made.settings.budget = Some(own);
            made.guards = Arc::new(SharedGuards::joining(Some(own), None, &made.guards));
        }
        let unpaid = policy.retry.budget.is_none() && made.settings.budget.is_some();
        let guards = if named.is_some() || unpaid {
            Arc::new(SharedGuards::joining(None, named, &made.guards))
        } else {
            Arc::clone(&made.guards)
        };
        Ok(Joined { policy, guards })
    }

    pub(super) fn chain(
        &mut self,
        name: &str,
        config: &ChainConfig,
        now: Instant,
    ) -> Result<Arc<SharedChain>, ConfigError> {
        // Before it takes a place.
        let made = Arc::new(SharedChain::new(Chain::new(config.clone())?));
        let kept =
            self.chains.get_or_add(name, now, || Arc::clone(&made)).map_or(made, |kept| Arc::clone(kept));
        if kept.with(|chain| chain.config() != config) {
            return Err(unlike("fallback", name));
        }
        Ok(kept)
    }

    pub(super) fn part(&mut self, name: &str, now: Instant) -> Option<Arc<SharedGuards>> {
        self.guards.get(name, now).map(|made| Arc::clone(&made.guards))
    }

    pub(super) fn sweep(&mut self, now: Instant) -> u32 {
        // Parts hold budgets, so they go first.
        let (guards, chains) = (self.guards.sweep(now), self.chains.sweep(now));
        guards.saturating_add(chains).saturating_add(self.budgets.sweep(now))
    }

    pub(super) fn breakers(&self, now: Instant) -> Vec<(String, BreakerHealth)> {
        let report =
            |(name, made): (&str, &Made)| Some((name.to_string(), made.guards.breaker_report(now)?.into()));
        self.guards.iter().filter_map(report).collect()
    }

    /// What each part and chain tells of itself.
    pub(super) fn told(&self, now: Instant) -> Vec<(String, Value)> {
        let parts = self.guards.iter().map(|(name, made)| (name.to_string(), made.guards.told(now)));
        let chains = self.chains.iter().map(|(name, chain)| {
            let statistics = chain.with(|chain| chain.statistics(now));
            (format!("fallback.{name}"), serde_json::to_value(statistics).unwrap_or_default())
        });
        parts.chain(chains).collect()
    }

    pub(super) fn tallies(&self) -> BTreeMap<String, RegistryTally> {
        let tallies = [
            ("parts", self.guards.tally()),
            ("budgets", self.budgets.tally()),
            ("chains", self.chains.tally()),
        ];
        tallies.map(|(kind, tally)| (kind.to_string(), tally)).into()
    }

    /// The budget that a policy names, made if there is none. One that is there was made with the same numbers, or the policy
    /// names none.
    fn named_budget(
        &mut self,
        policy: &Policy,
        now: Instant,
    ) -> Result<Option<Arc<SharedBudget>>, ConfigError> {
        let Some(BudgetSettings { name: Some(name), config }) = &policy.retry.budget else { return Ok(None) };
        let make = || Arc::new(SharedBudget::new(*config));
        let budget =
            self.budgets.get_or_add(name, now, make).map_or_else(|_| make(), |kept| Arc::clone(kept));
        let usual = default_for(policy.retry.max_attempts).config;
        if budget.config() != *config && *config != usual {
            return Err(unlike("retry.budget", name));
        }
        Ok(Some(budget))
    }
}

impl Made {
    fn new(settings: &GuardConfig) -> Self {
        Self { settings: *settings, guards: Arc::new(SharedGuards::heard(settings, None)) }
    }
}

fn unlike(path: &str, name: &str) -> ConfigError {
    let name = redact_within(name, LONGEST_NAME);
    let message =
        format!("other settings than \"{name}\" was made with (expected the same, or another name)");
    ConfigError::one(ProblemCode::Contradiction, path, message)
}

const LONGEST_NAME: usize = 80;
