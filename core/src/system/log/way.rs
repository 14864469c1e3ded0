//! One way to a part's answer: a policy, and the machines that guard its calls.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde_json::Value;

use super::saved::{First, Saved};
use super::watched::Watched;
use crate::breaker::Transition;
use crate::budget::Budget;
use crate::fallback::Availability;
use crate::guard::{Gate as _, Guards};
use crate::policy::Policy;
use crate::redact::redact_within;
use crate::time::Instant;

/// What guards the part's own function, or a step of its chain.
#[derive(Debug, Clone)]
pub(super) struct Way {
    policy: Arc<Policy>,
    pub(super) guards: Guards,
    entropy: Option<u64>,
    /// The document that it follows instead of the one it was made of.
    document: Option<Value>,
}

impl Way {
    /// Machines that have seen nothing.
    pub(super) fn new(policy: Arc<Policy>) -> Self {
        let guards = Guards::new(&policy.guards());
        Self { policy, guards, entropy: None, document: None }
    }

    /// The policy that a call follows which begins now. It does so to its end.
    pub(super) const fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    pub(super) const fn watch(&mut self) -> Watched<'_> {
        Watched { guards: &mut self.guards, entropy: &mut self.entropy, granted: Vec::new() }
    }

    /// Whether a call may go this way, as its breaker has it.
    pub(super) fn availability(&mut self, now: Instant) -> Availability {
        match self.guards.retry_after(now) {
            None => Availability::Benched,
            Some(wait) if wait.is_zero() => Availability::Ready,
            Some(wait) => Availability::BenchedUntil(now.saturating_add(wait)),
        }
    }

    /// Follows another document from now on, or says why it cannot.
    ///
    /// The breaker takes on its new settings with all that it has counted, and the budget is what it was, within its new
    /// bounds. Machines that calls hold places of have no such way, nor has what the part decides upon as a whole:
    /// there the settings must be the same.
    pub(super) fn reconfigure(
        &mut self,
        document: &Value,
        now: Instant,
    ) -> Result<Option<Transition>, String> {
        if document.is_null() {
            return Err(format!("policy: expected a document of at most {MOST_BYTES} bytes"));
        }
        let policy = Policy::parse(&document.to_string())
            .map_err(|error| redact_within(&format!("policy: {error}"), LONGEST_REASON))?;
        if let Some(section) = fixed(&self.policy, &policy) {
            return Err(format!("policy.{section}: cannot be changed while in use (expected what it was)"));
        }
        if let (Some(budget), Some(settings)) = (&mut self.guards.budget, &policy.retry.budget) {
            let snapshot = budget.snapshot(now);
            let mut other = Budget::new(settings.config);
            other.restore(&snapshot, now).map_err(|error| error.to_string())?;
            *budget = other;
        }
        let transition = match (&mut self.guards.breaker, policy.breaker) {
            (Some(breaker), Some(config)) => breaker.reconfigure(config, now),
            _ => None,
        };
        (self.policy, self.document) = (Arc::new(policy), Some(document.clone()));
        Ok(transition)
    }

    pub(super) fn save(&mut self, now: Instant) -> Saved {
        Saved { policy: self.document.clone(), ..Saved::of(&mut self.guards, self.entropy, now) }
    }

    /// Takes on what there are both a snapshot and a machine for.
    pub(super) fn restore(&mut self, saved: &Saved, wrong: &mut First, now: Instant) {
        if let Some(document) = &saved.policy {
            wrong.note(self.reconfigure(document, now).map(drop));
        }
        let entropy = saved.restore(&mut self.guards, wrong, now);
        if let (None, Some(seed)) = (self.entropy, entropy) {
            self.watch().seed(seed);
        }
    }
}

/// The first section that another policy would have to leave as it is, and does not.
fn fixed(before: &Policy, after: &Policy) -> Option<&'static str> {
    let sections = [
        ("circuit_breaker", before.breaker.is_some() == after.breaker.is_some()),
        ("retry.budget", before.retry.budget.is_some() == after.retry.budget.is_some()),
        ("rate_limit", before.rate_limit == after.rate_limit),
        ("bulkhead", before.bulkhead == after.bulkhead),
        ("throttle", before.throttle == after.throttle),
        ("adaptive", before.adaptive == after.adaptive),
        ("hedge", before.hedge == after.hedge),
        ("fallback", before.fallback == after.fallback),
        ("degradation", before.degradation == after.degradation),
    ];
    sections.into_iter().find(|(_, same)| !same).map(|(section, _)| section)
}

/// More text than any policy needs; a document that is longer is not kept.
pub(super) const MOST_BYTES: usize = 64 * 1024;
const LONGEST_REASON: usize = 300;
