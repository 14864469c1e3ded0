//! Things in the order of their last use: a list whose links are numbers, so that noting a use allocates nothing.

use alloc::vec::Vec;

/// Things that are known by a number, from the least to the most recently used. The number of one that was removed is given
/// out again.
///
/// The links are kept beside the things, not in them: to note a use changes those of the neighbours as well, and so many small
/// links stay in the cache where so many things do not.
#[derive(Debug, Clone)]
pub(super) struct Recency<T> {
    things: Vec<Option<T>>,
    /// As many as there are places for things.
    links: Vec<Links>,
    free: Vec<u32>,
    oldest: u32,
    newest: u32,
}

#[derive(Debug, Clone, Copy)]
struct Links {
    older: u32,
    newer: u32,
}

impl<T> Recency<T> {
    pub(super) const fn new() -> Self {
        Self { things: Vec::new(), links: Vec::new(), free: Vec::new(), oldest: NONE, newest: NONE }
    }

    #[allow(
        clippy::cast_possible_truncation,
        reason = "numbers of slots are u32, and NONE is not one of them"
    )]
    pub(super) const fn len(&self) -> u32 {
        (self.things.len() - self.free.len()) as u32
    }

    pub(super) fn oldest(&self) -> Option<u32> {
        (self.oldest != NONE).then_some(self.oldest)
    }

    pub(super) fn get(&self, id: u32) -> Option<&T> {
        self.things.get(id as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        self.things.get_mut(id as usize)?.as_mut()
    }

    /// All of them, in no order that means anything.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.things.iter().flatten()
    }

    /// All numbers, the least recently used first.
    pub(super) fn ids(&self) -> Vec<u32> {
        let next = |id: &u32| self.links.get(*id as usize).map(|links| links.newer).filter(|id| *id != NONE);
        core::iter::successors(self.oldest(), next).collect()
    }

    /// Adds a thing as the most recently used one.
    pub(super) fn push(&mut self, thing: T) -> u32 {
        let id = if let Some(id) = self.free.pop() {
            if let Some(free) = self.things.get_mut(id as usize) {
                *free = Some(thing);
            }
            id
        } else {
            self.things.push(Some(thing));
            self.links.push(Links { older: NONE, newer: NONE });
            self.len() - 1
        };
        self.append(id);
        id
    }

    pub(super) fn remove(&mut self, id: u32) -> Option<T> {
        let thing = self.things.get_mut(id as usize)?.take()?;
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
        if let Some(links) = self.links.get_mut(id as usize) {
            *links = Links { older: last, newer: NONE };
        }
        match self.links.get_mut(last as usize) {
            Some(links) => links.newer = id,
            None => self.oldest = id,
        }
    }

    fn detach(&mut self, id: u32) {
        let Some(Links { older, newer }) = self.links.get(id as usize).copied() else {
            return;
        };
        match self.links.get_mut(older as usize) {
            Some(links) => links.newer = newer,
            None => self.oldest = newer,
        }
        match self.links.get_mut(newer as usize) {
            Some(links) => links.older = older,
            None => self.newest = older,
        }
    }
}

const NONE: u32 = u32::MAX;
