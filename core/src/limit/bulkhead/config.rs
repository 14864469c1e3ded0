//! The settings of a bulkhead.

use core::num::NonZeroU32;
use core::time::Duration;

/// How many calls may be under way at once, and how many more may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkheadConfig {
    /// So many calls at a time. More than [`MOST_CALLS`] is taken as that.
    pub max_concurrent: NonZeroU32,
    /// So many more may wait for a place. More than [`MOST_CALLS`] is taken as that.
    pub max_queue: u32,
    /// Nobody waits longer than this; `None`: as long as it takes. Zero: nobody waits.
    pub max_wait: Option<Duration>,
}

impl Default for BulkheadConfig {
    /// Ten calls at a time, and nobody waits; where a queue is asked for, a second at most.
    ///
    /// Ten is what Hystrix began with: 30 calls a second at 0.2 s each keep 6 places busy, and the rest is room
    /// for a bad moment. No queue, because what waits in one is latency and memory in an overload, when both are short.
    /// A second, because after as long the place that comes free is better given to someone whose caller is
    /// still there.
    fn default() -> Self {
        Self {
            max_concurrent: NonZeroU32::MIN.saturating_add(9),
            max_queue: 0,
            max_wait: Some(Duration::from_secs(1)),
        }
    }
}

/// More calls at a time, or more in a line, would be memory set aside for what no single process carries out.
pub const MOST_CALLS: u32 = 1_000_000;
