//! A program with named parts.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;

use serde_json::Value;

use super::policy::NOT_CARRIED_OUT;
use super::{Policy, clock};
use crate::degrade::{Change, DegradeError};
use crate::error::ConfigError;
use crate::host::{Joined, Reporter, SharedSystem};
use crate::policy;
use crate::system::{self, DebugInfo, HealthReport, SystemConfig};
use crate::time::Instant;

/// The named parts of one program, its health and its level. A clone is the same system, so one may stand in the state of a
/// server; tasks and threads may use it as they like.
///
/// A part is what stands between the program and one dependency. Policies that go through the same part share its breaker, its
/// limits and its retry budget, and the system hears of their calls:
///
/// ```
/// use failsoft::tokio::System;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let system = System::parse("{}")?;
/// let search = system.policy("search", r#"{"circuit_breaker": {"failure_threshold": 2}}"#)?;
/// let patient = system.policy("search", r#"{"retry": {"max_attempts": 3}}"#)?;
///
/// for _ in 0..2 {
///     let _ = search.run(|_| async { Err::<(), _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset)) }).await;
/// }
/// assert!(patient.run(|_| async { Ok::<_, std::io::Error>(()) }).await.is_err(), "the part's breaker is open");
/// assert_eq!("unhealthy", system.health().status.name());
/// # Ok(())
/// # }
/// ```
///
/// Where its degradation has a trigger `error_rate`, the system reads the share of failed calls into it by itself; other metrics
/// are the program's to [`observe`](Self::observe).
#[derive(Debug, Clone)]
pub struct System(Arc<SharedSystem>);

impl System {
    /// Reads the document of a system, or says everything that is wrong with it; `{}` is one with the default settings.
    pub fn parse(document: &str) -> Result<Self, ConfigError> {
        Self::new(SystemConfig::parse(document)?)
    }

    /// A system with these settings; or everything that is wrong with its degradation.
    pub fn new(config: SystemConfig) -> Result<Self, ConfigError> {
        SharedSystem::new(config).map(|system| Self(Arc::new(system)))
    }

    /// A policy that goes through the part of this name, from a document.
    ///
    /// The first policy makes the part's machines. A section of a later one that is not there, or says no more than the defaults,
    /// takes what the part has; an error is one that says something else, or whose machine the part was made without. A
    /// budget with a name is shared by all policies that name it.
    pub fn policy(&self, part: &str, document: &str) -> Result<Policy, ConfigError> {
        let settings = policy::Policy::parse(document)?;
        self.join(part, settings.kept(&["hedge", "retry.budget.name"], NOT_CARRIED_OUT)?)
    }

    /// The same, with settings that are no document.
    pub fn join(&self, part: &str, settings: policy::Policy) -> Result<Policy, ConfigError> {
        let Joined { policy, guards } = self.0.join(part, settings, clock::now())?;
        Ok(Policy::in_system(policy, guards, Reporter::new(Arc::clone(&self.0), part)))
    }

    /// How well the program is.
    pub fn health(&self) -> HealthReport {
        self.0.health(clock::now())
    }

    /// Everything that is known, as one document without secrets.
    pub fn debug_info(&self) -> DebugInfo {
        self.0.debug_info(clock::now())
    }

    /// Takes in what a metric is, and answers with the change of level that follows. Metrics without a trigger, numbers that are
    /// not finite, and a system that does not degrade are errors.
    pub fn observe(&self, metric: &str, value: f64) -> Result<Option<Change>, DegradeError> {
        self.with(|system, now| system.observe(metric, value, now))
    }

    /// The parameters as they are at the level of now. Whatever no rule is about is left as it came.
    pub fn adjust(&self, parameters: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        let adjustments = self.with(|system, _| system.adjustments(&parameters));
        let mut adjusted = parameters;
        adjusted.extend(adjustments);
        adjusted
    }

    /// Tells the system something else, or asks it: the level by hand, the events, the errors.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let system = failsoft::tokio::System::parse("{}")?;
    /// system.with(|system, now| system.set_level("low", now))?;
    /// assert_eq!(1, system.with(|system, _| system.events(0).count()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with<T>(&self, act: impl FnOnce(&mut system::System, Instant) -> T) -> T {
        let now = clock::now();
        self.0.with(now, |system| act(system, now))
    }

    /// Lets time pass for the level, and lets parts go that nobody uses any more. For a task that runs every few seconds; a
    /// busy program does not need it.
    pub fn tick(&self) -> Option<Change> {
        let now = clock::now();
        self.0.sweep(now);
        self.0.with(now, |system| system.tick(now))
    }

    /// The machines behind it, to share them with other hosts.
    pub const fn shared(&self) -> &Arc<SharedSystem> {
        &self.0
    }
}
