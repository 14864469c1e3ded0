//! A breaker that threads may share.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::breaker::{Admission, Breaker, Lane, Outcome, Ticket, Transition};
use crate::time::Instant;

/// A [`Breaker`] behind a lock, with its [`Lane`] in front of it.
///
/// While the breaker is closed and remembers nothing, admitting a call is one atomic read and its success one
/// more; no thread writes, so threads do not slow each other down. The lock is held for the length of one
/// decision and never while anything of the caller's runs.
///
/// Each operation takes `publish`, which is given the new lane **before the lock is let go**: a host that keeps a
/// copy of the lane elsewhere (Python does) sees the copies in the order of the decisions. It must not call back.
#[derive(Debug)]
pub struct SharedBreaker {
    /// The published lane; written under the lock only.
    lane: AtomicU64,
    /// Successes counted on the lane since the last event: the number of its publication above, how many below.
    pending: AtomicU64,
    /// When they have to be handed in, in nanoseconds; the end of time if that does not matter.
    ends: AtomicU64,
    /// So many successes make the lane free: the machine must see them.
    fills: AtomicU32,
    machine: Mutex<Machine>,
}

#[derive(Debug)]
struct Machine {
    breaker: Breaker,
    /// How often a lane was published, never 0. A success is counted only for the publication that it has seen, even if
    /// the lane has changed and changed back meanwhile.
    publication: u32,
}

impl SharedBreaker {
    /// Shares `breaker`.
    pub fn new(breaker: Breaker) -> Self {
        let shared = Self {
            lane: AtomicU64::new(0),
            pending: AtomicU64::new(0),
            ends: AtomicU64::new(NEVER),
            fills: AtomicU32::new(u32::MAX),
            machine: Mutex::new(Machine { breaker, publication: 0 }),
        };
        shared.with(|_| {}, |_| {});
        shared
    }

    /// The lane as published.
    #[inline]
    pub fn lane(&self) -> Lane {
        Lane::from_bits(self.lane.load(Ordering::Acquire))
    }

    /// Asks for a call to go out; see [`Breaker::admit`].
    #[inline]
    pub fn admit(&self, now: impl FnOnce() -> Instant, publish: impl FnOnce(Lane)) -> Admission {
        if let Some(ticket) = self.lane().admits() {
            return Admission { ticket: Ok(ticket), transition: None };
        }
        let now = now();
        self.with(publish, |machine| machine.admit(now))
    }

    /// Records a success; see [`Breaker::settle`]. The clock is read only if it matters when the success was.
    #[inline]
    pub fn succeed(
        &self,
        ticket: Ticket,
        now: impl FnOnce() -> Instant,
        publish: impl FnOnce(Lane),
    ) -> Option<Transition> {
        // Read before the lane, so that what is counted below was published together with it or not at all.
        let pending = self.pending.load(Ordering::Acquire);
        let lane = self.lane();
        if lane.to_bits() != ticket.to_bits() || lane == Lane::SHUT {
            return self.settle(ticket, Outcome::Success, now(), publish);
        }
        if !lane.counts() {
            return None;
        }
        let ends = self.ends.load(Ordering::Acquire);
        if ends == NEVER {
            return if self.count(pending) {
                None
            } else {
                self.settle(ticket, Outcome::Success, now(), publish)
            };
        }
        let now = now();
        if now.as_nanos() < ends && self.count(pending) {
            return None;
        }
        self.settle(ticket, Outcome::Success, now, publish)
    }

    /// Hands a ticket back; see [`Breaker::settle`].
    pub fn settle(
        &self,
        ticket: Ticket,
        outcome: Outcome,
        now: Instant,
        publish: impl FnOnce(Lane),
    ) -> Option<Transition> {
        self.with(publish, |machine| machine.settle(ticket, outcome, now))
    }

    /// Does anything else with the machine: reads it, forces it, saves and restores it.
    pub fn with<T>(&self, publish: impl FnOnce(Lane), act: impl FnOnce(&mut Breaker) -> T) -> T {
        let mut machine = self.lock();
        // It changes under the lock only. From here until the new lane is stored, calls take the machine and wait for it; so
        // no success can be counted against a lane that this event is about to change. One that was shut stays so, and
        // only one that counts has anything to hand in: each exchange costs as much as half a lock.
        let before = self.lane();
        if before != Lane::SHUT {
            self.lane.swap(Lane::SHUT.to_bits(), Ordering::AcqRel);
        }
        if let (true, Some(ticket)) = (before.counts(), before.admits()) {
            machine.breaker.fold(ticket, low_half(self.pending.swap(0, Ordering::AcqRel)));
        }
        let answer = act(&mut machine.breaker);
        let lane = machine.breaker.lane();
        if lane.counts() {
            machine.publication = machine.publication.checked_add(1).unwrap_or(1);
            self.ends.store(machine.breaker.lane_ends().map_or(NEVER, Instant::as_nanos), Ordering::Release);
            self.fills.store(machine.breaker.lane_fills().unwrap_or(u32::MAX), Ordering::Release);
            self.pending.store(u64::from(machine.publication) << 32, Ordering::Release);
        }
        self.lane.store(lane.to_bits(), Ordering::Release);
        publish(lane);
        drop(machine);
        answer
    }

    /// Adds one success to `pending`; false if that has been handed in since, or the machine is to be asked.
    #[inline]
    fn count(&self, mut pending: u64) -> bool {
        let (publication, fills) = (pending >> 32, self.fills.load(Ordering::Acquire));
        loop {
            if publication == 0 || low_half(pending) >= fills - 1 {
                return false;
            }
            match self.pending.compare_exchange_weak(
                pending,
                pending + 1,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => return true,
                Err(current) if current >> 32 == publication => pending = current,
                Err(_) => return false,
            }
        }
    }

    /// A thread that panicked inside a decision (none should) leaves a machine that is at worst one event
    /// behind; refusing every later call for it would turn a small fault into an outage.
    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
#[inline]
const fn low_half(word: u64) -> u32 {
    (word & 0xffff_ffff) as u32
}

const NEVER: u64 = u64::MAX;
