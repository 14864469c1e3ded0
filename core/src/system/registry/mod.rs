//! The named parts of a program, of which there are never more than so many.
//!
//! A name may come from anywhere, a tenant or the path of a request, so it is taken for an attacker's: any characters, any
//! length, any number of different ones.
//!
//! - **Names** of up to 256 bytes are kept as they are, longer ones as their SHA-256: two names are the same part only if
//!   they are the same name, and a name of megabytes costs 32 bytes.
//! - **Bounded**: a new part takes the place of the least recently used one that [may go](Part::may_go). One that may not,
//!   an open breaker or one that is held by hand, is never forgotten, and being asked counts as being used. When none of
//!   the 32 least recently used may go, the answer is [`Full`]. So a flood of names costs each newcomer the same, and what
//!   has become free is found after a few refusals.
//! - **Swept**: a part that nobody used for `idle` goes. Each new part looks at the two least recently used ones;
//!   [`sweep`](Registry::sweep) looks at all.
//! - Finding a part takes one look into a table, however many there are, and to note its use four links. Names that were chosen
//!   to meet in one place of the table cost each other a search in a sorted map, and others nothing.

mod index;
mod name;
mod recency;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::time::Duration;

use serde::Serialize;

use self::index::Index;
use self::name::{Key, Name};
use self::recency::Recency;
use crate::time::Instant;

/// What a registry holds.
pub trait Part {
    /// Whether it can be forgotten and made anew without anybody being worse off.
    fn may_go(&self, now: Instant) -> bool;
}

/// How many parts there may be, and for how long without use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistryConfig {
    /// So many parts at most.
    pub most: NonZeroU32,
    /// After so long without use a part goes.
    pub idle: Duration,
}

impl Default for RegistryConfig {
    /// 1024 parts for an hour.
    ///
    /// A program has tens of dependencies, and a breaker for each host or tenant makes hundreds of it; at half a kilobyte a
    /// part, 1024 of them are half a megabyte, which is what a flood of names can cost at most. No wait or window in use is
    /// as long as an hour, so what was not used for so long has nothing to remember.
    fn default() -> Self {
        Self { most: NonZeroU32::MIN.saturating_add(1023), idle: Duration::from_secs(3600) }
    }
}

/// Named parts.
#[derive(Debug, Clone)]
pub struct Registry<T> {
    config: RegistryConfig,
    index: Index,
    parts: Recency<Held<T>>,
    now: Instant,
    evicted: u64,
    refused: u64,
}

#[derive(Debug, Clone)]
struct Held<T> {
    name: Name,
    part: T,
    used: Instant,
}

/// There is no place for a new part: none of those that were looked at may go.
///
/// Whoever gets this goes on with a part of its own that nobody shares, or with none. To refuse the call instead would let a
/// thousand open breakers take down what has nothing to do with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("all {most} places of the registry are held by parts that must not be forgotten")]
pub struct Full {
    /// How many parts there may be.
    pub most: NonZeroU32,
}

/// How full a registry is, and what that has led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RegistryTally {
    /// Parts there are.
    pub parts: u32,
    /// Parts there may be.
    pub most: u32,
    /// Parts that went, for another or for want of use.
    pub evicted: u64,
    /// Parts that found no place.
    pub refused: u64,
}

impl<T: Part> Registry<T> {
    /// A registry without parts.
    pub const fn new(config: RegistryConfig) -> Self {
        Self {
            config,
            index: Index::new(),
            parts: Recency::new(),
            now: Instant::from_nanos(0),
            evicted: 0,
            refused: 0,
        }
    }

    /// The part of this name, which is thereby used.
    pub fn get(&mut self, name: &str, now: Instant) -> Option<&mut T> {
        let now = self.advance(now);
        let id = self.find(&Key::new(name))?;
        self.note_use(id, now)
    }

    /// The part of this name, made if there is none; it is thereby used.
    pub fn get_or_add(&mut self, name: &str, now: Instant, make: impl FnOnce() -> T) -> Result<&mut T, Full> {
        let now = self.advance(now);
        let key = Key::new(name);
        let id = match self.find(&key) {
            Some(id) => id,
            None => self.add(name, &key, now, make)?,
        };
        let full = Full { most: self.config.most };
        self.note_use(id, now).ok_or(full)
    }

    /// The part of this name, without using it.
    pub fn peek(&self, name: &str) -> Option<&T> {
        Some(&self.parts.get(self.find(&Key::new(name))?)?.part)
    }

    /// Takes the part of this name out, whether it may go or not.
    pub fn remove(&mut self, name: &str) -> Option<T> {
        let id = self.find(&Key::new(name))?;
        self.take(id)
    }

    /// Drops every part that was not used for `idle` and may go; answers how many there were. It looks at all of them.
    pub fn sweep(&mut self, now: Instant) -> u32 {
        let now = self.advance(now);
        let before = self.parts.len();
        for id in self.parts.ids() {
            if self.is_idle(id, now) && self.may_go(id, now) {
                self.evict(id);
            }
        }
        before - self.parts.len()
    }

    /// Every part under the name that it is shown by, in the order of their names, long ones last. A long name is shown by
    /// its beginning and that of its digest. Nothing is redacted here.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        let mut all: Vec<&Held<T>> = self.parts.iter().collect();
        all.sort_unstable_by_key(|held| &held.name);
        all.into_iter().map(|held| (held.name.label(), &held.part))
    }

    /// How full it is.
    pub const fn tally(&self) -> RegistryTally {
        RegistryTally {
            parts: self.parts.len(),
            most: self.config.most.get(),
            evicted: self.evicted,
            refused: self.refused,
        }
    }

    fn find(&self, key: &Key<'_>) -> Option<u32> {
        self.index.find(key, |id| self.parts.get(id).is_some_and(|held| held.name.is(key)))
    }

    fn add(
        &mut self,
        name: &str,
        key: &Key<'_>,
        now: Instant,
        make: impl FnOnce() -> T,
    ) -> Result<u32, Full> {
        self.sweep_some(now);
        if self.parts.len() >= self.config.most.get() && !self.make_room(now) {
            self.refused = self.refused.saturating_add(1);
            return Err(Full { most: self.config.most });
        }
        let id = self.parts.push(Held { name: Name::new(name, key), part: make(), used: now });
        self.index.insert(key, id);
        Ok(id)
    }

    fn note_use(&mut self, id: u32, now: Instant) -> Option<&mut T> {
        self.parts.touch(id);
        let held = self.parts.get_mut(id)?;
        held.used = now;
        Some(&mut held.part)
    }

    /// Evicts the least recently used part that may go, if it is among the first few; those that were asked are used.
    fn make_room(&mut self, now: Instant) -> bool {
        for _ in 0..LOOKED_AT.min(self.parts.len()) {
            let Some(id) = self.parts.oldest() else { return false };
            if self.may_go(id, now) {
                self.evict(id);
                return true;
            }
            self.parts.touch(id);
        }
        false
    }

    /// Two for each new part: so a registry that nobody sweeps shrinks as fast as it grows.
    fn sweep_some(&mut self, now: Instant) {
        for _ in 0..SWEPT.min(self.parts.len()) {
            let Some(id) = self.parts.oldest().filter(|id| self.is_idle(*id, now)) else { return };
            if self.may_go(id, now) {
                self.evict(id);
            } else {
                self.parts.touch(id);
            }
        }
    }

    fn may_go(&self, id: u32, now: Instant) -> bool {
        self.parts.get(id).is_some_and(|held| held.part.may_go(now))
    }

    fn is_idle(&self, id: u32, now: Instant) -> bool {
        self.parts.get(id).is_some_and(|held| now.saturating_since(held.used) >= self.config.idle)
    }

    fn evict(&mut self, id: u32) {
        self.evicted = self.evicted.saturating_add(u64::from(self.take(id).is_some()));
    }

    fn take(&mut self, id: u32) -> Option<T> {
        let held = self.parts.remove(id)?;
        self.index.remove(&held.name.key(), id);
        Some(held.part)
    }

    fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        self.now
    }
}

/// So many of the least recently used parts are asked whether they may go, for one that is new.
const LOOKED_AT: u32 = 32;

/// So many are looked at for want of use.
const SWEPT: u32 = 2;
