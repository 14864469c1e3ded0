//! One call in the hands of the driver.

use failsoft::facade::{self, Change, Said, change, said};
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::convert::config_error;
use crate::engine::Engine;

/// One guarded call.
#[napi]
pub struct Guarded {
    pub(crate) call: facade::Guarded,
    /// Keeps the engine, and with it the array of its lane, for as long as the call goes on.
    pub(crate) engine: Reference<Engine>,
}

#[napi]
impl Guarded {
    /// Asks for the next attempt.
    #[napi]
    pub fn admit(&mut self, env: Env, now: f64) -> Said {
        said(self.call.admit(now, |bits| self.engine.lane.publish(env, bits)))
    }

    /// The attempt answered.
    #[napi]
    pub fn succeed(&mut self, env: Env, now: f64) -> Option<Change> {
        self.call.succeed(now, |bits| self.engine.lane.publish(env, bits)).map(change)
    }

    /// The attempt failed with this fault document.
    #[napi]
    pub fn fail(&mut self, env: Env, fault: String, now: f64) -> Result<Said> {
        let answer = self.call.fail(&fault, now, |bits| self.engine.lane.publish(env, bits));
        answer.map(said).map_err(|error| config_error(env, &error))
    }

    /// The caller gave up.
    #[napi]
    pub fn abandon(&mut self, env: Env, now: f64) -> Option<Change> {
        self.call.abandon(now, |bits| self.engine.lane.publish(env, bits)).map(change)
    }

    /// The call's report as JSON.
    #[napi]
    pub fn report(&self) -> String {
        self.call.report()
    }

    /// The category of the last failure.
    #[napi(getter)]
    pub fn category(&self) -> Option<&'static str> {
        self.call.category()
    }
}
