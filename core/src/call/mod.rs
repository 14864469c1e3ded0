//! One guarded call: retry around breaker around attempt timeout around the caller's function.
//!
//! A [`Call`] is a small value that belongs to one user call; two interleaved calls through one policy share nothing
//! but what guards them ([`crate::guard`]). Its driver is a loop:
//!
//! ```text
//! loop match call.admit(policy, gate, now).next {
//!     Attempt { timeout, .. } => run the function; then call.succeed(gate, now), or call.fail(policy, gate, fault, now)
//!     Wait(delay)             => sleep, then admit again
//!     Queue(longest)          => wait for call.place(), at most that long, then admit again
//!     Rejected(refusal)       => raise "circuit open", "rate limited" …, which says when to come back
//!     Stop(reason)            => raise the caller's own last error
//! }
//! fail(..) answers Wait(delay): sleep, then admit again; or Stop(reason): raise the caller's own error
//! cancelled at any moment: call.abandon(gate, now) gives the ticket back
//! ```

mod decide;
mod judgement;
mod machine;
mod report;
mod retry;

#[cfg(test)]
mod tests;

pub use self::judgement::Judgement;
pub use self::machine::{Call, Next, Step};
pub use self::report::{AttemptRecord, Report, StopReason};
pub use self::retry::{AttemptTimeout, OverCap, Retry, SyncTimeout};
