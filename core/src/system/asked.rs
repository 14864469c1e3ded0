//! What may be asked of a system: how well it is, what is known of it, and its state to survive a restart.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::analytics;
use super::debug::DebugInfo;
use super::events::Noted;
use super::health::{BreakerHealth, HealthInput, HealthReport, LevelHealth, Standing};
use super::program::System;
use crate::degrade::{self, Degradation};
use crate::time::Instant;

/// The errors, calls and level of a system, with every time relative to the moment of the snapshot. Events are not in it: they
/// are told once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this shape; 1.
    pub version: u32,
    /// Errors and calls.
    pub analytics: analytics::Snapshot,
    /// The level; absent in a system that does not degrade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degradation: Option<degrade::Snapshot>,
}

/// Why a snapshot could not be restored. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Made by a version that this one does not know.
    #[error("version: {0} is not known (expected 1)")]
    Version(u32),
    /// What was kept of errors and calls makes no sense.
    #[error("analytics.{0}")]
    Analytics(analytics::RestoreError),
    /// The level makes no sense.
    #[error("degradation.{0}")]
    Degradation(String),
}

impl System {
    /// How well the program is at `now`, whose breakers stand like this.
    pub fn health(&self, breakers: Vec<(String, BreakerHealth)>, now: Instant) -> HealthReport {
        let level = self.degradation().map(|degradation| LevelHealth {
            name: degradation.level().name.clone(),
            standing: standing(degradation),
        });
        let error_rate = self.analytics.error_rate(now);
        self.config.health.judge(&HealthInput { breakers, error_rate, level })
    }

    /// Everything that is known at `now`. What the parts tell of themselves is for who has them to [add](DebugInfo::add).
    pub fn debug_info(&self, breakers: Vec<(String, BreakerHealth)>, now: Instant) -> DebugInfo {
        let mut info = DebugInfo::new(self.health(breakers, now), self.analytics.report(now));
        info.degradation = self.level_told(now);
        info.events = self.events(0).map(|noted| noted.told(now)).collect();
        info
    }

    /// The level, what it follows from and the last changes; null in a system that does not degrade.
    pub fn level_told(&self, now: Instant) -> Value {
        self.degradation().map_or(Value::Null, |degradation| about_level(degradation, now))
    }

    /// The state as data.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let now = self.now.max(now);
        let degradation = self.degradation().map(|degradation| degradation.snapshot(now));
        Snapshot { version: VERSION, analytics: self.analytics.snapshot(now), degradation }
    }

    /// Takes on what was saved, as of `now`. A level that is saved is left aside by a system that does not degrade.
    pub fn restore_snapshot(&mut self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        if snapshot.version != VERSION {
            return Err(RestoreError::Version(snapshot.version));
        }
        let now = self.now.max(now);
        let mut analytics = self.analytics.clone();
        analytics.restore(&snapshot.analytics, now).map_err(RestoreError::Analytics)?;
        if let (Some(degradation), Some(saved)) = (&mut self.degradation, &snapshot.degradation) {
            let restored = degradation.restore_snapshot(saved, now);
            restored.map_err(|error| RestoreError::Degradation(error.to_string()))?;
        }
        (self.analytics, self.now) = (analytics, now);
        Ok(())
    }
}

impl Noted {
    /// The event as data, with its number and how many seconds `ago` it was at `now`.
    pub fn told(&self, now: Instant) -> Value {
        let mut fields = match serde_json::to_value(&self.event) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        fields.insert("seq".into(), json!(self.seq));
        fields.insert("ago".into(), json!(now.saturating_since(self.at).as_secs_f64()));
        Value::Object(fields)
    }
}

fn about_level(degradation: &Degradation, now: Instant) -> Value {
    let level = degradation.level();
    let metrics: Map<String, Value> =
        degradation.metrics(now).map(|(metric, value)| (metric.to_string(), json!(value))).collect();
    let change = |change: &degrade::Change| {
        json!({
            "from": change.from,
            "to": change.to,
            "cause": serde_json::to_value(&change.cause).unwrap_or_default(),
            "ago": now.saturating_since(change.at).as_secs_f64(),
        })
    };
    json!({
        "level": level.name,
        "percentage": level.percentage,
        "pinned": degradation.is_pinned(),
        "metrics": metrics,
        "changes": degradation.trace().map(change).collect::<Vec<_>>(),
    })
}

fn standing(degradation: &Degradation) -> Standing {
    let levels = &degradation.config().levels;
    let below = levels.position(&degradation.level().name).unwrap_or_default();
    match below {
        0 => Standing::Best,
        _ if below + 1 == levels.names().count() => Standing::Lowest,
        _ => Standing::Between,
    }
}

const VERSION: u32 = 1;
