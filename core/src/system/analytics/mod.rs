//! What goes wrong in a program, how often and where; and how its calls end.
//!
//! Two things are told to it: every **error** that an attempt ended in ([`record`](Analytics::record)), and how each **call**
//! ended after all its attempts ([`succeeded`](Analytics::succeeded), [`failed`](Analytics::failed)). Errors are counted by
//! category, source, rule, code and message, and the last ones are kept. Of calls the success rate, the attempts and the
//! retries are known, and the error rate within a window of time.
//!
//! - **Bounded**, whatever comes in: the history is a ring, names and messages are the most frequent ones (space-saving:
//!   Metwally, Agrawal and El Abbadi, 2005), and texts are cut. What is over its bound costs precision, not memory.
//! - **No secret** is kept: each text is redacted when it comes in, so that none can be found in a snapshot either.
//! - An error that is a **cancellation**, or that a rule of the user's ignores, is none. A cancelled call is not told.
//! - The error rate is one of *calls*: what a retry has made good nobody has suffered from.
//! - Time that went backwards has not moved.

mod config;
mod record;
mod report;
mod snapshot;
mod top;
mod window;

#[cfg(test)]
mod tests;

pub use self::config::AnalyticsConfig;
pub use self::record::{Analytics, Totals};
pub use self::report::{AnalyticsReport, Counted, HistoryEntry, MessageCount, Recent};
pub use self::snapshot::{RestoreError, SavedBucket, SavedEntry, SavedMessage, Snapshot};
