//! A policy, and the array in which its breaker's lane is published.

use std::cell::Cell;
use std::rc::Rc;

use failsoft::facade::{self, Change, change, from_double, to_double};
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::convert::config_error;
use crate::guarded::Guarded;

/// A policy document with its breaker.
#[napi(custom_finalize)]
pub struct Engine {
    pub(crate) engine: facade::Engine,
    pub(crate) lane: PublishedLane,
}

/// An array of one number that the driver reads before and after each call, without a crossing.
///
/// It belongs to JavaScript and is written through Node: memory of ours under an array would be copied instead of
/// shared where external buffers are forbidden (Electron), and the copy would never change.
pub(crate) struct PublishedLane {
    array: ObjectRef,
    /// What the array holds; one for all engines that share it.
    bits: Rc<Cell<u64>>,
}

impl PublishedLane {
    fn new(env: Env, bits: u64) -> Result<Self> {
        let array = Float64ArraySlice::copy_from(&env, [to_double(bits)])?.to_unknown().coerce_to_object()?;
        Ok(Self { array: array.create_ref()?, bits: Rc::new(Cell::new(bits)) })
    }

    /// The same array again, for an engine that shares the breaker.
    fn share(&self, env: Env) -> Result<Self> {
        Ok(Self { array: self.array.get_value(&env)?.create_ref()?, bits: Rc::clone(&self.bits) })
    }

    pub(crate) fn publish(&self, env: Env, bits: u64) {
        if self.bits.replace(bits) != bits {
            // Node refuses only while it shuts down, when nobody reads it any more.
            let _ = self
                .array
                .get_value(&env)
                .and_then(|mut array| array.set_element(0, env.create_double(to_double(bits))?));
        }
    }
}

#[napi]
impl Engine {
    /// An engine for a policy document (JSON text).
    #[napi(constructor)]
    pub fn new(env: Env, document: String) -> Result<Self> {
        let engine = facade::Engine::new(&document, CARRIES).map_err(|error| config_error(env, &error))?;
        let lane = PublishedLane::new(env, engine.lane())?;
        Ok(Self { engine, lane })
    }

    /// An engine for a policy document that uses the breaker of `other` instead of one of its own.
    #[napi(factory)]
    pub fn sharing(env: Env, document: String, other: &Engine) -> Result<Self> {
        let engine = facade::Engine::sharing(&document, CARRIES, &other.engine)
            .map_err(|error| config_error(env, &error))?;
        Ok(Self { engine, lane: other.lane.share(env)? })
    }

    /// The array with the lane's word: 0, or the ticket to start a call with.
    #[napi(getter, ts_return_type = "Float64Array")]
    pub fn lane<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        self.lane.array.get_value(env)
    }

    /// A success on a lane that has changed, or so many on one that counts.
    #[napi]
    pub fn succeed(&self, env: Env, ticket: f64, now: f64, times: Option<u32>) -> Option<Change> {
        let publish = |bits| self.lane.publish(env, bits);
        self.engine.succeed_times(from_double(ticket), times.unwrap_or(1), now, publish).map(change)
    }

    /// Until when successes on a lane that counts may be added up; null for as long as one likes.
    #[napi]
    pub fn lane_ends(&self) -> Option<f64> {
        self.engine.lane_ends()
    }

    /// A ticket whose call says nothing about the dependency.
    #[napi]
    pub fn ignore(&self, env: Env, ticket: f64, now: f64) -> Option<Change> {
        self.engine.ignore(from_double(ticket), now, |bits| self.lane.publish(env, bits)).map(change)
    }

    /// Turns a call away, if the breaker does: when to come back, infinity for never by itself, NaN if it may begin.
    #[napi]
    pub fn refuse(&self, env: Env, now: f64) -> f64 {
        self.engine.refuse(now, |bits| self.lane.publish(env, bits))
    }

    /// A call that begins now.
    #[napi]
    pub fn begin(&self, engine: Reference<Engine>, seed: f64, now: f64) -> Guarded {
        Guarded { call: self.engine.begin(from_double(seed), now), engine }
    }

    /// A call whose first attempt was admitted on the lane.
    #[napi]
    pub fn resume(&self, engine: Reference<Engine>, seed: f64, started: f64, ticket: f64) -> Guarded {
        Guarded { call: self.engine.resume(from_double(seed), started, from_double(ticket)), engine }
    }

    /// What a driver must know of the policy, as JSON.
    #[napi]
    pub fn describe(&self) -> String {
        self.engine.describe()
    }

    /// What the policy does and what in it cannot work, as JSON.
    #[napi]
    pub fn explain(&self) -> String {
        self.engine.explain()
    }

    /// The breaker's state as JSON.
    #[napi]
    pub fn state(&self, env: Env, now: f64) -> String {
        self.engine.state(now, |bits| self.lane.publish(env, bits))
    }

    /// Carries out `open`, `closed` or `reset`.
    #[napi]
    pub fn set(&self, env: Env, command: String) -> Result<Option<Change>> {
        let made = self.engine.set(&command, |bits| self.lane.publish(env, bits));
        made.map(|made| made.map(change)).map_err(|error| config_error(env, &error))
    }

    /// The breaker's state as JSON that `restore` takes.
    #[napi]
    pub fn snapshot(&self, env: Env, now: f64) -> String {
        self.engine.snapshot(now, |bits| self.lane.publish(env, bits))
    }

    /// Takes on a saved state.
    #[napi]
    pub fn restore(&self, env: Env, snapshot: String, now: f64) -> Result<()> {
        let restored = self.engine.restore(&snapshot, now, |bits| self.lane.publish(env, bits));
        restored.map_err(|error| config_error(env, &error))
    }
}

impl ObjectFinalize for Engine {
    fn finalize(self, env: Env) -> Result<()> {
        self.lane.array.unref(&env)
    }
}

/// The sections about more than a single call that the driver carries out.
const CARRIES: &[&str] = &[];
