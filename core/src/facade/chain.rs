//! Fallback chains, for bindings.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;
use std::sync::Arc;

use serde_json::json;

use super::{Engine, written};
use crate::classify::{Classifier, Fault};
use crate::error::{ConfigError, ProblemCode};
use crate::fallback::{self, Availability, ChainConfig, ChainRun, Decision, Misuse, Snapshot};
use crate::host::{Joined, Reporter, SharedBreaker, SharedChain, SharedGuards, SharedSystem};
use crate::policy::{Fallback, Policy};
use crate::time::Instant;

/// A fallback chain with what guards its steps; a clone is the same chain.
#[derive(Debug, Clone)]
pub struct Chain {
    shared: Arc<SharedChain>,
    steps: Arc<[Option<Engine>]>,
    /// What errors of steps without a policy of their own mean.
    classifier: Classifier,
    /// Who is told of its calls, and by which name.
    system: Option<(Arc<SharedSystem>, String)>,
}

/// One call through a chain.
#[derive(Debug, Clone)]
pub struct ChainCall {
    chain: Chain,
    run: ChainRun,
}

/// What a driver is to do next: what, with which step, and in how many seconds a step may be tried again.
pub type Course = (u8, u32, Option<f64>);

/// Call this step.
pub const TRY: u8 = 0;
/// Raise the last error: every step that could be tried has failed.
pub const EXHAUSTED: u8 = 1;
/// Raise that no step could be tried.
pub const ALL_BENCHED: u8 = 2;
/// Raise the error of this step.
pub const FAIL_NOW: u8 = 3;

impl Chain {
    /// The chain of a policy document with a `fallback` section; what else the document says is for its call itself.
    pub fn new(document: &str) -> Result<Self, ConfigError> {
        let (fallback, classifier) = read(document)?;
        let Fallback { chain, policies } = fallback;
        let shared = Arc::new(SharedChain::new(fallback::Chain::new(chain)?));
        let guard = |policy: Policy| {
            let guards = Arc::new(SharedGuards::new(&policy.guards(), None));
            Engine::of(policy, guards, None)
        };
        let steps = policies.into_iter().map(|policy| policy.map(guard)).collect();
        Ok(Self { shared, steps, classifier, system: None })
    }

    pub(super) fn in_system(
        system: &Arc<SharedSystem>,
        name: &str,
        document: &str,
        now: Instant,
    ) -> Result<Self, ConfigError> {
        let (fallback, classifier) = read(document)?;
        let Fallback { chain, policies } = fallback;
        let shared = system.chain(name, &chain, now)?;
        let mut steps = Vec::new();
        for (index, (step, policy)) in chain.steps.iter().zip(policies).enumerate() {
            let join = |policy| {
                let part = format!("{name}.{}", step.name);
                let joined = system.join(&part, policy, now).map_err(|error| within(error, index))?;
                let Joined { policy, guards } = joined;
                let reporter = Some(Reporter::of_step(Arc::clone(system), &part));
                Ok(Engine::of(policy, guards, reporter))
            };
            steps.push(policy.map(join).transpose()?);
        }
        let system = Some((Arc::clone(system), name.to_string()));
        Ok(Self { shared, steps: steps.into(), classifier, system })
    }

    /// The engine that guards a step; `None` if nothing does.
    pub fn engine(&self, step: u32) -> Option<&Engine> {
        self.steps.get(step as usize)?.as_ref()
    }

    /// Its steps in the order of the document, as JSON: name, quality, cost.
    pub fn describe(&self) -> String {
        let told = |config: &ChainConfig| {
            let steps = config.steps.iter();
            steps
                .map(|step| json!({ "name": step.name, "quality": step.quality, "cost": step.cost }))
                .collect::<Vec<_>>()
        };
        written(&self.shared.with(|chain| told(chain.config())))
    }

    /// Its [`Statistics`](fallback::Statistics) as JSON.
    pub fn statistics(&self, now: f64) -> String {
        written(&self.shared.with(|chain| chain.statistics(Instant::from_secs_f64(now))))
    }

    /// Its state as a JSON text that [`restore`](Self::restore) takes.
    pub fn snapshot(&self, now: f64) -> String {
        written(&self.shared.with(|chain| chain.snapshot(Instant::from_secs_f64(now))))
    }

    /// Takes on a state that [`snapshot`](Self::snapshot) gave out; on an error everything is as it was.
    pub fn restore(&self, snapshot: &str, now: f64) -> Result<(), ConfigError> {
        let wrong = |message: String| ConfigError::one(ProblemCode::WrongType, "snapshot", message);
        let snapshot: Snapshot = serde_json::from_str(snapshot).map_err(|error| wrong(error.to_string()))?;
        let now = Instant::from_secs_f64(now);
        self.shared.with(|chain| chain.restore(&snapshot, now)).map_err(|error| wrong(error.to_string()))
    }

    /// Whether a failure of the call itself, before any step, leads to the steps at all.
    pub fn follows(&self, fault: &str) -> Result<bool, ConfigError> {
        let verdict = self.classifier.classify(&Fault::from_json(fault)?);
        Ok(self.shared.with(|chain| chain.config().follows(verdict.category)))
    }

    /// A call that begins at `now`.
    pub fn begin(&self, now: f64) -> ChainCall {
        let run = self.shared.with(|chain| chain.begin(Instant::from_secs_f64(now)));
        ChainCall { chain: self.clone(), run }
    }
}

impl Engine {
    /// How long until the breaker may admit a call; `None` if nobody knows.
    fn retry_after(&self, now: Instant) -> Option<Duration> {
        let wait = |breaker: &SharedBreaker| breaker.with(|_| {}, |machine| machine.retry_after(now));
        self.guards.breaker().map_or(Some(Duration::ZERO), wait)
    }
}

impl ChainCall {
    /// What to do next. A step that is given out is to be settled before the next is asked for.
    pub fn next(&mut self, now: f64) -> Result<Course, ConfigError> {
        let now = Instant::from_secs_f64(now);
        let steps = &self.chain.steps;
        let available = |step: usize| {
            let retry_after = steps.get(step).and_then(Option::as_ref).map(|engine| engine.retry_after(now));
            match retry_after {
                None => Availability::Ready,
                Some(Some(wait)) => Availability::BenchedUntil(now.saturating_add(wait)),
                Some(None) => Availability::Benched,
            }
        };
        let decision = self.chain.shared.with(|chain| self.run.next(chain, available, now));
        let number = |step: usize| u32::try_from(step).unwrap_or(u32::MAX);
        let seconds = |until: Option<Instant>| until.map(|until| until.saturating_since(now).as_secs_f64());
        let course = match decision.map_err(|misuse| wrong_order(&misuse))? {
            Decision::Try { step } => return Ok((TRY, number(step), None)),
            Decision::Exhausted { until } => (EXHAUSTED, 0, seconds(until)),
            Decision::AllBenched { until } => (ALL_BENCHED, 0, seconds(until)),
            Decision::FailNow { step } => (FAIL_NOW, number(step), None),
        };
        self.tell(now);
        Ok(course)
    }

    /// The step answered.
    pub fn succeed(&mut self, step: u32, now: f64) -> Result<(), ConfigError> {
        let now = Instant::from_secs_f64(now);
        let served = self.chain.shared.with(|chain| self.run.succeeded(chain, step as usize, now));
        served.map_err(|misuse| wrong_order(&misuse))?;
        self.tell(now);
        Ok(())
    }

    /// The step failed with this fault document. Ask [`next`](Self::next) what follows.
    pub fn fail(&mut self, step: u32, fault: &str, now: f64) -> Result<(), ConfigError> {
        let fault = Fault::from_json(fault)?;
        let classifier = match self.chain.engine(step) {
            Some(engine) => &engine.policy.classifier,
            None => &self.chain.classifier,
        };
        let verdict = classifier.classify(&fault);
        let now = Instant::from_secs_f64(now);
        let failed = self.chain.shared.with(|chain| self.run.failed(chain, step as usize, &verdict, now));
        failed.map_err(|misuse| wrong_order(&misuse))
    }

    /// The step's own guards refused it, for so many seconds if that is known: it was not called.
    pub fn refuse(&mut self, step: u32, retry_after: Option<f64>, now: f64) -> Result<(), ConfigError> {
        let (now, wait) = (Instant::from_secs_f64(now), retry_after.map(crate::time::duration_from_secs));
        let refused = self.chain.shared.with(|chain| self.run.refused(chain, step as usize, wait, now));
        refused.map_err(|misuse| wrong_order(&misuse))
    }

    /// The call is given up by its caller. Once it is over this changes nothing.
    pub fn abandon(&mut self, now: f64) {
        let now = Instant::from_secs_f64(now);
        let _ = self.chain.shared.with(|chain| self.run.abandoned(chain, now));
    }

    /// The call's [`Report`](fallback::Report) as JSON.
    pub fn report(&self) -> String {
        written(&self.chain.shared.with(|chain| self.run.report(chain)))
    }

    fn tell(&self, now: Instant) {
        if let Some((system, name)) = &self.chain.system {
            let report = self.chain.shared.with(|chain| self.run.report(chain));
            system.with(now, |system| system.chained(name, &report, now));
        }
    }
}

fn read(document: &str) -> Result<(Fallback, Classifier), ConfigError> {
    let Policy { fallback, classifier, .. } = Policy::parse(document)?;
    let missing =
        || ConfigError::one(ProblemCode::Missing, "fallback", "missing (expected the steps of the chain)");
    Ok((fallback.ok_or_else(missing)?, classifier))
}

/// The same error, in the document of the whole chain.
fn within(mut error: ConfigError, step: usize) -> ConfigError {
    for problem in &mut error.problems {
        problem.path = format!("fallback[{step}].policy.{}", problem.path);
    }
    error
}

fn wrong_order(misuse: &Misuse) -> ConfigError {
    ConfigError::one(ProblemCode::Contradiction, "step", misuse.to_string())
}
