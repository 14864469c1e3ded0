//! Fallback chains.

use failsoft::facade;
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::convert::config_error;
use crate::engine::Engine;
use crate::lane::Lanes;

/// The steps of a policy document's `fallback` section.
#[wasm_bindgen]
pub struct Chain {
    pub(crate) chain: facade::Chain,
    pub(crate) lanes: Lanes,
}

/// One call through a chain.
#[wasm_bindgen]
pub struct ChainCall {
    call: facade::ChainCall,
}

#[wasm_bindgen]
impl Chain {
    /// The chain of a policy document (JSON text).
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str) -> Result<Self, JsValue> {
        let chain = facade::Chain::new(document).map_err(|error| config_error(&error))?;
        Ok(Self { chain, lanes: Lanes::default() })
    }

    /// The engine that guards a step, or null.
    #[wasm_bindgen(unchecked_return_type = "Engine | null")]
    pub fn engine(&self, step: u32) -> JsValue {
        let engine = self.chain.engine(step).cloned();
        engine.map_or(JsValue::NULL, |engine| Engine::among(&self.lanes, engine).into())
    }

    /// Its steps in the order of the document, as JSON.
    pub fn describe(&self) -> String {
        self.chain.describe()
    }

    /// Its statistics as JSON.
    pub fn statistics(&self, now: f64) -> String {
        self.chain.statistics(now)
    }

    /// Its state as JSON that `restore` takes.
    pub fn snapshot(&self, now: f64) -> String {
        self.chain.snapshot(now)
    }

    /// Takes on a saved state.
    pub fn restore(&self, snapshot: &str, now: f64) -> Result<(), JsValue> {
        self.chain.restore(snapshot, now).map_err(|error| config_error(&error))
    }

    /// Whether a failure of the call itself, before any step, leads to the steps.
    pub fn follows(&self, fault: &str) -> Result<bool, JsValue> {
        self.chain.follows(fault).map_err(|error| config_error(&error))
    }

    /// A call that begins now.
    pub fn begin(&self, now: f64) -> ChainCall {
        ChainCall { call: self.chain.begin(now) }
    }
}

#[wasm_bindgen]
impl ChainCall {
    /// What to do next: what, with which step, and in how many seconds a step may be tried again.
    #[wasm_bindgen(unchecked_return_type = "[number, number, number | null]")]
    pub fn next(&mut self, now: f64) -> Result<JsValue, JsValue> {
        let (course, step, seconds) = self.call.next(now).map_err(|error| config_error(&error))?;
        Ok(Array::of3(&course.into(), &step.into(), &seconds.map_or(JsValue::NULL, JsValue::from)).into())
    }

    /// The step answered.
    pub fn succeed(&mut self, step: u32, now: f64) -> Result<(), JsValue> {
        self.call.succeed(step, now).map_err(|error| config_error(&error))
    }

    /// The step failed with this fault document.
    pub fn fail(&mut self, step: u32, fault: &str, now: f64) -> Result<(), JsValue> {
        self.call.fail(step, fault, now).map_err(|error| config_error(&error))
    }

    /// The step's own guards refused it.
    pub fn refuse(&mut self, step: u32, retry_after: Option<f64>, now: f64) -> Result<(), JsValue> {
        self.call.refuse(step, retry_after, now).map_err(|error| config_error(&error))
    }

    /// The caller gave up.
    pub fn abandon(&mut self, now: f64) {
        self.call.abandon(now);
    }

    /// The call's report as JSON.
    pub fn report(&self) -> String {
        self.call.report()
    }
}
