//! How a breaker stands, as data for people and dashboards.

use core::time::Duration;

use serde::{Serialize, Serializer};

use super::StateName;
use super::counts::Counts;
use super::machine::{Breaker, Tally};
use super::trip::Trip;
use crate::time::Instant;

/// How a breaker stands. Times are written in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Report {
    /// Its state.
    pub state: StateName,
    /// The failures that count toward opening it.
    pub failure_count: u32,
    /// When it admits a call again; null if nobody knows.
    #[serde(serialize_with = "seconds")]
    pub retry_after: Option<Duration>,
    /// How long ago its last failure was.
    #[serde(serialize_with = "seconds")]
    pub last_failure_ago: Option<Duration>,
    /// Why it last opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_trip: Option<Trip>,
    /// What the window holds, where shares of it matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// What it has seen since it was made.
    #[serde(flatten)]
    pub tally: Tally,
}

impl Breaker {
    /// How it stands at `now`.
    pub fn report(&mut self, now: Instant) -> Report {
        Report {
            state: self.state(now),
            failure_count: self.failure_count(now),
            retry_after: self.retry_after(now),
            last_failure_ago: self.last_failure().map(|then| now.saturating_since(then)),
            last_trip: self.last_trip(),
            counts: self.config().has_rates().then(|| self.counts(now)),
            tally: self.tally(),
        }
    }
}

#[allow(clippy::ref_option, reason = "serde hands fields in by reference")]
fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(serializer)
}
