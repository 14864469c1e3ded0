//! Limits: what a program does not ask of a dependency, so that it need not fail.
//!
//! [`rate`] bounds how often calls begin, [`bulkhead`] how many are under way at once, and [`throttle`] how many go to a
//! dependency that has begun to refuse them.

pub mod bulkhead;
pub mod rate;
pub mod throttle;

mod permit;
mod restore;

pub use self::permit::Permit;
pub use self::restore::RestoreError;
