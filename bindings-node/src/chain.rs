//! Fallback chains.

use failsoft::facade::{self, Course};
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::convert::config_error;
use crate::engine::Engine;
use crate::lane::Lanes;

/// The steps of a policy document's `fallback` section.
#[napi]
pub struct Chain {
    pub(crate) chain: facade::Chain,
    pub(crate) lanes: Lanes,
}

/// One call through a chain.
#[napi]
pub struct ChainCall {
    call: facade::ChainCall,
}

#[napi]
impl Chain {
    /// The chain of a policy document (JSON text).
    #[napi(constructor)]
    pub fn new(env: Env, document: String) -> Result<Self> {
        let chain = facade::Chain::new(&document).map_err(|error| config_error(env, &error))?;
        Ok(Self { chain, lanes: Lanes::default() })
    }

    /// The engine that guards a step, or null.
    #[napi]
    pub fn engine(&self, env: Env, step: u32) -> Result<Option<Engine>> {
        let engine = self.chain.engine(step).cloned();
        engine.map(|engine| Engine::among(env, &self.lanes, engine)).transpose()
    }

    /// Its steps in the order of the document, as JSON.
    #[napi]
    pub fn describe(&self) -> String {
        self.chain.describe()
    }

    /// Its statistics as JSON.
    #[napi]
    pub fn statistics(&self, now: f64) -> String {
        self.chain.statistics(now)
    }

    /// Its state as JSON that `restore` takes.
    #[napi]
    pub fn snapshot(&self, now: f64) -> String {
        self.chain.snapshot(now)
    }

    /// Takes on a saved state.
    #[napi]
    pub fn restore(&self, env: Env, snapshot: String, now: f64) -> Result<()> {
        self.chain.restore(&snapshot, now).map_err(|error| config_error(env, &error))
    }

    /// Whether a failure of the call itself, before any step, leads to the steps.
    #[napi]
    pub fn follows(&self, env: Env, fault: String) -> Result<bool> {
        self.chain.follows(&fault).map_err(|error| config_error(env, &error))
    }

    /// A call that begins now.
    #[napi]
    pub fn begin(&self, now: f64) -> ChainCall {
        ChainCall { call: self.chain.begin(now) }
    }
}

#[napi]
impl ChainCall {
    /// What to do next: what, with which step, and in how many seconds a step may be tried again.
    #[napi]
    pub fn next(&mut self, env: Env, now: f64) -> Result<Course> {
        self.call.next(now).map_err(|error| config_error(env, &error))
    }

    /// The step answered.
    #[napi]
    pub fn succeed(&mut self, env: Env, step: u32, now: f64) -> Result<()> {
        self.call.succeed(step, now).map_err(|error| config_error(env, &error))
    }

    /// The step failed with this fault document.
    #[napi]
    pub fn fail(&mut self, env: Env, step: u32, fault: String, now: f64) -> Result<()> {
        self.call.fail(step, &fault, now).map_err(|error| config_error(env, &error))
    }

    /// The step's own guards refused it.
    #[napi]
    pub fn refuse(&mut self, env: Env, step: u32, retry_after: Option<f64>, now: f64) -> Result<()> {
        self.call.refuse(step, retry_after, now).map_err(|error| config_error(env, &error))
    }

    /// The caller gave up.
    #[napi]
    pub fn abandon(&mut self, now: f64) {
        self.call.abandon(now);
    }

    /// The call's report as JSON.
    #[napi]
    pub fn report(&self) -> String {
        self.call.report()
    }
}
