//! The Node binding: a few classes and two functions over the core's façade.
//!
//! No default, rule or arithmetic about resilience is here, and nothing is called back while the core decides:
//! what is done meanwhile is one store into an array. The classes, methods and answers are those of the
//! WebAssembly binding, so that one driver serves both.

#![allow(clippy::needless_pass_by_value, reason = "napi hands strings over by value only")]

mod batch;
mod chain;
mod convert;
mod engine;
mod guarded;
mod lane;
#[cfg(feature = "shapes")]
mod shapes;
mod system;

use failsoft::facade;
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::convert::config_error;

/// The verdict on a fault document, by a `classify` block; all three are JSON text.
#[napi]
pub fn classify(env: Env, fault: String, classifier: String) -> Result<String> {
    facade::classify(&fault, &classifier).map_err(|error| config_error(env, &error))
}

/// The text without what looks like a secret.
#[napi]
pub fn redact(text: String) -> String {
    failsoft::redact::redact(&text)
}
