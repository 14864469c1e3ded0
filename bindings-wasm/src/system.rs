//! A program with named parts.

use failsoft::facade;
use wasm_bindgen::prelude::*;

use crate::chain::Chain;
use crate::convert::config_error;
use crate::engine::Engine;
use crate::lane::Lanes;

/// The named parts of one program.
#[wasm_bindgen]
pub struct System {
    system: facade::System,
    lanes: Lanes,
}

#[wasm_bindgen]
impl System {
    /// A system for its document (JSON text).
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str) -> Result<Self, JsValue> {
        let system = facade::System::new(document).map_err(|error| config_error(&error))?;
        Ok(Self { system, lanes: Lanes::default() })
    }

    /// An engine whose calls go through the part of this name.
    pub fn engine(&self, part: &str, document: &str, now: f64) -> Result<Engine, JsValue> {
        let engine = self.system.engine(part, document, &["batch"], now);
        Ok(Engine::among(&self.lanes, engine.map_err(|error| config_error(&error))?))
    }

    /// The chain of this name.
    pub fn chain(&self, name: &str, document: &str, now: f64) -> Result<Chain, JsValue> {
        let chain = self.system.chain(name, document, now).map_err(|error| config_error(&error))?;
        Ok(Chain { chain, lanes: self.lanes.clone() })
    }

    /// Answers a request; both are JSON.
    pub fn ask(&self, request: &str, now: f64) -> Result<String, JsValue> {
        self.system.ask(request, now).map_err(|error| config_error(&error))
    }
}
