//! The throttle: a client that spares a dependency what it would refuse anyway.
//!
//! A dependency that is overloaded still pays for every request that it refuses. So its clients reject some of their own
//! calls locally, with a chance of `max(0, (requests - k · accepts) / (requests + 1))` over the last `window` (Google SRE
//! book, "Handling Overload"): as many calls go out as `k` times what was accepted lately. There is no open and no
//! closed; the chance follows the dependency, down and up again.
//!
//! | state | chance | `admit` | `settle(accepted)` | `settle(refused)` | with time |
//! |---|---|---|---|---|---|
//! | fewer than `minimum_calls` requests | 0 | every call | request and accept | request | – |
//! | `requests ≤ k · accepts` | 0 | every call | request and accept | request | the window expires |
//! | more requests | above 0, at most `max_reject_rate` | by chance; a **rejection** is a request | request and accept | request | the window expires |
//!
//! Rules that hold whatever the settings:
//!
//! - A **request** is counted when its outcome is known: when it settles, or when it is rejected here. Were it counted when
//!   it goes out, a program that begins with fifty calls at once would throttle itself before the first answer came,
//!   and calls that are cancelled, which say nothing, would look refused.
//! - A rejection is a request, and nothing more: counted as a refusal of the dependency's, rejections would beget
//!   rejections for ever.
//! - At least `1 - max_reject_rate` of the calls go out, whatever happened, and find out whether the
//!   dependency is back.
//! - After an idle window everything is admitted.
//! - The decision is made in integers, by one draw from the generator handed in; none is drawn where the chance is 0.
//! - Time that went backwards is time that has not moved.

mod config;
mod counts;
mod fraction;
mod machine;
mod snapshot;

#[cfg(test)]
mod tests;

pub use self::config::{Thousandths, ThrottleConfig};
pub use self::counts::Counts;
pub use self::fraction::Fraction;
pub use self::machine::{Rejection, Tally, Throttle};
pub use self::snapshot::Snapshot;
