//! The `batch` section: how it is read, what it says of itself, and what in it may not be meant.

use alloc::format;
use alloc::string::String;

use super::Policy;
use super::explain::Warning;
use super::reader::{Field, Section};
use crate::batch::BatchConfig;

pub(super) fn read_batch(section: &mut Section<'_, '_>) -> BatchConfig {
    let default = BatchConfig::default();
    BatchConfig {
        concurrency: section.positive(&CONCURRENCY, MOST_AT_A_TIME).unwrap_or(default.concurrency),
        stop_after_failures: section.positive(&STOP_AFTER_FAILURES, u32::MAX).or(default.stop_after_failures),
    }
}

pub(super) fn about_batch(batch: BatchConfig) -> String {
    let end = match batch.stop_after_failures {
        None => String::from("comes to its end however many fail"),
        Some(most) if most.get() == 1 => String::from("begins none after the first failure"),
        Some(most) => format!("begins none after {most} failures"),
    };
    format!("a batch works on at most {} of its items at a time and {end}", batch.concurrency)
}

/// Once the breaker is open, the rest of the batch is refused in no time.
pub(super) fn batch_against_a_breaker(policy: &Policy) -> Option<Warning> {
    let batch = policy.batch.as_ref()?;
    let refuses = policy.breaker.is_some() && !policy.retry.retry_open_circuit;
    (refuses && batch.stop_after_failures.is_none()).then(|| Warning {
        path: "batch.stop_after_failures".into(),
        message: "without it, all that is left of a batch fails at once when the breaker opens".into(),
    })
}

/// No host has more in flight; a larger number is meant as "all of them", which is no bound.
const MOST_AT_A_TIME: u32 = 100_000;

const CONCURRENCY: Field = Field {
    name: "concurrency",
    aliases: &[],
    doc: Field::doc("So many items of a batch at a time. Default: 8."),
};
const STOP_AFTER_FAILURES: Field = Field {
    name: "stop_after_failures",
    aliases: &[],
    doc: Field::doc(
        "After so many failed items no further one is begun. Default: none; all are, however many fail.",
    ),
};
