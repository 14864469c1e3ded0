//! Whether a policy decides as it did, and what another one would have decided.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::Serialize;

use super::event_log::EventLog;
use super::input::{self, Input};
use super::player::Player;
use crate::policy::Policy;

/// A log whose every decision was made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// So many records were played.
    pub played: u64,
    /// So many could not be: they come before the first checkpoint of their part that is kept.
    pub skipped: u64,
    /// So many were no longer in the log.
    pub dropped: u64,
}

/// The first decision that is another one now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("record {seq} of {part}: {input}: expected {expected}, found {found}")]
pub struct Divergence {
    /// The number of the record.
    pub seq: u64,
    /// Nanoseconds since the log began.
    pub at: u64,
    /// The name of the part.
    pub part: String,
    /// What happened, as JSON.
    pub input: String,
    /// What was decided then, as JSON.
    pub expected: String,
    /// What is decided now, as JSON.
    pub found: String,
}

/// What two policies make of the same events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Differences {
    /// What was compared.
    pub replayed: Replayed,
    /// Every decision that differs: that of the first policy is the expected one. Once a call has gone another way, what the
    /// log tells of it later may be about nothing.
    pub decisions: Vec<Divergence>,
}

/// Plays a log under a policy that all its parts have, and compares every decision byte for byte.
pub fn replay(policy: &Arc<Policy>, log: &EventLog) -> Result<Replayed, Divergence> {
    replay_with(|_| Arc::clone(policy), log)
}

/// Plays a log whose parts have policies of their own, by their names.
pub fn replay_with(
    policy_of: impl FnMut(&str) -> Arc<Policy>,
    log: &EventLog,
) -> Result<Replayed, Divergence> {
    let mut player = Player::new(policy_of, log.origin());
    let mut replayed = Replayed { played: 0, skipped: 0, dropped: log.dropped() };
    for record in log.records() {
        let Some(found) = player.play(&record) else {
            replayed.skipped += 1;
            continue;
        };
        replayed.played += 1;
        let (expected, found) = (record.decision.to_string(), found.to_string());
        if expected != found {
            let input = input::to_value(&record.input).to_string();
            return Err(Divergence {
                seq: record.seq,
                at: record.at,
                part: record.part,
                input,
                expected,
                found,
            });
        }
    }
    Ok(replayed)
}

/// What the events of a log lead to under one policy and under another.
pub fn diff(policy: &Arc<Policy>, other: &Arc<Policy>, log: &EventLog) -> Differences {
    let mut before = Player::new(|_: &str| Arc::clone(policy), log.origin());
    let mut after = Player::new(|_: &str| Arc::clone(other), log.origin());
    let mut replayed = Replayed { played: 0, skipped: 0, dropped: log.dropped() };
    let mut decisions = Vec::new();
    for record in log.records() {
        let (Some(expected), Some(found)) = (before.play(&record), after.play(&record)) else {
            replayed.skipped += 1;
            continue;
        };
        replayed.played += 1;
        // How things stand is no decision; another policy keeps other counts.
        if record.input == Input::Checkpoint {
            continue;
        }
        let (expected, found) = (expected.to_string(), found.to_string());
        if expected != found {
            let input = input::to_value(&record.input).to_string();
            decisions.push(Divergence {
                seq: record.seq,
                at: record.at,
                part: record.part,
                input,
                expected,
                found,
            });
        }
    }
    Differences { replayed, decisions }
}
