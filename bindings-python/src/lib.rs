//! The Python binding: a few classes and two functions over the core's façade.
//!
//! No default, rule or arithmetic about resilience is here, and no Python code runs while the core decides: the
//! clock is read before a breaker is locked, and what is done under the lock is one store into a cell.

use pyo3::prelude::*;

mod chain;
mod convert;
mod engine;
mod guarded;
mod lane;
mod system;
mod work;

/// The part of failsoft that decides.
///
/// It shares nothing that is not locked or atomic, but nobody has run it on an interpreter without a global lock yet, so it asks
/// such an interpreter to keep one.
#[pymodule(gil_used = true)]
mod _native {
    #[pymodule_export]
    use super::chain::{Chain, ChainCall};
    #[pymodule_export]
    use super::convert::{classify, redact};
    #[pymodule_export]
    use super::engine::Engine;
    #[pymodule_export]
    use super::guarded::Guarded;
    #[pymodule_export]
    use super::system::System;
    #[pymodule_export]
    use super::work::{Batch, Heal};
}
