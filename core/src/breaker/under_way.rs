//! Calls that have not ended yet, where it matters how long they take.

use core::time::Duration;

#[cfg(feature = "std")]
use super::stretch::Traffic;
use crate::time::{Instant, nanos};

/// The calls under way, counted by the eighth of the slow limit in which they began.
///
/// A list of the calls themselves would be exact, and grow with the traffic of a dependency that hangs: just
/// when there should be no more to do. So a call is known to be late only when its whole eighth is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnderWay {
    limit: u64,
    width: u64,
    slots: [Slot; SLOTS],
    /// The calls that have taken too long already. One that never ends stays among them until they are cleared.
    late: u32,
    /// When the next calls may become late; nothing has to be looked at before.
    next: Instant,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Slot {
    number: u64,
    calls: u32,
}

impl UnderWay {
    pub(super) fn new(limit: Duration) -> Self {
        let limit = nanos(limit).max(1);
        let width = limit.div_ceil(PARTS);
        Self { limit, width, slots: [Slot::default(); SLOTS], late: 0, next: NEVER }
    }

    /// Counts a call that begins, at a time up to which [`late`](Self::late) has been asked.
    pub(super) fn begin(&mut self, now: Instant) {
        let number = now.as_nanos() / self.width;
        self.next = self.next.min(self.late_at(number));
        if let Some(slot) = self.slots.get_mut(index(number)) {
            if slot.number != number {
                *slot = Slot { number, calls: 0 };
            }
            slot.calls = slot.calls.saturating_add(1);
        }
    }

    /// A call that began at `started` is over.
    pub(super) fn end(&mut self, started: Instant) {
        let number = started.as_nanos() / self.width;
        match self.slots.get_mut(index(number)) {
            Some(slot) if slot.number == number && slot.calls > 0 => slot.calls -= 1,
            _ => self.late = self.late.saturating_sub(1),
        }
    }

    /// How many calls have been under way for too long.
    pub(super) fn late(&mut self, now: Instant) -> u32 {
        if now >= self.next {
            let (limit, width) = (self.limit, self.width);
            self.next = NEVER;
            for slot in self.slots.iter_mut().filter(|slot| slot.calls > 0) {
                let at = Instant::from_nanos(late_at(slot.number, width, limit));
                if at <= now {
                    self.late = self.late.saturating_add(core::mem::take(&mut slot.calls));
                } else {
                    self.next = self.next.min(at);
                }
            }
        }
        self.late
    }

    /// When the next call may become late, if one is under way.
    pub(super) fn next(&self) -> Option<Instant> {
        self.slots.iter().filter(|slot| slot.calls > 0).map(|slot| self.late_at(slot.number)).min()
    }

    /// Where the eighth before the one around `now` begins, if calls of it cannot be slow within this one, where this
    /// one begins, and until when no call becomes late; `None` if any is late already.
    #[cfg(feature = "std")]
    pub(super) fn eighth(&self, now: Instant) -> Option<[Instant; 3]> {
        if self.late > 0 || self.next <= now {
            return None;
        }
        let from = now.as_nanos() / self.width * self.width;
        let before =
            if self.width.saturating_mul(2) <= self.limit { from.saturating_sub(self.width) } else { from };
        let until = Instant::from_nanos(from.saturating_add(self.width)).min(self.next);
        Some([Instant::from_nanos(before), Instant::from_nanos(from), until])
    }

    /// Counts what has begun and ended in the eighth that begins at `from`, while no call became late.
    #[cfg(feature = "std")]
    pub(super) fn pass(&mut self, from: Instant, traffic: Traffic) {
        let number = from.as_nanos() / self.width;
        let Traffic { begun, ended, ended_earlier } = traffic;
        if begun > 0 {
            self.next = self.next.min(self.late_at(number));
        }
        if let Some(slot) = self.slots.get_mut(index(number)) {
            if slot.number != number {
                *slot = Slot { number, calls: 0 };
            }
            slot.calls = slot.calls.saturating_add(begun).saturating_sub(ended);
        }
        let Some(earlier) = number.checked_sub(1) else { return };
        if let Some(slot) = self.slots.get_mut(index(earlier))
            && slot.number == earlier
        {
            slot.calls = slot.calls.saturating_sub(ended_earlier);
        }
    }

    pub(super) fn clear(&mut self) {
        (self.slots, self.late, self.next) = ([Slot::default(); SLOTS], 0, NEVER);
    }

    const fn late_at(&self, number: u64) -> Instant {
        Instant::from_nanos(late_at(number, self.width, self.limit))
    }
}

/// When the last call that can have begun in an eighth has taken as long as the limit.
const fn late_at(number: u64, width: u64, limit: u64) -> u64 {
    number.saturating_add(1).saturating_mul(width).saturating_sub(1).saturating_add(limit)
}

#[allow(clippy::cast_possible_truncation, reason = "the remainder is below the number of slots")]
const fn index(number: u64) -> usize {
    (number % SLOTS as u64) as usize
}

const NEVER: Instant = Instant::from_nanos(u64::MAX);

const PARTS: u64 = 8;

/// Eight parts, the one being filled, the one that ends; a power of two makes the remainder cheap.
const SLOTS: usize = 16;
