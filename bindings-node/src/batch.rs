//! Batches.

use failsoft::facade;
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::convert::config_error;

/// A batch of items.
#[napi]
pub struct Batch(facade::Batch);

#[napi]
impl Batch {
    /// A batch of so many items, by the `batch` section of a policy document (JSON text).
    #[napi(constructor)]
    pub fn new(env: Env, document: String, items: u32) -> Result<Self> {
        facade::Batch::new(&document, items).map(Self).map_err(|error| config_error(env, &error))
    }

    /// The index of the next item to begin with, -1 to wait or -2 when all have ended.
    #[napi]
    pub fn next(&mut self) -> i64 {
        self.0.next()
    }

    /// The item's work was done.
    #[napi]
    pub fn succeed(&mut self, index: u32) -> bool {
        self.0.succeed(index)
    }

    /// The item failed, with an error of this category.
    #[napi]
    pub fn fail(&mut self, env: Env, index: u32, category: String) -> Result<bool> {
        self.0.fail(index, &category).map_err(|error| config_error(env, &error))
    }

    /// The item was cancelled.
    #[napi]
    pub fn ignore(&mut self, index: u32) -> bool {
        self.0.ignore(index)
    }

    /// Starts no further item.
    #[napi]
    pub fn stop(&mut self) {
        self.0.stop();
    }

    /// What became of the items, as JSON.
    #[napi]
    pub fn report(&self) -> String {
        self.0.report()
    }
}
