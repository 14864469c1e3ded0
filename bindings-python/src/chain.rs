//! Fallback chains.

use failsoft::facade::{self, Course};
use pyo3::prelude::*;

use crate::convert::config_error;
use crate::engine::Engine;
use crate::lane::Lanes;

/// The steps of a policy document's `fallback` section. Safe to share between threads.
#[pyclass(module = "failsoft._native", frozen)]
pub(crate) struct Chain {
    pub(crate) chain: facade::Chain,
    pub(crate) lanes: Lanes,
}

/// One call through a chain. It belongs to the thread or task that makes the call.
#[pyclass(module = "failsoft._native")]
pub(crate) struct ChainCall {
    call: facade::ChainCall,
}

#[pymethods]
impl Chain {
    #[new]
    fn new(py: Python<'_>, document: &str) -> PyResult<Self> {
        let chain = facade::Chain::new(document).map_err(|error| config_error(py, error))?;
        Ok(Self { chain, lanes: Lanes::default() })
    }

    /// The engine that guards a step, or None.
    fn engine(&self, py: Python<'_>, step: u32) -> PyResult<Option<Engine>> {
        let engine = self.chain.engine(step).cloned();
        engine.map(|engine| Engine::among(py, &self.lanes, engine)).transpose()
    }

    /// Its steps in the order of the document, as JSON.
    fn describe(&self) -> String {
        self.chain.describe()
    }

    /// Its statistics as JSON.
    fn statistics(&self, now: f64) -> String {
        self.chain.statistics(now)
    }

    /// Its state as JSON that `restore` takes.
    fn snapshot(&self, now: f64) -> String {
        self.chain.snapshot(now)
    }

    /// Takes on a saved state.
    fn restore(&self, py: Python<'_>, snapshot: &str, now: f64) -> PyResult<()> {
        self.chain.restore(snapshot, now).map_err(|error| config_error(py, error))
    }

    /// Whether a failure of the call itself, before any step, leads to the steps.
    fn follows(&self, py: Python<'_>, fault: &str) -> PyResult<bool> {
        self.chain.follows(fault).map_err(|error| config_error(py, error))
    }

    /// A call that begins now.
    fn begin(&self, now: f64) -> ChainCall {
        ChainCall { call: self.chain.begin(now) }
    }
}

#[pymethods]
impl ChainCall {
    /// What to do next: what, with which step, and in how many seconds a step may be tried again.
    fn next(&mut self, py: Python<'_>, now: f64) -> PyResult<Course> {
        self.call.next(now).map_err(|error| config_error(py, error))
    }

    /// The step answered.
    fn succeed(&mut self, py: Python<'_>, step: u32, now: f64) -> PyResult<()> {
        self.call.succeed(step, now).map_err(|error| config_error(py, error))
    }

    /// The step failed with this fault document.
    fn fail(&mut self, py: Python<'_>, step: u32, fault: &str, now: f64) -> PyResult<()> {
        self.call.fail(step, fault, now).map_err(|error| config_error(py, error))
    }

    /// The step's own guards refused it.
    #[pyo3(signature = (step, retry_after, now))]
    fn refuse(&mut self, py: Python<'_>, step: u32, retry_after: Option<f64>, now: f64) -> PyResult<()> {
        self.call.refuse(step, retry_after, now).map_err(|error| config_error(py, error))
    }

    /// The caller gave up.
    fn abandon(&mut self, now: f64) {
        self.call.abandon(now);
    }

    /// The call's report as JSON.
    fn report(&self) -> String {
        self.call.report()
    }
}
