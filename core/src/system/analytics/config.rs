//! The settings of error analytics.

use core::num::NonZeroU32;
use core::time::Duration;

/// How much is kept, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnalyticsConfig {
    /// So many errors are kept, at most 10 000; 0 keeps none, and counts all the same.
    pub history: u32,
    /// The error rate is that of calls that ended within this long; zero: there is none.
    pub window: Duration,
    /// With fewer calls in the window there is no error rate.
    pub minimum_calls: NonZeroU32,
    /// So many sources, rules and codes are counted, of each at most 1000 and at least 1.
    pub names: u32,
    /// So many messages are counted, at most 1000 and at least 1.
    pub messages: u32,
}

impl AnalyticsConfig {
    pub(super) fn history(&self) -> usize {
        self.history.min(MOST_HISTORY) as usize
    }

    pub(super) fn names(&self) -> usize {
        self.names.clamp(1, MOST_COUNTED) as usize
    }

    pub(super) fn messages(&self) -> usize {
        self.messages.clamp(1, MOST_COUNTED) as usize
    }
}

impl Default for AnalyticsConfig {
    /// The last 100 errors, the rate of the last minute from ten calls on, 64 names of each kind, 20 messages.
    ///
    /// A hundred errors are what a person scrolls through, at most half a kilobyte each. A minute, because document 004
    /// looks at the health of a system once a minute, and so sees each call once. Ten calls, because its threshold is 10 %:
    /// with fewer a single failure is above that. Sixty-four names are more than a dashboard shows, and what is more
    /// frequent than one error in 64 is surely among them; a page shows 20 messages.
    fn default() -> Self {
        Self {
            history: 100,
            window: Duration::from_secs(60),
            minimum_calls: NonZeroU32::MIN.saturating_add(9),
            names: 64,
            messages: 20,
        }
    }
}

const MOST_HISTORY: u32 = 10_000;

/// They are searched one by one.
const MOST_COUNTED: u32 = 1000;
