//! The WebAssembly binding: a few classes and two functions over the core's façade.
//!
//! No default, rule or arithmetic about resilience is here, and nothing is called back while the core decides:
//! what is done meanwhile is one store into an array. The classes, methods and answers are those of the Node
//! binding, so that one driver serves both.

#[cfg(feature = "full")]
mod batch;
#[cfg(feature = "full")]
mod chain;
mod convert;
#[cfg(not(feature = "full"))]
mod elsewhere;
mod engine;
mod guarded;
mod lane;
#[cfg(feature = "full")]
mod saved;
#[cfg(feature = "full")]
mod system;

use failsoft::facade;
use wasm_bindgen::prelude::*;

use crate::convert::config_error;

/// The verdict on a fault document, by a `classify` block; all three are JSON text.
#[wasm_bindgen]
pub fn classify(fault: &str, classifier: &str) -> Result<String, JsValue> {
    facade::classify(fault, classifier).map_err(|error| config_error(&error))
}

/// The text without what looks like a secret.
#[wasm_bindgen]
pub fn redact(text: &str) -> String {
    failsoft::redact::redact(text)
}
