//! A program with named parts.

use failsoft::facade;
use pyo3::prelude::*;

use crate::chain::Chain;
use crate::convert::config_error;
use crate::engine::{CARRIES, Engine};
use crate::lane::Lanes;

/// The named parts of one program. Safe to share between threads.
#[pyclass(module = "failsoft._native", frozen)]
pub(crate) struct System {
    system: facade::System,
    lanes: Lanes,
}

#[pymethods]
impl System {
    #[new]
    fn new(py: Python<'_>, document: &str) -> PyResult<Self> {
        let system = facade::System::new(document).map_err(|error| config_error(py, error))?;
        Ok(Self { system, lanes: Lanes::default() })
    }

    /// An engine whose calls go through the part of this name.
    fn engine(&self, py: Python<'_>, part: &str, document: &str, now: f64) -> PyResult<Engine> {
        // A chain is a part by itself.
        let carries: Vec<&str> = CARRIES.iter().copied().filter(|section| *section != "fallback").collect();
        let engine = self.system.engine(part, document, &carries, now);
        Engine::among(py, &self.lanes, engine.map_err(|error| config_error(py, error))?)
    }

    /// The chain of this name.
    fn chain(&self, py: Python<'_>, name: &str, document: &str, now: f64) -> PyResult<Chain> {
        let chain = self.system.chain(name, document, now).map_err(|error| config_error(py, error))?;
        Ok(Chain { chain, lanes: self.lanes.clone() })
    }

    /// Answers a request; both are JSON.
    fn ask(&self, py: Python<'_>, request: &str, now: f64) -> PyResult<String> {
        self.system.ask(request, now).map_err(|error| config_error(py, error))
    }
}
