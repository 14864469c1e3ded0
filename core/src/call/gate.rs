//! What stands between a call and its dependency.

use core::time::Duration;

use crate::breaker::{Admission, Breaker, Outcome, Ticket, Transition};
use crate::time::Instant;

/// A breaker as a call sees it: its own, one that threads share, or none.
pub trait Gate {
    /// Asks for a call to go out; see [`Breaker::admit`].
    fn admit(&mut self, now: Instant) -> Admission;
    /// Hands a ticket back; see [`Breaker::settle`].
    fn settle(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) -> Option<Transition>;
    /// How long until a call may be admitted; see [`Breaker::retry_after`].
    fn retry_after(&mut self, now: Instant) -> Option<Duration>;
}

/// No breaker: every call goes out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ungated;

impl Gate for Ungated {
    fn admit(&mut self, _: Instant) -> Admission {
        Admission { ticket: Ok(Ticket::from_bits(0)), transition: None }
    }

    fn settle(&mut self, _: Ticket, _: Outcome, _: Instant) -> Option<Transition> {
        None
    }

    fn retry_after(&mut self, _: Instant) -> Option<Duration> {
        Some(Duration::ZERO)
    }
}

impl Gate for Breaker {
    fn admit(&mut self, now: Instant) -> Admission {
        Self::admit(self, now)
    }

    fn settle(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) -> Option<Transition> {
        Self::settle(self, ticket, outcome, now)
    }

    fn retry_after(&mut self, now: Instant) -> Option<Duration> {
        Self::retry_after(self, now)
    }
}

/// A shared breaker together with the host's way to publish its lane.
#[cfg(feature = "std")]
#[derive(Debug)]
pub struct SharedGate<'a, P> {
    /// The breaker.
    pub breaker: &'a crate::host::SharedBreaker,
    /// Given each new lane while the breaker's lock is held; must not call back.
    pub publish: P,
}

#[cfg(feature = "std")]
impl<P: FnMut(crate::breaker::Lane)> Gate for SharedGate<'_, P> {
    fn admit(&mut self, now: Instant) -> Admission {
        self.breaker.admit(|| now, &mut self.publish)
    }

    fn settle(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) -> Option<Transition> {
        if outcome == Outcome::Success {
            return self.breaker.succeed(ticket, || now, &mut self.publish);
        }
        self.breaker.settle(ticket, outcome, now, &mut self.publish)
    }

    fn retry_after(&mut self, now: Instant) -> Option<Duration> {
        self.breaker.with(&mut self.publish, |machine| machine.retry_after(now))
    }
}
