//! The most frequent of things of which there may be any number.

use alloc::vec::Vec;

/// Counts of at most so many keys (space-saving). A key that finds no place takes that of the least counted one and goes on
/// from its count, so a count is never too low, and too high by `over` at most. A key that is more than one in `most` of all
/// is surely there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Top<K, D> {
    entries: Vec<Entry<K, D>>,
    most: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry<K, D> {
    pub(super) key: K,
    pub(super) count: u64,
    pub(super) over: u64,
    /// What was said of the key last.
    pub(super) data: D,
}

impl<K: Ord, D> Top<K, D> {
    pub(super) const fn new(most: usize) -> Self {
        Self { entries: Vec::new(), most }
    }

    pub(super) fn count(&mut self, key: K, data: D) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.key == key) {
            entry.count = entry.count.saturating_add(1);
            entry.data = data;
        } else if self.entries.len() < self.most {
            self.entries.push(Entry { key, count: 1, over: 0, data });
        } else if let Some(least) = self.entries.iter_mut().min_by_key(|entry| entry.count) {
            *least = Entry { key, count: least.count.saturating_add(1), over: least.count, data };
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// In the order in which they found their places.
    pub(super) fn entries(&self) -> &[Entry<K, D>] {
        &self.entries
    }

    /// From the most frequent one down; of equals, by key.
    pub(super) fn ranked(&self) -> Vec<&Entry<K, D>> {
        let mut entries: Vec<&Entry<K, D>> = self.entries.iter().collect();
        entries.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.key.cmp(&other.key)));
        entries
    }

    /// Takes entries over, as many as there is room for, the first of each key.
    pub(super) fn refill(&mut self, entries: impl Iterator<Item = Entry<K, D>>) {
        self.clear();
        for entry in entries {
            let known = self.entries.iter().any(|other| other.key == entry.key);
            if !known && self.entries.len() < self.most {
                self.entries.push(entry);
            }
        }
    }
}
