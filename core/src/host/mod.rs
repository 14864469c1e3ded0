//! What hosts with threads share: feature `std`.

#[cfg(not(feature = "full"))]
mod nobody;
mod parts;
mod register;
#[cfg(feature = "full")]
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

#[cfg(not(feature = "full"))]
pub use self::nobody::Reporter;
#[cfg(feature = "full")]
pub use self::reporter::Reporter;
pub use self::shared_breaker::SharedBreaker;
pub use self::shared_budget::SharedBudget;
pub use self::shared_chain::SharedChain;
pub use self::shared_guards::{SharedGate, SharedGuards};
pub use self::shared_system::{Joined, SharedSystem};
