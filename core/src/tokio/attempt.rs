//! What an attempt knows about itself.

use core::time::Duration;

/// One execution of the guarded function, as it is told about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// From 1; hedges count.
    pub number: u32,
    /// After how long it is cut off: the policy's limit or what is left of the deadline, whichever is less. Good to hand
    /// on to a server (`grpc-timeout`), so that it does not work for nobody.
    pub timeout: Option<Duration>,
    /// Whether it is raced against an earlier attempt that has not answered yet.
    pub hedge: bool,
}

impl Attempt {
    /// The first attempt of a call that has no limit in time.
    pub(super) const FIRST: Self = Self { number: 1, timeout: None, hedge: false };
}
