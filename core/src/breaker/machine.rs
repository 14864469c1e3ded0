//! Every transition lives in this file; see the table in the [module](super).

use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::config::BreakerConfig;
use super::lane::Lane;
use super::ticket::{Epoch, Ticket, next_place};
use super::trip::{Evidence, Memory, Reason};
use super::{StateName, Transition};
use crate::time::Instant;

/// A circuit breaker.
///
/// It is a value without locks: whoever shares it between threads guards it ([`crate::host::SharedBreaker`] does).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    pub(super) config: BreakerConfig,
    pub(super) state: State,
    pub(super) epoch: Epoch,
    /// The latest reading of the clock; an earlier one is taken as this.
    pub(super) now: Instant,
    /// Cleared when the breaker closes, so that closing allocates nothing.
    pub(super) evidence: Evidence,
    pub(super) last_failure: Option<Instant>,
    pub(super) tally: Tally,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    Closed,
    Open { until: Instant },
    HalfOpen { successes: u32, probes: Vec<Probe>, last_place: u32 },
    Forced(Forced),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Probe {
    place: u32,
    lease_ends: Instant,
}

/// A state held by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forced {
    /// Reject every call.
    Open,
    /// Admit every call and count nothing.
    Closed,
}

/// How a call ended, as far as a breaker cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The dependency answered.
    Success,
    /// The dependency failed.
    Failure {
        /// The same number for the same error again.
        fingerprint: u64,
    },
    /// It says nothing about the dependency: cancelled, or the caller's own fault.
    Ignored,
}

/// The answer to a call that wants to go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Admission {
    /// The ticket to settle with, or when to come back.
    pub ticket: Result<Ticket, Rejection>,
    /// The change of state that the question brought about.
    pub transition: Option<Transition>,
}

/// A refusal, with what the refused wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    /// The state that refused.
    pub state: StateName,
    /// When a call may be admitted again; `None` for a breaker held open by hand.
    pub retry_after: Option<Duration>,
}

/// What a breaker has seen since it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Calls refused.
    pub rejected: u64,
    /// Failures counted.
    pub failures: u64,
    /// Changes from closed or half-open to open.
    pub trips: u64,
    /// Results that came after their epoch, or after their lease.
    pub stale: u64,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(config: BreakerConfig) -> Self {
        Self {
            config,
            state: State::Closed,
            epoch: Epoch::FIRST,
            now: Instant::default(),
            evidence: Evidence::new(&config),
            last_failure: None,
            tally: Tally::default(),
        }
    }

    /// Asks for a call to go out at `now`. An admitted call must [`settle`](Self::settle) its ticket.
    pub fn admit(&mut self, now: Instant) -> Admission {
        let now = self.advance(now);
        let mut transition = None;
        if matches!(self.state, State::Open { until } if now >= until) {
            let probes =
                Vec::with_capacity(self.config.half_open_max_calls.get().min(MOST_PLACES_RESERVED) as usize);
            let half_open = State::HalfOpen { successes: 0, probes, last_place: 0 };
            transition = Some(self.change(half_open, Reason::RecoveryTimeout));
        }
        let epoch = self.epoch;
        let ticket = match &mut self.state {
            State::Closed | State::Forced(Forced::Closed) => Ok(Ticket::new(epoch, 0)),
            State::Open { until } => {
                Err(Rejection { state: StateName::Open, retry_after: Some(until.saturating_since(now)) })
            }
            State::Forced(Forced::Open) => Err(Rejection { state: StateName::ForcedOpen, retry_after: None }),
            State::HalfOpen { probes, last_place, .. } => {
                probes.retain(|probe| probe.lease_ends > now);
                if probes.len() < self.config.half_open_max_calls.get() as usize {
                    *last_place = next_place(*last_place);
                    let lease_ends = now.saturating_add(self.config.probe_timeout);
                    probes.push(Probe { place: *last_place, lease_ends });
                    Ok(Ticket::new(epoch, *last_place))
                } else {
                    let next = probes.iter().map(|probe| probe.lease_ends.saturating_since(now)).min();
                    Err(Rejection { state: StateName::HalfOpen, retry_after: next })
                }
            }
        };
        self.tally.rejected = self.tally.rejected.saturating_add(u64::from(ticket.is_err()));
        Admission { ticket, transition }
    }

    /// Hands a ticket back at `now` with how its call ended. What comes after the epoch is stale, and so
    /// is a probe that settles again or has lost its place.
    pub fn settle(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) -> Option<Transition> {
        let now = self.advance(now);
        if !self.is_due(ticket) {
            self.tally.stale = self.tally.stale.saturating_add(1);
            return None;
        }
        if let Outcome::Failure { .. } = outcome
            && !matches!(self.state, State::Forced(_))
        {
            self.tally.failures = self.tally.failures.saturating_add(1);
            self.last_failure = Some(now);
        }
        match &mut self.state {
            State::Closed => match outcome {
                Outcome::Success => self.evidence.succeeded(1),
                Outcome::Ignored => {}
                Outcome::Failure { fingerprint } => {
                    self.evidence.failed(fingerprint, now);
                    if let Some(reason) = self.evidence.trips(&self.config, now) {
                        return Some(self.trip(reason, now));
                    }
                }
            },
            State::HalfOpen { successes, probes, .. } => {
                probes.retain(|probe| probe.place != ticket.place());
                match outcome {
                    Outcome::Ignored => {}
                    Outcome::Failure { .. } => return Some(self.trip(Reason::ProbeFailed, now)),
                    Outcome::Success => {
                        *successes += 1;
                        if *successes >= self.config.success_threshold.get() {
                            self.evidence.clear();
                            return Some(self.change(State::Closed, Reason::ProbesSucceeded));
                        }
                    }
                }
            }
            State::Open { .. } | State::Forced(_) => {}
        }
        None
    }

    /// Adds successes that a host has counted on a [`Lane`] of `ticket`'s epoch since the machine was last asked.
    pub fn fold(&mut self, ticket: Ticket, successes: u32) {
        if ticket.is_of(self.epoch) && self.state == State::Closed {
            self.evidence.succeeded(successes);
        }
    }

    /// The lane to publish after this event.
    pub fn lane(&self) -> Lane {
        match &self.state {
            State::Closed => match self.evidence.memory(&self.config) {
                Memory::Nothing => Lane::free(self.epoch),
                Memory::Window => Lane::counted(self.epoch),
                Memory::Run => Lane::SHUT,
            },
            State::Forced(Forced::Closed) => Lane::free(self.epoch),
            State::Open { .. } | State::HalfOpen { .. } | State::Forced(Forced::Open) => Lane::SHUT,
        }
    }

    /// Holds the breaker in a state until [`reset`](Self::reset).
    pub fn force(&mut self, forced: Forced) -> Option<Transition> {
        (self.state != State::Forced(forced)).then(|| self.change(State::Forced(forced), Reason::Manual))
    }

    /// Closes the breaker and forgets what it counted.
    pub fn reset(&mut self) -> Option<Transition> {
        self.evidence.clear();
        (self.state != State::Closed).then(|| self.change(State::Closed, Reason::Manual))
    }

    /// The state as of `now`. An open breaker whose wait is over is reported half-open: the next call is a probe.
    pub fn state(&self, now: Instant) -> StateName {
        match self.state {
            State::Open { until } if self.now.max(now) >= until => StateName::HalfOpen,
            _ => self.name(),
        }
    }

    /// How long until a call may be admitted: zero if one may now, `None` if none ever will by itself.
    pub fn retry_after(&self, now: Instant) -> Option<Duration> {
        let now = self.now.max(now);
        match &self.state {
            State::Closed | State::Forced(Forced::Closed) => Some(Duration::ZERO),
            State::Open { until } => Some(until.saturating_since(now)),
            State::HalfOpen { probes, .. } => {
                let held = probes.iter().filter(|probe| probe.lease_ends > now);
                if held.clone().count() < self.config.half_open_max_calls.get() as usize {
                    return Some(Duration::ZERO);
                }
                held.map(|probe| probe.lease_ends.saturating_since(now)).min()
            }
            State::Forced(Forced::Open) => None,
        }
    }

    /// The failures that `failure_threshold` is compared with: in a row, or within the window.
    pub fn failure_count(&mut self, now: Instant) -> u32 {
        let now = self.advance(now);
        self.evidence.failures(now)
    }

    /// When the last counted failure happened, on the host's clock.
    pub const fn last_failure(&self) -> Option<Instant> {
        self.last_failure
    }

    /// What it has seen since it was made.
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// The settings it was made with.
    pub const fn config(&self) -> &BreakerConfig {
        &self.config
    }

    pub(super) fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        self.now
    }

    /// Whether a result with this ticket is still waited for.
    fn is_due(&self, ticket: Ticket) -> bool {
        ticket.is_of(self.epoch)
            && match &self.state {
                State::Closed | State::Forced(_) => true,
                State::HalfOpen { probes, .. } => probes.iter().any(|probe| probe.place == ticket.place()),
                // Nobody holds a ticket of an open epoch; a number that says otherwise was made up.
                State::Open { .. } => false,
            }
    }

    fn trip(&mut self, reason: Reason, now: Instant) -> Transition {
        self.tally.trips = self.tally.trips.saturating_add(1);
        self.change(State::Open { until: now.saturating_add(self.config.recovery_timeout) }, reason)
    }

    fn change(&mut self, state: State, reason: Reason) -> Transition {
        let from = self.name();
        self.state = state;
        self.epoch = self.epoch.next();
        Transition { from, to: self.name(), reason }
    }

    const fn name(&self) -> StateName {
        match self.state {
            State::Closed => StateName::Closed,
            State::Open { .. } => StateName::Open,
            State::HalfOpen { .. } => StateName::HalfOpen,
            State::Forced(Forced::Open) => StateName::ForcedOpen,
            State::Forced(Forced::Closed) => StateName::ForcedClosed,
        }
    }
}

/// Places reserved when a breaker half-opens. A larger `half_open_max_calls` is honoured; it only allocates later.
const MOST_PLACES_RESERVED: u32 = 16;
