//! A batch: many calls of one kind, so many at a time, of which some may fail without taking the rest down.
//!
//! | item | `next` | `succeed` | `fail` | `ignore` |
//! |---|---|---|---|---|
//! | not started | **under way**, if a place is free and the batch has not stopped | – | – | – |
//! | under way | – | **succeeded** | **failed**; the batch **stops** at the last failure it puts up with | **cancelled** |
//! | succeeded, failed or cancelled | – | – | – | – |
//!
//! A dash changes nothing, and the answer says so: a result that comes twice, or for an item that was never started, is
//! nobody's result.
//!
//! Its driver is a loop:
//!
//! ```text
//! loop match batch.next() {
//!     Start(index) => begin to work on that item; when it ends: batch.succeed(index), batch.fail(index, category)
//!     Wait         => wait until any item ends
//!     Done         => break
//! }
//! give up half-way: batch.stop(), and batch.ignore(index) for what is cancelled
//! ```
//!
//! Items are started in their order, each once: trying an item again is what its own retries are for. The batch has no
//! clock. An item that never ends keeps its place, so what limits an item is the timeout of its call.
//!
//! Nothing is set aside for items that have not been started, so the size of a batch costs nothing until it is worked
//! through; then it is a byte an item. There is no snapshot, as for a single call: which items were under way when a
//! process died, and whether they may be made again, only their caller can tell.

mod config;
mod machine;
mod report;

#[cfg(test)]
mod tests;

pub use self::config::BatchConfig;
pub use self::machine::{Batch, Next};
pub use self::report::{BatchReport, FailedItem};
