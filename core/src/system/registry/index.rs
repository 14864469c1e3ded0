//! Which part has a name: a hash table that stays quick whoever chooses the names, without a secret.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::name::{Digest, Key};

/// Numbers by name.
///
/// A hash map keyed with an attacker's names is slow unless its hash has a secret key, and so randomness, which the core does
/// not have. Here the hash is known to all, and the worst that can be done with it is bounded instead: a bucket has
/// eight places in one line of the cache, and a name that finds all of them taken goes to a sorted map. So to look a name up
/// takes eight comparisons of numbers and, for names that were chosen to meet, a search in that map.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    buckets: Vec<Bucket>,
    /// By digest, so that it does not matter how long the names are; with their hashes.
    crowded: BTreeMap<Digest, (u32, u32)>,
    len: usize,
}

/// A hash and a number in each place.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Bucket {
    hashes: [u32; PLACES],
    ids: [u32; PLACES],
}

impl Index {
    pub(super) const fn new() -> Self {
        Self { buckets: Vec::new(), crowded: BTreeMap::new(), len: 0 }
    }

    /// The number of a name; `is_it` says whether a number is, and is asked about few others.
    pub(super) fn find(&self, key: &Key<'_>, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let hash = key.hash();
        let Bucket { hashes, ids } = self.buckets.get(self.bucket_of(hash))?;
        // A place that is free has a number too, which is nobody's.
        let found = hashes.iter().zip(ids).find(|(at, id)| **at == hash && is_it(**id));
        match found {
            Some((_, id)) => Some(*id),
            None if self.crowded.is_empty() => None,
            None => self.crowded.get(&key.digest()).map(|(_, id)| *id),
        }
    }

    /// Adds a name that is not there.
    pub(super) fn insert(&mut self, key: &Key<'_>, id: u32) {
        if self.len >= self.buckets.len().saturating_mul(FULL) {
            self.grow();
        }
        self.len += 1;
        let hash = key.hash();
        if !self.put(hash, id) {
            self.crowded.insert(key.digest(), (hash, id));
        }
    }

    /// Takes a name out that has this number.
    pub(super) fn remove(&mut self, key: &Key<'_>, id: u32) {
        let at = self.bucket_of(key.hash());
        let place = self.buckets.get_mut(at).and_then(|bucket| bucket.ids.iter_mut().find(|own| **own == id));
        let was_there = match place {
            Some(place) => {
                *place = FREE;
                true
            }
            None => self.crowded.remove(&key.digest()).is_some(),
        };
        self.len -= usize::from(was_there);
    }

    fn grow(&mut self) {
        let buckets = self.buckets.len().saturating_mul(2).max(1);
        let before = core::mem::replace(&mut self.buckets, alloc::vec![Bucket::EMPTY; buckets]);
        let crowded = core::mem::take(&mut self.crowded);
        for (hash, id) in before.iter().flat_map(Bucket::places) {
            // Half as many as before fall into a bucket, so that none of them finds it full.
            self.put(hash, id);
        }
        for (digest, (hash, id)) in crowded {
            if !self.put(hash, id) {
                self.crowded.insert(digest, (hash, id));
            }
        }
    }

    fn put(&mut self, hash: u32, id: u32) -> bool {
        let at = self.bucket_of(hash);
        let Some(bucket) = self.buckets.get_mut(at) else { return false };
        let mut places = bucket.hashes.iter_mut().zip(&mut bucket.ids);
        let free = places.find(|(_, own)| **own == FREE);
        let found = free.is_some();
        if let Some(place) = free {
            (*place.0, *place.1) = (hash, id);
        }
        found
    }

    /// Their number is a power of two.
    const fn bucket_of(&self, hash: u32) -> usize {
        hash as usize & self.buckets.len().wrapping_sub(1)
    }
}

impl Bucket {
    const EMPTY: Self = Self { hashes: [0; PLACES], ids: [FREE; PLACES] };

    fn places(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.hashes.iter().copied().zip(self.ids.iter().copied()).filter(|(_, id)| *id != FREE)
    }
}

const PLACES: usize = 8;

/// With so many names for each bucket there are twice as many: then one name in a thousand finds its bucket full.
const FULL: usize = 3;

const FREE: u32 = u32::MAX;
