//! The state of a part without calls, as data.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Display;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::way::MOST_BYTES;

use crate::breaker;
use crate::budget;
use crate::degrade;
use crate::fallback::{self, MOST_STEPS};
use crate::guard::Guards;
use crate::limit::{adaptive, bulkhead, hedge, rate, throttle};
use crate::redact::redact_within;
use crate::system::debug::without_secrets;
use crate::time::Instant;

/// The snapshots of a part's machines. What is missing is left as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Saved {
    /// The breaker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaker: Option<breaker::Snapshot>,
    /// What the breaker's jitter is drawn from, in hexadecimal digits; a snapshot does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy: Option<String>,
    /// The retry budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<budget::Snapshot>,
    /// The throttle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<throttle::Snapshot>,
    /// The rate limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<rate::Snapshot>,
    /// The bulkhead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bulkhead: Option<bulkhead::Snapshot>,
    /// The adaptive limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<adaptive::Snapshot>,
    /// The latencies that hedges follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hedge: Option<hedge::Snapshot>,
    /// The level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degradation: Option<degrade::Snapshot>,
    /// The chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain: Option<fallback::Snapshot>,
    /// What guards its steps, by their names. A step's own chain and level are no part of this one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<String, Self>,
    /// The document that is followed instead of the first one, since it was taken on in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
}

/// What is wrong first, and where.
#[derive(Debug, Default)]
pub(super) struct First {
    /// The part that is looked at, with a full stop.
    pub(super) within: String,
    wrong: Option<String>,
}

impl First {
    pub(super) fn note(&mut self, result: Result<(), impl Display>) {
        if let (None, Err(error)) = (&self.wrong, result) {
            self.wrong = Some(format!("{}{error}", self.within));
        }
    }

    pub(super) fn found(self) -> Result<(), String> {
        self.wrong.map_or(Ok(()), Err)
    }
}

impl Saved {
    /// The snapshots of what guards calls.
    pub(super) fn of(guards: &mut Guards, entropy: Option<u64>, now: Instant) -> Self {
        let mut saved = Self {
            breaker: guards.breaker.as_mut().map(|breaker| breaker.snapshot(now)),
            entropy: entropy.map(|seed| format!("{seed:x}")),
            budget: guards.budget.as_mut().map(|budget| budget.snapshot(now)),
            ..Self::default()
        };
        if let Some(limits) = guards.limits.as_deref_mut() {
            saved.throttle = limits.throttle().map(|throttle| throttle.snapshot(now));
            saved.rate_limit = limits.rate_limit().map(|limiter| limiter.snapshot(now));
            saved.bulkhead = limits.bulkhead().map(|bulkhead| bulkhead.snapshot(now));
            saved.adaptive = limits.adaptive().map(|adaptive| adaptive.snapshot(now));
            saved.hedge = limits.hedge().map(|hedge| hedge.snapshot(now));
        }
        saved
    }

    /// Restores what guards calls, where there are both a snapshot and a machine; answers with the breaker's entropy.
    pub(super) fn restore(&self, guards: &mut Guards, wrong: &mut First, now: Instant) -> Option<u64> {
        let mut note = |part: &str, result: Result<(), String>| {
            wrong.note(result.map_err(|error| format!("{part}.{error}")));
        };
        if let (Some(machine), Some(saved)) = (&mut guards.breaker, &self.breaker) {
            note("breaker", machine.restore(saved, now).map_err(|error| error.to_string()));
        }
        if let (Some(machine), Some(saved)) = (&mut guards.budget, &self.budget) {
            note("budget", machine.restore(saved, now).map_err(|error| error.to_string()));
        }
        if let Some(limits) = guards.limits.as_deref_mut() {
            if let (Some(machine), Some(saved)) = (limits.throttle(), &self.throttle) {
                note("throttle", machine.restore(saved, now).map_err(|error| error.to_string()));
            }
            if let (Some(machine), Some(saved)) = (limits.rate_limit(), &self.rate_limit) {
                note("rate_limit", machine.restore(saved, now).map_err(|error| error.to_string()));
            }
            if let (Some(machine), Some(saved)) = (limits.bulkhead(), &self.bulkhead) {
                note("bulkhead", machine.restore(saved, now).map_err(|error| error.to_string()));
            }
            if let (Some(machine), Some(saved)) = (limits.adaptive(), &self.adaptive) {
                note("adaptive", machine.restore(saved, now).map_err(|error| error.to_string()));
            }
            if let (Some(machine), Some(saved)) = (limits.hedge(), &self.hedge) {
                note("hedge", machine.restore(saved, now).map_err(|error| error.to_string()));
            }
        }
        let entropy = self.entropy.as_deref().map(|digits| u64::from_str_radix(digits, 16));
        entropy.transpose().unwrap_or_else(|_| {
            wrong.note(Err("entropy: expected a hexadecimal number of at most 16 digits"));
            None
        })
    }

    /// The snapshots without secrets, and without what no part has.
    pub(super) fn clean(mut self) -> Self {
        if let Some(entropy) = &mut self.entropy {
            *entropy = shown(entropy);
        }
        if let Some(breaker) = &mut self.breaker {
            breaker.evidence.fingerprint = shown(&breaker.evidence.fingerprint);
        }
        if let Some(degradation) = &mut self.degradation {
            degradation.level = shown(&degradation.level);
            degradation.metrics = core::mem::take(&mut degradation.metrics)
                .into_iter()
                .filter(|(_, reading)| reading.value.is_finite())
                .map(|(metric, reading)| (shown(&metric), reading))
                .collect();
            // A trace is for people, and no decision follows from it.
            degradation.trace.clear();
        }
        if let Some(chain) = &mut self.chain {
            chain.last_served = chain.last_served.as_deref().map(shown);
            let steps = core::mem::take(&mut chain.steps).into_iter().take(MOST_STEPS);
            chain.steps = steps.map(|(name, step)| (shown(&name), step)).collect();
        }
        self.policy = self.policy.map(clean_document);
        let steps = core::mem::take(&mut self.steps).into_iter().take(MOST_STEPS);
        let of_step = |step: Self| Self { chain: None, degradation: None, steps: BTreeMap::new(), ..step };
        self.steps = steps.map(|(name, step)| (shown(&name), of_step(step).clean())).collect();
        self
    }
}

/// A policy document as it may be kept; `null` if there is too much of it.
pub(super) fn clean_document(document: Value) -> Value {
    let document = without_secrets(document, DEPTH);
    if document.to_string().len() > MOST_BYTES { Value::Null } else { document }
}

fn shown(text: &str) -> String {
    redact_within(text, LONGEST_NAME)
}

const LONGEST_NAME: usize = 80;
/// Policies lie at most so deep inside each other, with all that is in them.
const DEPTH: u32 = 64;
