//! Limits: what a program does not ask of a dependency, so that it need not fail.
//!
//! [`rate`] bounds how often calls begin, and [`bulkhead`] how many are under way at once.

pub mod bulkhead;
pub mod rate;

mod permit;
mod restore;

pub use self::permit::Permit;
pub use self::restore::RestoreError;
