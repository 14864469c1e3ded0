//! What an admitted call holds until it settles.

use core::time::Duration;

use crate::time::Instant;

/// The right to one call, given by [`admit`](super::Breaker::admit) and to be handed back by
/// [`settle`](super::Breaker::settle).
///
/// Its [`bits`](Self::to_bits) are a plain number below 2⁵² (epoch, then place), so that every host can keep them as an
/// integer or a double without allocating. Losing one is harmless: a probe's place comes back when its lease ends,
/// and a closed breaker knows of calls under way at most how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket {
    bits: u64,
    started: Instant,
}

impl Ticket {
    /// The ticket that `bits` stand for. Any number is safe: one that no breaker gave out is stale. Its call began at
    /// the host's epoch, for all it knows; no breaker whose lane gives out bits asks for that.
    #[inline]
    pub const fn from_bits(bits: u64) -> Self {
        Self { bits, started: Instant::from_nanos(0) }
    }

    /// The number to keep it as.
    #[inline]
    pub const fn to_bits(self) -> u64 {
        self.bits
    }

    pub(super) const fn new(epoch: Epoch, place: u32, started: Instant) -> Self {
        Self { bits: ((epoch.0 as u64) << PLACE_BITS) | (place & PLACE_MASK) as u64, started }
    }

    /// The ticket of a call that goes out although the breaker, in shadow mode, would have rejected it.
    pub(super) const fn bystander(epoch: Epoch) -> Self {
        Self::new(epoch, PLACE_MASK, Instant::from_nanos(0))
    }

    pub(super) const fn is_bystander(self) -> bool {
        self.place() == PLACE_MASK
    }

    pub(super) const fn is_of(self, epoch: Epoch) -> bool {
        self.bits >> PLACE_BITS == epoch.0 as u64
    }

    #[allow(clippy::cast_possible_truncation, reason = "the mask leaves 26 bits")]
    #[inline]
    pub(super) const fn place(self) -> u32 {
        (self.bits & PLACE_MASK as u64) as u32
    }

    #[inline]
    pub(super) const fn epoch_bits(self) -> u64 {
        self.bits >> PLACE_BITS
    }

    /// The ticket of a call that begins at `now`.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) const fn started_at(self, now: Instant) -> Self {
        Self { started: now, ..self }
    }

    #[inline]
    pub(crate) const fn started(self) -> Instant {
        self.started
    }

    /// How long the call has taken at `now`.
    pub(super) fn took(self, now: Instant) -> Duration {
        now.saturating_since(self.started)
    }
}

/// How often the state has changed, from 1; after 67 million changes it starts over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Epoch(u32);

impl Epoch {
    pub(super) const FIRST: Self = Self(1);

    /// Never 0, so that a ticket of a closed breaker is never the number 0, which a lane means "ask" by.
    pub(super) const fn next(self) -> Self {
        if self.0 >= PLACE_MASK { Self::FIRST } else { Self(self.0 + 1) }
    }
}

/// Place numbers of probes, from 1; a place is taken up again after 67 million probes of one half-open phase.
pub(super) const fn next_place(place: u32) -> u32 {
    if place >= PLACE_MASK - 1 { 1 } else { place + 1 }
}

const PLACE_BITS: u32 = 26;
const PLACE_MASK: u32 = (1 << PLACE_BITS) - 1;
