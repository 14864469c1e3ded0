//! What changed and why, and what could not be understood.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize, Serializer};

use crate::redact::redact;
use crate::time::Instant;

/// A change of level, as a fact for logs and metrics.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The level before.
    pub from: String,
    /// The level after.
    pub to: String,
    /// Why.
    pub cause: Cause,
    /// When, on the host's clock; as data, in the seconds that the host hands in.
    #[serde(serialize_with = "seconds")]
    pub at: Instant,
}

/// Why a level changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields, tag = "kind")]
pub enum Cause {
    /// A metric reached its enter threshold.
    Trigger {
        /// The metric; the first by name where several did.
        metric: String,
        /// What was read.
        value: f64,
        /// What it reached.
        threshold: f64,
    },
    /// Every metric that is heard of was at or below its leave threshold.
    Restored,
    /// Someone said so.
    Manual {
        /// In their words, without secrets; `None` where they gave none.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<String>,
    },
    /// Someone pinned the level.
    Pinned,
}

impl Cause {
    /// The word for it in logs and reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Trigger { .. } => "trigger",
            Self::Restored => "restored",
            Self::Manual { .. } => "manual",
            Self::Pinned => "pinned",
        }
    }

    /// Whether a person or the host's own code chose the level.
    pub(super) const fn is_by_hand(&self) -> bool {
        matches!(self, Self::Manual { .. } | Self::Pinned)
    }
}

/// What the machine was told and could not use. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DegradeError {
    /// A metric without a trigger.
    #[error("unknown metric \"{metric}\" (expected {expected})")]
    UnknownMetric {
        /// What was given.
        metric: String,
        /// What is allowed.
        expected: String,
    },
    /// A reading that is infinite or not a number.
    #[error("{metric}: {value} is out of range (expected a finite number)")]
    NotFinite {
        /// The metric.
        metric: String,
        /// What was given, in words: an infinity has no place in JSON.
        value: String,
    },
    /// A level that is not on the list.
    #[error("unknown level \"{level}\" (expected {expected})")]
    UnknownLevel {
        /// What was given.
        level: String,
        /// What is allowed.
        expected: String,
    },
}

impl DegradeError {
    pub(super) fn metric<'a>(given: &str, allowed: impl Iterator<Item = &'a str>) -> Self {
        Self::UnknownMetric { metric: short(given), expected: one_of(allowed) }
    }

    pub(super) fn not_finite(metric: &str, value: f64) -> Self {
        Self::NotFinite { metric: short(metric), value: value.to_string() }
    }

    pub(super) fn level<'a>(given: &str, allowed: impl Iterator<Item = &'a str>) -> Self {
        Self::UnknownLevel { level: short(given), expected: one_of(allowed) }
    }
}

/// `a, b or c`.
pub(super) fn one_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.collect();
    match (names.pop(), names.is_empty()) {
        (None, _) => "none: there are no triggers".to_owned(),
        (Some(only), true) => only.to_owned(),
        (Some(last), false) => format!("{} or {last}", names.join(", ")),
    }
}

/// A name from outside, fit for an error.
pub(super) fn short(name: &str) -> String {
    redact(name).chars().take(LONGEST_NAME).collect()
}

/// A reason in someone's words, without secrets and bounded: the trace keeps it.
pub(super) fn in_short(reason: &str) -> String {
    let end = reason.char_indices().nth(LONGEST_REASON).map_or(reason.len(), |(end, _)| end);
    redact(reason.get(..end).unwrap_or_default()).chars().take(LONGEST_REASON).collect()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields in by reference")]
#[allow(clippy::cast_precision_loss, reason = "a double holds seconds of uptime to well below a microsecond")]
fn seconds<S: Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(at.as_nanos() as f64 / 1e9)
}

const LONGEST_NAME: usize = 60;
const LONGEST_REASON: usize = 300;
