//! Batches and self-healing.

use failsoft::facade;
use pyo3::prelude::*;

use crate::convert::config_error;

/// A batch of items. It belongs to the thread or task that runs the batch.
#[pyclass(module = "failsoft._native")]
pub(crate) struct Batch(facade::Batch);

#[pymethods]
impl Batch {
    #[new]
    fn new(py: Python<'_>, document: &str, items: u32) -> PyResult<Self> {
        facade::Batch::new(document, items).map(Self).map_err(|error| config_error(py, error))
    }

    /// The index of the next item to begin with, -1 to wait or -2 when all have ended.
    fn next(&mut self) -> i64 {
        self.0.next()
    }

    /// The item's work was done.
    fn succeed(&mut self, index: u32) -> bool {
        self.0.succeed(index)
    }

    /// The item failed, with an error of this category.
    fn fail(&mut self, py: Python<'_>, index: u32, category: &str) -> PyResult<bool> {
        self.0.fail(index, category).map_err(|error| config_error(py, error))
    }

    /// The item was cancelled.
    fn ignore(&mut self, index: u32) -> bool {
        self.0.ignore(index)
    }

    /// Starts no further item.
    fn stop(&mut self) {
        self.0.stop();
    }

    /// What became of the items, as JSON.
    fn report(&self) -> String {
        self.0.report()
    }
}

/// A call that may be healed. It belongs to the thread or task that makes the call.
#[pyclass(module = "failsoft._native")]
pub(crate) struct Heal(facade::Heal);

#[pymethods]
impl Heal {
    #[new]
    fn new(py: Python<'_>, document: &str) -> PyResult<Self> {
        facade::Heal::new(document).map(Self).map_err(|error| config_error(py, error))
    }

    /// The attempt failed, and this is what the diagnoser calls the problem, if it knows. What follows: the number and
    /// name of a remedy, or 0 and why the call is given up, or 0 and None to make the call again.
    #[pyo3(signature = (diagnosis))]
    fn failed(&mut self, py: Python<'_>, diagnosis: Option<&str>) -> PyResult<facade::Remedy> {
        self.0.failed(diagnosis).map_err(|error| config_error(py, error))
    }

    /// The remedy of this number was applied.
    fn remedied(&mut self, py: Python<'_>, number: u32) -> PyResult<facade::Remedy> {
        self.0.remedied(number).map_err(|error| config_error(py, error))
    }

    /// The remedy of this number could not be applied.
    fn remedy_failed(&mut self, py: Python<'_>, number: u32) -> PyResult<facade::Remedy> {
        self.0.remedy_failed(number).map_err(|error| config_error(py, error))
    }

    /// The attempt succeeded.
    fn succeeded(&mut self, py: Python<'_>) -> PyResult<()> {
        self.0.succeeded().map_err(|error| config_error(py, error))
    }

    /// The caller gave up.
    fn abandon(&mut self) {
        self.0.abandon();
    }

    /// How many more remedies the call may have.
    fn remedies_left(&self) -> u32 {
        self.0.remedies_left()
    }

    /// What was done, as JSON.
    fn report(&self) -> String {
        self.0.report()
    }
}
