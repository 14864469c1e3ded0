//! A policy, and the array in which its breaker's lane is published.

use std::rc::Rc;

use failsoft::facade::{self, Change, change, from_double};
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::convert::config_error;
use crate::guarded::Guarded;
use crate::lane::{Lanes, PublishedLane};

/// A policy document with its breaker.
#[napi(custom_finalize)]
pub struct Engine {
    pub(crate) engine: facade::Engine,
    pub(crate) lane: Rc<PublishedLane>,
}

impl Engine {
    /// One whose lane is among these.
    pub(crate) fn among(env: Env, lanes: &Lanes, engine: facade::Engine) -> Result<Self> {
        Ok(Self { lane: lanes.of(env, &engine)?, engine })
    }
}

#[napi]
impl Engine {
    /// An engine for a policy document (JSON text).
    #[napi(constructor)]
    pub fn new(env: Env, document: String) -> Result<Self> {
        let engine = facade::Engine::new(&document, CARRIES).map_err(|error| config_error(env, &error))?;
        Self::among(env, &Lanes::default(), engine)
    }

    /// An engine for a policy document that uses the breaker of `other` instead of one of its own.
    #[napi(factory)]
    pub fn sharing(env: Env, document: String, other: &Engine) -> Result<Self> {
        let engine = facade::Engine::sharing(&document, CARRIES, &other.engine)
            .map_err(|error| config_error(env, &error))?;
        Ok(Self { engine, lane: Rc::clone(&other.lane) })
    }

    /// An engine for another policy document over all the machines of `other`.
    #[napi(factory)]
    pub fn over(env: Env, document: String, other: &Engine) -> Result<Self> {
        let engine = facade::Engine::over(&document, CARRIES, &other.engine)
            .map_err(|error| config_error(env, &error))?;
        Ok(Self { engine, lane: Rc::clone(&other.lane) })
    }

    /// The array with the lane's word: 0, or the ticket to start a call with.
    #[napi(getter, ts_return_type = "Float64Array")]
    pub fn lane<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        self.lane.array(env)
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

    /// Turns a call away, if the breaker does: when to come back, infinity for never by itself, NaN if it may begin. A function of its
    /// own, as an outage asks by the thousand and a method takes several times as long to call.
    #[napi(getter, ts_return_type = "(now: number) => number")]
    pub fn refuse<'env>(&self, env: &'env Env) -> Result<Function<'env, (f64,), f64>> {
        let engine = self.engine.clone();
        env.create_function_from_closure("refuse", move |call| Ok(engine.refuse(call.get(0)?)))
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
        Rc::try_unwrap(self.lane).map_or(Ok(()), |lane| lane.free(env))
    }
}

/// The sections about more than a single call that the driver carries out.
const CARRIES: &[&str] = &["fallback", "batch"];
