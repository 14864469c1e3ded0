//! One attempt's way in and out.

use core::time::Duration;

use super::gate::Gate;
use super::limits::Limits;
use crate::breaker::{Admission, Outcome, StateName, Ticket, Transition};
use crate::limit::Permit;
use crate::limit::adaptive;
use crate::limit::bulkhead::{self, Place};
use crate::rng::Rng;
use crate::time::Instant;

/// What one attempt holds of its gate.
///
/// A value that must be [left](Self::leave) when its attempt is over, or was given up while it waited. One that is dropped
/// instead costs its bulkhead a place for ever, and other machines no more than a lease.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pass {
    ticket: Option<Ticket>,
    rate: Option<Reserved>,
    place: Option<Permit>,
    /// Whether the place in the bulkhead is still one in its line.
    queued: bool,
    /// When it will not be any more.
    queue_ends: Option<Instant>,
    slot: Option<Permit>,
    /// Whether the throttle let it through.
    throttled: bool,
    began: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Reserved {
    permit: Permit,
    due: Instant,
}

/// The answer to an attempt that wants to go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Entry {
    /// It may.
    Go,
    /// It may after so long; ask again then, with the same pass.
    Wait(Duration),
    /// It may when its place is granted; ask again then, or after so long at the latest, with the same pass.
    Queue(Option<Duration>),
    /// It may not.
    Refused(Refusal),
}

/// A refusal, with what the refused wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Who refused.
    pub by: Guard,
    /// When to come back; `None` if nobody knows.
    pub retry_after: Option<Duration>,
}

/// Who may refuse an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guard {
    /// The breaker, in this state.
    Breaker(StateName),
    /// The client-side throttle.
    Throttle,
    /// The rate limit.
    RateLimit,
    /// The bulkhead: it and its line are full, or the longest wait in its line is over.
    Bulkhead,
    /// The adaptive limit.
    Adaptive,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was answered, well or badly; of a bad answer the breaker may know that it means nothing.
    Settled(Outcome),
    /// Its caller went away.
    Abandoned,
    /// Another attempt of the same call was faster.
    Overtaken,
}

impl Pass {
    /// The pass of an attempt that was admitted by a [`Lane`](crate::breaker::Lane): it holds nothing else.
    pub const fn of_lane(ticket: Ticket, began: Instant) -> Self {
        Self {
            ticket: Some(ticket),
            rate: None,
            place: None,
            queued: false,
            queue_ends: None,
            slot: None,
            throttled: false,
            began: Some(began),
        }
    }

    /// Asks for the attempt to go out; see [`Entry`]. The change of state is the breaker's.
    pub fn enter(
        &mut self,
        gate: &mut impl Gate,
        now: Instant,
        rng: &mut Rng,
    ) -> (Entry, Option<Transition>) {
        // What the breaker said before a wait is no longer news.
        let early = self.ticket.take().and_then(|ticket| gate.settle(ticket, Outcome::Ignored, now));
        let Admission { ticket, transition } = gate.admit(now);
        let transition = early.or(transition);
        match ticket {
            Ok(ticket) => self.ticket = Some(ticket),
            Err(rejection) => {
                let changed = self.leave(gate, Ending::Abandoned, now);
                let by = Guard::Breaker(rejection.state);
                let refusal = Refusal { by, retry_after: rejection.retry_after };
                return (Entry::Refused(refusal), transition.or(changed));
            }
        }
        let entry = gate.with_limits(|limits| self.pass(limits, now, rng)).unwrap_or(Entry::Go);
        match entry {
            Entry::Go => self.began = Some(now),
            Entry::Refused(_) => {
                let changed = self.leave(gate, Ending::Abandoned, now);
                return (entry, transition.or(changed));
            }
            Entry::Wait(_) | Entry::Queue(_) => {}
        }
        (entry, transition)
    }

    /// The place in the bulkhead's line that the attempt waits for.
    pub fn waits_for(&self) -> Option<Permit> {
        self.place.filter(|_| self.queued)
    }

    /// Who keeps the attempt waiting.
    pub const fn waits_at(&self) -> Option<Guard> {
        match (self.began, self.queued, self.rate) {
            (None, true, _) => Some(Guard::Bulkhead),
            (None, false, Some(_)) => Some(Guard::RateLimit),
            _ => None,
        }
    }

    /// How long the attempt has to wait for its turn in the rate limit's line; `None` if it waits in no line or in another.
    pub fn turn_in(&self, now: Instant) -> Option<Duration> {
        let place = self.rate.filter(|_| self.waits_at() == Some(Guard::RateLimit));
        place.map(|place| place.due.saturating_since(now))
    }

    /// Gives everything back. Afterwards the pass is as good as new.
    pub fn leave(&mut self, gate: &mut impl Gate, ending: Ending, now: Instant) -> Option<Transition> {
        let pass = core::mem::take(self);
        let granted = gate.with_limits(|limits| pass.give_back(limits, ending, now)).flatten();
        if let Some(place) = granted {
            gate.granted(place);
        }
        let outcome = match ending {
            Ending::Settled(outcome) => outcome,
            Ending::Abandoned | Ending::Overtaken => Outcome::Ignored,
        };
        pass.ticket.and_then(|ticket| gate.settle(ticket, outcome, now))
    }

    fn pass(&mut self, limits: &mut Limits, now: Instant, rng: &mut Rng) -> Entry {
        if let (Some(throttle), false) = (&mut limits.throttle, self.throttled) {
            if throttle.admit(now, rng).is_err() {
                return refused(Guard::Throttle, None);
            }
            self.throttled = true;
        }
        if let Some(limiter) = &mut limits.rate_limit {
            if self.rate.is_none() {
                match limiter.acquire(now) {
                    Ok(place) => {
                        let due = now.saturating_add(place.wait);
                        self.rate = Some(Reserved { permit: place.permit, due });
                    }
                    Err(rejection) => return refused(Guard::RateLimit, Some(rejection.retry_after)),
                }
            }
            let wait = self.turn_in(now).unwrap_or_default();
            if !wait.is_zero() {
                return Entry::Wait(wait);
            }
        }
        if let Some(bulkhead) = &mut limits.bulkhead {
            match self.place {
                None => match bulkhead.enter(now) {
                    bulkhead::Entry::Admitted(permit) => self.place = Some(permit),
                    bulkhead::Entry::Queued { place, longest_wait } => {
                        (self.place, self.queued) = (Some(place), true);
                        self.queue_ends = longest_wait.map(|wait| now.saturating_add(wait));
                        return Entry::Queue(longest_wait);
                    }
                    bulkhead::Entry::Full => return refused(Guard::Bulkhead, None),
                },
                Some(place) if self.queued => match bulkhead.poll(place, now) {
                    Place::Granted => self.queued = false,
                    Place::Waiting { .. } => {
                        return Entry::Queue(self.queue_ends.map(|ends| ends.saturating_since(now)));
                    }
                    Place::Gone => {
                        (self.place, self.queued) = (None, false);
                        return refused(Guard::Bulkhead, None);
                    }
                },
                Some(_) => {}
            }
        }
        if let (Some(adaptive), None) = (&mut limits.adaptive, self.slot) {
            match adaptive.enter(now) {
                Ok(permit) => self.slot = Some(permit),
                Err(_) => return refused(Guard::Adaptive, None),
            }
        }
        Entry::Go
    }

    /// Answers with the place in the bulkhead's line that is a permit now.
    fn give_back(&self, limits: &mut Limits, ending: Ending, now: Instant) -> Option<Permit> {
        if let (Some(adaptive), Some(permit)) = (&mut limits.adaptive, self.slot) {
            let outcome = match ending {
                Ending::Settled(Outcome::Success) => adaptive::Outcome::Success,
                Ending::Settled(Outcome::Failure { .. }) => adaptive::Outcome::Failure,
                _ => adaptive::Outcome::Ignored,
            };
            adaptive.leave(permit, outcome, now);
        }
        if let (Some(throttle), true, Ending::Settled(outcome)) =
            (&mut limits.throttle, self.throttled, ending)
        {
            throttle.settle(!matches!(outcome, Outcome::Failure { .. }), now);
        }
        if let (Some(hedge), Some(began)) = (&mut limits.hedge, self.began)
            && matches!(ending, Ending::Settled(Outcome::Success) | Ending::Overtaken)
        {
            hedge.observe(now.saturating_since(began), now);
        }
        if let (Some(limiter), Some(place), None) = (&mut limits.rate_limit, self.rate, self.began) {
            limiter.cancel(place.permit);
        }
        let (bulkhead, place) = (limits.bulkhead.as_mut()?, self.place?);
        if self.queued { bulkhead.forget(place, now) } else { bulkhead.leave(place, now) }
    }
}

const fn refused(by: Guard, retry_after: Option<Duration>) -> Entry {
    Entry::Refused(Refusal { by, retry_after })
}

impl Guard {
    /// The word for it in logs and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Breaker(_) => "circuit_breaker",
            Self::Throttle => "throttle",
            Self::RateLimit => "rate_limit",
            Self::Bulkhead => "bulkhead",
            Self::Adaptive => "adaptive",
        }
    }
}
