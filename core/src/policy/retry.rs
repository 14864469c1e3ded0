//! The `retry` and `timeout` sections.

use alloc::format;
use core::num::NonZeroU32;

use super::budget::read_budget;
use super::duration::in_seconds;
use super::reader::{Field, Section};
use super::switch::Switch;
use crate::backoff::{Curve, Jitter};
use crate::call::{AttemptTimeout, OverCap, Retry, SyncTimeout};
use crate::classify::Match;
use crate::error::ProblemCode;

/// What a `retry` section says.
pub(super) struct RetrySection {
    pub(super) retry: Retry,
    /// Whether it says itself how many attempts there are.
    pub(super) counts_attempts: bool,
    /// Only these errors are retried.
    pub(super) only: Option<Match>,
}

#[derive(Clone, Copy, PartialEq)]
enum Strategy {
    Constant,
    Linear,
    Exponential,
    Fibonacci,
    Polynomial,
    Decorrelated,
    List,
}

pub(super) fn read_retry(section: &mut Section<'_, '_>) -> RetrySection {
    let default = Retry::default();
    let max_attempts = section.positive(&MAX_ATTEMPTS, u32::MAX);
    let max_retries = section.count(&MAX_RETRIES, 0, u32::MAX - 1);
    if MAX_ATTEMPTS.is_in(section) && MAX_RETRIES.is_in(section) {
        let message = "both max_attempts and max_retries are given (expected one of them: max_attempts counts the \
                       first call, max_retries does not)";
        section.findings.add(ProblemCode::Contradiction, &section.path_of(&MAX_ATTEMPTS), message);
    }
    let strategy = section.word(&STRATEGY, &STRATEGIES);
    let initial = section.duration(&INITIAL_DELAY);
    let max = section.duration(&MAX_DELAY);
    let base = section.number(&EXPONENTIAL_BASE, 1.0, 1_000_000.0);
    let degree = section.count(&POLYNOMIAL_DEGREE, 1, 20);
    let delays = section.durations(&DELAYS);
    let jitter = section.word_or_flag(&JITTER, &JITTERS, (Jitter::None, Jitter::Proportional));

    let misread = strategy.is_none() && STRATEGY.is_in(section);
    let strategy =
        strategy.unwrap_or(if DELAYS.is_in(section) { Strategy::List } else { Strategy::Exponential });
    if !misread {
        belongs(section, &EXPONENTIAL_BASE, strategy == Strategy::Exponential, "strategy exponential");
        belongs(section, &POLYNOMIAL_DEGREE, strategy == Strategy::Polynomial, "strategy polynomial");
        belongs(section, &DELAYS, strategy == Strategy::List, "strategy list");
    }
    if strategy == Strategy::Decorrelated && section.has(JITTER.name) {
        let message = "strategy decorrelated draws its delays itself (expected no jitter beside it)";
        section.findings.add(ProblemCode::Contradiction, &section.at(JITTER.name), message);
    }
    if strategy == Strategy::List && !section.has(DELAYS.name) {
        section.miss(&DELAYS, "expected a list of durations; strategy list needs it");
    }
    let longest = delays.iter().flatten().max().copied();
    let initial_delay = initial.unwrap_or(default.schedule.initial_delay);
    let max_delay = max.unwrap_or(default.schedule.max_delay.max(longest.unwrap_or_default()));
    let (largest, field) = longest.map_or((initial_delay, &INITIAL_DELAY), |longest| (longest, &DELAYS));
    let misread = max.is_none() && MAX_DELAY.is_in(section);
    if largest > max_delay && (initial.is_some() || longest.is_some()) && !misread {
        let (found, cap) = (in_seconds(largest), in_seconds(max_delay));
        let message = format!("{found} s is longer than max_delay, which is {cap} s (expected at most that)");
        section.findings.add(ProblemCode::Contradiction, &section.path_of(field), message);
    }
    // A list says how often: its delays are the waits between the attempts.
    let listed = delays.as_ref().and_then(|delays| u32::try_from(delays.len()).ok());
    let attempts = max_attempts
        .or(max_retries.map(after_first))
        .or(listed.map(after_first))
        .unwrap_or(default.max_attempts);
    let curve = match strategy {
        Strategy::Constant => Curve::Constant,
        Strategy::Linear => Curve::Linear,
        Strategy::Exponential => Curve::Exponential { base: base.unwrap_or(2.0) },
        Strategy::Fibonacci => Curve::Fibonacci,
        Strategy::Polynomial => Curve::Polynomial { degree: degree.unwrap_or(2) },
        Strategy::Decorrelated => Curve::Decorrelated,
        Strategy::List => Curve::List(delays.unwrap_or_default()),
    };
    let enabled = section.flag(&ENABLED).unwrap_or(true);
    let only = section.names(&RETRYABLE_EXCEPTIONS).map(Match::types);
    let mut retry = Retry {
        max_attempts: if enabled { attempts } else { NonZeroU32::MIN },
        deadline: section.positive_duration(&DEADLINE),
        respect_retry_after: section.flag(&RESPECT_RETRY_AFTER).unwrap_or(default.respect_retry_after),
        retry_after_over_cap: section
            .word(&RETRY_AFTER_OVER_CAP, &OVER_CAPS)
            .unwrap_or(default.retry_after_over_cap),
        idempotent: section.flag(&IDEMPOTENT).unwrap_or(default.idempotent),
        retry_open_circuit: section.flag(&RETRY_OPEN_CIRCUIT).unwrap_or(default.retry_open_circuit),
        escalate_after: section.positive(&ESCALATE_AFTER, u32::MAX),
        budget: match section.section_or_false(&BUDGET, read_budget) {
            Switch::Absent => default.budget,
            Switch::Off => None,
            Switch::On(settings) => Some(settings),
        },
        schedule: default.schedule,
    };
    retry.schedule.curve = curve;
    retry.schedule.initial_delay = initial_delay;
    retry.schedule.max_delay = max_delay;
    retry.schedule.jitter = jitter.unwrap_or(retry.schedule.jitter);
    let counts_attempts = max_attempts.is_some() || max_retries.is_some() || listed.is_some() || !enabled;
    RetrySection { retry, counts_attempts, only }
}

pub(super) fn read_timeout(section: &mut Section<'_, '_>) -> Option<AttemptTimeout> {
    let attempt = section.positive_duration(&ATTEMPT);
    let growth = section.number(&GROWTH, 1.0, 1_000.0);
    let max = section.positive_duration(&MAX);
    let sync = section.word(&SYNC, &SYNCS).unwrap_or(SyncTimeout::Refuse);
    if !ATTEMPT.is_in(section) {
        section.miss(
            &ATTEMPT,
            "expected the limit of an attempt; without it the rest of this section means nothing",
        );
    }
    let attempt = attempt?;
    if let Some(max) = max
        && max < attempt
    {
        let message =
            format!("{} s is shorter than the first attempt's {} s", in_seconds(max), in_seconds(attempt));
        section.findings.add(ProblemCode::Contradiction, &section.at(MAX.name), message);
    }
    // Without growth the limit stays; with growth and no limit given, ten doublings are where it ends.
    let growth = growth.unwrap_or(1.0);
    let max = max.unwrap_or(if growth > 1.0 { attempt.saturating_mul(1_024) } else { attempt });
    Some(AttemptTimeout { attempt, growth, max, sync })
}

/// Reports a field that is given but means something elsewhere only.
pub(super) fn belongs(section: &mut Section<'_, '_>, field: &Field, is_home: bool, home: &str) {
    if !is_home && field.is_in(section) {
        let message = format!("belongs to {home} only");
        section.findings.add(ProblemCode::Contradiction, &section.path_of(field), message);
    }
}

fn after_first(retries: u32) -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(retries)
}

const STRATEGIES: [(&str, Strategy); 7] = [
    ("constant", Strategy::Constant),
    ("linear", Strategy::Linear),
    ("exponential", Strategy::Exponential),
    ("fibonacci", Strategy::Fibonacci),
    ("polynomial", Strategy::Polynomial),
    ("decorrelated", Strategy::Decorrelated),
    ("list", Strategy::List),
];
const JITTERS: [(&str, Jitter); 5] = [
    ("none", Jitter::None),
    ("proportional", Jitter::Proportional),
    ("additive", Jitter::Additive),
    ("full", Jitter::Full),
    ("equal", Jitter::Equal),
];
const OVER_CAPS: [(&str, OverCap); 3] =
    [("give_up", OverCap::GiveUp), ("clamp", OverCap::Clamp), ("ignore", OverCap::Ignore)];
const SYNCS: [(&str, SyncTimeout); 2] = [("refuse", SyncTimeout::Refuse), ("thread", SyncTimeout::Thread)];

const ENABLED: Field =
    Field { name: "enabled", aliases: &[], doc: Field::doc("Whether to retry at all. Default: true.") };
const MAX_ATTEMPTS: Field = Field {
    name: "max_attempts",
    aliases: &["attempts"],
    doc: Field::doc("How often the function is called at most, the first time included. Default: 4."),
};
const MAX_RETRIES: Field = Field {
    name: "max_retries",
    aliases: &["retries"],
    doc: Field::doc(
        "How often the function is called again at most: one less than max_attempts. Default: 3.",
    ),
};
const STRATEGY: Field = Field {
    name: "strategy",
    aliases: &["backoff"],
    doc: Field::doc("How delays grow from retry to retry. Default: exponential; list if delays are given."),
};
const INITIAL_DELAY: Field = Field {
    name: "initial_delay",
    aliases: &["base_delay", "initial_wait", "initial_wait_ms", "retry_backoff"],
    doc: Field::doc("The delay before the first retry, before jitter. Default: 1 second."),
};
const MAX_DELAY: Field = Field {
    name: "max_delay",
    aliases: &["max_wait", "max_wait_ms"],
    doc: Field::doc(
        "No delay is longer, jitter included. Default: 60 seconds, or the longest of a list if that is longer.",
    ),
};
const EXPONENTIAL_BASE: Field = Field {
    name: "exponential_base",
    aliases: &["multiplier"],
    doc: Field::doc("The factor from one delay to the next, for strategy exponential. Default: 2."),
};
const POLYNOMIAL_DEGREE: Field = Field {
    name: "polynomial_degree",
    aliases: &[],
    doc: Field::doc("The power of the retry's number, for strategy polynomial. Default: 2."),
};
const DELAYS: Field = Field {
    name: "delays",
    aliases: &[],
    doc: Field::doc(
        "The delays one after the other, for strategy list; the last one repeats. Unless a number of attempts is \
          given, there is one attempt more than delays. Default: none.",
    ),
};
const JITTER: Field = Field {
    name: "jitter",
    aliases: &[],
    doc: Field::doc(
        "How a delay d is spread, never above max_delay: none; proportional, from d/2 to 3d/2; additive, from d to \
          3d/2; full, from 0 to d; equal, from d/2 to d. true is proportional, false is none. Default: proportional.",
    ),
};
const DEADLINE: Field = Field {
    name: "deadline",
    aliases: &["total_timeout", "max_elapsed"],
    doc: Field::doc(
        "No wait is begun that would end later than this after the beginning of the call. Default: none.",
    ),
};
const RESPECT_RETRY_AFTER: Field = Field {
    name: "respect_retry_after",
    aliases: &[],
    doc: Field::doc(
        "Whether a server's hint, such as Retry-After, replaces the computed delay. Default: true.",
    ),
};
const RETRY_AFTER_OVER_CAP: Field = Field {
    name: "retry_after_over_cap",
    aliases: &[],
    doc: Field::doc(
        "What to do with a hint above max_delay: give_up, clamp it, or ignore it. Default: give_up.",
    ),
};
const IDEMPOTENT: Field = Field {
    name: "idempotent",
    aliases: &[],
    doc: Field::doc(
        "Whether repeating the call is safe. If false, it is repeated only where the request surely never left or \
          was turned away (429, or 503 with Retry-After). Default: true.",
    ),
};
const RETRY_OPEN_CIRCUIT: Field = Field {
    name: "retry_open_circuit",
    aliases: &[],
    doc: Field::doc("Whether to wait for an open breaker instead of giving up at once. Default: false."),
};
const ESCALATE_AFTER: Field = Field {
    name: "escalate_after",
    aliases: &[],
    doc: Field::doc(
        "After so many identical failures in a row the delays double, whatever the strategy. Default: never.",
    ),
};
const BUDGET: Field = Field {
    name: "budget",
    aliases: &[],
    doc: Field::doc(
        "What the retries of all calls together may come to; false for no limit. Default: on, with its defaults.",
    ),
};
const RETRYABLE_EXCEPTIONS: Field = Field {
    name: "retryable_exceptions",
    aliases: &["retry_on"],
    doc: Field::doc(
        "Names of error types; only these and their subtypes are retried, whatever they are. Default: the verdict \
          of the classifier decides.",
    ),
};
const ATTEMPT: Field = Field {
    name: "attempt",
    aliases: &["timeout_seconds", "per_attempt"],
    doc: Field::doc("The limit of the first attempt. No default."),
};
const GROWTH: Field = Field {
    name: "growth",
    aliases: &[],
    doc: Field::doc("The factor from one attempt's limit to the next. Default: 1."),
};
const MAX: Field = Field {
    name: "max",
    aliases: &[],
    doc: Field::doc("The limit never grows beyond this. Default: 1024 times the first."),
};
const SYNC: Field = Field {
    name: "sync",
    aliases: &[],
    doc: Field::doc(
        "How the limit is kept for functions that block: refuse to guard them, or run each attempt in a thread and \
          abandon a late one. Default: refuse.",
    ),
};
