//! What crosses: answers out, errors out, and the two questions that need no policy.

use failsoft::error::ConfigError;
use failsoft::facade;
use pyo3::prelude::*;
use pyo3::types::PyList;

/// The package's own `ConfigError`, with every problem of the document.
pub(crate) fn config_error(py: Python<'_>, error: ConfigError) -> PyErr {
    let raise = || -> PyResult<Bound<'_, PyAny>> {
        let problems = PyList::empty(py);
        for problem in error.problems {
            problems.append((problem.code.name(), problem.path, problem.message))?;
        }
        py.import("failsoft._errors")?.getattr("ConfigError")?.call_method1("_from_native", (problems,))
    };
    raise().map_or_else(|error| error, PyErr::from_value)
}

/// The verdict on a fault document, by a `classify` block; all three are JSON text.
#[pyfunction]
pub(crate) fn classify(py: Python<'_>, fault: &str, classifier: &str) -> PyResult<String> {
    facade::classify(fault, classifier).map_err(|error| config_error(py, error))
}

/// The text without what looks like a secret.
#[pyfunction]
pub(crate) fn redact(text: &str) -> String {
    failsoft::redact::redact(text)
}
