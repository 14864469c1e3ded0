//! A breaker that threads may share.

use alloc::boxed::Box;

use super::register::{OPENINGS, Register};
use super::sync::{AtomicU64, Mutex, MutexGuard, OnceLock, Ordering, PoisonError};
use crate::breaker::{Admission, Breaker, Lane, Outcome, Rejection, Stretch, Ticket, Transition};
use crate::time::Instant;

/// A [`Breaker`] behind a lock, with its [`Lane`] in front of it.
///
/// While the breaker is closed and remembers nothing, admitting a call is one atomic read and its success one
/// more; no thread writes, so threads do not slow each other down. Where successes must be counted, or calls under way,
/// threads do so in rows of their own. The lock is held for the length of one decision and never while anything of the
/// caller's runs.
///
/// What is counted is handed in before the machine's next event, and does not move its clock: where clocks of threads differ, an
/// event may find it as late as the last event was.
///
/// Each operation takes `publish`, which is given the new lane **before the lock is let go**: a host that keeps a
/// copy of the lane elsewhere (Python does) sees the copies in the order of the decisions. It must not call back.
#[derive(Debug)]
pub struct SharedBreaker {
    /// The published lane; written under the lock only.
    lane: AtomicU64,
    /// Made when there is something to count for the first time.
    register: OnceLock<Box<Register>>,
    machine: Mutex<Machine>,
}

#[derive(Debug)]
struct Machine {
    breaker: Breaker,
    /// What threads may count now.
    stretch: Option<Stretch>,
    /// How often they were let, never 0. A call is counted only for the opening that it has seen, even if the register was
    /// closed and opened again meanwhile.
    opening: u32,
}

impl SharedBreaker {
    /// Shares `breaker`.
    pub fn new(breaker: Breaker) -> Self {
        let shared = Self {
            lane: AtomicU64::new(0),
            register: OnceLock::new(),
            machine: Mutex::new(Machine { breaker, stretch: None, opening: 0 }),
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
        if let Some(ticket) = self.register.get().and_then(|register| register.begin(now)) {
            return Admission { ticket: Ok(ticket), transition: None };
        }
        self.with(publish, |machine| machine.admit(now))
    }

    /// Turns a call away, if there is nothing more to it; see [`Breaker::refuse`].
    pub fn refuse(&self, now: Instant) -> Option<Rejection> {
        // No lane is published: none was open, and none opens.
        self.lock().breaker.refuse(now)
    }

    /// Records a success; see [`Breaker::settle`]. The clock is read only if it matters when the success was.
    #[inline]
    pub fn succeed(
        &self,
        ticket: Ticket,
        now: impl FnOnce() -> Instant,
        publish: impl FnOnce(Lane),
    ) -> Option<Transition> {
        let lane = self.lane();
        if lane.to_bits() == ticket.to_bits() && lane != Lane::SHUT && !lane.counts() {
            return None;
        }
        let now = match self.register.get() {
            Some(register) => match register.succeed(ticket, now) {
                Ok(()) => return None,
                Err(now) => now,
            },
            None => now(),
        };
        self.settle(ticket, Outcome::Success, now, publish)
    }

    /// Until when successes on the lane may be added up outside before they are handed in; see [`Breaker::lane_ends`].
    pub fn lane_ends(&self) -> Option<Instant> {
        self.lock().breaker.lane_ends()
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
        // none can be counted against a state that this event is about to change. What was shut stays so: each exchange costs
        // as much as half a lock.
        if self.lane() != Lane::SHUT {
            self.lane.swap(Lane::SHUT.to_bits(), Ordering::AcqRel);
        }
        if let (Some(stretch), Some(register)) = (machine.stretch.take(), self.register.get()) {
            machine.breaker.fold_stretch(&stretch, register.close());
        }
        let answer = act(&mut machine.breaker);
        let lane = machine.breaker.lane();
        if let Some(stretch) = machine.breaker.stretch() {
            machine.opening = machine.opening % OPENINGS + 1;
            self.register.get_or_init(|| Box::new(Register::new())).open(machine.opening, &stretch);
            machine.stretch = Some(stretch);
        }
        self.lane.store(lane.to_bits(), Ordering::Release);
        publish(lane);
        drop(machine);
        answer
    }

    /// A thread that panicked inside a decision (none should) leaves a machine that is at worst one event
    /// behind; refusing every later call for it would turn a small fault into an outage.
    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
