//! What was done to heal a call, as data.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::machine::{GiveUp, Heal};
use crate::redact::redact_within;

/// The record of a call that was to be healed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HealReport {
    /// How often the call was made, the first time included.
    pub attempts: u32,
    /// What was applied, in order.
    pub remedies: Vec<TriedRemedy>,
    /// How it ended; `None` while it goes on.
    pub ending: Option<Ending>,
    /// The diagnosis that no remedy fits, if that is why it ended: cut to 80 letters and without secrets, since a
    /// diagnoser may have it from the error.
    pub unknown_diagnosis: Option<String>,
}

/// A remedy that was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TriedRemedy {
    /// The problem that it was for.
    pub diagnosis: String,
    /// What it is called.
    pub remedy: String,
    /// How it went.
    pub outcome: RemedyOutcome,
}

/// How a remedy went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RemedyOutcome {
    /// It is being applied.
    UnderWay,
    /// It was applied. Whether it helped, the next attempt tells.
    Succeeded,
    /// It could not be applied.
    Failed,
    /// The call was abandoned while it was being applied.
    Abandoned,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// In a success, with remedies or without.
    Succeeded,
    /// In its own error.
    GaveUp(GiveUp),
    /// It was cancelled.
    Abandoned,
}

impl Heal {
    /// What was tried so far, and how it ended.
    pub fn report(&self) -> HealReport {
        let tried = self.tried.iter().map(|tried| TriedRemedy {
            diagnosis: shown(&tried.diagnosis),
            remedy: shown(&tried.remedy),
            outcome: tried.outcome,
        });
        HealReport {
            attempts: self.attempts,
            remedies: tried.collect(),
            ending: self.ending(),
            unknown_diagnosis: self.unknown.clone(),
        }
    }
}

/// A name as it may be shown.
pub(super) fn shown(name: &str) -> String {
    redact_within(name, LONGEST_SHOWN)
}

const LONGEST_SHOWN: usize = 80;
