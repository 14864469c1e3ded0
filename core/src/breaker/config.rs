//! The settings of a breaker, already known to make sense.

use core::num::NonZeroU32;
use core::time::Duration;

/// When a breaker trips, how long it stays open, and what it takes to close it again.
///
/// Numbers that must not be zero are types that cannot be; contradictions are rejected where documents
/// are read ([`crate::policy`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerConfig {
    /// So many failures trip it: in a row, or within the window if there is one. `None`: this does not.
    pub failure_threshold: Option<NonZeroU32>,
    /// So many failures *with the same fingerprint* in a row trip it.
    pub identical_failures: Option<NonZeroU32>,
    /// Where `failure_threshold` counts.
    pub window: Window,
    /// How long it stays open before it lets a probe through.
    pub recovery_timeout: Duration,
    /// So many probes at a time.
    pub half_open_max_calls: NonZeroU32,
    /// So many probes must succeed to close it.
    pub success_threshold: NonZeroU32,
    /// A probe that has not answered after this long gives its place to the next caller.
    pub probe_timeout: Duration,
}

/// Where failures are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// In a row: a success starts over.
    Consecutive,
    /// Among this many calls.
    Count(NonZeroU32),
    /// Within this long, to a precision of one thirtieth.
    Time(Duration),
}

impl Default for BreakerConfig {
    /// Five failures in a row open it for a minute; then one probe at a time, and one success closes it.
    ///
    /// Five and sixty are the values of most libraries and of most of our users' own breakers. One probe is the
    /// least that a struggling dependency can be asked to bear. The lease is as long as the open wait: a
    /// lost probe then costs no more than one further trip would.
    fn default() -> Self {
        Self {
            failure_threshold: NonZeroU32::new(5),
            identical_failures: None,
            window: Window::Consecutive,
            recovery_timeout: Duration::from_secs(60),
            half_open_max_calls: NonZeroU32::MIN,
            success_threshold: NonZeroU32::MIN,
            probe_timeout: Duration::from_secs(60),
        }
    }
}
