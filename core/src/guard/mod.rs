//! What stands between a call and its dependency: a breaker, limits and a budget, as one gate.
//!
//! An attempt asks with a [`Pass`], which collects what the machines hand out on the way in and gives all of it back on
//! the way out:
//!
//! ```text
//! breaker → throttle → rate limit → bulkhead → adaptive limit → the attempt
//! ```
//!
//! | [`Entry`] | the attempt | holds |
//! |---|---|---|
//! | `Go` | begins | everything, until [`Pass::leave`] |
//! | `Wait` | sleeps, then asks again with the same pass | a place in the rate limit's line |
//! | `Queue` | waits to be woken or for the longest wait, then asks again with the same pass | a place in the bulkhead's line |
//! | `Refused` | does not take place | nothing |
//!
//! The cheapest refusal comes first, and nobody waits in a line whose end is shut: who has waited asks the breaker
//! again before going out. A refusal of one machine gives back what the machines before it have handed out.

mod gate;
mod guards;
mod limits;
mod pass;

#[cfg(test)]
mod tests;

pub use self::gate::{Gate, Ungated};
pub use self::guards::{GuardConfig, Guards};
pub use self::limits::{Limits, LimitsConfig};
pub use self::pass::{Ending, Entry, Guard, Pass, Refusal};
