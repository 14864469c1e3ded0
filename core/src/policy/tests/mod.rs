mod adaptive;
mod aliases;
mod batch_and_heal;
mod budget;
mod chains;
mod defaults;
mod documents;
mod durations;
mod edges;
mod explain;
mod explain_chains;
mod hedge;
mod integrations;
mod limits;
#[cfg(feature = "describe")]
mod schema;
mod wrong;

use core::num::NonZeroU32;
use core::time::Duration;
use std::format;
use std::string::String;
use std::vec;
use std::vec::Vec;

use super::Policy;
use crate::backoff::{Curve, Jitter, Schedule};
use crate::breaker::{BreakerConfig, Growth, Mode, Window};
use crate::budget::{Amount, BudgetConfig, BudgetSettings, RatioBudget, TokenBudget};
use crate::call::{AttemptTimeout, OverCap, Retry, SyncTimeout};

fn policy(text: &str) -> Policy {
    Policy::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A document with this `retry` section.
fn retry(section: &str) -> Retry {
    policy(&format!("{{\"retry\":{section}}}")).retry
}

/// A document with this `circuit_breaker` section.
fn breaker(section: &str) -> BreakerConfig {
    policy(&format!("{{\"circuit_breaker\":{section}}}")).breaker.expect("a breaker")
}

/// All that is wrong with a document, a line a problem: code, path and message.
fn problems(text: &str) -> Vec<String> {
    let Err(error) = Policy::parse(text) else { return Vec::new() };
    let line = |problem: &crate::error::Problem| {
        let code = serde_json::to_value(problem.code).unwrap();
        format!("{} {}: {}", code.as_str().unwrap(), problem.path, problem.message)
    };
    error.problems.iter().map(line).collect()
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn millis(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("not zero")
}
