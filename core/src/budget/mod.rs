//! The retry budget: how many retries all calls together may make.
//!
//! Attempts per call bound what one call does; in an outage every call does it, and the dependency that is down sees its
//! load multiplied just when it can bear it least. A budget is shared by the calls that go to one dependency and bounds the
//! retries of all of them. Two kinds:
//!
//! | kind | starts with | a call begins | first attempt succeeds | succeeds after retries | a retry, a hedge | with time |
//! |---|---|---|---|---|---|---|
//! | tokens (default) | `capacity` | – | earns `success_refund` | earns `retry_cost` | costs `retry_cost`, refused if there is less | – |
//! | ratio | the reserve | earns `ratio` | – | – | costs 1, refused if there is less | what was earned **and** what was spent is forgotten after `ttl` |
//!
//! Rules for the caller:
//!
//! - A withdrawal comes **before** the wait: a call that may not retry has no reason to sleep first.
//! - A call that an open breaker refused neither began nor was retried: it reached nobody, so it is not reported here.
//! - A call that failed for good, or was cancelled, is not reported either. What its retries cost stays spent.
//! - Time that went backwards is time that has not moved.
//!
//! Amounts are whole millionths of a token in integers. A ratio of 0.6 grants six retries for ten calls, where a balance
//! kept in whole units or in doubles grants five.

mod amount;
mod config;
mod ledger;
mod machine;
mod ring;
mod snapshot;

#[cfg(test)]
mod tests;

pub use self::amount::Amount;
pub use self::config::{BudgetConfig, BudgetSettings, RatioBudget, TokenBudget};
pub use self::machine::{Budget, Withdrawal};
pub use self::snapshot::{RestoreError, SavedState, Snapshot};
