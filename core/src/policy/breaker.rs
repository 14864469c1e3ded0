//! The `circuit_breaker` section.

use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use super::reader::{Field, Section};
use crate::breaker::{BreakerConfig, Window};
use crate::classify::Match;
use crate::error::ProblemCode;

/// What a `circuit_breaker` section says.
pub(super) struct BreakerSection {
    pub(super) breaker: BreakerConfig,
    /// Which failures count.
    pub(super) counted: Option<Vec<Match>>,
    /// Document 000 keeps the number of attempts here.
    pub(super) max_attempts: Option<NonZeroU32>,
    /// So many identical failures make the waits grow instead of opening the breaker.
    pub(super) escalate_after: Option<NonZeroU32>,
}

#[derive(Clone, Copy, PartialEq)]
enum Escalation {
    OpenCircuit,
    Backoff,
}

pub(super) fn read_breaker(section: &mut Section<'_, '_>) -> BreakerSection {
    let default = BreakerConfig::default();
    let threshold = section.positive(&FAILURE_THRESHOLD, MOST_CALLS);
    let identical = section.positive(&IDENTICAL_FAILURES, MOST_CALLS);
    let time = section.positive_duration(&TIME_WINDOW);
    let count = section.positive(&COUNT_WINDOW, MOST_CALLS);
    let window = match (time, count) {
        (Some(_), Some(_)) => {
            let message = "both time_window and count_window are given (expected one of them)";
            section.findings.add(ProblemCode::Contradiction, &section.at(COUNT_WINDOW.name), message);
            Window::Consecutive
        }
        (Some(length), None) => Window::Time(length),
        (None, Some(size)) => Window::Count(size),
        (None, None) => Window::Consecutive,
    };
    let escalation = section.word(&ESCALATION_STRATEGY, &ESCALATIONS).unwrap_or(Escalation::OpenCircuit);
    let trips_on_identical = identical.filter(|_| escalation == Escalation::OpenCircuit);
    let misread = threshold.is_none() && FAILURE_THRESHOLD.is_in(section);
    // Who asks for identical failures only does not want to hear of others.
    let failure_threshold = threshold.or(default.failure_threshold.filter(|_| trips_on_identical.is_none()));
    if let (Window::Count(size), Some(threshold)) = (window, failure_threshold)
        && threshold > size
        && !misread
    {
        let message = alloc::format!(
            "{size} is less than failure_threshold, which is {threshold}: it could never trip"
        );
        section.findings.add(ProblemCode::Contradiction, &section.at(COUNT_WINDOW.name), message);
    }
    let recovery_timeout = section.duration(&RECOVERY_TIMEOUT).unwrap_or(default.recovery_timeout);
    let types = section.names(&EXPECTED_EXCEPTION);
    let patterns = section.names(&ERROR_PATTERNS);
    let counted = (types.is_some() || patterns.is_some()).then(|| {
        let mut counted: Vec<Match> = types.map(Match::types).into_iter().collect();
        counted.extend(patterns.into_iter().flatten().flat_map(type_or_words));
        counted
    });
    BreakerSection {
        breaker: BreakerConfig {
            failure_threshold,
            identical_failures: trips_on_identical,
            window,
            recovery_timeout,
            half_open_max_calls: section
                .positive(&HALF_OPEN_MAX_CALLS, MOST_CALLS)
                .unwrap_or(default.half_open_max_calls),
            success_threshold: section
                .positive(&SUCCESS_THRESHOLD, MOST_CALLS)
                .unwrap_or(default.success_threshold),
            probe_timeout: section.positive_duration(&PROBE_TIMEOUT).unwrap_or(default.probe_timeout),
        },
        counted,
        max_attempts: section.positive(&MAX_ATTEMPTS, u32::MAX),
        escalate_after: identical.filter(|_| escalation == Escalation::Backoff),
    }
}

/// A pattern of document 000 is the name of a type or words of the message; which, it does not say.
fn type_or_words(pattern: String) -> [Match; 2] {
    [Match::types(alloc::vec![pattern.clone()]), Match::messages(alloc::vec![pattern])]
}

/// More would be memory for a window that no reasoning needs.
const MOST_CALLS: u32 = 1_000_000;

const ESCALATIONS: [(&str, Escalation); 2] =
    [("open_circuit", Escalation::OpenCircuit), ("exponential_backoff", Escalation::Backoff)];

const FAILURE_THRESHOLD: Field = Field {
    name: "failure_threshold",
    aliases: &["fail_max"],
    doc: "So many failures open the breaker: in a row, or within the window if there is one. Default: 5; none if \
          only identical_failures is given.",
};
const IDENTICAL_FAILURES: Field = Field {
    name: "identical_failures",
    aliases: &["max_error_repeats"],
    doc: "So many failures of the same kind in a row open the breaker. Default: none.",
};
const TIME_WINDOW: Field = Field {
    name: "time_window",
    aliases: &[],
    doc: "Count failures within this long instead of in a row, to a thirtieth of it. Default: none.",
};
const COUNT_WINDOW: Field = Field {
    name: "count_window",
    aliases: &[],
    doc: "Count failures among this many calls instead of in a row. Default: none.",
};
const RECOVERY_TIMEOUT: Field = Field {
    name: "recovery_timeout",
    aliases: &["timeout", "reset_timeout", "cooldown", "cooldown_seconds"],
    doc: "How long it stays open before it lets a probe through. Default: 60 seconds.",
};
const HALF_OPEN_MAX_CALLS: Field = Field {
    name: "half_open_max_calls",
    aliases: &[],
    doc: "So many probes at a time while half-open. Default: 1.",
};
const SUCCESS_THRESHOLD: Field = Field {
    name: "success_threshold",
    aliases: &[],
    doc: "So many probes must succeed to close it. Default: 1.",
};
const PROBE_TIMEOUT: Field = Field {
    name: "probe_timeout",
    aliases: &[],
    doc: "A probe without an answer after this long gives its place to the next caller. Default: 60 seconds.",
};
const EXPECTED_EXCEPTION: Field = Field {
    name: "expected_exception",
    aliases: &["expected_exceptions"],
    doc: "Names of error types; only these and their subtypes count as failures. Default: errors that say that the \
          dependency is unwell.",
};
const ERROR_PATTERNS: Field = Field {
    name: "error_patterns",
    aliases: &[],
    doc: "Names of error types, or words of messages; only such errors count as failures. Default: as for \
          expected_exception.",
};
const MAX_ATTEMPTS: Field = Field {
    name: "max_attempts",
    aliases: &[],
    doc: "The number of attempts, if there is a retry section that does not give one.",
};
const ESCALATION_STRATEGY: Field = Field {
    name: "escalation_strategy",
    aliases: &[],
    doc: "What identical_failures lead to: open_circuit opens the breaker, exponential_backoff makes the waits of \
          the call double instead. Default: open_circuit.",
};
