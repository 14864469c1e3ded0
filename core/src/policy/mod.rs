//! Policy documents: what a program wants of its calls, as data that is the same in every host.
//!
//! A document is JSON. It is read in one pass that finds **all** of its faults, each with its path, what was found
//! and what is allowed. Each section's reader is also what describes it: the JSON Schema is made by running the
//! same readers without a document, so the two cannot disagree, and every default is written in exactly one place.
//!
//! serde's derived readers were not used here: they stop at the first fault, and a struct of theirs also
//! accepts a positional list.

mod about_breaker;
mod about_budget;
mod adaptive;
mod batch;
mod breaker;
mod budget;
mod bulkhead;
mod classify;
mod degradation;
mod degradation_words;
mod document;
mod doubts;
mod duration;
mod error_handling;
mod explain;
mod fallback;
mod fallback_words;
mod heal;
mod hedge;
#[cfg(feature = "std")]
mod kept;
mod map;
mod parameters;
mod rate_limit;
pub(crate) mod reader;
mod retry;
#[cfg(feature = "describe")]
mod schema;
mod shape;
mod switch;
mod throttle;
mod tree;

#[cfg(test)]
mod tests;

pub(crate) use self::budget::default_for;
pub use self::classify::parse_classifier;
pub(crate) use self::degradation::read_degradation;
pub use self::error_handling::{Action, ErrorHandling};
pub use self::explain::{Explanation, MOST_SHOWN, Plan, Warning};
pub use self::fallback::Fallback;
pub use self::reader::NOT_CARRIED_OUT;
#[cfg(feature = "describe")]
pub use self::schema::schema;
pub(crate) use self::switch::Switch;
pub(crate) use self::tree::Tree;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::batch::BatchConfig;
use crate::breaker::{BreakerConfig, Outcome};
use crate::call::{AttemptTimeout, Retry};
use crate::classify::{Category, Classifier, Fault, Match, Verdict};
use crate::degrade::DegradeConfig;
use crate::error::ConfigError;
use crate::guard::{GuardConfig, LimitsConfig};
use crate::heal::HealConfig;
use crate::limit::adaptive::AdaptiveConfig;
use crate::limit::bulkhead::BulkheadConfig;
use crate::limit::hedge::HedgeConfig;
use crate::limit::rate::RateLimitConfig;
use crate::limit::throttle::ThrottleConfig;

/// A policy that is known to make sense. Immutable, so it may be shared freely.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// For logs and metrics.
    pub name: Option<String>,
    /// Whether and when to try again.
    pub retry: Retry,
    /// The limit of each attempt.
    pub timeout: Option<AttemptTimeout>,
    /// The breaker that guards the calls of this policy.
    pub breaker: Option<BreakerConfig>,
    /// Which failures the breaker counts; `None`: those that blame the dependency.
    pub counted: Option<Vec<Match>>,
    /// How often calls may go out.
    pub rate_limit: Option<RateLimitConfig>,
    /// How many may be under way at once.
    pub bulkhead: Option<BulkheadConfig>,
    /// How many go to a dependency that has begun to refuse them.
    pub throttle: Option<ThrottleConfig>,
    /// The limit of calls in flight that finds its own height.
    pub adaptive: Option<AdaptiveConfig>,
    /// When further attempts are raced against a silent one.
    pub hedge: Option<HedgeConfig>,
    /// What errors mean.
    pub classifier: Classifier,
    /// How a batch of such calls is worked through; `None`: as [`BatchConfig`] has it by default.
    pub batch: Option<BatchConfig>,
    /// What is done about calls that failed before they are made again.
    pub heal: Option<Arc<HealConfig>>,
    /// What the host should do when things happen.
    pub error_handling: ErrorHandling,
    /// The ways to the answer, if there is more than one.
    pub fallback: Option<Fallback>,
    /// The levels of the service, and what they follow from.
    pub degradation: Option<DegradeConfig>,
}

impl Policy {
    /// Reads a document, or says everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        document::parse(text)
    }

    /// The settings of what stands between its calls and their dependency.
    pub fn guards(&self) -> GuardConfig {
        let limits = LimitsConfig {
            throttle: self.throttle,
            rate_limit: self.rate_limit,
            bulkhead: self.bulkhead,
            adaptive: self.adaptive,
            hedge: self.hedge,
        };
        let budget = self.retry.budget.as_ref().map(|settings| settings.config);
        GuardConfig { breaker: self.breaker, budget, limits }
    }

    /// What a failure means for the breaker.
    pub(crate) fn outcome(&self, fault: &Fault, verdict: &Verdict, fingerprint: u64) -> Outcome {
        let counts = match &self.counted {
            // Our own refusals and someone's wish to stop say nothing about the dependency, whatever is listed.
            _ if matches!(verdict.category, Category::Cancelled | Category::OpenCircuit) => false,
            _ if verdict.ignored => false,
            Some(listed) => listed.iter().any(|pattern| pattern.fits(fault, verdict)),
            None => verdict.category.blames_dependency(),
        };
        let hint = verdict.retry_after.filter(|_| self.retry.respect_retry_after);
        if counts { Outcome::Failure { fingerprint, hint } } else { Outcome::Ignored }
    }
}
