//! The state of a part without calls, as data.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::breaker;
use crate::budget;
use crate::degrade::{self, Degradation};
use crate::guard::Guards;
use crate::limit::{adaptive, bulkhead, hedge, rate, throttle};
use crate::redact::redact_within;
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
}

impl Saved {
    pub(super) fn of(
        guards: &mut Guards,
        entropy: Option<u64>,
        degradation: Option<&Degradation>,
        now: Instant,
    ) -> Self {
        let mut saved = Self {
            breaker: guards.breaker.as_mut().map(|breaker| breaker.snapshot(now)),
            entropy: entropy.map(|seed| alloc::format!("{seed:x}")),
            budget: guards.budget.as_mut().map(|budget| budget.snapshot(now)),
            degradation: degradation.map(|degradation| degradation.snapshot(now)),
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

    /// Restores what there are both a snapshot and a machine for; answers with the breaker's entropy, or with what is wrong
    /// first. What was restored before that stays so.
    pub(super) fn restore(
        &self,
        guards: &mut Guards,
        degradation: Option<&mut Degradation>,
        now: Instant,
    ) -> Result<Option<u64>, String> {
        if let (Some(machine), Some(saved)) = (&mut guards.breaker, &self.breaker) {
            machine.restore(saved, now).map_err(|error| alloc::format!("breaker.{error}"))?;
        }
        if let (Some(machine), Some(saved)) = (&mut guards.budget, &self.budget) {
            machine.restore(saved, now).map_err(|error| alloc::format!("budget.{error}"))?;
        }
        if let (Some(machine), Some(saved)) = (degradation, &self.degradation) {
            machine.restore_snapshot(saved, now).map_err(|error| alloc::format!("degradation.{error}"))?;
        }
        if let Some(limits) = guards.limits.as_deref_mut() {
            if let (Some(machine), Some(saved)) = (limits.throttle(), &self.throttle) {
                machine.restore(saved, now).map_err(|error| alloc::format!("throttle.{error}"))?;
            }
            if let (Some(machine), Some(saved)) = (limits.rate_limit(), &self.rate_limit) {
                machine.restore(saved, now).map_err(|error| alloc::format!("rate_limit.{error}"))?;
            }
            if let (Some(machine), Some(saved)) = (limits.bulkhead(), &self.bulkhead) {
                machine.restore(saved, now).map_err(|error| alloc::format!("bulkhead.{error}"))?;
            }
            if let (Some(machine), Some(saved)) = (limits.adaptive(), &self.adaptive) {
                machine.restore(saved, now).map_err(|error| alloc::format!("adaptive.{error}"))?;
            }
            if let (Some(machine), Some(saved)) = (limits.hedge(), &self.hedge) {
                machine.restore(saved, now).map_err(|error| alloc::format!("hedge.{error}"))?;
            }
        }
        let entropy = self.entropy.as_deref().map(|digits| u64::from_str_radix(digits, 16));
        entropy
            .transpose()
            .map_err(|_| String::from("entropy: expected a hexadecimal number of at most 16 digits"))
    }

    /// The snapshots without secrets. Only those of the degradation hold text of anybody's.
    pub(super) fn clean(mut self) -> Self {
        if let Some(entropy) = &mut self.entropy {
            *entropy = redact_within(entropy, LONGEST_NAME);
        }
        if let Some(breaker) = &mut self.breaker {
            breaker.evidence.fingerprint = redact_within(&breaker.evidence.fingerprint, LONGEST_NAME);
        }
        if let Some(degradation) = &mut self.degradation {
            degradation.level = redact_within(&degradation.level, LONGEST_NAME);
            degradation.metrics = core::mem::take(&mut degradation.metrics)
                .into_iter()
                .filter(|(_, reading)| reading.value.is_finite())
                .map(|(metric, reading)| (redact_within(&metric, LONGEST_NAME), reading))
                .collect();
            // A trace is for people, and no decision follows from it.
            degradation.trace.clear();
        }
        self
    }
}

const LONGEST_NAME: usize = 80;
