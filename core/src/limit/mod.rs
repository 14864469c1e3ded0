//! Limits: what a program does not ask of a dependency, so that it need not fail.
//!
//! [`rate`] bounds how often calls begin, [`bulkhead`] how many are under way at once, [`adaptive`] finds out how many may
//! be, and [`throttle`] holds back what goes to a dependency that has begun to refuse. [`hedge`] is their opposite: it
//! says when it is worth asking twice.

pub mod adaptive;
pub mod bulkhead;
pub mod hedge;
pub mod rate;
pub mod throttle;

mod permit;
mod restore;
mod share;

pub use self::permit::Permit;
pub use self::restore::RestoreError;
pub use self::share::Share;
