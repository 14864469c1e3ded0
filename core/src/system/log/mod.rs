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
//! - **Bounded** by records and by bytes. When the oldest records go, replay starts each part at its next
//!   [checkpoint](Input::Checkpoint), which the recorder takes when the part has no call under way: the tickets and places of
//!   one that is would not survive it. A part that is never without a call can be replayed only as long as its beginning is
//!   kept.

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

#[cfg(test)]
mod tests;

pub use self::decision::Decision;
pub use self::event_log::{EventLog, LogConfig, Record};
pub use self::input::Input;
pub use self::read::LogError;
pub use self::recorder::{Answer, Recorder};
pub use self::replay::{Differences, Divergence, Replayed, diff, replay, replay_with};
pub use self::saved::Saved;
pub use self::stage::Stage;
