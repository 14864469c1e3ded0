//! The settings of an adaptive limit, already known to make sense.

use core::num::NonZeroU32;
use core::time::Duration;

use crate::limit::Share;

/// Where the limit begins, how far it may go, and what moves it.
///
/// Contradictions are rejected where documents are read ([`crate::policy`]); in a configuration made by hand `max`
/// gives way to `min`, and `initial` to both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdaptiveConfig {
    /// So many calls at a time at first.
    pub initial: NonZeroU32,
    /// It never falls below this.
    pub min: NonZeroU32,
    /// It never rises above this. What is above 67 108 863 counts as that.
    pub max: NonZeroU32,
    /// What a failure leaves of the limit.
    pub backoff_ratio: Share,
    /// A success that took longer than this counts as a failure. `None`: however long it took, it is a success.
    pub latency_threshold: Option<Duration>,
    /// A call that has not come back after this long gives its place up.
    pub lease: Duration,
}

impl Default for AdaptiveConfig {
    /// Twenty calls at first, between one and two hundred; a failure takes a tenth away; a place lasts a minute.
    ///
    /// 20, 200 and 0.9 are the values of Netflix' concurrency-limits, which others took over. Its least limit is 20 as
    /// well, so that it never protects a dependency that can bear less; here it is 1, the least that still finds out
    /// when things are better. There is no threshold by default, because nobody but the user knows what is slow. The
    /// lease is the breaker's: longer than any attempt should last, and short enough for a lost place.
    fn default() -> Self {
        Self {
            initial: NonZeroU32::MIN.saturating_add(19),
            min: NonZeroU32::MIN,
            max: NonZeroU32::MIN.saturating_add(199),
            backoff_ratio: Share::from_millionths(900_000),
            latency_threshold: None,
            lease: Duration::from_secs(60),
        }
    }
}
