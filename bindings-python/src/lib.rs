//! The Python binding: a few classes and two functions over the core's façade.
//!
//! No default, rule or arithmetic about resilience is here, and no Python code runs while the core decides: the
//! clock is read before a breaker is locked, and what is done under the lock is one store into a cell.

use std::sync::OnceLock;

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

mod chain;
mod convert;
mod engine;
mod entry;
mod guarded;
mod heard;
mod kept;
mod known;
mod lane;
mod ramp;
mod system;
mod work;

/// The part of failsoft that decides.
///
/// It shares nothing that is not locked or atomic, but nobody has run it on an interpreter without a global lock yet, so it asks
/// such an interpreter to keep one.
#[pymodule(gil_used = true)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::chain::{Chain, ChainCall};
    use super::check_interpreter;
    #[pymodule_export]
    use super::convert::{classify, redact};
    #[pymodule_export]
    use super::engine::Engine;
    #[pymodule_export]
    use super::guarded::Guarded;
    #[pymodule_export]
    use super::heard::{heard, listened, logs_to};
    #[pymodule_export]
    use super::kept::is_shared;
    #[pymodule_export]
    use super::known::Judged;
    #[pymodule_export]
    use super::ramp::{Ramp, go_the_long_way, reseed, seed};
    #[pymodule_export]
    use super::system::System;
    #[pymodule_export]
    use super::work::{Batch, Heal};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        check_interpreter(module.py())
    }
}

/// The classes here are the process's, so they would mix up two interpreters' objects. Python itself refuses those with a
/// lock of their own; the others are told apart by their `sys`.
fn check_interpreter(py: Python<'_>) -> PyResult<()> {
    static HOME: OnceLock<usize> = OnceLock::new();
    let here = py.import("sys")?.as_ptr().addr();
    if *HOME.get_or_init(|| here) == here {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "failsoft does not support loading in subinterpreters: use it in the main one, or in processes (mod_wsgi: \
         WSGIApplicationGroup %{GLOBAL})",
    ))
}
