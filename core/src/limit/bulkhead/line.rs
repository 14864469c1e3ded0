//! The line of those who wait: first in, first out, with a way out of its middle.

use alloc::boxed::Box;
use alloc::vec;

use crate::time::Instant;

/// A list that is linked through a link for each slot, so that joining, leaving from anywhere and being first are a
/// few writes each. A ring would have to be searched for those who give up, or swept of what they leave behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    links: Box<[Link]>,
    first: Option<u32>,
    last: Option<u32>,
    length: u32,
    /// How many have ever joined.
    joined: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Link {
    before: Option<u32>,
    after: Option<u32>,
    /// How many had joined before.
    number: u64,
    /// When the wait is over; `None`: never.
    until: Option<Instant>,
}

impl Line {
    pub(super) fn new(slots: u32) -> Self {
        let links = vec![Link::default(); slots as usize].into_boxed_slice();
        Self { links, first: None, last: None, length: 0, joined: 0 }
    }

    pub(super) const fn len(&self) -> u32 {
        self.length
    }

    /// The first in the line, and when its wait is over.
    pub(super) fn first(&self) -> Option<(u32, Option<Instant>)> {
        let index = self.first?;
        Some((index, self.link(index)?.until))
    }

    /// At which place in the line it is, from 1. Those who left from between the first and this one are still counted
    /// as far as the line is long: to know better, every place would have to be counted each time.
    pub(super) fn position(&self, index: u32) -> u32 {
        let number = |index| self.link(index).map_or(0, |link| link.number);
        let ahead = number(index).saturating_sub(self.first.map_or(0, number));
        u32::try_from(ahead).unwrap_or(u32::MAX).saturating_add(1).min(self.length)
    }

    pub(super) fn join(&mut self, index: u32, until: Option<Instant>) {
        let link = Link { before: self.last, after: None, number: self.joined, until };
        if let Some(place) = self.links.get_mut(index as usize) {
            *place = link;
        }
        match self.last.and_then(|last| self.links.get_mut(last as usize)) {
            Some(last) => last.after = Some(index),
            None => self.first = Some(index),
        }
        self.last = Some(index);
        self.length = self.length.saturating_add(1);
        self.joined = self.joined.saturating_add(1);
    }

    /// Takes out one who is in the line.
    pub(super) fn part(&mut self, index: u32) {
        let Some(Link { before, after, .. }) = self.link(index) else { return };
        match before.and_then(|before| self.links.get_mut(before as usize)) {
            Some(before) => before.after = after,
            None => self.first = after,
        }
        match after.and_then(|after| self.links.get_mut(after as usize)) {
            Some(after) => after.before = before,
            None => self.last = before,
        }
        self.length = self.length.saturating_sub(1);
    }

    pub(super) const fn clear(&mut self) {
        (self.first, self.last, self.length) = (None, None, 0);
    }

    fn link(&self, index: u32) -> Option<Link> {
        self.links.get(index as usize).copied()
    }
}
