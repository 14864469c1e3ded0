//! The fast way past a healthy breaker.

use super::ticket::{Epoch, Ticket};
use crate::time::Instant;

/// What a breaker lets its host publish in one word, so that a call on a healthy day costs one read.
///
/// A host that reads a lane which [`admits`](Self::admits) may start the call with that ticket, without asking
/// the machine. When the call has succeeded **and the lane still reads the same**, there is nothing to
/// record, unless [`counts`](Self::counts) says that successes must be added up: they are handed in together with
/// [`Breaker::fold`](super::Breaker::fold) before the machine's next event, and no later than
/// [`Breaker::lane_ends`](super::Breaker::lane_ends). In every other case (a failure, a lane that has changed, a lane
/// that admits nobody) the machine is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane(u64);

impl Lane {
    /// Ask the machine.
    pub const SHUT: Self = Self(0);

    /// What stands in the place of a lane where there is no breaker: a ticket that nobody asks for back, and whose
    /// successes need not be counted.
    pub const UNGUARDED: Self = Self::free(Epoch::FIRST);

    /// The lane that `bits` stand for.
    #[inline]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The word to publish: 0 when shut, else the bits of a ticket.
    #[inline]
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// The ticket to start a call with, if the machine need not be asked.
    #[inline]
    pub const fn admits(self) -> Option<Ticket> {
        if self.0 == 0 { None } else { Some(Ticket::from_bits(self.0)) }
    }

    /// Whether a success must be added to those that are handed in with the next event.
    #[inline]
    pub const fn counts(self) -> bool {
        Ticket::from_bits(self.0).place() == COUNTED
    }

    /// The same lane, but each success on it has to be reported.
    #[must_use]
    #[inline]
    pub const fn counting(self) -> Self {
        if self.0 == 0 { self } else { Self(self.0 | COUNTED as u64) }
    }

    /// The ticket of this lane, if `ticket` was given out by it or by one of the same epoch.
    #[inline]
    pub fn of_same_epoch(self, ticket: Ticket) -> Option<Ticket> {
        self.admits().filter(|own| own.epoch_bits() == ticket.epoch_bits())
    }

    pub(super) const fn free(epoch: Epoch) -> Self {
        Self(Ticket::new(epoch, UNCOUNTED, Instant::from_nanos(0)).to_bits())
    }

    pub(super) const fn counted(epoch: Epoch) -> Self {
        Self(Ticket::new(epoch, COUNTED, Instant::from_nanos(0)).to_bits())
    }
}

const UNCOUNTED: u32 = 0;
const COUNTED: u32 = 1;
