//! What hosts with threads share: feature `std`.

mod parts;
mod register;
mod reporter;
mod shared_breaker;
mod shared_budget;
mod shared_chain;
mod shared_guards;
mod shared_system;
mod sync;
#[cfg(all(test, not(loom)))]
mod tests;
mod told;

pub use self::reporter::Reporter;
pub use self::shared_breaker::SharedBreaker;
pub use self::shared_budget::SharedBudget;
pub use self::shared_chain::SharedChain;
pub use self::shared_guards::{SharedGate, SharedGuards};
pub use self::shared_system::{Joined, SharedSystem};
