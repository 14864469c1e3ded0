//! The document as a whole.

use alloc::string::String;
use alloc::vec;

use super::Policy;
use super::breaker::{BreakerSection, read_breaker};
use super::classify::read_classify;
use super::error_handling::read_error_handling;
use super::reader::{Field, Findings, Section, read_object};
use super::retry::{RetrySection, read_retry, read_timeout};
use super::tree::Tree;
use crate::call::Retry;
use crate::classify::{Match, Rule, Then};
use crate::error::ConfigError;

pub(super) fn parse(text: &str) -> Result<Policy, ConfigError> {
    let tree = Tree::parse(text)?;
    let mut findings = Findings::default();
    let (policy, _) = read_object(String::new(), &tree, &mut findings, read);
    if findings.problems.is_empty() { Ok(policy) } else { Err(ConfigError { problems: findings.problems }) }
}

pub(super) fn describe(section: &mut Section<'_, '_>) {
    read(section);
}

fn read(section: &mut Section<'_, '_>) -> Policy {
    let name = section.text(&NAME);
    let retry = section.section(&RETRY, read_retry);
    let timeout = section.section(&TIMEOUT, read_timeout).flatten();
    let breaker = section.section(&CIRCUIT_BREAKER, read_breaker);
    let mut classifier = section.section(&CLASSIFY, read_classify).unwrap_or_default();
    let error_handling = section.section(&ERROR_HANDLING, read_error_handling).unwrap_or_default();

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
    Policy { name, retry, timeout, breaker, counted, classifier, error_handling }
}

/// Who lists what may be retried means: these, and nothing else. Rules of the user's own still come first.
fn restrict(rules: &mut vec::Vec<Rule>, only: Match) {
    rules.push(Rule::new(only, Then::Transient));
    rules.push(Rule::new(Match::default(), Then::Permanent));
}

const NAME: Field = Field { name: "name", aliases: &[], doc: "A name for logs and metrics. Default: none." };
const RETRY: Field = Field {
    name: "retry",
    aliases: &[],
    doc: "Whether and when to try again. Default: not at all; an empty section means its defaults.",
};
const TIMEOUT: Field =
    Field { name: "timeout", aliases: &[], doc: "A limit for each attempt. Default: none." };
const CIRCUIT_BREAKER: Field = Field {
    name: "circuit_breaker",
    aliases: &[],
    doc: "A breaker around each attempt. Default: none; an empty section means its defaults.",
};
const CLASSIFY: Field = Field {
    name: "classify",
    aliases: &[],
    doc: "What errors mean. Default: what the library's tables say.",
};
const ERROR_HANDLING: Field = Field {
    name: "error_handling",
    aliases: &[],
    doc: "What the host should do when things happen. Default: nothing.",
};
