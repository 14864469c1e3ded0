//! Batches.

use failsoft::facade;
use wasm_bindgen::prelude::*;

use crate::convert::config_error;

/// A batch of items.
#[wasm_bindgen]
pub struct Batch(facade::Batch);

#[wasm_bindgen]
impl Batch {
    /// A batch of so many items, by the `batch` section of a policy document (JSON text).
    #[wasm_bindgen(constructor)]
    pub fn new(document: &str, items: u32) -> Result<Self, JsValue> {
        facade::Batch::new(document, items).map(Self).map_err(|error| config_error(&error))
    }

    /// The index of the next item to begin with, -1 to wait or -2 when all have ended.
    #[allow(clippy::cast_precision_loss, reason = "there are fewer items than a double can count")]
    pub fn next(&mut self) -> f64 {
        self.0.next() as f64
    }

    /// The item's work was done.
    pub fn succeed(&mut self, index: u32) -> bool {
        self.0.succeed(index)
    }

    /// The item failed, with an error of this category.
    pub fn fail(&mut self, index: u32, category: &str) -> Result<bool, JsValue> {
        self.0.fail(index, category).map_err(|error| config_error(&error))
    }

    /// The item was cancelled.
    pub fn ignore(&mut self, index: u32) -> bool {
        self.0.ignore(index)
    }

    /// Starts no further item.
    pub fn stop(&mut self) {
        self.0.stop();
    }

    /// What became of the items, as JSON.
    pub fn report(&self) -> String {
        self.0.report()
    }
}
