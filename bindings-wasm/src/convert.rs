//! What crosses: answers and errors.

use failsoft::breaker::Transition;
use failsoft::call::StopReason;
use failsoft::error::ConfigError;
use failsoft::facade::Answer;
use js_sys::{Array, Error, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "
/** [from, to, reason] */
export type Change = [string, string, string];
/** [action, attempt, seconds, reason, change]; the action is 0 attempt, 1 wait, 2 stop, 3 reject */
export type Said = [number, number, number | null, string | null, Change | null];
";

/// A `Change`, or null where nothing changed: never undefined, which the Node binding cannot say.
pub(crate) fn change(transition: Option<Transition>) -> JsValue {
    transition.map_or(JsValue::NULL, |made| {
        Array::of3(&made.from.name().into(), &made.to.name().into(), &made.reason.name().into()).into()
    })
}

/// A `Said`.
pub(crate) fn said(answer: Answer) -> JsValue {
    Array::of5(
        &(answer.action as u8).into(),
        &answer.attempt.into(),
        &answer.seconds.map_or(JsValue::NULL, JsValue::from),
        &answer.reason.map(StopReason::name).map_or(JsValue::NULL, JsValue::from),
        &change(answer.transition),
    )
    .into()
}

/// An `Error` with code `ConfigError`, and every problem of the document as JSON in `problems`.
pub(crate) fn config_error(error: &ConfigError) -> JsValue {
    #[cfg(not(feature = "full"))]
    let error = &crate::elsewhere::pointed(error);
    let thrown = Error::new(&error.to_string());
    let problems = serde_json::to_string(&error.problems).unwrap_or_default();
    for (key, value) in [("code", "ConfigError"), ("problems", &problems)] {
        // A fresh error takes any property.
        let _ = Reflect::set(&thrown, &key.into(), &value.into());
    }
    thrown.into()
}
