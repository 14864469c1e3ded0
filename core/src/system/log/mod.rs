//! What happened to the machines of a program, complete enough to be played again.
//!
//! ```text
//! host event + now ──► Recorder ──► Stage (the machines) ──► decision ──► the host acts
//!                          └──► EventLog: {v, seq, at, part, input, decision}, one JSON line each
//!
//! EventLog + policy ──► replay ──► the same decisions, or the first that differs; diff ──► all that differ
//! ```
//!
//! - A [`Stage`] owns machines and answers plain [`Input`]s with plain [`Decision`]s; the machines know of nothing. The
//!   recorder and the replay drive the same stage, so that neither can do what the other does not.
//! - A recorder is an object of its own: a program without one runs the very same code as before and pays nothing.
//! - **Time**: a recorder has one clock for all its parts, and a reading that went backwards is the one before. `at` counts
//!   nanoseconds from `origin`, the reading at which the log began; it is kept since time windows are aligned to the clock.
//! - **No secrets**: faults, reasons and names are redacted and cut *before* the machines see them, so that what is kept is
//!   exactly what was decided upon.
//! - **A chain** is driven by the same stage: runs through it, and the calls of its steps, each under the step's own policy. So
//!   which steps are benched is not told but follows. A step's name is the document's, or `step` and a number where that looks
//!   like a secret or is long.
//! - **Other settings** that are taken on in use are an input as well, as a document, and part of every checkpoint after it. Calls
//!   under way keep to the policy that they began under.
//! - **Bounded** by records and by bytes. When the oldest records go, replay starts each part at its next
//!   [checkpoint](Input::Checkpoint), which the recorder takes when the part has no call and no run under way: the tickets and
//!   places of one that is would not survive it. A part that is never without one can be replayed only as long as its beginning
//!   is kept.
//!
//! Why no checkpoint tells of calls under way: what a machine has handed out is in no snapshot, since a snapshot is for another
//! process, where nobody holds it. For a call to go on, its passes and the other side of each of them would have to be data
//! too: the probes and the epoch of a breaker, its calls that may become slow, who is inside a bulkhead, in which order others
//! wait there and until when, the turns that a rate limit has given out, the places of an adaptive limit with their leases. That is
//! a second snapshot of five machines, each with a check that hostile data cannot give one place to two calls, kept for a log
//! alone. To let go of the calls under way instead would change what a recorded program does. Who has a part that is never
//! quiet gives the log room for the time that matters.

mod chained;
mod decision;
mod event_log;
mod fault;
mod input;
mod player;
mod read;
mod recorder;
mod replay;
mod saved;
mod stage;
mod watched;
mod way;

#[cfg(test)]
mod tests;

pub use self::decision::{Decision, RunNext, Stand};
pub use self::event_log::{EventLog, LogConfig, Record};
pub use self::input::Input;
pub use self::read::LogError;
pub use self::recorder::{Answer, Recorder};
pub use self::replay::{Differences, Divergence, Replayed, diff, replay, replay_with};
pub use self::saved::Saved;
pub use self::stage::Stage;
