//! What people read of a policy, and a breaker's state on its way to another process.

use wasm_bindgen::prelude::*;

use crate::convert::config_error;
use crate::engine::Engine;

#[wasm_bindgen]
impl Engine {
    /// What the policy does and what in it cannot work, as JSON.
    pub fn explain(&self) -> String {
        self.engine.explain()
    }

    /// The breaker's state as JSON that `restore` takes.
    pub fn snapshot(&self, now: f64) -> String {
        self.engine.snapshot(now, |bits| self.lane.publish(bits))
    }

    /// Takes on a saved state.
    pub fn restore(&self, snapshot: &str, now: f64) -> Result<(), JsValue> {
        let restored = self.engine.restore(snapshot, now, |bits| self.lane.publish(bits));
        restored.map_err(|error| config_error(&error))
    }
}
