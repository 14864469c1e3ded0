//! A policy, and the array in which its breaker's lane is published.

use std::rc::Rc;

use failsoft::facade::{self, from_double};
use js_sys::Float64Array;
use wasm_bindgen::prelude::*;

use crate::convert::{change, config_error};
use crate::guarded::Guarded;
use crate::lane::{Lanes, PublishedLane};

/// A policy document with its breaker.
#[wasm_bindgen]
pub struct Engine {
    pub(crate) engine: facade::Engine,
    pub(crate) lane: Rc<PublishedLane>,
}

impl Engine {
    /// One whose lane is among these.
    pub(crate) fn among(lanes: &Lanes, engine: facade::Engine) -> Self {
        Self { lane: lanes.of(&engine), engine }
    }
}

#[wasm_bindgen]
impl Engine {
    /// An engine for a policy document (JSON text).
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str) -> Result<Self, JsValue> {
        let engine = facade::Engine::new(document, CARRIES).map_err(|error| config_error(&error))?;
        Ok(Self::among(&Lanes::default(), engine))
    }

    /// An engine for a policy document that uses the breaker of `other` instead of one of its own.
    pub fn sharing(document: &str, other: &Self) -> Result<Self, JsValue> {
        let engine = facade::Engine::sharing(document, CARRIES, &other.engine)
            .map_err(|error| config_error(&error))?;
        Ok(Self { engine, lane: Rc::clone(&other.lane) })
    }

    /// An engine for another policy document over all the machines of `other`.
    pub fn over(document: &str, other: &Self) -> Result<Self, JsValue> {
        let engine =
            facade::Engine::over(document, CARRIES, &other.engine).map_err(|error| config_error(&error))?;
        Ok(Self { engine, lane: Rc::clone(&other.lane) })
    }

    /// The array with the lane's word: 0, or the ticket to start a call with.
    #[wasm_bindgen(getter)]
    pub fn lane(&self) -> Float64Array {
        self.lane.array()
    }

    /// A success on a lane that has changed, or so many on one that counts.
    #[wasm_bindgen(unchecked_return_type = "Change | null")]
    pub fn succeed(&self, ticket: f64, now: f64, times: Option<u32>) -> JsValue {
        let publish = |bits| self.lane.publish(bits);
        change(self.engine.succeed_times(from_double(ticket), times.unwrap_or(1), now, publish))
    }

    /// Until when successes on a lane that counts may be added up; null for as long as one likes.
    #[wasm_bindgen(js_name = laneEnds, unchecked_return_type = "number | null")]
    pub fn lane_ends(&self) -> JsValue {
        self.engine.lane_ends().map_or(JsValue::NULL, JsValue::from)
    }

    /// A ticket whose call says nothing about the dependency.
    #[wasm_bindgen(unchecked_return_type = "Change | null")]
    pub fn ignore(&self, ticket: f64, now: f64) -> JsValue {
        change(self.engine.ignore(from_double(ticket), now, |bits| self.lane.publish(bits)))
    }

    /// Turns a call away, if the breaker does: when to come back, infinity for never by itself, NaN if it may begin.
    pub fn refuse(&self, now: f64) -> f64 {
        self.engine.refuse(now)
    }

    /// A call that begins now.
    pub fn begin(&self, seed: f64, now: f64) -> Guarded {
        Guarded { call: self.engine.begin(from_double(seed), now), lane: Rc::clone(&self.lane) }
    }

    /// A call whose first attempt was admitted on the lane.
    pub fn resume(&self, seed: f64, started: f64, ticket: f64) -> Guarded {
        let call = self.engine.resume(from_double(seed), started, from_double(ticket));
        Guarded { call, lane: Rc::clone(&self.lane) }
    }

    /// What a driver must know of the policy, as JSON.
    pub fn describe(&self) -> String {
        self.engine.describe()
    }

    /// The breaker's state as JSON.
    pub fn state(&self, now: f64) -> String {
        self.engine.state(now, |bits| self.lane.publish(bits))
    }

    /// Carries out `open`, `closed` or `reset`.
    #[wasm_bindgen(unchecked_return_type = "Change | null")]
    pub fn set(&self, command: &str) -> Result<JsValue, JsValue> {
        let made = self.engine.set(command, |bits| self.lane.publish(bits));
        made.map(change).map_err(|error| config_error(&error))
    }
}

/// The sections about more than a single call that the driver carries out.
const CARRIES: &[&str] = &["fallback", "batch"];
