//! What became of a call, for those who ask afterwards.

use alloc::vec::Vec;
use core::time::Duration;

use serde::Serialize;

use crate::classify::Verdict;
use crate::guard::Guard;

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
    /// Whether it was raced against an earlier attempt that had not answered yet.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub hedge: bool,
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
    /// The retry budget is spent.
    Budget,
    /// The breaker is open, for longer than the next wait.
    CircuitOpen,
    /// The client-side throttle held it back.
    Throttled,
    /// The rate limit has no place for it, or none soon enough.
    RateLimited,
    /// The bulkhead is full.
    BulkheadFull,
    /// The adaptive limit is reached.
    ConcurrencyLimited,
    /// The server asked for a wait above `max_delay`.
    RetryAfterOverCap,
    /// Repeating it might do it twice, or it has answered in part.
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
            Self::Budget => "budget",
            Self::CircuitOpen => "circuit_open",
            Self::Throttled => "throttled",
            Self::RateLimited => "rate_limited",
            Self::BulkheadFull => "bulkhead_full",
            Self::ConcurrencyLimited => "concurrency_limited",
            Self::RetryAfterOverCap => "retry_after_over_cap",
            Self::NotIdempotent => "not_idempotent",
            Self::Cancelled => "cancelled",
        }
    }
}

impl From<Guard> for StopReason {
    fn from(guard: Guard) -> Self {
        match guard {
            Guard::Breaker(_) => Self::CircuitOpen,
            Guard::Throttle => Self::Throttled,
            Guard::RateLimit => Self::RateLimited,
            Guard::Bulkhead => Self::BulkheadFull,
            Guard::Adaptive => Self::ConcurrencyLimited,
        }
    }
}

fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

/// A call that retries for ever must not grow for ever.
pub(super) const MOST_RECORDS: usize = 100;
