//! The `adaptive` section, and what a policy says of it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use super::Policy;
use super::explain::{Warning, seconds};
use super::reader::{Field, Section};
use crate::error::ProblemCode;
use crate::limit::Share;
use crate::limit::adaptive::AdaptiveConfig;
use crate::number::plain;

pub(super) fn read_adaptive(section: &mut Section<'_, '_>) -> AdaptiveConfig {
    let default = AdaptiveConfig::default();
    let initial = section.positive(&INITIAL, MOST_CALLS);
    let min = section.positive(&MIN, MOST_CALLS);
    let max = section.positive(&MAX, MOST_CALLS);
    let (low, high) = (min.unwrap_or(default.min), max.unwrap_or(default.max));
    let misread = |field: &Field, read: Option<NonZeroU32>| read.is_none() && field.is_in(section);
    let known = (!misread(&MIN, min), !misread(&MAX, max));
    let beyond = initial.filter(|initial| *initial > high && known.1);
    let below = initial.filter(|initial| *initial < low && known.0);
    let mut contradicts = |field: &Field, message: String| {
        section.findings.add(ProblemCode::Contradiction, &section.at(field.name), message);
    };
    if low > high && known == (true, true) {
        contradicts(&MIN, format!("{low} is more than max, which is {high} (expected at most that)"));
    } else if let Some(initial) = beyond {
        contradicts(&INITIAL, format!("{initial} is more than max, which is {high} (expected at most that)"));
    } else if let Some(initial) = below {
        contradicts(&INITIAL, format!("{initial} is less than min, which is {low} (expected at least that)"));
    }
    let backoff_ratio = section.number(&BACKOFF_RATIO, 0.1, 0.99).map(Share::from_f64);
    let latency_threshold = section.positive_duration(&LATENCY_THRESHOLD);
    let given = section.positive_duration(&LEASE);
    let lease = given.unwrap_or(default.lease);
    if let Some(threshold) = latency_threshold
        && threshold >= lease
        && (given.is_some() || !LEASE.is_in(section))
    {
        let message = format!(
            "{} is not shorter than lease, which is {}: no call is waited for so long",
            seconds(threshold),
            seconds(lease)
        );
        section.findings.add(ProblemCode::Contradiction, &section.at(LATENCY_THRESHOLD.name), message);
    }
    AdaptiveConfig {
        initial: initial.unwrap_or(default.initial.max(low).min(high)),
        min: low,
        max: high,
        backoff_ratio: backoff_ratio.unwrap_or(default.backoff_ratio),
        latency_threshold,
        lease,
    }
}

pub(super) fn about_adaptive(config: &AdaptiveConfig) -> String {
    let slow = config
        .latency_threshold
        .map_or(String::new(), |most| format!(", or a success that took longer than {},", seconds(most)));
    format!(
        "the limit of calls in flight begins at {} and moves between {} and {}: a failure{slow} leaves {} of it, a round of \
         successes adds one; a call that does not come back gives its place up after {}",
        config.initial,
        config.min,
        config.max,
        plain(config.backoff_ratio.as_f64()),
        seconds(config.lease)
    )
}

pub(super) fn doubts_about_adaptive(policy: &Policy) -> Vec<Warning> {
    let Some(config) = policy.adaptive else { return Vec::new() };
    let limit = policy.timeout.map(|timeout| timeout.limit(policy.retry.max_attempts.get()));
    let fixed = (config.min == config.max).then(|| Warning {
        path: "adaptive.max".into(),
        message: format!("min and max are both {}: the limit never moves", config.max),
    });
    let short_lease = limit.filter(|limit| *limit >= config.lease).map(|limit| Warning {
        path: "adaptive.lease".into(),
        message: format!(
            "an attempt may take {}, but its place is given away and its answer not heard after {}",
            seconds(limit),
            seconds(config.lease)
        ),
    });
    let threshold = config.latency_threshold.zip(limit).filter(|(threshold, limit)| threshold >= limit);
    let idle_threshold = threshold.map(|(threshold, limit)| Warning {
        path: "adaptive.latency_threshold".into(),
        message: format!("{} is never reached: an attempt ends after {}", seconds(threshold), seconds(limit)),
    });
    [fixed, short_lease, idle_threshold].into_iter().flatten().collect()
}

/// More is no limit.
const MOST_CALLS: u32 = 1_000_000;

const INITIAL: Field = Field {
    name: "initial",
    aliases: &[],
    doc: Field::doc("So many calls in flight at first. Default: 20, or the nearest that min and max allow."),
};
const MIN: Field =
    Field { name: "min", aliases: &[], doc: Field::doc("The limit never falls below this. Default: 1.") };
const MAX: Field =
    Field { name: "max", aliases: &[], doc: Field::doc("The limit never rises above this. Default: 200.") };
const BACKOFF_RATIO: Field = Field {
    name: "backoff_ratio",
    aliases: &[],
    doc: Field::doc("What a failure leaves of the limit; it takes one away at least. Default: 0.9."),
};
const LATENCY_THRESHOLD: Field = Field {
    name: "latency_threshold",
    aliases: &[],
    doc: Field::doc(
        "A success that took longer counts as a failure. Default: none, successes count as such however long they took.",
    ),
};
const LEASE: Field = Field {
    name: "lease",
    aliases: &[],
    doc: Field::doc("A call that has not come back after this long gives its place up. Default: 60 seconds."),
};
