//! One guarded call: retry around breaker around attempt timeout around the caller's function.
//!
//! A [`Call`] is a small value that belongs to one user call; two interleaved calls through one policy share nothing
//! but the breaker. Its driver is a loop:
//!
//! ```text
//! loop match call.admit(policy, gate, now).next {
//!     Attempt { timeout, .. } => run the function; then call.succeed(gate, now), or call.fail(policy, gate, fault, now)
//!     Rejected(rejection)     => raise "circuit open", which says when to come back
//!     Stop(reason)            => raise the caller's own last error
//! }
//! fail(..) answers Wait(delay): sleep, then admit again; or Stop(reason): raise the caller's own error
//! cancelled at any moment: call.abandon(gate, now) gives the ticket back
//! ```

mod gate;
mod machine;
mod report;
mod retry;

#[cfg(test)]
mod tests;

#[cfg(feature = "std")]
pub use self::gate::SharedGate;
pub use self::gate::{Gate, Ungated};
pub use self::machine::{Call, Next, Step};
pub use self::report::{AttemptRecord, Report, StopReason};
pub use self::retry::{AttemptTimeout, OverCap, Retry, SyncTimeout};
