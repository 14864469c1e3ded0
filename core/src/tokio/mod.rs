//! The Rust host: feature `tokio`. Policies that guard futures, on a Tokio runtime.
//!
//! A [`Policy`] is made once, from a document or from settings, and shared by cloning. It runs a function that makes
//! futures, and does what the core decides: it sleeps, cuts attempts off, queues, races and gives up.
//!
//! | | |
//! |---|---|
//! | [`Policy::run`] | one guarded call |
//! | [`System`] | the named parts of a program, its health and its level |
//! | [`Error`] | how it ended if not with an answer: the caller's own error inside, and a report |
//! | [`Classify`] | what an error means; for your own type three lines |
//! | [`FailsoftLayer`](layer::FailsoftLayer) | the same around a `tower` service: feature `tower` |
//!
//! Time is Tokio's: under `tokio::time::pause` a test sees hours of retries in no time, down to the same jitter
//! ([`Policy::with_seed`]). Nothing here spawns a task, and no lock is held while anything of the caller's runs, but for
//! what is handed to [`Policy::breaker`] and [`Policy::limits`].
//!
//! Errors of the standard library and of Tokio are understood as they are; those of `reqwest`, `hyper` and `tonic` by the
//! features of these names.

mod attempt;
mod clock;
mod drive;
mod error;
mod faults;
mod lane;
#[cfg(feature = "tower")]
pub mod layer;
mod line;
mod policy;
mod race;
mod run;
mod system;

pub use self::attempt::Attempt;
pub use self::error::Error;
pub use self::faults::{Classify, fault_of, fault_of_dyn};
pub use self::policy::Policy;
pub use self::system::System;
