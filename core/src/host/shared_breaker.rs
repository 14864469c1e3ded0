//! A breaker that threads may share.

use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::breaker::{Admission, Breaker, Lane, Outcome, Ticket, Transition, Window};
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
    /// Successes counted on the lane since the last event: the epoch's low half above, their number below.
    pending: AtomicU64,
    /// So many successes fill a count window: the machine must see them, so that it can free the lane.
    full: u32,
    machine: Mutex<Breaker>,
}

impl SharedBreaker {
    /// Shares `breaker`.
    pub fn new(breaker: Breaker) -> Self {
        let lane = AtomicU64::new(breaker.lane().to_bits());
        let full = if let Window::Count(size) = breaker.config().window { size.get() } else { u32::MAX };
        Self { lane, pending: AtomicU64::new(0), full, machine: Mutex::new(breaker) }
    }

    /// The lane as published.
    pub fn lane(&self) -> Lane {
        Lane::from_bits(self.lane.load(Ordering::Acquire))
    }

    /// Asks for a call to go out; see [`Breaker::admit`].
    pub fn admit(&self, now: impl FnOnce() -> Instant, publish: impl FnOnce(Lane)) -> Admission {
        if let Some(ticket) = self.lane().admits() {
            return Admission { ticket: Ok(ticket), transition: None };
        }
        let now = now();
        self.with(publish, |machine| machine.admit(now))
    }

    /// Records a success; see [`Breaker::settle`]. The clock is read only if there is something to record.
    pub fn succeed(
        &self,
        ticket: Ticket,
        now: impl FnOnce() -> Instant,
        publish: impl FnOnce(Lane),
    ) -> Option<Transition> {
        let lane = self.lane();
        if lane.admits() == Some(ticket) && (!lane.counts() || self.count(ticket)) {
            return None;
        }
        self.settle(ticket, Outcome::Success, now(), publish)
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
        // From here until the new lane is stored, calls take the machine and wait for it; so no success can be
        // counted against a lane that this event is about to change.
        let lane = Lane::from_bits(self.lane.swap(Lane::SHUT.to_bits(), Ordering::AcqRel));
        if let (true, Some(ticket)) = (lane.counts(), lane.admits()) {
            let pending = self.pending.swap(0, Ordering::AcqRel);
            machine.fold(ticket, low_half(pending));
        }
        let answer = act(&mut machine);
        let lane = machine.lane();
        if let (true, Some(ticket)) = (lane.counts(), lane.admits()) {
            self.pending.store(tag(ticket) << 32, Ordering::Release);
        }
        self.lane.store(lane.to_bits(), Ordering::Release);
        publish(lane);
        drop(machine);
        answer
    }

    /// Adds one success to those of `ticket`'s lane; false if that lane is gone, or the machine is to be asked.
    fn count(&self, ticket: Ticket) -> bool {
        let mut pending = self.pending.load(Ordering::Acquire);
        loop {
            if pending >> 32 != tag(ticket) || low_half(pending) >= self.full - 1 {
                return false;
            }
            match self.pending.compare_exchange_weak(
                pending,
                pending + 1,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => return true,
                Err(current) => pending = current,
            }
        }
    }

    /// A thread that panicked inside a decision (none should) leaves a machine that is at worst one event
    /// behind; refusing every later call for it would turn a small fault into an outage.
    fn lock(&self) -> MutexGuard<'_, Breaker> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What tells the counters of two lanes apart: never 0, as a counted ticket is not.
const fn tag(ticket: Ticket) -> u64 {
    ticket.to_bits() & 0xffff_ffff
}

#[allow(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
const fn low_half(word: u64) -> u32 {
    (word & 0xffff_ffff) as u32
}
