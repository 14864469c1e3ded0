//! Graceful degradation: do less of everything instead of nothing at all, and go back by itself.
//!
//! Metrics come in as numbers; a metric that reaches its *enter* threshold lowers the level by one step, and when
//! every metric is at or below its *leave* threshold the level rises by one.
//!
//! | state | a metric reaches `enter` | all metrics at or below `leave` | anything between | `degrade` | `restore` | `set_level` | `pin` |
//! |---|---|---|---|---|---|---|---|
//! | best level | one step down | – | – | one step down | – | that level | **pinned** there |
//! | a level between | one step down | one step up | – | one step down | one step up | that level | **pinned** there |
//! | lowest level | – | one step up | – | – | one step up | that level | **pinned** there |
//! | any, before `dwell` is over | remembered | remembered | – | one step down | one step up | that level | **pinned** there |
//! | pinned | remembered | remembered | – | – | – | – | **pinned** elsewhere |
//!
//! Six rules keep it from flapping and from listening to the wrong voices:
//!
//! - Between two changes that metrics bring about, and after every change by hand, lies at least the **dwell**.
//! - A reading lowers the level **once**. What was measured before a change says nothing of the level that followed, so
//!   a single spike costs a single step, however long nobody reports.
//! - A metric that was not heard of for `stale_after` is as if it had never been: it neither lowers the level nor holds
//!   it down. A reporter that died must not keep a program degraded.
//! - A level chosen by hand (`degrade`, `restore`, `set_level`), even one that was there already, is left only when a
//!   metric that is being heard says so, never for silence alone: a program without metrics stays where it was put.
//!   `unpin` gives the choice back.
//! - Reaching a threshold is enough, on either side, so a leave threshold of zero errors can be met.
//! - Time that went backwards is time that has not moved.
//!
//! Transitions are lazy: they happen in `observe` and `tick`, and [`Degradation::next_wakeup`] says when the next `tick`
//! is worth its while.
//!
//! What a level means for a call's parameters is data, too: see [`Rule`]. The file [`machine`](self) owns every
//! transition; `rules` and `ladder` own what is made of parameters.

mod change;
mod check;
mod config;
mod ladder;
mod level;
mod machine;
mod rules;
mod snapshot;
mod table;

#[cfg(test)]
mod tests;

pub use self::change::{Cause, Change, DegradeError};
pub use self::config::{DegradeConfig, Trigger};
pub use self::ladder::Steps;
pub use self::level::{Level, Levels};
pub use self::machine::Degradation;
pub use self::rules::{PerLevel, Rule};
pub use self::snapshot::{RestoreError, SavedChange, SavedReading, Snapshot};
