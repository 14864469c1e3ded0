//! The `bulkhead` section.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Policy;
use super::explain::{Warning, plural, seconds};
use super::reader::{Field, Section};
use crate::error::ProblemCode;
use crate::limit::bulkhead::{BulkheadConfig, MOST_CALLS};

pub(super) fn read_bulkhead(section: &mut Section<'_, '_>) -> BulkheadConfig {
    let default = BulkheadConfig::default();
    let max_concurrent = section.positive(&MAX_CONCURRENT, MOST_CALLS).unwrap_or(default.max_concurrent);
    let max_queue = section.count(&MAX_QUEUE, 0, MOST_CALLS).unwrap_or(default.max_queue);
    let max_wait = section.duration(&MAX_WAIT).or(default.max_wait);
    if max_queue > 0 && max_wait.is_some_and(|wait| wait.is_zero()) {
        let message = format!(
            "0 s lets nobody wait, but max_queue is {max_queue} (expected a longer wait, or no queue)"
        );
        section.findings.add(ProblemCode::Contradiction, &section.at(MAX_WAIT.name), message);
    }
    BulkheadConfig { max_concurrent, max_queue, max_wait }
}

pub(super) fn about_bulkhead(bulkhead: &BulkheadConfig) -> String {
    let queue = match (bulkhead.max_queue, bulkhead.max_wait) {
        (0, _) => String::new(),
        (queue, None) => format!("; {queue} more may wait, as long as it takes"),
        (queue, Some(longest)) => format!("; {queue} more may wait, each at most {}", seconds(longest)),
    };
    format!(
        "at most {} under way at once{queue}; any other is rejected",
        plural(bulkhead.max_concurrent.get(), "call is", "calls are")
    )
}

pub(super) fn bulkhead_doubts(policy: &Policy) -> Vec<Warning> {
    let Some(bulkhead) = &policy.bulkhead else { return Vec::new() };
    let unbounded = policy.timeout.is_none().then(|| Warning {
        path: "timeout".into(),
        message: format!(
            "nothing bounds an attempt: {} that hang leave no place for anyone else",
            bulkhead.max_concurrent
        ),
    });
    let wait = bulkhead.max_wait.filter(|_| bulkhead.max_queue > 0);
    let beyond = wait.zip(policy.retry.deadline).filter(|(wait, deadline)| wait >= deadline);
    let too_long = beyond.map(|(wait, deadline)| Warning {
        path: "bulkhead.max_wait".into(),
        message: format!(
            "a call would wait for {} and then be over: its deadline is {}",
            seconds(wait),
            seconds(deadline)
        ),
    });
    unbounded.into_iter().chain(too_long).collect()
}

const MAX_CONCURRENT: Field = Field {
    name: "max_concurrent",
    aliases: &[],
    doc: Field::doc("So many calls may be under way at once. Default: 10."),
};
const MAX_QUEUE: Field = Field {
    name: "max_queue",
    aliases: &[],
    doc: Field::doc("So many more may wait for a place, first come first served. Default: 0."),
};
const MAX_WAIT: Field = Field {
    name: "max_wait",
    aliases: &[],
    doc: Field::doc("Nobody waits longer for a place. Default: 1 second."),
};
