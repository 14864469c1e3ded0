//! Adaptive concurrency: a limit of calls in flight that finds its own height.
//!
//! It rises by additions and falls by multiplications (AIMD, as in TCP; Netflix' concurrency-limits brought it to
//! calls):
//!
//! | a call that ends in | does to the limit | to its place |
//! |---|---|---|
//! | success, and at least half of the limit was in flight when it began | **+ 1/limit**: about one more for each round | frees it |
//! | success otherwise | nothing: a limit that nobody reaches proves nothing | frees it |
//! | failure, or a success slower than `latency_threshold` | **× `backoff_ratio`**, and at least one less | frees it |
//! | the same, but it began before the limit last fell so | **− 1/limit**: that congestion has been answered | frees it |
//! | ignored | nothing | frees it |
//! | nothing, for as long as the `lease` | as a slow success if there is a threshold below the lease, else nothing | frees it |
//!
//! So a failure lowers the limit in every state above `min`, but twenty calls that time out together are one event, not
//! twenty: with every one of them taking its tenth, the scenario *mixed* below lost 17 calls in a hundred instead of two.
//!
//! - A caller beyond the limit is refused at once: a queue is a matter of the bulkhead. The refusal names no time to
//!   come back, as nobody knows when one of the calls in flight will be over.
//! - A permit counts once. One that was given back before, has lapsed, was made up or is older than a restored
//!   snapshot changes nothing.
//! - Time that went backwards has not moved.
//!
//! **Why a lease.** A binding gives each permit back in its `finally`, but a call without a timeout may hang for ever, and a
//! thread or a generator can be dropped half-way. Without leases each of them would take a place for good, and at a limit
//! of one the first would shut the door. With one, the worst is that a call that does last longer is in flight beside
//! the limit. What it answers then is not heard; so the lease should be longer than an attempt may take.
//!
//! **What does not heal by itself.** A limit grows with traffic only: after a failure in a quiet hour, the next burst
//! meets a low limit and raises it on its way. And a limit cannot tell errors that have nothing to do with load from
//! those that have: with one failure in a hundred calls it settles at about 30, with one in a thousand at about 100.
//!
//! # Why there is no gradient
//!
//! Gradient limits (Netflix' Gradient2, Envoy's filter) compare the latency of the moment with that of the long run and need
//! no threshold. One in integers was measured beside AIMD, with default settings and with a threshold of 100 ms, in front
//! of ten workers of 10 ms each, which serve 1000 calls a second (`tests/overload.rs`, seed 1). Answers a second, and their
//! median:
//!
//! | scenario | no limit | AIMD | AIMD, 100 ms | gradient |
//! |---|---|---|---|---|
//! | 80 % load | 789, 10 ms | 789, 10 ms | 789, 10 ms | 789, 10 ms |
//! | the same with half of the workers gone for ten seconds | 133, 537 ms | 510, 146 ms | 504, 87 ms | 502, 37 ms |
//! | the ten seconds after that | 0 | 800, 10 ms | 806, 10 ms | 799, 10 ms |
//! | twice the load, the first seconds | 0 | 1002, 85 ms | 996, 82 ms | 992, **23 ms** |
//! | twice the load, after half a minute | 0 | 1001, 198 ms | 1000, 88 ms | 1005, 89 ms and rising |
//! | mixed: one request in twenty takes thirty times as long | 994, 5 ms | 998, 6 ms | 981, 5 ms | 991, 5 ms |
//! | requests take four times as long, without overload | 1000, 39 ms | 1001, 39 ms | 1001, 39 ms | **474**, 39 ms |
//!
//! It is quick at the start of an overload, and better there than either AIMD. But its long run gets used to what lasts,
//! so that the advantage is gone after half a minute and the queue goes on growing. And it takes a server that has become
//! slower for an overloaded one, and refuses half of the calls for ten seconds for no gain. A longer memory mends the
//! first and worsens the second. A threshold is one number that users know, it holds for ever, and a lower one buys the
//! same latency; so the gradient was left out. Users of the others report the same: limits that drift
//! (Netflix/concurrency-limits 165) and that reject without load (Envoy 18152, camunda 8298).

mod config;
mod level;
mod machine;
mod places;
mod snapshot;

#[cfg(test)]
mod tests;

pub use self::config::AdaptiveConfig;
pub use self::machine::{Adaptive, Outcome, Rejection, Tally};
pub use self::snapshot::{RestoreError, Snapshot};
