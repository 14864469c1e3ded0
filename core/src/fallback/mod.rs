//! The fallback chain: several ways to the same answer, the best one first.
//!
//! A [`Chain`] is the shared part (steps, statistics, experience); a [`ChainRun`] is the small value that carries
//! one call through it. A run is in one of three states:
//!
//! | run | `next` | `failed` | `refused` | `succeeded` | `abandoned` |
//! |---|---|---|---|---|---|
//! | between steps | **under way** with the first step of the order that is untried and not benched; **over** if there is none | misuse | misuse | misuse | **over** |
//! | under way | misuse | **between steps**; **over** if the verdict fails now or is a cancellation | **between steps** | **over** | **over** |
//! | over | the same answer again; misuse once served or abandoned | misuse | misuse | misuse | misuse |
//!
//! Its driver is a loop:
//!
//! ```text
//! let mut run = chain.begin(now);
//! loop match run.next(chain, |step| is its breaker open?, now) {
//!     Try { step }     => call it under its own policy; then run.succeeded(chain, step, now), or
//!                         run.failed(chain, step, verdict, now), or run.refused(chain, step, retry_after, now)
//!     FailNow { .. }   => raise the caller's own error
//!     Exhausted { .. } => raise the last error
//!     AllBenched { .. } => raise "nothing is available", which says when to come back
//! }
//! cancelled at any moment: run.abandoned(chain, now)
//! ```
//!
//! Rules that hold whatever the settings:
//!
//! - A step is tried **at most once** in a call.
//! - A **benched** step (its breaker is open) is passed over, which is no failure of it. It is asked about again
//!   whenever the call needs a next step: one that came off its bench in the meantime takes its place in the order.
//!   A step that was tried but [refused](ChainRun::refused) by its own breaker was benched, too.
//! - A verdict that **fails now** ends the call and speaks of the call, not of the step: it is counted as a failure,
//!   but does not demote the step. So it is with an *ignored* verdict, which is not even counted as a failure.
//! - **Cancellation** ends the call and is neither success nor failure of anything.
//! - Counts change when something ends, so they always add up; of a run that is lost nothing
//!   remains but its turn at exploring.
//! - Time that went backwards has not moved.
//!
//! # Order
//!
//! Without [`Reorder`] the order is the document's, always. With it, steps are sorted by what has been observed
//! lately: success rate first, to the nearest twentieth, then the average latency of successes, to the power of two.
//! Coarse on purpose: one failure in a hundred and ten milliseconds are noise, and the document's order means
//! something. Ties keep it. A step with fewer than `minimum_calls` observations keeps its place, and the others are
//! sorted among theirs: so a step is demoted only for one that is *known* to do better.
//!
//! A step that stands behind one that the document puts after it is **demoted**, and nobody would hear of its recovery.
//! So on every n-th such call one demoted step is tried first, the least recently explored one. If that
//! succeeds although less than half of its calls did lately, the step is *recovering* and is tried first until it fails
//! or has no failure left in its experience. A recovered step, if it is the only one demoted and as fast as
//! the others, therefore leads again after at most `n + 4/3 × history + 4` calls; several take turns. A step that is
//! merely flaky or slow gets its n-th call and no more.
//!
//! Experience is kept in four generations of a third of `history` each, and none of it is older than `forget_after`.

mod chain;
mod config;
mod experience;
mod order;
mod report;
mod run;
mod snapshot;
mod statistics;

#[cfg(test)]
mod tests;

pub use self::chain::{Chain, Tally};
pub use self::config::{ChainConfig, MOST_STEPS, OrderBy, Reorder, Step};
pub use self::report::{Ending, Passed, Report, Served, ServedStep, Why};
pub use self::run::{Availability, ChainRun, Decision};
pub use self::snapshot::{RestoreError, SavedGeneration, SavedStep, Snapshot};
pub use self::statistics::{Recent, Statistics, StepStatistics};

/// A call in the wrong order. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misuse {
    /// The chain has no such step.
    #[error("step {step} does not exist (the chain has {steps})")]
    UnknownStep {
        /// The number given.
        step: usize,
        /// How many there are.
        steps: usize,
    },
    /// It was not tried, or has been settled already.
    #[error("step {step} is not under way")]
    NotUnderWay {
        /// The number given.
        step: usize,
    },
    /// The next step was asked for before the last one was settled.
    #[error("step {step} is still under way")]
    StillUnderWay {
        /// The step that was given out.
        step: usize,
    },
    /// The run has been served or abandoned.
    #[error("the call is over")]
    Over,
}
