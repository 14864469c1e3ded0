//! One call in the hands of the driver.

use std::sync::Arc;

use failsoft::facade::{self, Change, Said, change, said};
use pyo3::prelude::*;

use crate::convert::config_error;
use crate::lane::PublishedLane;

/// One guarded call. It belongs to the thread or task that makes the call.
#[pyclass(module = "failsoft._native")]
pub(crate) struct Guarded {
    pub(crate) call: facade::Guarded,
    pub(crate) lane: Arc<PublishedLane>,
}

#[pymethods]
impl Guarded {
    /// Asks for the next attempt.
    fn admit(&mut self, py: Python<'_>, now: f64) -> Said {
        said(self.call.admit(now, |bits| self.lane.publish(py, bits)))
    }

    /// The attempt answered.
    fn succeed(&mut self, py: Python<'_>, now: f64) -> Option<Change> {
        self.call.succeed(now, |bits| self.lane.publish(py, bits)).map(change)
    }

    /// The attempt has answered in part, so that it is not repeated any more.
    fn answers(&mut self) {
        self.call.answers();
    }

    /// The attempt failed with this fault document.
    fn fail(&mut self, py: Python<'_>, fault: &str, now: f64) -> PyResult<Said> {
        let answer = self.call.fail(fault, now, |bits| self.lane.publish(py, bits));
        answer.map(said).map_err(|error| config_error(py, error))
    }

    /// The caller gave up.
    fn abandon(&mut self, py: Python<'_>, now: f64) -> Option<Change> {
        self.call.abandon(now, |bits| self.lane.publish(py, bits)).map(change)
    }

    /// The call's report as JSON.
    fn report(&self) -> String {
        self.call.report()
    }

    /// The category of the last failure.
    #[getter]
    fn category(&self) -> Option<&'static str> {
        self.call.category()
    }
}
