//! One call in the hands of the driver.

use std::rc::Rc;

use failsoft::facade;
use wasm_bindgen::prelude::*;

use crate::convert::{change, config_error, said};
use crate::lane::PublishedLane;

/// One guarded call.
#[wasm_bindgen]
pub struct Guarded {
    pub(crate) call: facade::Guarded,
    pub(crate) lane: Rc<PublishedLane>,
}

#[wasm_bindgen]
impl Guarded {
    /// Asks for the next attempt.
    #[wasm_bindgen(unchecked_return_type = "Said")]
    pub fn admit(&mut self, now: f64) -> JsValue {
        said(self.call.admit(now, |bits| self.lane.publish(bits)))
    }

    /// The attempt answered.
    #[wasm_bindgen(unchecked_return_type = "Change | null")]
    pub fn succeed(&mut self, now: f64) -> JsValue {
        change(self.call.succeed(now, |bits| self.lane.publish(bits)))
    }

    /// The attempt failed with this fault document.
    #[wasm_bindgen(unchecked_return_type = "Said")]
    pub fn fail(&mut self, fault: &str, now: f64) -> Result<JsValue, JsValue> {
        let answer = self.call.fail(fault, now, |bits| self.lane.publish(bits));
        answer.map(said).map_err(|error| config_error(&error))
    }

    /// The caller gave up.
    #[wasm_bindgen(unchecked_return_type = "Change | null")]
    pub fn abandon(&mut self, now: f64) -> JsValue {
        change(self.call.abandon(now, |bits| self.lane.publish(bits)))
    }

    /// The call's report as JSON.
    pub fn report(&self) -> String {
        self.call.report()
    }

    /// The category of the last failure.
    #[wasm_bindgen(getter, unchecked_return_type = "string | null")]
    pub fn category(&self) -> JsValue {
        self.call.category().map_or(JsValue::NULL, JsValue::from)
    }
}
