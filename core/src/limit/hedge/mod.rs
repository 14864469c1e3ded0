//! Hedging: when an attempt has not answered after a delay, a further one is raced against it.
//!
//! The first **success** wins; a failure is no answer while another attempt is under way. The racing is the matter
//! of the call and its host. What is decided here is when a hedge is due and whether there may be one:
//!
//! | delay | calls observed in the window | answer |
//! |---|---|---|
//! | fixed | – | that delay |
//! | percentile | fewer than `minimum_calls` | `until_known`, or no hedge |
//! | percentile | at least that | the latency that this share of them did not exceed |
//!
//! - A percentile keeps the price of hedging steady: at the 95th, one call in twenty is made twice, however fast or
//!   slow the dependency is. A fixed delay becomes too long or, worse, doubles the load on the day when everything is
//!   slow. So a hedge also draws on the call's retry budget.
//! - Latencies are counted in a log-linear histogram of fixed size (as HDR histograms are), in four parts of the window
//!   that are dropped one by one: memory is 15 kB whatever happens, and the answer is at most 3 % too long.
//! - Nothing is hedged for want of knowledge: after a start or a silence as long as the window it waits for enough
//!   calls again.
//! - Time that went backwards has not moved.

mod config;
mod histogram;
mod machine;
mod snapshot;
mod window;

#[cfg(test)]
mod tests;

pub use self::config::{HedgeConfig, Percentile, When};
pub use self::machine::Hedge;
pub use self::snapshot::{RestoreError, Snapshot};
