//! What was asked and accepted.

use serde::{Deserialize, Serialize};

use crate::ring::Count;

/// Requests, and how many of them were accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Calls that settled or were rejected here.
    pub requests: u64,
    /// Calls that the dependency accepted.
    pub accepts: u64,
}

impl Count for Counts {
    fn room_for(self, more: Self) -> Self {
        Self {
            requests: more.requests.min(MOST_COUNTED.saturating_sub(self.requests)),
            accepts: more.accepts.min(MOST_COUNTED.saturating_sub(self.accepts)),
        }
    }

    fn add(&mut self, more: Self) {
        self.requests = self.requests.saturating_add(more.requests);
        self.accepts = self.accepts.saturating_add(more.accepts);
    }

    fn take(&mut self, gone: Self) {
        self.requests = self.requests.saturating_sub(gone.requests);
        self.accepts = self.accepts.saturating_sub(gone.accepts);
    }
}

/// So many of either; the sum in thousandths then fits into 64 bits.
const MOST_COUNTED: u64 = 1 << 32;
