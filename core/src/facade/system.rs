//! A program with named parts, for bindings: every question and command is one JSON text.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::{Error, Map, Value, json};

use super::chain::Chain;
use super::{Engine, kept, written};
use crate::degrade::{Change, DegradeError};
use crate::error::{ConfigError, ProblemCode};
use crate::host::{Joined, Reporter, SharedSystem};
use crate::redact::redact_within;
use crate::system::{self, SystemConfig, SystemSnapshot};
use crate::time::Instant;

/// The named parts of one program; see [`SharedSystem`].
#[derive(Debug, Clone)]
pub struct System {
    shared: Arc<SharedSystem>,
}

/// What a host may ask, as JSON: `{"do": "observe", "metric": "cpu_usage", "value": 0.97}`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    /// [`HealthReport`](system::HealthReport).
    Health {},
    /// [`DebugInfo`](system::DebugInfo).
    DebugInfo {},
    /// [`AnalyticsReport`](system::AnalyticsReport).
    Analytics {},
    /// The events with numbers above this one.
    Events {
        #[serde(default)]
        above: u64,
    },
    ClearHistory {},
    /// The level and what it follows from; null in a system that does not degrade.
    Level {},
    /// Of these parameters those that are different at this level.
    Adjust {
        parameters: BTreeMap<String, Value>,
    },
    /// `null` is a number that JSON has no word for.
    Observe {
        metric: String,
        value: Option<f64>,
    },
    Degrade {
        #[serde(default)]
        reason: String,
    },
    Restore {},
    SetLevel {
        level: String,
    },
    Pin {
        level: String,
    },
    Unpin {},
    /// The `triggers` of a policy document's `degradation` section, in the place of those there were.
    SetTriggers {
        triggers: Value,
    },
    Tick {},
    /// How many parts went.
    Sweep {},
    Snapshot {},
    RestoreSnapshot {
        snapshot: Box<SystemSnapshot>,
    },
}

impl System {
    /// A system for its document (`{}` for the defaults), or everything that is wrong with that.
    pub fn new(document: &str) -> Result<Self, ConfigError> {
        let shared = Arc::new(SharedSystem::new(SystemConfig::parse(document)?)?);
        Ok(Self { shared })
    }

    /// An engine for a policy document whose calls go through the part of this name, and which the system hears of.
    /// `carries` as for [`Engine::new`]; budgets with a name are carried out here.
    ///
    /// Engines of one part have the same breaker: a host that keeps a copy of its lane keeps one for all of them, as long as any
    /// of them lives ([`Engine::publishes_with`]).
    pub fn engine(
        &self,
        part: &str,
        document: &str,
        carries: &[&str],
        now: f64,
    ) -> Result<Engine, ConfigError> {
        let policy = kept(document, &[carries, &["retry.budget.name"]].concat())?;
        let Joined { policy, guards } = self.shared.join(part, policy, Instant::from_secs_f64(now))?;
        let reporter = Reporter::new(Arc::clone(&self.shared), part);
        Ok(Engine::of(policy, guards, Some(reporter)))
    }

    /// The chain of this name, from the `fallback` section of a policy document. Its steps go through parts of the names
    /// `chain.step`.
    pub fn chain(&self, name: &str, document: &str, now: f64) -> Result<Chain, ConfigError> {
        Chain::in_system(&self.shared, name, document, Instant::from_secs_f64(now))
    }

    /// Answers a request with JSON. A request that makes no sense is an error at the path of what is wrong, and does nothing.
    pub fn ask(&self, request: &str, now: f64) -> Result<String, ConfigError> {
        let request = read(request).map_err(|error| {
            ConfigError::one(ProblemCode::WrongType, "request", redact_within(&error.to_string(), LONGEST))
        })?;
        let now = Instant::from_secs_f64(now);
        match request {
            Request::Health {} => return Ok(written(&self.shared.health(now))),
            Request::DebugInfo {} => return Ok(written(&self.shared.debug_info(now))),
            Request::Sweep {} => return Ok(written(&self.shared.sweep(now))),
            _ => {}
        }
        self.shared.with(now, |system| answer(system, request, now)).map(|answer| answer.to_string())
    }
}

/// What is asked. The word of `do` is taken out first: serde's own way to find it brings a second reader of everything that may
/// be asked into every engine.
fn read(text: &str) -> serde_json::Result<Request> {
    let mut request: Map<String, Value> = serde_json::from_str(text)?;
    let what = match request.remove("do") {
        Some(Value::String(what)) => what,
        Some(_) => return Err(Error::custom("`do` is no text")),
        None => return Err(Error::missing_field("do")),
    };
    serde_json::from_str(&json!({ what: request }).to_string()).map_err(|error: Error| {
        // Its place is one in this text, which nobody has written.
        let told = error.to_string();
        Error::custom(told.rsplit_once(" at line ").map_or(told.as_str(), |(what, _)| what))
    })
}

fn answer(system: &mut system::System, request: Request, now: Instant) -> Result<Value, ConfigError> {
    let change = match request {
        // Answered where the parts are.
        Request::Health {} | Request::DebugInfo {} | Request::Sweep {} => None,
        Request::Analytics {} => return Ok(json!(system.analytics().report(now))),
        Request::Events { above } => return Ok(system.events(above).map(|noted| noted.told(now)).collect()),
        Request::ClearHistory {} => {
            system.clear_history();
            None
        }
        Request::Level {} => return Ok(system.level_told(now)),
        Request::Adjust { parameters } => return Ok(json!(system.adjustments(&parameters))),
        Request::Observe { metric, value } => {
            system.observe(&metric, value.unwrap_or(f64::NAN), now).map_err(|error| misunderstood(&error))?
        }
        Request::Degrade { reason } => system.degrade(&reason, now),
        Request::Restore {} => system.restore(now),
        Request::SetLevel { level } => {
            system.set_level(&level, now).map_err(|error| misunderstood(&error))?
        }
        Request::Pin { level } => system.pin(&level, now).map_err(|error| misunderstood(&error))?,
        Request::Unpin {} => {
            system.unpin();
            None
        }
        Request::SetTriggers { triggers } => {
            let document = json!({ "degradation": { "triggers": triggers } }).to_string();
            let settings = SystemConfig::parse(&document)?.degradation.unwrap_or_default();
            system.set_triggers(settings.triggers)?;
            None
        }
        Request::Tick {} => system.tick(now),
        Request::Snapshot {} => return Ok(json!(system.snapshot(now))),
        Request::RestoreSnapshot { snapshot } => {
            let wrong = |error: system::SystemRestoreError| {
                ConfigError::one(ProblemCode::WrongType, "snapshot", error.to_string())
            };
            system.restore_snapshot(&snapshot, now).map_err(wrong)?;
            None
        }
    };
    Ok(change.map_or(
        Value::Null,
        |Change { from, to, cause, .. }| json!({ "from": from, "to": to, "cause": cause }),
    ))
}

fn misunderstood(error: &DegradeError) -> ConfigError {
    let (code, path) = match error {
        DegradeError::UnknownMetric { .. } => (ProblemCode::UnknownValue, "metric"),
        DegradeError::NotFinite { .. } => (ProblemCode::OutOfRange, "value"),
        DegradeError::UnknownLevel { .. } => (ProblemCode::UnknownValue, "level"),
    };
    ConfigError::one(code, path, error.to_string())
}

const LONGEST: usize = 300;
