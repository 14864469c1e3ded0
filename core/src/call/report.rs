//! What became of a call, for those who ask afterwards.

use alloc::vec::Vec;
use core::time::Duration;

use serde::Serialize;

use crate::classify::Verdict;

/// The record of a call. Durations are written in seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How often the function was called.
    pub attempt_count: u32,
    /// The attempts, oldest first; of very many, the last hundred failures.
    pub attempts: Vec<AttemptRecord>,
    /// Why the call ended; `None` while it goes on.
    pub stop_reason: Option<StopReason>,
    /// From the beginning of the call to the last thing that happened.
    #[serde(serialize_with = "seconds")]
    pub elapsed: Duration,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttemptRecord {
    /// From 1.
    pub number: u32,
    /// How long after the beginning of the call.
    #[serde(serialize_with = "seconds")]
    pub started: Duration,
    /// The wait before it.
    #[serde(serialize_with = "seconds")]
    pub waited: Duration,
    /// What was wrong; `None` for an attempt that succeeded, was abandoned, or is under way.
    pub verdict: Option<Verdict>,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The function answered.
    Success,
    /// The error will not go away by itself.
    Permanent,
    /// No attempts were left.
    Exhausted,
    /// The next wait would have ended after the deadline.
    Deadline,
    /// The breaker is open, for longer than the next wait.
    CircuitOpen,
    /// The server asked for a wait above `max_delay`.
    RetryAfterOverCap,
    /// Repeating it might do it twice.
    NotIdempotent,
    /// Someone asked to stop.
    Cancelled,
}

impl StopReason {
    /// The word for it in documents, logs and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Permanent => "permanent",
            Self::Exhausted => "exhausted",
            Self::Deadline => "deadline",
            Self::CircuitOpen => "circuit_open",
            Self::RetryAfterOverCap => "retry_after_over_cap",
            Self::NotIdempotent => "not_idempotent",
            Self::Cancelled => "cancelled",
        }
    }
}

fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

/// A call that retries for ever must not grow for ever.
pub(super) const MOST_RECORDS: usize = 100;
