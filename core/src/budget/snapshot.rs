//! A budget's state as data: to survive a restart, to move between hosts, to be merged.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

#[cfg(feature = "std")]
use super::config::TokenBudget;
use super::machine::{Budget, State};
use crate::time::Instant;

/// The state of a budget, with every time relative to the moment of the snapshot (monotonic clocks of two
/// processes have nothing in common) and no configuration (the document has that).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this shape; 1.
    pub version: u32,
    /// What the budget remembers.
    pub state: SavedState,
}

/// The saved form of each kind; amounts in millionths of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields, tag = "kind")]
pub enum SavedState {
    /// A bucket of tokens.
    Tokens {
        /// What is in it.
        balance: u64,
    },
    /// A share of the calls.
    Ratio {
        /// What was earned less what was spent in each tenth of `ttl`, the newest first.
        buckets: Vec<i64>,
        /// For how many nanoseconds the newest of them has been filled.
        into_bucket: u64,
    },
}

/// Why a snapshot could not be restored. The budget is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Made by a version that this one does not know.
    #[error("version: {0} is not known (expected 1)")]
    Version(u32),
    /// Made by a budget of the other kind: the policy has changed since.
    #[error("state.kind: the snapshot is of a {0} budget (expected {1})")]
    Kind(&'static str, &'static str),
}

impl Budget {
    /// The state as data, as of `now`.
    pub fn snapshot(&mut self, now: Instant) -> Snapshot {
        let state = match &mut self.state {
            State::Tokens(_, balance) => SavedState::Tokens { balance: *balance },
            State::Ratio(ledger) => {
                let (buckets, into_bucket) = ledger.entries.save(now);
                SavedState::Ratio { buckets: buckets.to_vec(), into_bucket }
            }
        };
        Snapshot { version: VERSION, state }
    }

    /// Takes on a saved state, as of `now`. Ask [`is_full`](Self::is_full) anew afterwards.
    ///
    /// A balance never exceeds the configured capacity. Whatever a broken or hostile store says of a ratio budget is
    /// forgotten after `ttl`.
    pub fn restore(&mut self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        if snapshot.version != VERSION {
            return Err(RestoreError::Version(snapshot.version));
        }
        match (&mut self.state, &snapshot.state) {
            (State::Tokens(config, balance), SavedState::Tokens { balance: saved }) => {
                *balance = (*saved).min(config.capacity().millionths());
            }
            (State::Ratio(ledger), SavedState::Ratio { buckets, into_bucket }) => {
                ledger.entries.refill(buckets, *into_bucket, now);
            }
            (State::Tokens(..), SavedState::Ratio { .. }) => {
                return Err(RestoreError::Kind("ratio", "tokens"));
            }
            (State::Ratio(_), SavedState::Tokens { .. }) => {
                return Err(RestoreError::Kind("tokens", "ratio"));
            }
        }
        Ok(())
    }

    /// A bucket of tokens with this in it, for who keeps the word elsewhere.
    #[cfg(feature = "std")]
    pub(crate) fn of_tokens(config: TokenBudget, balance: u64) -> Self {
        Self { state: State::Tokens(config, balance) }
    }
}

const VERSION: u32 = 1;
