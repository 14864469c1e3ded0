//! Errors that have been met before.
//!
//! To describe an error takes Python some ten microseconds, and to judge what it says as many again. Most errors say
//! nothing that another of their type has not said: those are told apart by a few facts, and judged once.

use failsoft::facade;
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyInt, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit, intern};

use crate::convert::config_error;

/// How many types are kept, and errors of each: more than a program meets again and again.
const MOST_KINDS: usize = 64;
const MOST: usize = 64;

/// How long a text may be, in letters; what is longer is seldom said twice.
const LONGEST: usize = 512;

/// A fault and what an engine makes of it.
#[pyclass(module = "failsoft._native", frozen)]
pub(crate) struct Judged(pub(crate) facade::Judged);

/// The errors that an engine has met. It keeps their types and texts, and none of themselves.
pub(crate) struct Known(Py<PyDict>);

/// Those of one type.
#[pyclass(module = "failsoft._native", frozen)]
struct Kind {
    /// What besides their text they may say something by; none if only a description tells.
    names: Option<Vec<Py<PyString>>>,
    /// What has been made of them, by what they said.
    judged: Py<PyDict>,
}

impl Known {
    pub(crate) fn new(py: Python<'_>) -> Self {
        Self(PyDict::new(py).unbind())
    }

    /// What the engine makes of an error. Describing it may run code of the error's own.
    pub(crate) fn judge<'py>(
        &self,
        engine: &facade::Engine,
        error: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Judged>> {
        let py = error.py();
        let kind = self.kind(error)?;
        let known = kind.get().judged.bind(py);
        let said = kind.get().said(error)?;
        if let Some(said) = &said
            && let Some(judged) = known.get_item(said)?
        {
            return Ok(judged.cast_into()?);
        }
        let text: String =
            FAULT_TEXT.import(py, "failsoft._faults", "fault_text")?.call1((error,))?.extract()?;
        let judged = engine.judge(&text).map_err(|error| config_error(py, error))?;
        let judged = Bound::new(py, Judged(judged))?;
        if let Some(said) = said {
            if known.len() >= MOST {
                known.clear();
            }
            known.set_item(said, &judged)?;
        }
        Ok(judged)
    }

    fn kind<'py>(&self, error: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Kind>> {
        let py = error.py();
        let kinds = self.0.bind(py);
        let of = error.get_type();
        if let Some(kind) = kinds.get_item(&of)? {
            return Ok(kind.cast_into()?);
        }
        let names = TOLD_BY.import(py, "failsoft._faults", "told_by")?.call1((&of,))?.extract()?;
        let kind = Bound::new(py, Kind { names, judged: PyDict::new(py).unbind() })?;
        if kinds.len() >= MOST_KINDS {
            kinds.clear();
        }
        kinds.set_item(of, &kind)?;
        Ok(kind)
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.0)
    }
}

impl Kind {
    /// All that the fault of an error is made of: its text, or that and more; none if only its description tells.
    fn said<'py>(&self, error: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = error.py();
        let Some(names) = &self.names else { return Ok(None) };
        let own = error.getattr(intern!(py, "__dict__"))?;
        if !own.is_empty()?
            && SAYS_MORE.import(py, "failsoft._faults", "says_more")?.call1((own,))?.is_truthy()?
        {
            return Ok(None);
        }
        if !error.getattr(intern!(py, "__cause__"))?.is_none() {
            return Ok(None);
        }
        let args = error.getattr(intern!(py, "args"))?.cast_into::<PyTuple>()?;
        if !args.is_empty() && args.get_item(0)?.is_instance_of::<PyBaseException>() {
            return Ok(None);
        }
        // A type whose texts are not Python's own is told by its description, so this calls nothing but what is in `args`.
        let Ok(text) = error.str() else { return Ok(None) };
        if !is_short(text.as_any()) {
            return Ok(None);
        }
        let mut more = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let fact = error.getattr(name)?;
            if fact.is_none() {
                continue;
            }
            // Not what only equals a number, such as True.
            if !fact.is_exact_instance_of::<PyInt>() && !is_short(&fact) {
                return Ok(None);
            }
            more.push(place.into_pyobject(py)?.into_any());
            more.push(fact);
        }
        if more.is_empty() {
            return Ok(Some(text.into_any()));
        }
        more.push(text.into_any());
        Ok(Some(PyTuple::new(py, more)?.into_any()))
    }
}

fn is_short(text: &Bound<'_, PyAny>) -> bool {
    text.cast_exact::<PyString>().is_ok_and(|text| text.len().is_ok_and(|length| length <= LONGEST))
}

static FAULT_TEXT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static TOLD_BY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static SAYS_MORE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
