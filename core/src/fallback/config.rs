//! The settings of a chain.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::time::Duration;

use crate::classify::Category;
use crate::error::{ConfigError, Problem, ProblemCode};
use crate::gather::gathered;

/// One way to the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it is called in reports; unique within the chain.
    pub name: String,
    /// How good its answer is, from 0 to 1.
    pub quality: f64,
    /// What one call costs, in whatever unit the user counts; not negative.
    pub cost: f64,
    /// Which failures of it end the call instead of going on to the next step; `None`: what the chain says.
    pub fail_now: Option<BTreeSet<Category>>,
}

/// The steps of a chain and what decides between them.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainConfig {
    /// Best first; at least one, at most [`MOST_STEPS`].
    pub steps: Vec<Step>,
    /// What ends the call at once instead of going on to the next step. Cancellation always does.
    pub fail_now: BTreeSet<Category>,
    /// Whether and how the order follows experience; `None`: the order of `steps`, always.
    pub reorder: Option<Reorder>,
}

/// How the order follows experience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reorder {
    /// What makes one step better than another.
    pub by: OrderBy,
    /// So many observations before a step may change places; at most `history`.
    pub minimum_calls: NonZeroU32,
    /// So many of a step's last calls count, and up to a third more; at most a million.
    pub history: NonZeroU32,
    /// What is older than this does not count, and what is younger than two thirds of it does; not zero.
    pub forget_after: Duration,
    /// One of so many calls that find a step demoted tries that step first. Counted, not drawn: a count is in the
    /// snapshot and needs no seed, and calls of different processes do not come in step anyway.
    pub explore_every: NonZeroU32,
}

/// What makes one step better than another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OrderBy {
    /// The success rate; among equals, the latency. In a chain whose last step is a cache this puts the cache first as
    /// soon as it is known to be as reliable as the rest: choose [`Success`](Self::Success) there.
    #[default]
    SuccessThenLatency,
    /// The success rate only; among equals, the document's order.
    Success,
}

impl Step {
    /// A step whose answers are as good as they get and cost nothing.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), quality: 1.0, cost: 0.0, fail_now: None }
    }
}

impl ChainConfig {
    /// These steps in this order.
    ///
    /// Bad credentials and bad requests fail now: a worse step would hide from the user what only they can mend.
    pub fn new(steps: Vec<Step>) -> Self {
        Self { steps, fail_now: gathered([Category::Auth, Category::InvalidRequest]), reorder: None }
    }

    /// Whether a failure of this category, before any step was tried, leads to the steps at all.
    pub fn follows(&self, category: Category) -> bool {
        category != Category::Cancelled && !self.fail_now.contains(&category)
    }

    /// Whether a failure of this category at this step ends the call.
    pub(super) fn fails_now(&self, step: usize, category: Category) -> bool {
        let own = self.steps.get(step).and_then(|step| step.fail_now.as_ref());
        own.unwrap_or(&self.fail_now).contains(&category)
    }

    /// Everything that is wrong with it. Paths are `steps[…].name`, `.quality`, `.cost` and `.fail_now`, `fail_now`, and
    /// `minimum_calls`, `history` and `forget_after` of the re-ordering.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut problems = Vec::new();
        let mut add = |code, path: String, message: String| problems.push(Problem { code, path, message });
        if self.steps.is_empty() {
            add(
                ProblemCode::Missing,
                "steps".to_string(),
                "no steps are given (expected at least one)".to_string(),
            );
        }
        if self.steps.len() > MOST_STEPS {
            let message =
                alloc::format!("{} steps are given (expected at most {MOST_STEPS})", self.steps.len());
            add(ProblemCode::OutOfRange, "steps".to_string(), message);
        }
        let mut names = BTreeSet::new();
        for (index, step) in self.steps.iter().enumerate() {
            let at = |field: &str| alloc::format!("steps[{index}].{field}");
            if step.name.trim().is_empty() {
                add(
                    ProblemCode::Missing,
                    at("name"),
                    "the name is empty (expected a word for reports)".to_string(),
                );
            } else if !names.insert(step.name.as_str()) {
                let message =
                    alloc::format!("a second step named {:?} (expected different names)", step.name);
                add(ProblemCode::Contradiction, at("name"), message);
            }
            if !(0.0..=1.0).contains(&step.quality) {
                let message =
                    alloc::format!("{} is out of range (expected a number from 0 to 1)", step.quality);
                add(ProblemCode::OutOfRange, at("quality"), message);
            }
            if !(0.0..=f64::MAX).contains(&step.cost) {
                let message =
                    alloc::format!("{} is out of range (expected a finite number, 0 or more)", step.cost);
                add(ProblemCode::OutOfRange, at("cost"), message);
            }
        }
        let of_steps = self.steps.iter().enumerate();
        let of_steps = of_steps.filter_map(|(index, step)| Some((Some(index), step.fail_now.as_ref()?)));
        for (step, categories) in core::iter::once((None, &self.fail_now)).chain(of_steps) {
            if categories.contains(&Category::OpenCircuit) {
                let path =
                    step.map_or("fail_now".to_string(), |step| alloc::format!("steps[{step}].fail_now"));
                let message =
                    "open_circuit benches a step and cannot end the call (expected other categories)";
                add(ProblemCode::Contradiction, path, message.to_string());
            }
        }
        if let Some(reorder) = &self.reorder {
            reorder.validate(&mut add);
        }
        if problems.is_empty() { Ok(()) } else { Err(ConfigError { problems }) }
    }
}

impl Reorder {
    fn validate(&self, add: &mut impl FnMut(ProblemCode, String, String)) {
        if self.history > MOST_HISTORY {
            let message =
                alloc::format!("{} is out of range (expected at most {MOST_HISTORY})", self.history);
            add(ProblemCode::OutOfRange, "history".to_string(), message);
        }
        if self.minimum_calls > self.history {
            let message = alloc::format!(
                "{} is more than history, which is {}: no step could ever change places",
                self.minimum_calls,
                self.history
            );
            add(ProblemCode::Contradiction, "minimum_calls".to_string(), message);
        }
        if self.forget_after.is_zero() {
            let message = "0 is out of range (expected a duration above 0)".to_string();
            add(ProblemCode::OutOfRange, "forget_after".to_string(), message);
        }
    }
}

impl Default for Reorder {
    /// Five observations are what a breaker of ours trips on, and twenty tell 100 % from 95 %. Ten minutes outlast
    /// most outages, and after as long a silence nobody knows. One call in twenty, and that one is still answered
    /// by the other steps, is what recovery may cost.
    fn default() -> Self {
        Self {
            by: OrderBy::default(),
            minimum_calls: FIVE,
            history: TWENTY,
            forget_after: Duration::from_secs(600),
            explore_every: TWENTY,
        }
    }
}

/// More is a list, not a chain; and the order of so many fits into the value that a call is.
pub const MOST_STEPS: usize = 32;

/// More would never be replaced by newer experience.
const MOST_HISTORY: NonZeroU32 = NonZeroU32::MIN.saturating_add(999_999);
const FIVE: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);
const TWENTY: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);
