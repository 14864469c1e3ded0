//! What the machines of a part tell of themselves.

use alloc::string::String;

use serde_json::{Map, Value, json};

use super::SharedGuards;
use crate::breaker::Report;
use crate::guard::Limits;
use crate::system::BreakerHealth;
use crate::time::Instant;

impl SharedGuards {
    /// How the breaker stands at `now`, if there is one.
    pub fn breaker_report(&self, now: Instant) -> Option<Report> {
        // A reading makes a lane freer at most, which who keeps a copy of it may hear of later.
        self.breaker().map(|breaker| breaker.with(|_| {}, |machine| machine.report(now)))
    }

    /// All that its machines tell of themselves at `now`, as data for people.
    pub fn told(&self, now: Instant) -> Value {
        let mut told = self.with_limits(|limits| about(limits, now)).unwrap_or_default();
        if let Some(report) = self.breaker_report(now) {
            told.insert("circuit_breaker".into(), serde_json::to_value(report).unwrap_or_default());
        }
        if let Some(budget) = self.budget() {
            told.insert("budget".into(), json!({ "balance": tokens(budget.balance(now)) }));
        }
        Value::Object(told)
    }
}

fn about(limits: &mut Limits, now: Instant) -> Map<String, Value> {
    let mut told = Map::new();
    if let Some(throttle) = limits.throttle() {
        let rejects = throttle.reject_probability(now).as_f64();
        told.insert("throttle".into(), json!({ "reject_probability": rejects, "tally": throttle.tally() }));
    }
    if let Some(limiter) = limits.rate_limit() {
        let (available, tally) = (limiter.available(now), limiter.tally());
        told.insert("rate_limit".into(), json!({ "available": available, "tally": tally }));
    }
    if let Some(bulkhead) = limits.bulkhead() {
        let (queued, in_flight) = (bulkhead.queued(now), bulkhead.in_flight());
        let tally = bulkhead.tally();
        told.insert("bulkhead".into(), json!({ "in_flight": in_flight, "queued": queued, "tally": tally }));
    }
    if let Some(adaptive) = limits.adaptive() {
        let (limit, in_flight) = (adaptive.limit(now), adaptive.in_flight(now));
        let tally = adaptive.tally();
        told.insert("adaptive".into(), json!({ "limit": limit, "in_flight": in_flight, "tally": tally }));
    }
    told
}

impl From<Report> for BreakerHealth {
    fn from(report: Report) -> Self {
        Self {
            state: report.state,
            failure_count: report.failure_count.into(),
            last_failure_ago: report.last_failure_ago,
            retry_after: report.retry_after,
        }
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a balance of billions of tokens may lose its last digit for people"
)]
fn tokens(millionths: u64) -> f64 {
    millionths as f64 / 1e6
}
