//! The `retry.budget` section.

use alloc::format;
use core::num::NonZeroU32;

use super::reader::{Field, Section};
use super::retry::belongs;
use crate::budget::{Amount, BudgetConfig, BudgetSettings, RatioBudget, TokenBudget};
use crate::error::ProblemCode;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Tokens,
    Ratio,
}

pub(super) fn read_budget(section: &mut Section<'_, '_>) -> BudgetSettings {
    let name = section.text(&NAME);
    let kind = section.word(&KIND, &KINDS);
    // A word that could not be read says nothing of which fields belong here.
    let kind = kind.or((!KIND.is_in(section)).then_some(Kind::Tokens));
    let tokens = read_tokens(section, kind == Some(Kind::Tokens));
    let ratio = read_ratio(section, kind == Some(Kind::Ratio));
    for field in [&CAPACITY, &RETRY_COST, &SUCCESS_REFUND] {
        belongs(section, field, kind != Some(Kind::Ratio), "kind tokens");
    }
    for field in [&RATIO, &MIN_RETRIES_PER_SECOND, &TTL] {
        belongs(section, field, kind != Some(Kind::Tokens), "kind ratio");
    }
    let config = match kind {
        Some(Kind::Ratio) => BudgetConfig::Ratio(ratio),
        _ => BudgetConfig::Tokens(tokens),
    };
    BudgetSettings { name, config }
}

/// The budget of who does not speak of one: it lets a single call make all its attempts, however many those are.
pub(crate) fn default_for(attempts: NonZeroU32) -> BudgetSettings {
    let default = TokenBudget::default();
    let cost = default.retry_cost();
    let all = cost.millionths().saturating_mul(u64::from(attempts.get() - 1));
    let capacity = Amount::from_millionths(all).max(default.capacity());
    let tokens = TokenBudget::new(capacity, cost, default.success_refund()).unwrap_or_default();
    BudgetSettings { name: None, config: BudgetConfig::Tokens(tokens) }
}

fn read_tokens(section: &mut Section<'_, '_>, is_meant: bool) -> TokenBudget {
    let default = TokenBudget::default();
    let mut amount = |field| section.number(field, LEAST_TOKENS, MOST_TOKENS).map(Amount::from_tokens);
    let (given, cost, refund) = (amount(&CAPACITY), amount(&RETRY_COST), amount(&SUCCESS_REFUND));
    let misread = [(&CAPACITY, given), (&RETRY_COST, cost)]
        .iter()
        .any(|(field, read)| read.is_none() && field.is_in(section));
    let capacity = given.unwrap_or(default.capacity());
    let retry_cost = cost.unwrap_or(default.retry_cost());
    if retry_cost > capacity && is_meant && !misread {
        let (field, message) = if RETRY_COST.is_in(section) {
            (&RETRY_COST, format!("{retry_cost} is more than capacity, which is {capacity}"))
        } else {
            (&CAPACITY, format!("{capacity} is less than retry_cost, which is {retry_cost}"))
        };
        let message = format!("{message}: no retry could ever be made");
        section.findings.add(ProblemCode::Contradiction, &section.at(field.name), message);
    }
    TokenBudget::new(capacity, retry_cost, refund.unwrap_or(default.success_refund())).unwrap_or_default()
}

fn read_ratio(section: &mut Section<'_, '_>, is_meant: bool) -> RatioBudget {
    let default = RatioBudget::default();
    let ratio = section.number(&RATIO, 0.0, MOST_RATIO).map(Amount::from_tokens);
    let each_second = section.number(&MIN_RETRIES_PER_SECOND, 0.0, MOST_TOKENS).map(Amount::from_tokens);
    let ttl = section.positive_duration(&TTL);
    let misread = [(&MIN_RETRIES_PER_SECOND, each_second.is_none()), (&TTL, ttl.is_none())]
        .iter()
        .any(|(field, unread)| *unread && field.is_in(section));
    let made = RatioBudget::new(
        ratio.unwrap_or(default.ratio()),
        each_second.unwrap_or(default.min_retries_per_second()),
        ttl.unwrap_or(default.ttl()),
    );
    if made.is_none() && is_meant && !misread {
        let message = "0 beside a reserve of less than one retry: no retry could ever be made";
        section.findings.add(ProblemCode::Contradiction, &section.at(RATIO.name), message);
    }
    made.unwrap_or_default()
}

const KINDS: [(&str, Kind); 2] = [("tokens", Kind::Tokens), ("ratio", Kind::Ratio)];

/// A millionth, which is what amounts are kept in: what is less would be nothing.
const LEAST_TOKENS: f64 = 0.000_001;
/// More tokens than that are no limit.
const MOST_TOKENS: f64 = 1_000_000.0;
/// As Finagle has it. Beyond that a budget is no limit either.
const MOST_RATIO: f64 = 1_000.0;

const NAME: Field = Field {
    name: "name",
    aliases: &[],
    doc: Field::doc("Policies that name the same budget share it. Default: a budget of this policy's own."),
};
const KIND: Field = Field {
    name: "kind",
    aliases: &[],
    doc: Field::doc(
        "tokens: retries cost tokens that successes earn back. ratio: retries are a share of the calls. Default: \
          tokens.",
    ),
};
const CAPACITY: Field = Field {
    name: "capacity",
    aliases: &[],
    doc: Field::doc(
        "The tokens that it starts with and the most that it holds, for kind tokens. Default: 500, or what \
          all retries of one call cost if that is more and no budget is given.",
    ),
};
const RETRY_COST: Field = Field {
    name: "retry_cost",
    aliases: &[],
    doc: Field::doc(
        "What a retry costs, and what a call that succeeded after retries earns back, for kind tokens. Default: 5.",
    ),
};
const SUCCESS_REFUND: Field = Field {
    name: "success_refund",
    aliases: &[],
    doc: Field::doc("What a call that succeeded at its first attempt earns, for kind tokens. Default: 1."),
};
const RATIO: Field = Field {
    name: "ratio",
    aliases: &[],
    doc: Field::doc("How many retries each call pays for, for kind ratio; 0.2 is one in five. Default: 0.2."),
};
const MIN_RETRIES_PER_SECOND: Field = Field {
    name: "min_retries_per_second",
    aliases: &[],
    doc: Field::doc(
        "A reserve of so many retries times ttl, however few calls there are, for kind ratio. Default: 10.",
    ),
};
const TTL: Field = Field {
    name: "ttl",
    aliases: &[],
    doc: Field::doc(
        "How long calls and retries count, to a tenth of it, for kind ratio. Default: 10 seconds.",
    ),
};
