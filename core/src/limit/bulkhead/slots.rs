//! Who holds which permit, in memory that is fixed at construction.

use alloc::boxed::Box;

use crate::limit::permit::Permit;

/// A slot for everyone who can be inside or in the line.
///
/// A number given out is the slot's index and its generation, which changes whenever the slot comes free: a number
/// handed back twice finds another generation. It comes round after two thousand million uses of one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slots {
    slots: Box<[Slot]>,
    /// The first free slot; each names the next.
    free: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    generation: u32,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free { next: Option<u32> },
    Taken(Holder),
}

/// What a slot that is taken stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// A call under way.
    Call,
    /// A place in the line.
    Waiter,
}

impl Slots {
    pub(super) fn new(count: u32) -> Self {
        let next = |index: u32| Some(index.saturating_add(1)).filter(|next| *next < count);
        let slot = |index| Slot { generation: 1, state: State::Free { next: next(index) } };
        Self { slots: (0..count).map(slot).collect(), free: Some(0).filter(|_| count > 0) }
    }

    /// Takes a free slot, if there is one.
    pub(super) fn take(&mut self, holder: Holder) -> Option<(u32, Permit)> {
        let index = self.free?;
        let slot = self.slots.get_mut(index as usize)?;
        if let State::Free { next } = slot.state {
            self.free = next;
        }
        slot.state = State::Taken(holder);
        Some((index, permit(index, slot.generation)))
    }

    /// The slot that a number stands for, if it still does.
    pub(super) fn find(&self, permit: Permit) -> Option<(u32, Holder)> {
        let index = u32::try_from(permit.to_bits() & INDEX_MASK).ok()?;
        let slot = self.slots.get(index as usize)?;
        match slot.state {
            State::Taken(holder) if permit.to_bits() >> INDEX_BITS == u64::from(slot.generation) => {
                Some((index, holder))
            }
            State::Taken(_) | State::Free { .. } => None,
        }
    }

    /// Makes the place of a waiter the permit of a call. The number stays.
    pub(super) fn grant(&mut self, index: u32) -> Option<Permit> {
        let slot = self.slots.get_mut(index as usize)?;
        slot.state = State::Taken(Holder::Call);
        Some(permit(index, slot.generation))
    }

    /// Frees a slot that is taken; its number is stale from here on.
    pub(super) fn free(&mut self, index: u32) {
        if let Some(slot) = self.slots.get_mut(index as usize) {
            slot.generation =
                if slot.generation >= LAST_GENERATION { 1 } else { slot.generation.saturating_add(1) };
            slot.state = State::Free { next: self.free };
            self.free = Some(index);
        }
    }

    /// Frees every slot that is taken.
    pub(super) fn free_all(&mut self) {
        let count = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        for index in 0..count {
            if self.slots.get(index as usize).is_some_and(|slot| matches!(slot.state, State::Taken(_))) {
                self.free(index);
            }
        }
    }
}

fn permit(index: u32, generation: u32) -> Permit {
    Permit::from_bits(u64::from(generation) << INDEX_BITS | u64::from(index))
}

/// Two million slots, and 31 bits for the generation: together below 2⁵².
const INDEX_BITS: u32 = 21;
const INDEX_MASK: u64 = (1 << INDEX_BITS) - 1;
const LAST_GENERATION: u32 = (1 << 31) - 1;
