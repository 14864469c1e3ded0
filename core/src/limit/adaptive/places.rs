//! Who is in flight, in the order of admission.

use alloc::vec::Vec;

use crate::limit::Permit;
use crate::time::Instant;

/// The calls in flight, in places that are used again; as many places as there ever were calls at a time.
///
/// Leases all last equally long, so the oldest call is the next to lose its place: a list through the places,
/// oldest first, makes entering, leaving and expiring take the same short time however many are in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    all: Vec<Place>,
    /// Free places, linked by `newer`.
    free: u32,
    oldest: u32,
    newest: u32,
    taken: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    call: Option<Call>,
    older: u32,
    newer: u32,
}

/// A call in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call {
    /// Calls are numbered in the order of admission.
    pub(super) number: u64,
    pub(super) began: Instant,
    /// Whether the limit was really used when it was admitted.
    pub(super) counts: bool,
}

impl Places {
    pub(super) const fn new() -> Self {
        Self { all: Vec::new(), free: NONE, oldest: NONE, newest: NONE, taken: 0 }
    }

    pub(super) const fn taken(&self) -> u32 {
        self.taken
    }

    /// Puts the newest call in a free place.
    pub(super) fn enter(&mut self, call: Call) -> Permit {
        let place = Place { call: Some(call), older: self.newest, newer: NONE };
        let first = self.free;
        let index = if let Some(free) = self.at(first) {
            let next = core::mem::replace(free, place).newer;
            self.free = next;
            first
        } else {
            self.all.push(place);
            u32::try_from(self.all.len() - 1).unwrap_or(NONE)
        };
        match self.at(self.newest) {
            Some(newest) => newest.newer = index,
            None => self.oldest = index,
        }
        self.newest = index;
        self.taken += 1;
        permit(call.number, index)
    }

    /// Frees the place that a permit stands for, if it is still taken by the call that got the permit.
    pub(super) fn leave(&mut self, given: Permit) -> Option<Call> {
        let index = u32::try_from(given.to_bits() & u64::from(PLACE_MASK)).unwrap_or(NONE);
        let free = self.free;
        let place = self.at(index)?;
        let call = place.call.filter(|call| permit(call.number, index) == given)?;
        let (older, newer) = (place.older, place.newer);
        *place = Place { call: None, older: NONE, newer: free };
        self.free = index;
        match self.at(older) {
            Some(older) => older.newer = newer,
            None => self.oldest = newer,
        }
        match self.at(newer) {
            Some(newer) => newer.older = older,
            None => self.newest = older,
        }
        self.taken -= 1;
        Some(call)
    }

    /// The call that has been in flight for the longest.
    pub(super) fn oldest(&self) -> Option<(Permit, Call)> {
        let call = self.all.get(self.oldest as usize)?.call?;
        Some((permit(call.number, self.oldest), call))
    }

    fn at(&mut self, index: u32) -> Option<&mut Place> {
        self.all.get_mut(index as usize)
    }
}

/// The call's number, then its place; the number starts over after 67 million calls.
fn permit(number: u64, place: u32) -> Permit {
    Permit::from_bits((number & u64::from(PLACE_MASK)) << PLACE_BITS | u64::from(place))
}

const PLACE_BITS: u32 = 26;
const PLACE_MASK: u32 = (1 << PLACE_BITS) - 1;
/// More places than any program has calls in flight.
pub(super) const MOST_PLACES: u32 = PLACE_MASK;
const NONE: u32 = u32::MAX;
