//! How the benchmarks measure: [`measure`].

mod allocations;
mod rounds;

use std::cell::Cell;
use std::hint::black_box;

use failsoft::time::Instant;

pub use self::allocations::{Heap, heap_of};
pub use self::rounds::{calls, calls_of, head, measure, measure_alone};

/// The bare call.
pub fn bare() {
    black_box(work(black_box(1)));
}

/// What is guarded; never inlined, so that it is a call wherever it stands.
#[inline(never)]
pub fn work(number: u64) -> u64 {
    number.wrapping_mul(3)
}

/// The bare call as something that can fail, and does not.
pub fn good() -> Result<u64, Broken> {
    Ok(black_box(work(black_box(1))))
}

/// The bare call as something that fails.
pub fn bad() -> Result<u64, Broken> {
    black_box(work(black_box(1)));
    Err(Broken)
}

/// [`good`], but every fiftieth time [`bad`].
pub fn mixed() -> Result<u64, Broken> {
    thread_local! {
        static TURN: Cell<u32> = const { Cell::new(0) };
    }
    let turn = TURN.get();
    TURN.set(if turn == 49 { 0 } else { turn + 1 });
    if turn == 0 { bad() } else { good() }
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("broken")
    }
}

impl std::error::Error for Broken {}

/// Where a case takes its time from.
pub trait Clock: Copy + Sync {
    /// A reading.
    fn now(self) -> Instant;
}

/// A clock that stands still: what remains is the price of the decision.
#[derive(Debug, Clone, Copy)]
pub struct Still;

/// The system's monotonic clock, as most hosts have it.
#[derive(Debug, Clone, Copy)]
pub struct Running(std::time::Instant);

impl Running {
    /// A clock whose epoch is now.
    #[allow(clippy::disallowed_methods, reason = "a benchmark is a host: it has to read a clock")]
    #[allow(clippy::new_without_default, reason = "two of them are not the same")]
    pub fn new() -> Self {
        Self(std::time::Instant::now())
    }
}

impl Clock for Still {
    #[inline]
    fn now(self) -> Instant {
        Instant::from_nanos(black_box(1_000_000))
    }
}

impl Clock for Running {
    #[inline]
    fn now(self) -> Instant {
        let passed = self.0.elapsed();
        Instant::from_nanos(passed.as_secs() * 1_000_000_000 + u64::from(passed.subsec_nanos()))
    }
}
