//! The `hedge` section, and what a policy says of it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::Policy;
use super::explain::{Warning, plural, seconds};
use super::reader::{Field, Section};
use crate::error::ProblemCode;
use crate::limit::Share;
use crate::limit::hedge::{HedgeConfig, Percentile, When};
use crate::number::plain;

pub(super) fn read_hedge(section: &mut Section<'_, '_>) -> HedgeConfig {
    let default = HedgeConfig::default();
    let delay = section.duration(&DELAY);
    let share = section.number(&PERCENTILE, 0.1, 0.999).map(Share::from_f64);
    let minimum_calls = section.positive(&MINIMUM_CALLS, MOST_CALLS);
    let window = section.positive_duration(&WINDOW);
    let max_hedges = section.positive(&MAX_HEDGES, MOST_HEDGES);
    let fixed = delay.filter(|_| !PERCENTILE.is_in(section));
    if DELAY.is_in(section) && !PERCENTILE.is_in(section) {
        for field in [&MINIMUM_CALLS, &WINDOW] {
            if field.is_in(section) {
                let message = "belongs to a percentile only (expected percentile beside it, or no delay)";
                section.findings.add(ProblemCode::Contradiction, &section.at(field.name), message);
            }
        }
    }
    let of = Percentile::default();
    let percentile = Percentile {
        share: share.unwrap_or(of.share),
        minimum_calls: minimum_calls.unwrap_or(of.minimum_calls),
        window: window.unwrap_or(of.window),
        until_known: delay,
    };
    HedgeConfig {
        when: fixed.map_or(When::Percentile(percentile), When::After),
        max_hedges: max_hedges.unwrap_or(default.max_hedges),
    }
}

pub(super) fn about_hedge(config: &HedgeConfig) -> String {
    let race = format!(
        "is raced against {}, and the first success counts",
        plural(config.max_hedges.get(), "further attempt", "further attempts")
    );
    match config.when {
        When::After(delay) => format!("an attempt without an answer after {} {race}", seconds(delay)),
        When::Percentile(of) => {
            let unknown = of.until_known.map_or_else(
                || String::from("none is while"),
                |delay| format!("those without an answer after {} are while", seconds(delay)),
            );
            format!(
                "an attempt that takes longer than {} of those in the last {} {race}; {unknown} fewer than {} are known",
                plain(of.share.as_f64()),
                seconds(of.window),
                of.minimum_calls
            )
        }
    }
}

pub(super) fn doubts_about_hedge(policy: &Policy) -> Vec<Warning> {
    let Some(config) = policy.hedge else { return Vec::new() };
    let (delay, share) = match config.when {
        When::After(delay) => (Some(delay), None),
        When::Percentile(of) => (of.until_known, Some(of.share)),
    };
    let unsafe_twice = (!policy.retry.idempotent).then(|| Warning {
        path: "hedge".into(),
        message: "the call is not idempotent, and a hedge does at once what must not be done twice".into(),
    });
    let at_once = delay.filter(Duration::is_zero).map(|_| Warning {
        path: "hedge.delay".into(),
        message: format!(
            "without a delay every call is made {} times",
            u64::from(config.max_hedges.get()).saturating_add(1)
        ),
    });
    let limit = policy.timeout.map(|timeout| timeout.limit(policy.retry.max_attempts.get()));
    let never = delay.zip(limit).filter(|(delay, limit)| delay >= limit).map(|(delay, limit)| Warning {
        path: "hedge.delay".into(),
        message: format!("{} is never reached: an attempt ends after {}", seconds(delay), seconds(limit)),
    });
    let costly = share.filter(|share| *share < LOWEST_CHEAP_SHARE).map(|share| Warning {
        path: "hedge.percentile".into(),
        message: format!(
            "more than one attempt in ten is made twice: all beyond {} of them",
            plain(share.as_f64())
        ),
    });
    [unsafe_twice, at_once, never, costly].into_iter().flatten().collect()
}

/// More would be memory for knowledge that is not needed.
const MOST_CALLS: u32 = 1_000_000;

/// More copies of one call are no cure for a slow dependency.
const MOST_HEDGES: u32 = 10;

/// The Tail at Scale spends one call in twenty; twice that is a decision that should be one.
const LOWEST_CHEAP_SHARE: Share = Share::from_millionths(900_000);

const DELAY: Field = Field {
    name: "delay",
    aliases: &[],
    doc: Field::doc(
        "How long an attempt may be silent before a further one is raced against it; beside percentile: while that is not \
          known. Default: none, the percentile decides.",
    ),
};
const PERCENTILE: Field = Field {
    name: "percentile",
    aliases: &[],
    doc: Field::doc(
        "The delay is what this share of the attempts took at most. Default: 0.95; none if only delay is given.",
    ),
};
const MINIMUM_CALLS: Field = Field {
    name: "minimum_calls",
    aliases: &[],
    doc: Field::doc("The percentile is known from so many answers in the window on. Default: 100."),
};
const WINDOW: Field = Field {
    name: "window",
    aliases: &[],
    doc: Field::doc(
        "The percentile is made of the answers within this long, to a quarter of it. Default: 60 seconds.",
    ),
};
const MAX_HEDGES: Field = Field {
    name: "max_hedges",
    aliases: &[],
    doc: Field::doc("So many further attempts beside the first one. Default: 1."),
};
