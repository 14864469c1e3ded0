//! How errors cross.

use failsoft::error::ConfigError;
use napi::bindgen_prelude::*;
use napi::{JsError, JsValue};

/// An `Error` with code `ConfigError`, and every problem of the document as JSON in `problems`.
pub(crate) fn config_error(env: Env, error: &ConfigError) -> Error {
    let build = || {
        let thrown = JsError::from(Error::new("ConfigError", error.to_string())).into_unknown(env);
        let problems = serde_json::to_string(&error.problems).unwrap_or_default();
        thrown.coerce_to_object()?.set("problems", problems)?;
        Ok(Error::from(thrown))
    };
    build().unwrap_or_else(|error| error)
}
