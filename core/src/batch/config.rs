//! The settings of a batch.

use core::num::NonZeroU32;

/// How a batch is worked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchConfig {
    /// So many items at a time.
    pub concurrency: NonZeroU32,
    /// After so many failures no further item is started. `None`: all items are, however many fail.
    pub stop_after_failures: Option<NonZeroU32>,
}

impl Default for BatchConfig {
    /// Eight at a time, and never stopped.
    ///
    /// Ten connections is how many the pools of common clients hold (requests, urllib3's adapter there, HikariCP): eight
    /// leave the rest of the program a way through. Not to stop is what partial success means; a dependency that is down
    /// is the breaker's matter.
    fn default() -> Self {
        Self { concurrency: NonZeroU32::MIN.saturating_add(7), stop_after_failures: None }
    }
}
