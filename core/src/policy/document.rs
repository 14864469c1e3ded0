//! The document as a whole.

use alloc::string::String;
use alloc::vec;

use super::Policy;
use super::adaptive::read_adaptive;
use super::batch::read_batch;
use super::breaker::{BreakerSection, read_breaker};
use super::budget::default_for;
use super::bulkhead::read_bulkhead;
use super::classify::read_classify;
use super::degradation::read_degradation;
use super::error_handling::read_error_handling;
use super::fallback::read_fallback;
use super::heal::read_heal;
use super::hedge::read_hedge;
use super::rate_limit::read_rate_limit;
use super::reader::{Field, Findings, Section, read_object};
use super::retry::{RetrySection, read_retry, read_timeout};
use super::throttle::read_throttle;
use super::tree::Tree;
use crate::budget::BudgetSettings;
use crate::call::Retry;
use crate::classify::{Match, Rule, Then};
use crate::error::ConfigError;

pub(super) fn parse(text: &str) -> Result<Policy, ConfigError> {
    let tree = Tree::parse(text)?;
    let mut findings = Findings::default();
    let (policy, _) = read_object(String::new(), &tree, &mut findings, read);
    if findings.problems.is_empty() { Ok(policy) } else { Err(ConfigError { problems: findings.problems }) }
}

/// Reads a policy, be it the whole document or that of a fallback step.
pub(super) fn read(section: &mut Section<'_, '_>) -> Policy {
    let name = section.text(&NAME);
    let retry = section.section(&RETRY, read_retry);
    let timeout = section.section(&TIMEOUT, read_timeout).flatten();
    let breaker = section.section(&CIRCUIT_BREAKER, read_breaker);
    let rate_limit = section.section_of_full(&RATE_LIMIT, read_rate_limit).flatten();
    let bulkhead = section.section_of_full(&BULKHEAD, read_bulkhead);
    let throttle = section.section_of_full(&THROTTLE, read_throttle);
    let adaptive = section.section_of_full(&ADAPTIVE, read_adaptive);
    let hedge = section.section_of_full(&HEDGE, read_hedge);
    let mut classifier = section.section(&CLASSIFY, read_classify).unwrap_or_default();
    let batch = section.section_of_full(&BATCH, read_batch);
    let heal = section.section_of_full(&HEAL, read_heal);
    let error_handling = section.section(&ERROR_HANDLING, read_error_handling).unwrap_or_default();
    let fallback = read_fallback(section);
    let degradation = section.section_of_full(&DEGRADATION, read_degradation);

    let (mut retry, only, counts_attempts) = match retry {
        Some(RetrySection { retry, only, counts_attempts }) => (retry, only, counts_attempts),
        // A breaker by itself retries nothing, whatever it says of attempts.
        None => (Retry::never(), None, true),
    };
    if let Some(only) = only {
        restrict(&mut classifier.rules, only);
    }
    let mut counted = None;
    let breaker = breaker.map(|read: BreakerSection| {
        if let (Some(attempts), false) = (read.max_attempts, counts_attempts) {
            retry.max_attempts = attempts;
        }
        retry.escalate_after = retry.escalate_after.or(read.escalate_after);
        counted = read.counted;
        read.breaker
    });
    if retry.max_attempts.get() == 1 {
        retry.budget = None;
    } else if retry.budget == Some(BudgetSettings::default()) {
        retry.budget = Some(default_for(retry.max_attempts));
    }
    Policy {
        name,
        retry,
        timeout,
        breaker,
        counted,
        rate_limit,
        bulkhead,
        throttle,
        adaptive,
        hedge,
        classifier,
        batch,
        heal,
        error_handling,
        fallback,
        degradation,
    }
}

/// Who lists what may be retried means: these, and nothing else. Rules of the user's own still come first.
fn restrict(rules: &mut vec::Vec<Rule>, only: Match) {
    rules.push(Rule::new(only, Then::Transient));
    rules.push(Rule::new(Match::default(), Then::Permanent));
}

const NAME: Field =
    Field { name: "name", aliases: &[], doc: Field::doc("A name for logs and metrics. Default: none.") };
const RETRY: Field = Field {
    name: "retry",
    aliases: &[],
    doc: Field::doc(
        "Whether and when to try again. Default: not at all; an empty section means its defaults.",
    ),
};
const TIMEOUT: Field =
    Field { name: "timeout", aliases: &[], doc: Field::doc("A limit for each attempt. Default: none.") };
const CIRCUIT_BREAKER: Field = Field {
    name: "circuit_breaker",
    aliases: &[],
    doc: Field::doc("A breaker around each attempt. Default: none; an empty section means its defaults."),
};
const RATE_LIMIT: Field = Field {
    name: "rate_limit",
    aliases: &[],
    doc: Field::doc("How often calls may go out, retries included. Default: as often as they come."),
};
const BULKHEAD: Field = Field {
    name: "bulkhead",
    aliases: &[],
    doc: Field::doc(
        "How many calls may be under way at once. Default: as many as come; an empty section means its defaults.",
    ),
};
const THROTTLE: Field = Field {
    name: "throttle",
    aliases: &[],
    doc: Field::doc(
        "Whether to spare a dependency a share of what it would refuse anyway. Default: no; an empty section means \
          its defaults.",
    ),
};
const ADAPTIVE: Field = Field {
    name: "adaptive",
    aliases: &[],
    doc: Field::doc(
        "A limit of calls in flight that rises with successes and falls with failures. Default: none; an empty section \
          means its defaults.",
    ),
};
const HEDGE: Field = Field {
    name: "hedge",
    aliases: &[],
    doc: Field::doc(
        "Further attempts raced against one that is silent for too long. Default: none; an empty section means its \
          defaults.",
    ),
};
const CLASSIFY: Field = Field {
    name: "classify",
    aliases: &[],
    doc: Field::doc("What errors mean. Default: what the library's tables say."),
};
const BATCH: Field = Field {
    name: "batch",
    aliases: &[],
    doc: Field::doc("How a batch of calls is worked through. Default: as an empty section has it."),
};
const HEAL: Field = Field {
    name: "heal",
    aliases: &[],
    doc: Field::doc("What remedies there are for which diagnosis of a call that failed. Default: none."),
};
const ERROR_HANDLING: Field = Field {
    name: "error_handling",
    aliases: &[],
    doc: Field::doc("What the host should do when things happen. Default: nothing."),
};
const DEGRADATION: Field = Field {
    name: "degradation",
    aliases: &[],
    doc: Field::doc(
        "Levels of the service, what moves between them and what they mean for parameters. Default: none; an empty \
          section means its defaults.",
    ),
};
