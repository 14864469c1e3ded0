//! A policy with its machines.

use std::sync::Arc;

use failsoft::facade::{self, Change, change};
use pyo3::prelude::*;

use crate::convert::config_error;
use crate::guarded::Guarded;
use crate::lane::{Lanes, PublishedLane};

/// A policy document with its breaker. Safe to share between threads.
#[pyclass(module = "failsoft._native", frozen)]
pub(crate) struct Engine {
    pub(crate) engine: facade::Engine,
    pub(crate) lane: Arc<PublishedLane>,
}

impl Engine {
    /// One whose lane is among these.
    pub(crate) fn among(py: Python<'_>, lanes: &Lanes, engine: facade::Engine) -> PyResult<Self> {
        Ok(Self { lane: lanes.of(py, &engine)?, engine })
    }
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (document, breaker=None, whole=false))]
    fn new(py: Python<'_>, document: &str, breaker: Option<&Self>, whole: bool) -> PyResult<Self> {
        let engine = match breaker {
            Some(other) if whole => facade::Engine::over(document, CARRIES, &other.engine),
            Some(other) => facade::Engine::sharing(document, CARRIES, &other.engine),
            None => facade::Engine::new(document, CARRIES),
        };
        let engine = engine.map_err(|error| config_error(py, error))?;
        match breaker {
            Some(other) => Ok(Self { engine, lane: Arc::clone(&other.lane) }),
            None => Self::among(py, &Lanes::default(), engine),
        }
    }

    /// The cell with the lane's word: 0, or the ticket to start a call with.
    #[getter]
    fn lane(&self, py: Python<'_>) -> Py<PyAny> {
        self.lane.cell(py)
    }

    /// The cell that says whether each success on the lane has to be reported.
    #[getter]
    fn counts(&self, py: Python<'_>) -> Py<PyAny> {
        self.lane.counts(py)
    }

    /// Shuts the lane for good, so that every call is heard of from its beginning to its end.
    fn hear_all(&self, py: Python<'_>) {
        self.lane.shut(py);
    }

    /// A success on a lane that has changed or counts; `clock` is called only if it must be recorded.
    fn succeed(&self, py: Python<'_>, ticket: u64, clock: &Bound<'_, PyAny>) -> PyResult<Option<Change>> {
        let mut failed = None;
        let now = || {
            clock.call0().and_then(|now| now.extract()).unwrap_or_else(|error| {
                failed = Some(error);
                0.0
            })
        };
        let transition = self.engine.succeed(ticket, now, |bits| self.lane.publish(py, bits));
        failed.map_or(Ok(transition.map(change)), Err)
    }

    /// A ticket whose call says nothing about the dependency.
    fn ignore(&self, py: Python<'_>, ticket: u64, now: f64) -> Option<Change> {
        self.engine.ignore(ticket, now, |bits| self.lane.publish(py, bits)).map(change)
    }

    /// A call that begins now.
    fn begin(&self, seed: u64, now: f64) -> Guarded {
        Guarded { call: self.engine.begin(seed, now), lane: Arc::clone(&self.lane) }
    }

    /// A call whose first attempt was admitted on the lane.
    fn resume(&self, seed: u64, started: f64, ticket: u64) -> Guarded {
        Guarded { call: self.engine.resume(seed, started, ticket), lane: Arc::clone(&self.lane) }
    }

    /// What a driver must know of the policy, as JSON.
    fn describe(&self) -> String {
        self.engine.describe()
    }

    /// What the policy does and what in it cannot work, as JSON.
    fn explain(&self) -> String {
        self.engine.explain()
    }

    /// The breaker's state as JSON.
    fn state(&self, py: Python<'_>, now: f64) -> String {
        self.engine.state(now, |bits| self.lane.publish(py, bits))
    }

    /// Carries out `open`, `closed` or `reset`.
    fn set(&self, py: Python<'_>, command: &str) -> PyResult<Option<Change>> {
        let transition = self.engine.set(command, |bits| self.lane.publish(py, bits));
        transition.map(|made| made.map(change)).map_err(|error| config_error(py, error))
    }

    /// The breaker's state as JSON that `restore` takes.
    fn snapshot(&self, py: Python<'_>, now: f64) -> String {
        self.engine.snapshot(now, |bits| self.lane.publish(py, bits))
    }

    /// Takes on a saved state.
    fn restore(&self, py: Python<'_>, snapshot: &str, now: f64) -> PyResult<()> {
        let restored = self.engine.restore(snapshot, now, |bits| self.lane.publish(py, bits));
        restored.map_err(|error| config_error(py, error))
    }
}

/// The sections about more than a single call that the driver carries out.
pub(crate) const CARRIES: &[&str] = &["fallback", "batch", "heal"];
