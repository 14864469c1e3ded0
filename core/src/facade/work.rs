//! Batches and self-healing, for bindings.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};

use super::written;
use crate::batch;
use crate::classify::Category;
use crate::error::{ConfigError, ProblemCode};
use crate::heal::{self, Misuse};
use crate::policy::Policy;

/// A batch of items; see [`batch::Batch`].
#[derive(Debug, Clone)]
pub struct Batch(batch::Batch);

/// A call that may be healed; see [`heal::Heal`].
#[derive(Debug, Clone)]
pub struct Heal(heal::Heal);

/// What follows for a call that is healed: the number of a remedy and its name, or 0 and why the call is given up, or 0 and
/// nothing: make the call again.
pub type Remedy = (u32, Option<String>);

impl Batch {
    /// Nothing can be started until an item ends.
    pub const WAIT: i64 = -1;
    /// Every item has ended.
    pub const DONE: i64 = -2;

    /// A batch of so many items, by the `batch` section of a policy document.
    pub fn new(document: &str, items: u32) -> Result<Self, ConfigError> {
        let config = Policy::parse(document)?.batch.unwrap_or_default();
        Ok(Self(batch::Batch::new(config, items)))
    }

    /// The index of the next item to begin with, [`WAIT`](Self::WAIT) or [`DONE`](Self::DONE).
    #[allow(clippy::should_implement_trait, reason = "waiting is an answer that an iterator does not have")]
    pub fn next(&mut self) -> i64 {
        match self.0.next() {
            batch::Next::Start(index) => index.into(),
            batch::Next::Wait => Self::WAIT,
            batch::Next::Done => Self::DONE,
        }
    }

    /// The item's work was done. Answers whether this was its first result.
    pub fn succeed(&mut self, index: u32) -> bool {
        self.0.succeed(index)
    }

    /// The item failed for good, with an error of this category. Answers whether this was its first result.
    pub fn fail(&mut self, index: u32, category: &str) -> Result<bool, ConfigError> {
        let unknown = || {
            let names: alloc::vec::Vec<&str> = Category::ALL.iter().map(|known| known.name()).collect();
            let message = alloc::format!("unknown category {category:?} (expected {})", names.join(", "));
            ConfigError::one(ProblemCode::UnknownValue, "category", message)
        };
        Ok(self.0.fail(index, Category::parse(category).ok_or_else(unknown)?))
    }

    /// The item was cancelled. Answers whether this was its first result.
    pub fn ignore(&mut self, index: u32) -> bool {
        self.0.ignore(index)
    }

    /// Starts no further item.
    pub fn stop(&mut self) {
        self.0.stop();
    }

    /// The [`BatchReport`](batch::BatchReport) as JSON.
    pub fn report(&self) -> String {
        written(&self.0.report())
    }
}

impl Heal {
    /// A call whose first attempt is under way, by the `heal` section of a policy document.
    pub fn new(document: &str) -> Result<Self, ConfigError> {
        let missing = || {
            ConfigError::one(
                ProblemCode::Missing,
                "heal",
                "missing (expected the remedies of each diagnosis)",
            )
        };
        Ok(Self(heal::Heal::new(Policy::parse(document)?.heal.ok_or_else(missing)?)))
    }

    /// The attempt failed, and this is what the diagnoser calls the problem, if it knows.
    pub fn failed(&mut self, diagnosis: Option<&str>) -> Result<Remedy, ConfigError> {
        self.0.failed(diagnosis).map(follows).map_err(wrong_order)
    }

    /// The remedy of this number was applied.
    pub fn remedied(&mut self, number: u32) -> Result<Remedy, ConfigError> {
        self.0.remedied(number).map(follows).map_err(wrong_order)
    }

    /// The remedy of this number could not be applied.
    pub fn remedy_failed(&mut self, number: u32) -> Result<Remedy, ConfigError> {
        self.0.remedy_failed(number).map(follows).map_err(wrong_order)
    }

    /// The attempt succeeded.
    pub fn succeeded(&mut self) -> Result<(), ConfigError> {
        self.0.succeeded().map_err(wrong_order)
    }

    /// The call is given up by its caller. Once it is over this changes nothing.
    pub fn abandon(&mut self) {
        let _ = self.0.abandoned();
    }

    /// How many more remedies the call may have; at 0 a diagnosis is not worth its cost.
    pub fn remedies_left(&self) -> u32 {
        self.0.remedies_left()
    }

    /// The [`HealReport`](heal::HealReport) as JSON.
    pub fn report(&self) -> String {
        written(&self.0.report())
    }
}

fn follows(next: heal::Next<'_>) -> Remedy {
    match next {
        heal::Next::Remedy { number, name } => (number, Some(name.to_owned())),
        heal::Next::Retry => (0, None),
        heal::Next::GiveUp(reason) => (0, Some(reason.name().to_owned())),
    }
}

fn wrong_order(misuse: Misuse) -> ConfigError {
    ConfigError::one(ProblemCode::Contradiction, "remedy", misuse.to_string())
}
