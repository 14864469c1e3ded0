//! Things in the order of their last use: a list whose links are numbers, so that noting a use allocates nothing.

use alloc::vec::Vec;

/// Things that are known by a number, from the least to the most recently used. The number of one that was removed is given
/// out again.
#[derive(Debug, Clone)]
pub(super) struct Recency<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    oldest: u32,
    newest: u32,
}

#[derive(Debug, Clone)]
struct Slot<T> {
    thing: Option<T>,
    older: u32,
    newer: u32,
}

impl<T> Recency<T> {
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), oldest: NONE, newest: NONE }
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "numbers of slots are u32, and NONE is not one of them"
    )]
    pub(super) const fn len(&self) -> u32 {
        (self.slots.len() - self.free.len()) as u32
    }

    pub(super) fn oldest(&self) -> Option<u32> {
        (self.oldest != NONE).then_some(self.oldest)
    }

    pub(super) fn get(&self, id: u32) -> Option<&T> {
        self.slots.get(id as usize)?.thing.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        self.slots.get_mut(id as usize)?.thing.as_mut()
    }

    /// All numbers, the least recently used first.
    pub(super) fn ids(&self) -> Vec<u32> {
        let next = |id: &u32| self.slots.get(*id as usize).map(|slot| slot.newer).filter(|id| *id != NONE);
        core::iter::successors(self.oldest(), next).collect()
    }

    /// Adds a thing as the most recently used one.
    pub(super) fn push(&mut self, thing: T) -> u32 {
        let slot = Slot { thing: Some(thing), older: NONE, newer: NONE };
        let id = if let Some(id) = self.free.pop() {
            if let Some(free) = self.slots.get_mut(id as usize) {
                *free = slot;
            }
            id
        } else {
            self.slots.push(slot);
            self.len() - 1
        };
        self.append(id);
        id
    }

    pub(super) fn remove(&mut self, id: u32) -> Option<T> {
        let thing = self.slots.get_mut(id as usize)?.thing.take()?;
        self.detach(id);
        self.free.push(id);
        Some(thing)
    }

    /// Makes it the most recently used one.
    pub(super) fn touch(&mut self, id: u32) {
        if id != self.newest && self.get(id).is_some() {
            self.detach(id);
            self.append(id);
        }
    }

    fn append(&mut self, id: u32) {
        let last = core::mem::replace(&mut self.newest, id);
        if let Some(slot) = self.slots.get_mut(id as usize) {
            (slot.older, slot.newer) = (last, NONE);
        }
        match self.slots.get_mut(last as usize) {
            Some(slot) => slot.newer = id,
            None => self.oldest = id,
        }
    }

    fn detach(&mut self, id: u32) {
        let Some((older, newer)) = self.slots.get(id as usize).map(|slot| (slot.older, slot.newer)) else {
            return;
        };
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
        match self.slots.get_mut(newer as usize) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
    }
}

const NONE: u32 = u32::MAX;
