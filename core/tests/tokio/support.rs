//! What the stories share.

use std::future::Future;
use std::time::Duration;

use failsoft::classify::Fault;
use failsoft::tokio::{Classify, Error, Policy};
use tokio::time::Instant;

/// An answer with this HTTP status, as an error.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("status {0}")]
pub(crate) struct Bad(pub(crate) u16);

impl Classify for Bad {
    fn fault(&self) -> Fault {
        Fault { status: Some(i64::from(self.0)), ..Fault::default() }
    }
}

pub(crate) fn policy(document: &str) -> Policy {
    Policy::parse(document).expect("a policy that makes sense")
}

/// Retries a second apart, without jitter.
pub(crate) fn steady(more: &str) -> Policy {
    policy(&format!(
        r#"{{"retry": {{"strategy": "constant", "initial_delay": 1, "jitter": "none", "budget": false}}{more}}}"#
    ))
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) async fn after<T>(seconds: u64, answer: T) -> T {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    answer
}

/// How long it takes, in whole seconds of virtual time, and what comes out.
pub(crate) async fn timed<T>(call: impl Future<Output = T>) -> (T, u64) {
    let begun = Instant::now();
    let answer = call.await;
    (answer, begun.elapsed().as_secs())
}

/// The error's kind, with the caller's own error inside and why the call ended.
pub(crate) fn told(error: Error<Bad>) -> (&'static str, Option<u16>, &'static str) {
    let kind = match &error {
        Error::Inner { .. } => "inner",
        Error::TimedOut { .. } => "timed out",
        Error::Deadline { .. } => "deadline",
        Error::Rejected { refusal, .. } => refusal.by.name(),
        _ => "new",
    };
    let reason = error.stop_reason().map_or("none", failsoft::call::StopReason::name);
    (kind, error.into_inner().map(|own| own.0), reason)
}
