//! What crosses: numbers in, answers and errors out.

use failsoft::breaker::Transition;
use failsoft::call::StopReason;
use failsoft::error::ConfigError;
use failsoft::facade::Answer;
use napi::bindgen_prelude::*;
use napi::{JsError, JsValue};

/// [from, to, reason]
pub(crate) type Change = (&'static str, &'static str, &'static str);

/// [action, attempt, seconds, reason, change]; the action is 0 attempt, 1 wait, 2 stop, 3 reject
pub(crate) type Said = (u8, u32, Option<f64>, Option<&'static str>, Option<Change>);

pub(crate) fn change(transition: Transition) -> Change {
    (transition.from.name(), transition.to.name(), transition.reason.name())
}

pub(crate) fn said(answer: Answer) -> Said {
    let reason = answer.reason.map(StopReason::name);
    (answer.action as u8, answer.attempt, answer.seconds, reason, answer.transition.map(change))
}

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

/// Integers come as doubles (no `BigInt`); one below 2⁵³ is exact, and NaN or a negative number is 0.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float to integer casts saturate and turn NaN into 0, which is the meaning wanted here"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number as u64
}

/// A lane or ticket as a double.
#[allow(clippy::cast_precision_loss, reason = "tickets are below 2⁵², where every integer is a double")]
pub(crate) fn number(bits: u64) -> f64 {
    bits as f64
}
