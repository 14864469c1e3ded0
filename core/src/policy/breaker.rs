//! The `circuit_breaker` section.

use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use super::duration::in_seconds;
use super::reader::{Field, Section};
use crate::breaker::{BreakerConfig, Growth, Mode, Preset, Rate, SlowCall, Window};
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
    let default = section.word(&PRESET, &PRESETS).map_or_else(BreakerConfig::default, Preset::config);
    let identical = section.positive(&IDENTICAL_FAILURES, MOST_CALLS);
    let escalation = section.word(&ESCALATION_STRATEGY, &ESCALATIONS).unwrap_or(Escalation::OpenCircuit);
    let trips_on_identical = identical.filter(|_| escalation == Escalation::OpenCircuit);
    let trips = read_trips(section, &default, trips_on_identical);
    let wait = read_open_wait(section, &default);
    let types = section.names(&EXPECTED_EXCEPTION);
    let patterns = section.names(&ERROR_PATTERNS);
    let counted = (types.is_some() || patterns.is_some()).then(|| {
        let mut counted: Vec<Match> = types.map(Match::types).into_iter().collect();
        counted.extend(patterns.into_iter().flatten().flat_map(type_or_words));
        counted
    });
    BreakerSection {
        breaker: BreakerConfig {
            identical_failures: trips_on_identical,
            recovery_timeout: wait.recovery_timeout,
            recovery_growth: wait.recovery_growth,
            max_recovery_timeout: wait.max_recovery_timeout,
            recovery_jitter: wait.recovery_jitter,
            half_open_max_calls: section
                .positive(&HALF_OPEN_MAX_CALLS, MOST_CALLS)
                .unwrap_or(default.half_open_max_calls),
            success_threshold: section
                .positive(&SUCCESS_THRESHOLD, MOST_CALLS)
                .unwrap_or(default.success_threshold),
            probe_timeout: section.positive_duration(&PROBE_TIMEOUT).unwrap_or(default.probe_timeout),
            mode: section.word(&MODE, &MODES).unwrap_or(default.mode),
            ..trips
        },
        counted,
        max_attempts: section.positive(&MAX_ATTEMPTS, u32::MAX),
        escalate_after: identical.filter(|_| escalation == Escalation::Backoff),
    }
}

/// What trips it: the threshold, the rates and the window in which they count.
fn read_trips(
    section: &mut Section<'_, '_>,
    default: &BreakerConfig,
    identical: Option<NonZeroU32>,
) -> BreakerConfig {
    let threshold = section.positive(&FAILURE_THRESHOLD, MOST_CALLS);
    let threshold_misread = threshold.is_none() && FAILURE_THRESHOLD.is_in(section);
    let failure_rate = section.number(&FAILURE_RATE, LEAST_RATE, 1.0).and_then(Rate::new);
    let slow_call = section.section(&SLOW_CALL, read_slow_call).flatten();
    let rates = FAILURE_RATE.is_in(section) || SLOW_CALL.is_in(section);
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
        // A row has no share of anything.
        (None, None) if rates && default.window == Window::Consecutive => {
            let misread = TIME_WINDOW.is_in(section) || COUNT_WINDOW.is_in(section);
            if threshold.is_some() && !misread {
                let message = "a rate needs a window, and without one failure_threshold counts in a row (expected \
                               count_window or time_window beside them)";
                section.miss(&COUNT_WINDOW, message);
            }
            Window::Count(RATE_WINDOW)
        }
        (None, None) => default.window,
    };
    let minimum_calls = section.positive(&MINIMUM_CALLS, MOST_CALLS);
    if minimum_calls.is_some() && !rates {
        let message = "says nothing without a rate (expected failure_rate or slow_call beside it)";
        section.findings.add(ProblemCode::Contradiction, &section.path_of(&MINIMUM_CALLS), message);
    }
    // Who asks for a rate or for identical failures only does not want to hear of others.
    let failure_threshold = threshold.or(default.failure_threshold.filter(|_| identical.is_none() && !rates));
    let most = if let Window::Count(size) = window { size } else { NonZeroU32::MAX };
    if let Some(threshold) = failure_threshold.filter(|threshold| *threshold > most && !threshold_misread) {
        let message = alloc::format!(
            "{most} is less than failure_threshold, which is {threshold}: it could never trip"
        );
        section.findings.add(ProblemCode::Contradiction, &section.at(COUNT_WINDOW.name), message);
    }
    if let Some(calls) = minimum_calls.filter(|calls| *calls > most) {
        let message = alloc::format!(
            "{calls} calls are never in a window of {most}: no rate could ever trip (expected at most {most})"
        );
        section.findings.add(ProblemCode::Contradiction, &section.path_of(&MINIMUM_CALLS), message);
    }
    BreakerConfig {
        failure_threshold,
        failure_rate,
        slow_call,
        minimum_calls: minimum_calls.unwrap_or(default.minimum_calls).min(most),
        window,
        ..*default
    }
}

fn read_slow_call(section: &mut Section<'_, '_>) -> Option<SlowCall> {
    let duration = section.positive_duration(&SLOW_DURATION);
    if !SLOW_DURATION.is_in(section) {
        section.miss(&SLOW_DURATION, "expected a duration: from when on a call is slow");
    }
    let rate = section.number(&SLOW_RATE, LEAST_RATE, 1.0).unwrap_or(HALF);
    Some(SlowCall { duration: duration?, rate: Rate::new(rate)? })
}

/// How long it stays open.
fn read_open_wait(section: &mut Section<'_, '_>, default: &BreakerConfig) -> BreakerConfig {
    let given = section.duration(&RECOVERY_TIMEOUT);
    let recovery_timeout = given.unwrap_or(default.recovery_timeout);
    let growth = section.number(&RECOVERY_GROWTH, 1.0, Growth::MOST).and_then(Growth::new);
    let most = section.positive_duration(&MAX_RECOVERY_TIMEOUT);
    let misread = given.is_none() && RECOVERY_TIMEOUT.is_in(section);
    if let Some(most) = most.filter(|most| *most < recovery_timeout && !misread) {
        let (most, least) = (in_seconds(most), in_seconds(recovery_timeout));
        let message = alloc::format!(
            "{most} s is shorter than recovery_timeout, which is {least} s (expected at least that)"
        );
        section.findings.add(ProblemCode::Contradiction, &section.path_of(&MAX_RECOVERY_TIMEOUT), message);
    }
    let jitter = section.number(&RECOVERY_JITTER, 0.0, 1.0);
    BreakerConfig {
        recovery_timeout,
        recovery_growth: growth.unwrap_or(default.recovery_growth),
        max_recovery_timeout: most.unwrap_or(default.max_recovery_timeout).max(recovery_timeout),
        recovery_jitter: jitter.map_or(default.recovery_jitter, Rate::new),
        ..*default
    }
}

/// A pattern of document 000 is the name of a type or words of the message; which, it does not say.
fn type_or_words(pattern: String) -> [Match; 2] {
    [Match::types(alloc::vec![pattern.clone()]), Match::messages(alloc::vec![pattern])]
}

/// More would be memory for a window that no reasoning needs.
const MOST_CALLS: u32 = 1_000_000;

/// A rate's window if none is named: of a hundred calls, each is one per cent.
const RATE_WINDOW: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// The smallest rate that can be kept.
const LEAST_RATE: f64 = 0.000_001;

/// Half of the calls being slow is as bad as half of them failing.
const HALF: f64 = 0.5;

const PRESETS: [(&str, Preset); 3] =
    [("standard", Preset::Standard), ("critical", Preset::Critical), ("lenient", Preset::Lenient)];

const MODES: [(&str, Mode); 4] = [
    ("normal", Mode::Normal),
    ("shadow", Mode::Shadow),
    ("forced_open", Mode::ForcedOpen),
    ("forced_closed", Mode::ForcedClosed),
];

const ESCALATIONS: [(&str, Escalation); 2] =
    [("open_circuit", Escalation::OpenCircuit), ("exponential_backoff", Escalation::Backoff)];

const PRESET: Field = Field {
    name: "preset",
    aliases: &[],
    doc: Field::doc(
        "Settings to start from; those beside it replace its own. standard: 5 failures within 5 minutes, a minute \
          open, 3 probes at a time, 2 successes. critical: 3 failures, half a minute, 1 probe, 1 success. lenient: 10 \
          failures, two minutes, 5 probes, 5 successes. Default: none.",
    ),
};
const FAILURE_THRESHOLD: Field = Field {
    name: "failure_threshold",
    aliases: &["fail_max"],
    doc: Field::doc(
        "So many failures open the breaker: in a row, or within the window if there is one. Default: 5; none if \
          identical_failures, failure_rate or slow_call is given without it.",
    ),
};
const IDENTICAL_FAILURES: Field = Field {
    name: "identical_failures",
    aliases: &["max_error_repeats"],
    doc: Field::doc("So many failures of the same kind in a row open the breaker. Default: none."),
};
const FAILURE_RATE: Field = Field {
    name: "failure_rate",
    aliases: &["failure_rate_threshold"],
    doc: Field::doc("This share of failures among the calls in the window opens the breaker. Default: none."),
};
const SLOW_CALL: Field = Field {
    name: "slow_call",
    aliases: &[],
    doc: Field::doc(
        "From when on a call is slow, and which share of slow calls opens the breaker. Default: no call is.",
    ),
};
const SLOW_DURATION: Field = Field {
    name: "duration",
    aliases: &[],
    doc: Field::doc(
        "A call that takes this long is slow, however it ends. One under way counts as soon as it has taken so \
          long, to an eighth of it. A slow probe reopens the breaker. No default.",
    ),
};
const SLOW_RATE: Field = Field {
    name: "rate",
    aliases: &[],
    doc: Field::doc(
        "This share of slow calls among the calls in the window opens the breaker. Default: 0.5.",
    ),
};
const MINIMUM_CALLS: Field = Field {
    name: "minimum_calls",
    aliases: &["minimum_number_of_calls", "minimum_throughput", "volume_threshold"],
    doc: Field::doc(
        "No rate opens the breaker before so many calls are in the window. Default: 20, or the count_window if that \
          is less.",
    ),
};
const TIME_WINDOW: Field = Field {
    name: "time_window",
    aliases: &[],
    doc: Field::doc("Count within this long instead of in a row, to a thirtieth of it. Default: none."),
};
const COUNT_WINDOW: Field = Field {
    name: "count_window",
    aliases: &[],
    doc: Field::doc(
        "Count among this many calls instead of in a row. Default: none; 100 for a rate without any window.",
    ),
};
const RECOVERY_TIMEOUT: Field = Field {
    name: "recovery_timeout",
    aliases: &["timeout", "reset_timeout", "cooldown", "cooldown_seconds"],
    doc: Field::doc("How long it stays open before it lets a probe through. Default: 60 seconds."),
};
const RECOVERY_GROWTH: Field = Field {
    name: "recovery_growth",
    aliases: &[],
    doc: Field::doc(
        "Each probe that fails makes the next open wait so many times as long; closing starts over. Default: 1.",
    ),
};
const MAX_RECOVERY_TIMEOUT: Field = Field {
    name: "max_recovery_timeout",
    aliases: &[],
    doc: Field::doc(
        "Neither growth nor a server's hint keeps it open for longer. Default: 5 minutes, or recovery_timeout if that \
          is longer.",
    ),
};
const RECOVERY_JITTER: Field = Field {
    name: "recovery_jitter",
    aliases: &[],
    doc: Field::doc(
        "Each open wait is drawn from its last so much: 0.2 draws from the last fifth. Default: 0.",
    ),
};
const HALF_OPEN_MAX_CALLS: Field = Field {
    name: "half_open_max_calls",
    aliases: &[],
    doc: Field::doc("So many probes at a time while half-open. Default: 1."),
};
const SUCCESS_THRESHOLD: Field = Field {
    name: "success_threshold",
    aliases: &[],
    doc: Field::doc("So many probes must succeed to close it. Default: 1."),
};
const PROBE_TIMEOUT: Field = Field {
    name: "probe_timeout",
    aliases: &[],
    doc: Field::doc(
        "A probe without an answer after this long gives its place to the next caller. Default: 60 seconds.",
    ),
};
const MODE: Field = Field {
    name: "mode",
    aliases: &[],
    doc: Field::doc(
        "normal: it decides. shadow: it counts, trips and recovers, but rejects nobody. forced_open and forced_closed: \
          it begins held so, until it is reset. Default: normal.",
    ),
};
const EXPECTED_EXCEPTION: Field = Field {
    name: "expected_exception",
    aliases: &["expected_exceptions"],
    doc: Field::doc(
        "Names of error types; only these and their subtypes count as failures. Default: errors that say that the \
          dependency is unwell.",
    ),
};
const ERROR_PATTERNS: Field = Field {
    name: "error_patterns",
    aliases: &[],
    doc: Field::doc(
        "Names of error types, or words of messages; only such errors count as failures. Default: as for \
          expected_exception.",
    ),
};
const MAX_ATTEMPTS: Field = Field {
    name: "max_attempts",
    aliases: &[],
    doc: Field::doc("The number of attempts, if there is a retry section that does not give one."),
};
const ESCALATION_STRATEGY: Field = Field {
    name: "escalation_strategy",
    aliases: &[],
    doc: Field::doc(
        "What identical_failures lead to: open_circuit opens the breaker, exponential_backoff makes the waits of \
          the call double instead. Default: open_circuit.",
    ),
};
