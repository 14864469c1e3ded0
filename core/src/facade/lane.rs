//! The ways around a [`Guarded`](super::Guarded): calls that succeed at once, and calls that are turned away at once.

use super::Engine;
use crate::breaker::{Lane, Outcome, Ticket, Transition};
use crate::host::SharedBreaker;
use crate::time::Instant;

impl Engine {
    /// The word for the host to publish; see [`Lane`]. Without a breaker it always admits.
    pub fn lane(&self) -> u64 {
        self.guards.lane().to_bits()
    }

    /// A success on the lane that `ticket` was read from, where that lane has changed or counts.
    pub fn succeed(
        &self,
        ticket: u64,
        now: impl FnOnce() -> f64,
        mut publish: impl FnMut(u64),
    ) -> Option<Transition> {
        let ticket = Ticket::from_bits(ticket);
        let publish = |lane: Lane| publish(lane.to_bits());
        let Some(reporter) = &self.reporter else {
            return self.guards.succeed(ticket, || Instant::from_secs_f64(now()), publish);
        };
        let now = Instant::from_secs_f64(now());
        let transition = self.guards.succeed(ticket, || now, publish);
        reporter.succeeded_at_once(transition, now);
        transition
    }

    /// So many successes that a host added up on a lane that counts, as if each were handed in by itself at `now`, which is
    /// before the [lane's end](Self::lane_ends). They belong together: no event lies between them. More than a
    /// batch (see [`describe`](Self::describe)) are not looked at.
    pub fn succeed_times(
        &self,
        ticket: u64,
        times: u32,
        now: f64,
        mut publish: impl FnMut(u64),
    ) -> Option<Transition> {
        let mut last = None;
        for _ in 0..times.min(BATCH) {
            last = self.succeed(ticket, || now, &mut publish).or(last);
        }
        last
    }

    /// Until when a host may add up successes on the lane before it hands them in; `None` for as long as it likes.
    pub fn lane_ends(&self) -> Option<f64> {
        let of_breaker = self.guards.breaker().and_then(SharedBreaker::lane_ends);
        let of_system = self.reporter.as_ref().and_then(|reporter| reporter.system().fills_until());
        let ends = of_breaker.into_iter().chain(of_system).min()?;
        Some(ends.saturating_since(Instant::default()).as_secs_f64())
    }

    /// Gives back a ticket whose call says nothing about the dependency.
    pub fn ignore(&self, ticket: u64, now: f64, publish: impl FnOnce(u64)) -> Option<Transition> {
        let now = Instant::from_secs_f64(now);
        let publish = |lane: Lane| publish(lane.to_bits());
        let transition = self.guards.settle(Ticket::from_bits(ticket), Outcome::Ignored, now, publish);
        self.tell_moved(transition, now)
    }

    /// Turns away a call that would begin at `now`, if the breaker does: then it is over and has been counted. Answers after
    /// how many seconds to come back, infinity if the breaker is held open by hand, or NaN if the call is to
    /// [`begin`](Self::begin): there is more to decide or to tell than a breaker's refusal.
    pub fn refuse(&self, now: f64) -> f64 {
        if self.policy.retry.retry_open_circuit || self.reporter.is_some() {
            return f64::NAN;
        }
        let now = Instant::from_secs_f64(now);
        let refused = self.guards.breaker().and_then(|breaker| breaker.refuse(now));
        refused
            .map_or(f64::NAN, |refused| refused.retry_after.map_or(f64::INFINITY, |wait| wait.as_secs_f64()))
    }
}

/// A crossing of a microsecond is nothing beside so many calls, and to hand them in takes ten microseconds.
pub(super) const BATCH: u32 = 1000;
