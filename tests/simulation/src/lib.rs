//! Deterministic simulation: callers, servers and clocks that fail in every way that is known of, all from one seed, over the
//! real machines.
//!
//! A *schedule* is a few policy documents and a list of steps, made of its seed. After each step fourteen promises are checked
//! against models that keep lists of what happened ([`invariants`](self)). A schedule that breaks one is made smaller as long
//! as it still does, and told as a story.

mod answers;
mod caller;
mod calls;
mod chains;
mod document;
mod draw;
mod invariants;
mod levels;
mod model;
mod promises;
mod raw;
mod schedule;
mod script;
mod spy;
mod totals;
mod world;

pub use self::invariants::Violation;
pub use self::schedule::{Failure, STEPS, Schedule};
pub use self::totals::{Totals, grouped};

/// The names of the promises.
pub fn invariants() -> impl Iterator<Item = &'static str> {
    self::invariants::INVARIANTS.into_iter().map(|(name, _)| name)
}
