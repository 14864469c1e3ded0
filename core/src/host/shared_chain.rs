//! A fallback chain that threads may share.

use std::sync::{Mutex, PoisonError};

use crate::fallback::Chain;

/// A [`Chain`] behind a lock. Each call has a [`ChainRun`](crate::fallback::ChainRun) of its own, which is handed the chain with
/// every event; the lock is held for the length of one decision, and never while a step is called.
#[derive(Debug)]
pub struct SharedChain(Mutex<Chain>);

impl SharedChain {
    /// Shares `chain`.
    pub const fn new(chain: Chain) -> Self {
        Self(Mutex::new(chain))
    }

    /// Does something with the chain.
    pub fn with<T>(&self, act: impl FnOnce(&mut Chain) -> T) -> T {
        // A thread that panicked under the lock (none should) leaves a chain that is at worst one event behind.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
