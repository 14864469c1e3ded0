//! The circuit breaker: stop calling what is down, and find out cheaply when it is back.
//!
//! | state | admits | on success | on failure | on ignored | with time |
//! |---|---|---|---|---|---|
//! | closed | every call | forgets the run of failures; **open**, if it was slow and too many were | **open**, if a trip condition holds | – | the window expires; **open**, if too many calls have been under way for too long |
//! | open | nobody | – | – | – | **half-open** after the open wait |
//! | half-open | `half_open_max_calls` probes at a time | **closed** after `success_threshold`; **open**, if it was slow | **open**, for longer if the wait grows | frees the place | after `probe_timeout` a probe without an answer loses its place to the next who asks |
//! | forced open | nobody | – | – | – | – |
//! | forced closed | every call | – | – | – | – |
//!
//! In shadow mode the states change in the same way, but every call is admitted; those that would have been
//! rejected are counted as such, and their results change nothing.
//!
//! Three rules keep it from wedging and from listening to the wrong voices:
//!
//! - Whoever is admitted holds a [`Ticket`] that carries the **epoch**, a count of state changes. A result whose
//!   epoch has passed changes nothing: it speaks of a time before the change.
//! - A probe that is cancelled or ends in an ignored error gives its place back and says nothing. A probe that
//!   never ends loses its place to its **lease**.
//! - Time that went backwards is time that has not moved.
//!
//! A success never trips it, unless it was slow: that fewer calls than `minimum_calls` have been seen protects a breaker
//! from its first failures, and is no reason to open on good news.
//!
//! The file [`machine`](self) owns every transition but those made by hand, which are in [`control`](self);
//! [`count_window`](self), [`under_way`](self) and the ring of buckets know what happened, [`trip`](self) whether that is enough.

mod config;
mod control;
mod count_window;
mod counts;
mod lane;
mod machine;
mod preset;
mod report;
mod snapshot;
#[cfg(feature = "std")]
mod stretch;
mod ticket;
mod trip;
mod under_way;
mod view;

#[cfg(test)]
mod tests;

pub use self::config::{BreakerConfig, Growth, Mode, Rate, SlowCall, Window};
pub use self::counts::Counts;
pub use self::lane::Lane;
pub use self::machine::{Admission, Breaker, Forced, Outcome, Rejection, Tally};
pub use self::preset::Preset;
pub use self::report::Report;
pub use self::snapshot::{RestoreError, SavedEvidence, SavedState, Snapshot};
#[cfg(feature = "std")]
pub(crate) use self::stretch::{Stretch, Traffic};
pub use self::ticket::Ticket;
pub use self::trip::{Reason, Trip};

use serde::{Deserialize, Serialize};

/// Which of its states a breaker is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// Traffic passes.
    Closed,
    /// Traffic is rejected.
    Open,
    /// A few probes pass.
    HalfOpen,
    /// Held open by hand.
    ForcedOpen,
    /// Held closed by hand; nothing is counted.
    ForcedClosed,
}

impl StateName {
    /// The word for it in documents, logs and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
            Self::ForcedOpen => "forced_open",
            Self::ForcedClosed => "forced_closed",
        }
    }
}

/// A change of state, as a fact for logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// The state before.
    pub from: StateName,
    /// The state after.
    pub to: StateName,
    /// Why.
    pub reason: Reason,
}
