//! What hosts with threads share: feature `std`.

mod shared_breaker;
mod shared_budget;
mod shared_guards;
#[cfg(test)]
mod tests;

pub use self::shared_breaker::SharedBreaker;
pub use self::shared_budget::SharedBudget;
pub use self::shared_guards::{SharedGate, SharedGuards};
