//! The answer to "what does this error mean?".

use alloc::string::String;
use core::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

/// What a fault means for the call that met it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What went wrong.
    pub category: Category,
    /// How lasting it is.
    pub status: Status,
    /// Whether the same call, unchanged and made again later, has a realistic chance of success. It says
    /// nothing about whether repeating it is *safe*.
    pub retryable: bool,
    /// How long the server asked us to wait.
    pub retry_after: Option<Duration>,
    /// Which rule decided, such as `http.status.503` or `rules[0]`.
    pub rule: String,
    /// Whether the request was surely not processed (it never left, or was turned away), so that even a call that is not
    /// idempotent may be repeated.
    pub unsent: bool,
    /// Whether a user's rule says that this is neither a success nor a failure.
    pub ignored: bool,
}

/// What went wrong, in the terms of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// The caller's or the server's time ran out.
    Timeout,
    /// Asked to slow down.
    RateLimit,
    /// A spent allowance or a billing limit.
    Quota,
    /// No answer because the transport failed.
    Connection,
    /// The other side failed.
    Server,
    /// Who you are, or what you may.
    Auth,
    /// The request itself is wrong, programming errors included.
    InvalidRequest,
    /// What was asked for is not there.
    NotFound,
    /// A machine or a pool is full.
    Resource,
    /// It collides with another change.
    Conflict,
    /// Someone asked to stop.
    Cancelled,
    /// A circuit breaker of ours refused the call.
    OpenCircuit,
    /// Nothing can be told.
    Unknown,
}

/// How lasting an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Worth another try.
    Transient,
    /// Will not go away by itself.
    Permanent,
    /// The call worked, with less than was asked for.
    Degraded,
}

impl Verdict {
    /// A verdict by `rule`, with no server hint.
    pub fn new(category: Category, retryable: bool, rule: impl Into<String>) -> Self {
        let status = if retryable { Status::Transient } else { Status::Permanent };
        Self {
            category,
            status,
            retryable,
            retry_after: None,
            rule: rule.into(),
            unsent: false,
            ignored: false,
        }
    }
}

/// The five things that a user reads. What only a driver needs (`unsent`, `ignored`) is left out.
impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Verdict", 5)?;
        fields.serialize_field("category", &self.category)?;
        fields.serialize_field("status", &self.status)?;
        fields.serialize_field("retryable", &self.retryable)?;
        fields.serialize_field("retry_after", &self.retry_after.map(|wait| wait.as_secs_f64()))?;
        fields.serialize_field("rule", &self.rule)?;
        fields.end()
    }
}

impl Category {
    /// All categories, in the order of the table above.
    pub const ALL: [Self; 13] = [
        Self::Timeout,
        Self::RateLimit,
        Self::Quota,
        Self::Connection,
        Self::Server,
        Self::Auth,
        Self::InvalidRequest,
        Self::NotFound,
        Self::Resource,
        Self::Conflict,
        Self::Cancelled,
        Self::OpenCircuit,
        Self::Unknown,
    ];

    /// The word for it in documents, logs and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::RateLimit => "rate_limit",
            Self::Quota => "quota",
            Self::Connection => "connection",
            Self::Server => "server",
            Self::Auth => "auth",
            Self::InvalidRequest => "invalid_request",
            Self::NotFound => "not_found",
            Self::Resource => "resource",
            Self::Conflict => "conflict",
            Self::Cancelled => "cancelled",
            Self::OpenCircuit => "open_circuit",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word that [`Category::name`] writes.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == word)
    }

    /// Whether an error of which only the category is known is worth another try. Two categories hold both
    /// kinds, a full disk and a busy pool, a duplicate and a deadlock: without more to go by they are not.
    pub const fn usually_retryable(self) -> bool {
        matches!(self, Self::Timeout | Self::RateLimit | Self::Connection | Self::Server)
    }

    /// Whether such an error says that the dependency is unwell, so that a breaker should count it. An error
    /// that is the caller's own fault neither trips nor heals.
    pub const fn blames_dependency(self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::RateLimit
                | Self::Quota
                | Self::Connection
                | Self::Server
                | Self::Resource
                | Self::Unknown
        )
    }
}
