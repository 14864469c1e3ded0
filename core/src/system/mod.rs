//! What one program knows of itself: its named parts, how its calls fare, and whether it is well.
//!
//! | part | what it is |
//! |---|---|
//! | [`System`] | what a program is told of its parts, its level, and the events worth telling |
//! | [`Registry`] | the named breakers, budgets or chains of a program: bounded, whatever the names |
//! | [`Analytics`] | what went wrong lately, how often and where; how many calls succeeded and what they took |
//! | [`HealthReport`] | one word for the whole, and the reasons for it |
//! | [`DebugInfo`] | all of that and the state of every part, as one document without secrets |
//! | [`log`] | every event with its decision, to be played again under the same policy or another |
//!
//! None of them makes a decision about a call. They are given what has happened as plain data, and answer with plain data. For
//! threads, [`SharedSystem`](crate::host::SharedSystem) composes them with the machines of the named parts.

mod analytics;
mod asked;
mod debug;
mod document;
mod events;
mod health;
mod joined;
pub mod log;
mod program;
mod registry;

pub use self::analytics::{
    Analytics, AnalyticsConfig, AnalyticsReport, Counted, HistoryEntry, MessageCount, Recent, RestoreError,
    SavedBucket, SavedEntry, SavedMessage, Snapshot, Totals,
};
pub use self::asked::{RestoreError as SystemRestoreError, Snapshot as SystemSnapshot};
pub use self::debug::DebugInfo;
pub use self::events::{Event, Noted};
pub use self::health::{
    BreakerHealth, HealthConfig, HealthInput, HealthReport, HealthStatus, LevelHealth, Reason, Standing,
};
pub use self::joined::join;
pub use self::program::{ERROR_RATE, System, SystemConfig};
pub use self::registry::{Full, Part, Registry, RegistryConfig, RegistryTally};

#[cfg(test)]
mod tests;
