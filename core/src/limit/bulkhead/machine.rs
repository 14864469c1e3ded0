//! Every transition lives in this file; see the tables in the [module](super).

use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::config::{BulkheadConfig, MOST_CALLS};
use super::line::Line;
use super::slots::{Holder, Slots};
use crate::limit::permit::Permit;
use crate::time::Instant;

/// A bulkhead.
///
/// It is a value without locks: whoever shares it between threads guards it. Every event is a few steps, whatever the
/// length of the line, but that one event takes out all whose wait is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulkhead {
    config: BulkheadConfig,
    /// The latest reading of the clock; an earlier one is taken as this.
    now: Instant,
    slots: Slots,
    line: Line,
    /// Calls under way. Whenever somebody waits, it is `max_concurrent`.
    in_flight: u32,
    pub(super) tally: Tally,
}

/// The answer to a call that wants to go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Entry {
    /// It may, and must [`leave`](Bulkhead::leave) when it is over.
    Admitted(Permit),
    /// It may wait. Its place becomes its permit when it is granted.
    Queued {
        /// To ask about with [`poll`](Bulkhead::poll), or to [`forget`](Bulkhead::forget).
        place: Permit,
        /// After so long the place is gone; `None`: never.
        longest_wait: Option<Duration>,
    },
    /// There is no place for it, and nobody knows when there will be.
    Full,
}

/// What has become of a place in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Place {
    /// It has not been granted yet.
    Waiting {
        /// At which place in the line: 1 is the next. Where somebody in the middle gave up it may be a few less.
        position: u32,
    },
    /// It is the permit of a call now.
    Granted,
    /// Its wait is over, or it was handed back.
    Gone,
}

/// What a bulkhead has seen since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Calls admitted at once.
    pub admitted: u64,
    /// Calls that were given a place in the line.
    pub queued: u64,
    /// Those of them that were granted a permit.
    pub granted: u64,
    /// Those that waited too long.
    pub timed_out: u64,
    /// Numbers that were forgotten, waiting or granted.
    pub forgotten: u64,
    /// Calls that found no place.
    pub rejected: u64,
    /// Numbers handed back that stood for nothing.
    pub stale: u64,
}

impl Bulkhead {
    /// A bulkhead with nobody inside. All the memory that it ever needs is set aside here.
    pub fn new(config: BulkheadConfig) -> Self {
        let config = BulkheadConfig {
            max_concurrent: config.max_concurrent.min(MOST_CONCURRENT),
            max_queue: config.max_queue.min(MOST_CALLS),
            ..config
        };
        let slots = config.max_concurrent.get().saturating_add(config.max_queue);
        Self {
            config,
            now: Instant::default(),
            slots: Slots::new(slots),
            line: Line::new(if config.max_queue > 0 { slots } else { 0 }),
            in_flight: 0,
            tally: Tally::default(),
        }
    }

    /// Asks for a call to go out at `now`.
    pub fn enter(&mut self, now: Instant) -> Entry {
        let now = self.advance(now);
        if self.in_flight < self.config.max_concurrent.get()
            && let Some((_, permit)) = self.slots.take(Holder::Call)
        {
            self.in_flight = self.in_flight.saturating_add(1);
            count(&mut self.tally.admitted);
            return Entry::Admitted(permit);
        }
        // With every permit out, the slots that are left are the line's.
        if self.config.max_wait != Some(Duration::ZERO)
            && let Some((index, place)) = self.slots.take(Holder::Waiter)
        {
            let longest_wait = self.config.max_wait;
            self.line.join(index, longest_wait.map(|wait| now.saturating_add(wait)));
            count(&mut self.tally.queued);
            return Entry::Queued { place, longest_wait };
        }
        count(&mut self.tally.rejected);
        Entry::Full
    }

    /// Hands a permit back whose call is over, and answers whose place has become a permit, if anyone's has.
    pub fn leave(&mut self, permit: Permit, now: Instant) -> Option<Permit> {
        self.advance(now);
        if let Some((index, Holder::Call)) = self.slots.find(permit) {
            return self.pass_on(index);
        }
        count(&mut self.tally.stale);
        None
    }

    /// Hands back a place whose caller gave up. If it had been granted already the permit passes on, and the answer is
    /// to whom.
    pub fn forget(&mut self, place: Permit, now: Instant) -> Option<Permit> {
        self.advance(now);
        let Some((index, holder)) = self.slots.find(place) else {
            count(&mut self.tally.stale);
            return None;
        };
        count(&mut self.tally.forgotten);
        match holder {
            Holder::Call => self.pass_on(index),
            Holder::Waiter => {
                self.line.part(index);
                self.slots.free(index);
                None
            }
        }
    }

    /// What has become of a place by `now`.
    pub fn poll(&mut self, place: Permit, now: Instant) -> Place {
        self.advance(now);
        match self.slots.find(place) {
            Some((_, Holder::Call)) => Place::Granted,
            Some((index, Holder::Waiter)) => Place::Waiting { position: self.line.position(index) },
            None => Place::Gone,
        }
    }

    /// Calls under way.
    pub const fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Calls in the line at `now`.
    pub fn queued(&mut self, now: Instant) -> u32 {
        self.advance(now);
        self.line.len()
    }

    /// What it has seen since it was made.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// The settings it was made with.
    pub const fn config(&self) -> &BulkheadConfig {
        &self.config
    }

    /// Makes every number stale that was given out.
    pub(super) fn empty(&mut self) {
        self.slots.free_all();
        self.line.clear();
        self.in_flight = 0;
    }

    /// Moves the clock on, and takes out of the line whose wait is over.
    pub(super) fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        while let Some((index, Some(until))) = self.line.first()
            && until <= self.now
        {
            self.line.part(index);
            self.slots.free(index);
            count(&mut self.tally.timed_out);
        }
        self.now
    }

    fn pass_on(&mut self, index: u32) -> Option<Permit> {
        self.slots.free(index);
        let Some((next, _)) = self.line.first() else {
            self.in_flight = self.in_flight.saturating_sub(1);
            return None;
        };
        self.line.part(next);
        count(&mut self.tally.granted);
        self.slots.grant(next)
    }
}

const fn count(number: &mut u64) {
    *number = number.saturating_add(1);
}

const MOST_CONCURRENT: core::num::NonZeroU32 = core::num::NonZeroU32::MIN.saturating_add(MOST_CALLS - 1);
