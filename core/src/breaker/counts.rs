//! Calls, and what was wrong with them.

use serde::{Deserialize, Serialize};

use crate::ring::Count;

/// How many calls there were, and how many of them failed or were slow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Counts {
    /// All calls that were counted. Where nothing but failures matters, only those are.
    pub calls: u32,
    /// Those that failed.
    pub failures: u32,
    /// Those that were slow.
    pub slow: u32,
}

impl Count for Counts {
    fn room_for(self, more: Self) -> Self {
        Self {
            calls: more.calls.min(u32::MAX - self.calls),
            failures: more.failures.min(u32::MAX - self.failures),
            slow: more.slow.min(u32::MAX - self.slow),
        }
    }

    fn add(&mut self, more: Self) {
        self.calls = self.calls.saturating_add(more.calls);
        self.failures = self.failures.saturating_add(more.failures);
        self.slow = self.slow.saturating_add(more.slow);
    }

    fn take(&mut self, gone: Self) {
        self.calls = self.calls.saturating_sub(gone.calls);
        self.failures = self.failures.saturating_sub(gone.failures);
        self.slow = self.slow.saturating_sub(gone.slow);
    }
}
