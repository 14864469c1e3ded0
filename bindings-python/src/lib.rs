//! The Python binding: a few classes and two functions over the core's façade.
//!
//! No default, rule or arithmetic about resilience is here, and no Python code runs while the core decides: the
//! clock is read before a breaker is locked, and what is done under the lock is one store into a cell.

use pyo3::prelude::*;

mod chain;
mod convert;
mod engine;
mod guarded;
mod heard;
mod known;
mod lane;
mod ramp;
mod system;
mod work;

/// The part of failsoft that decides.
#[pymodule]
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
    use super::heard::{heard, listened, logs_to};
    #[pymodule_export]
    use super::known::Judged;
    #[pymodule_export]
    use super::ramp::{Ramp, reseed, seed};
    #[pymodule_export]
    use super::system::System;
    #[pymodule_export]
    use super::work::{Batch, Heal};
}
