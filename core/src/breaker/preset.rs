//! Settings that have names.

use core::num::NonZeroU32;
use core::time::Duration;

use super::config::{BreakerConfig, Window};

/// A set of settings to start from; each of them may be changed.
///
/// The numbers are those of the fifth of the documents that this library was asked to implement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// For most services: 5 failures within 5 minutes, a minute open, 3 probes at a time, 2 successes.
    Standard,
    /// For services whose failure must not spread: 3 failures, half a minute open, 1 probe, 1 success.
    Critical,
    /// For services known to be unsteady: 10 failures, two minutes open, 5 probes at a time, 5 successes.
    Lenient,
}

impl Preset {
    /// Its settings.
    pub fn config(self) -> BreakerConfig {
        let (failures, successes, seconds, probes) = match self {
            Self::Standard => (5, 2, 60, 3),
            Self::Critical => (3, 1, 30, 1),
            Self::Lenient => (10, 5, 120, 5),
        };
        let count = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        BreakerConfig {
            failure_threshold: Some(count(failures)),
            success_threshold: count(successes),
            recovery_timeout: Duration::from_secs(seconds),
            half_open_max_calls: count(probes),
            window: Window::Time(Duration::from_secs(300)),
            ..BreakerConfig::default()
        }
    }
}
