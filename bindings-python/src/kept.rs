//! What is kept of a call beside its result, for those who ask afterwards.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyEllipsis, PyFrozenSet, PyInt, PyString, PyTuple, PyType};

use crate::guarded::Guarded;

/// The numbers of which Python has one object each.
const SMALL: std::ops::RangeInclusive<i64> = -5..=256;

/// Whether many calls may return this very object, so that it can't tell which of them is asked about.
#[pyfunction]
pub(crate) fn is_shared(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if value.is_exact_instance_of::<PyInt>() {
        return Ok(value.extract::<i64>().is_ok_and(|number| SMALL.contains(&number)));
    }
    let is_collection = value.is_exact_instance_of::<PyString>()
        || value.is_exact_instance_of::<PyBytes>()
        || value.is_exact_instance_of::<PyTuple>()
        || value.is_exact_instance_of::<PyFrozenSet>();
    if is_collection {
        // Python has one object for each of these, too.
        return Ok(value.len()? < 2);
    }
    if value.is_none()
        || value.is_instance_of::<PyBool>()
        || value.is_instance_of::<PyType>()
        || value.is_instance_of::<PyEllipsis>()
    {
        return Ok(true);
    }
    // Of a generator's items none stands for the whole, and to keep it here would keep it from being closed. What has one has loaded
    // the module; where it can't be loaded, this is none.
    Ok(value.is_instance_of::<PyTuple>()
        && OPENED
            .import(value.py(), "failsoft._opened", "Opened")
            .is_ok_and(|opened| value.get_type().is(opened)))
}

/// Keeps the record of a call that its function has answered in the end.
pub(crate) fn keep_call(result: &Bound<'_, PyAny>, call: &Bound<'_, Guarded>) -> PyResult<()> {
    let py = call.py();
    let keep = KEEP.import(py, "failsoft._report", "keep")?;
    if !is_shared(result)? {
        keep.call1(((result, call),))?;
        return Ok(());
    }
    let nothing = NOTHING.import(py, "failsoft._report", "EMPTY")?;
    // Many functions answer nothing, one time after the other.
    if !KEPT.import(py, "failsoft._report", "kept")?.call0()?.is(nothing) {
        keep.call1((nothing,))?;
    }
    Ok(())
}

static OPENED: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static NOTHING: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static KEPT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static KEEP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
