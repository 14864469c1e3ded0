//! A program with named parts.

use failsoft::facade;
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::chain::Chain;
use crate::convert::config_error;
use crate::engine::Engine;
use crate::lane::Lanes;

/// The named parts of one program.
#[napi]
pub struct System {
    system: facade::System,
    lanes: Lanes,
}

#[napi]
impl System {
    /// A system for its document (JSON text).
    #[napi(constructor)]
    pub fn new(env: Env, document: String) -> Result<Self> {
        let system = facade::System::new(&document).map_err(|error| config_error(env, &error))?;
        Ok(Self { system, lanes: Lanes::default() })
    }

    /// An engine whose calls go through the part of this name.
    #[napi]
    pub fn engine(&self, env: Env, part: String, document: String, now: f64) -> Result<Engine> {
        let engine = self.system.engine(&part, &document, &["batch"], now);
        Engine::among(env, &self.lanes, engine.map_err(|error| config_error(env, &error))?)
    }

    /// The chain of this name.
    #[napi]
    pub fn chain(&self, env: Env, name: String, document: String, now: f64) -> Result<Chain> {
        let chain = self.system.chain(&name, &document, now).map_err(|error| config_error(env, &error))?;
        Ok(Chain { chain, lanes: self.lanes.clone() })
    }

    /// Answers a request; both are JSON.
    #[napi]
    pub fn ask(&self, env: Env, request: String, now: f64) -> Result<String> {
        self.system.ask(&request, now).map_err(|error| config_error(env, &error))
    }
}
