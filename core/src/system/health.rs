//! Whether a program is well, in one word and with its reasons.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Serialize, Serializer};

use super::debug::unlike;
use crate::breaker::StateName;
use crate::redact::redact_within;

/// From which error rate on a program is not well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HealthConfig {
    /// From this share of failed calls on it is degraded.
    pub degraded_error_rate: f64,
    /// From this share on it is unhealthy.
    pub unhealthy_error_rate: f64,
}

impl Default for HealthConfig {
    /// A tenth and a half: document 004 is alarmed at 10 %, and a program that fails more often than not is not doing
    /// what it is there for.
    fn default() -> Self {
        Self { degraded_error_rate: 0.1, unhealthy_error_rate: 0.5 }
    }
}

/// What health is judged by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HealthInput {
    /// The breakers by name.
    pub breakers: Vec<(String, BreakerHealth)>,
    /// The share of failed calls, from 0 to 1; `None` if there were too few to tell.
    pub error_rate: Option<f64>,
    /// The level of degradation; `None` in a program that does not degrade.
    pub level: Option<LevelHealth>,
}

/// How a breaker stands. Times are written in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BreakerHealth {
    /// Its state.
    pub state: StateName,
    /// The failures that count toward opening it.
    pub failure_count: u64,
    /// How long ago its last failure was. A moment of a monotonic clock means nothing outside of the process, so the
    /// host makes a time of day of this if it wants one.
    #[serde(serialize_with = "seconds")]
    pub last_failure_ago: Option<Duration>,
    /// When it admits a call again, if it does not and this is known.
    #[serde(serialize_with = "seconds")]
    pub retry_after: Option<Duration>,
}

/// Where a program stands between all and nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelHealth {
    /// The name of the level.
    pub name: String,
    /// Which one of the levels it is.
    pub standing: Standing,
}

/// A level among the others. The only one there is, is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Everything is served.
    Best,
    /// Less than everything, more than the least.
    Between,
    /// Nothing is left to be taken away.
    Lowest,
}

/// How well a program is.
///
/// It is **unhealthy** if every one of its breakers refuses calls (and there is one), if the error rate has reached
/// `unhealthy_error_rate`, or on the lowest level of several. Otherwise it is **degraded** if any breaker is open, half-open or
/// held open, if the error rate has reached `degraded_error_rate`, or below the best level. Otherwise it is **healthy**. A
/// breaker that is held closed is as somebody wants it, and no reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HealthReport {
    /// In one word.
    pub status: HealthStatus,
    /// Why it is not healthy; empty if it is. The worst first.
    pub reasons: Vec<Reason>,
    /// The breakers by name.
    pub circuit_breakers: BTreeMap<String, BreakerHealth>,
    /// The share of failed calls; 0 where it cannot be told, and not null, as document 004 compares it without asking.
    pub error_rate: f64,
    /// The name of the level; `full` in a program that does not degrade.
    pub degradation_level: String,
}

/// Health in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// All is well.
    Healthy,
    /// It serves, but not all or not to all.
    Degraded,
    /// It hardly serves.
    Unhealthy,
}

/// Something that is not well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// How bad it is by itself.
    pub status: HealthStatus,
    /// What it is about: a key of the report, such as `error_rate` or `circuit_breakers.search`.
    pub path: String,
    /// What is the matter with it.
    pub message: String,
}

impl HealthConfig {
    /// Judges, and says why. Names are shown without secrets, cut to 80 letters and told apart.
    pub fn judge(&self, input: &HealthInput) -> HealthReport {
        let mut breakers: BTreeMap<String, BreakerHealth> = BTreeMap::new();
        for (name, breaker) in &input.breakers {
            breakers.insert(unlike(&breakers, redact_within(name, LONGEST_NAME)), *breaker);
        }
        let error_rate = input.error_rate.filter(|rate| rate.is_finite()).unwrap_or(0.0);
        let mut reasons = about_breakers(&breakers);
        reasons.extend(self.about_errors(error_rate));
        reasons.extend(input.level.as_ref().and_then(about_level));
        reasons.sort_by_key(|reason| core::cmp::Reverse(reason.status));
        let level = input.level.as_ref().map_or("full", |level| level.name.as_str());
        HealthReport {
            status: reasons.first().map_or(HealthStatus::Healthy, |worst| worst.status),
            reasons,
            circuit_breakers: breakers,
            error_rate,
            degradation_level: redact_within(level, LONGEST_NAME),
        }
    }

    fn about_errors(&self, rate: f64) -> Option<Reason> {
        let (status, least) = match rate {
            _ if rate >= self.unhealthy_error_rate => (HealthStatus::Unhealthy, self.unhealthy_error_rate),
            _ if rate >= self.degraded_error_rate => (HealthStatus::Degraded, self.degraded_error_rate),
            _ => return None,
        };
        let message = format!("{rate} of the calls failed, {least} or more is {}", status.name());
        Some(Reason { status, path: "error_rate".into(), message })
    }
}

fn about_breakers(breakers: &BTreeMap<String, BreakerHealth>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let refuses = |state: StateName| matches!(state, StateName::Open | StateName::ForcedOpen);
    if !breakers.is_empty() && breakers.values().all(|breaker| refuses(breaker.state)) {
        let message = String::from("every breaker refuses calls");
        reasons.push(Reason { status: HealthStatus::Unhealthy, path: "circuit_breakers".into(), message });
    }
    for (name, breaker) in breakers {
        if refuses(breaker.state) || breaker.state == StateName::HalfOpen {
            let path = format!("circuit_breakers.{name}");
            let message = breaker.state.name().into();
            reasons.push(Reason { status: HealthStatus::Degraded, path, message });
        }
    }
    reasons
}

fn about_level(level: &LevelHealth) -> Option<Reason> {
    let (status, which) = match level.standing {
        Standing::Best => return None,
        Standing::Between => (HealthStatus::Degraded, "below the best level"),
        Standing::Lowest => (HealthStatus::Unhealthy, "the lowest level"),
    };
    let message = format!("{} is {which}", redact_within(&level.name, LONGEST_NAME));
    Some(Reason { status, path: "degradation_level".into(), message })
}

impl HealthStatus {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unhealthy => "unhealthy",
        }
    }
}

#[allow(clippy::ref_option, reason = "serde hands fields in by reference")]
fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(serializer)
}

const LONGEST_NAME: usize = 80;
