//! Every transition that calls and time bring about; see the table in the [module](super). Those that are made by
//! hand are in [`control`](super::control).

use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::config::{BreakerConfig, Mode};
use super::lane::Lane;
use super::ticket::{Epoch, Ticket, next_place};
use super::trip::{Call, Evidence, Memory, Reason, Trip};
use super::{StateName, Transition};
use crate::rng::Rng;
use crate::time::{Instant, nanos};

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
    /// How often it has opened since it was last closed.
    pub(super) reopened: u32,
    pub(super) last_trip: Option<Trip>,
    pub(super) last_failure: Option<Instant>,
    pub(super) tally: Tally,
    pub(super) seed: Option<u64>,
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
    pub(super) place: u32,
    pub(super) lease_ends: Instant,
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
        /// When the server said that it wants to be asked again; an open wait is no shorter than that.
        hint: Option<Duration>,
    },
    /// It says nothing about the dependency: cancelled, or the caller's own fault.
    Ignored,
}

impl Outcome {
    /// A failure without a hint.
    pub const fn failure(fingerprint: u64) -> Self {
        Self::Failure { fingerprint, hint: None }
    }
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
    /// Calls refused; in shadow mode those that would have been.
    pub rejected: u64,
    /// Failures counted.
    pub failures: u64,
    /// Changes from closed or half-open to open.
    pub trips: u64,
    /// Results that came after their epoch, or after their lease.
    pub stale: u64,
}

impl Breaker {
    /// A breaker that is closed, or held as its [`Mode`] says.
    pub fn new(config: BreakerConfig) -> Self {
        Self {
            config,
            state: State::of(config.mode),
            epoch: Epoch::FIRST,
            now: Instant::default(),
            evidence: Evidence::new(&config),
            reopened: 0,
            last_trip: None,
            last_failure: None,
            tally: Tally::default(),
            seed: None,
        }
    }

    /// Asks for a call to go out at `now`. An admitted call must [`settle`](Self::settle) its ticket.
    pub fn admit(&mut self, now: Instant) -> Admission {
        let transition = self.tick(now);
        let (now, epoch) = (self.now, self.epoch);
        let ticket = match &mut self.state {
            State::Closed => {
                if let Some(under_way) = &mut self.evidence.under_way {
                    under_way.begin(now);
                }
                Ok(Ticket::new(epoch, 0, now))
            }
            State::Forced(Forced::Closed) => Ok(Ticket::new(epoch, 0, now)),
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
                    Ok(Ticket::new(epoch, *last_place, now))
                } else {
                    let next = place_free(probes.iter(), self.config.half_open_max_calls.get());
                    let retry_after = next.map(|ends| ends.saturating_since(now));
                    Err(Rejection { state: StateName::HalfOpen, retry_after })
                }
            }
        };
        self.tally.rejected = self.tally.rejected.saturating_add(u64::from(ticket.is_err()));
        let ticket = match ticket {
            Err(_) if self.config.mode == Mode::Shadow && !matches!(self.state, State::Forced(_)) => {
                Ok(Ticket::bystander(epoch))
            }
            other => other,
        };
        Admission { ticket, transition }
    }

    /// Turns away a call that would go out at `now`, and counts it, if [`admit`](Self::admit) would without a change of
    /// state. Nothing that a [`Lane`] says depends on that.
    pub fn refuse(&mut self, now: Instant) -> Option<Rejection> {
        let retry_after = self.retry_after(now);
        if retry_after == Some(Duration::ZERO) {
            return None;
        }
        self.advance(now);
        self.tally.rejected = self.tally.rejected.saturating_add(1);
        Some(Rejection { state: self.name(), retry_after })
    }

    /// Hands a ticket back at `now` with how its call ended. What comes after the epoch is stale, and so
    /// is a probe that settles again or has lost its place.
    pub fn settle(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) -> Option<Transition> {
        let now = self.advance(now);
        if ticket.is_bystander() && self.config.mode == Mode::Shadow {
            return None;
        }
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
        let slow = self.config.slow_call.is_some_and(|slow| ticket.took(now) >= slow.duration);
        match &mut self.state {
            State::Closed => self.settle_closed(ticket, outcome, slow, now),
            State::HalfOpen { successes, probes, .. } => {
                probes.retain(|probe| probe.place != ticket.place());
                match outcome {
                    Outcome::Ignored => None,
                    Outcome::Failure { hint, .. } => Some(self.trip(Reason::ProbeFailed, hint, now)),
                    Outcome::Success if slow => Some(self.trip(Reason::ProbeSlow, None, now)),
                    Outcome::Success => {
                        *successes = successes.saturating_add(1);
                        (*successes >= self.config.success_threshold.get())
                            .then(|| self.close(Reason::ProbesSucceeded))
                    }
                }
            }
            State::Open { .. } | State::Forced(_) => None,
        }
    }

    fn settle_closed(
        &mut self,
        ticket: Ticket,
        outcome: Outcome,
        slow: bool,
        now: Instant,
    ) -> Option<Transition> {
        if let Some(under_way) = &mut self.evidence.under_way {
            under_way.late(now);
            under_way.end(ticket.started());
        }
        let (failed, fingerprint, hint) = match outcome {
            Outcome::Ignored => return None,
            Outcome::Success => (false, 0, None),
            Outcome::Failure { fingerprint, hint } => (true, fingerprint, hint),
        };
        if !failed && !slow {
            self.evidence.succeeded(1, now);
            return None;
        }
        self.evidence.suffered(Call { failed, slow }, fingerprint, now);
        let reason = self.evidence.trips(&self.config, now)?;
        Some(self.trip(reason, hint, now))
    }

    /// Lets time pass: an open breaker whose wait is over becomes half-open, and a closed one trips if too many calls
    /// have been under way for too long. Every other event does this first, so a breaker that is called
    /// needs no timer; one that hangs with all its callers does. [`next_wakeup`](Self::next_wakeup) says when.
    pub fn tick(&mut self, now: Instant) -> Option<Transition> {
        let now = self.advance(now);
        match self.state {
            State::Open { until } if now >= until => {
                let probes = self.config.half_open_max_calls.get().min(MOST_PLACES_RESERVED) as usize;
                let probes = Vec::with_capacity(probes);
                let half_open = State::HalfOpen { successes: 0, probes, last_place: 0 };
                Some(self.change(half_open, Reason::RecoveryTimeout))
            }
            State::Closed if self.evidence.under_way.as_mut().is_some_and(|calls| calls.late(now) > 0) => {
                let reason = self.evidence.trips(&self.config, now)?;
                Some(self.trip(reason, None, now))
            }
            _ => None,
        }
    }

    /// Adds successes that a host has counted on a [`Lane`] of `ticket`'s epoch since the machine was last asked.
    pub fn fold(&mut self, ticket: Ticket, successes: u32) {
        if ticket.is_of(self.epoch) && self.state == State::Closed {
            self.evidence.succeeded(successes, self.now);
        }
    }

    /// The lane to publish after this event.
    pub fn lane(&self) -> Lane {
        match &self.state {
            State::Closed => match self.evidence.memory(&self.config) {
                Memory::Nothing => Lane::free(self.epoch),
                Memory::Window => Lane::counted(self.epoch),
                Memory::Run | Memory::Durations => Lane::SHUT,
            },
            State::Forced(Forced::Closed) => Lane::free(self.epoch),
            State::Open { .. } | State::HalfOpen { .. } | State::Forced(Forced::Open) => Lane::SHUT,
        }
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

    fn trip(&mut self, reason: Reason, hint: Option<Duration>, now: Instant) -> Transition {
        let by_probe = matches!(self.state, State::HalfOpen { .. });
        self.last_trip = Some(if by_probe {
            Trip { reason, consecutive: 0, identical: 0, counts: super::Counts::default() }
        } else {
            let Evidence { consecutive, identical, .. } = self.evidence;
            Trip { reason, consecutive, identical, counts: self.evidence.counts(now) }
        });
        let until = now.saturating_add(self.open_wait(hint));
        self.tally.trips = self.tally.trips.saturating_add(1);
        self.reopened = self.reopened.saturating_add(1);
        self.change(State::Open { until }, reason)
    }

    /// How long to stay open: grown by the probes that failed, drawn from its last part, and no shorter than the
    /// server asked for, but never longer than the most.
    fn open_wait(&self, hint: Option<Duration>) -> Duration {
        let most = self.config.longest_open_wait();
        let first = nanos(self.config.recovery_timeout);
        let mut wait = self.config.recovery_growth.grow(first, self.reopened, nanos(most));
        if let Some(jitter) = self.config.recovery_jitter {
            let seed = self.seed.unwrap_or_default().wrapping_add(self.tally.trips);
            wait = Rng::from_seed(seed).between(wait.saturating_sub(jitter.of(wait)), wait);
        }
        Duration::from_nanos(wait).max(hint.unwrap_or_default().min(most))
    }

    pub(super) fn close(&mut self, reason: Reason) -> Transition {
        self.evidence.clear();
        self.reopened = 0;
        self.change(State::Closed, reason)
    }

    pub(super) fn change(&mut self, state: State, reason: Reason) -> Transition {
        let from = self.name();
        self.state = state;
        self.epoch = self.epoch.next();
        if let Some(under_way) = &mut self.evidence.under_way {
            under_way.clear();
        }
        Transition { from, to: self.name(), reason }
    }

    pub(super) const fn name(&self) -> StateName {
        match self.state {
            State::Closed => StateName::Closed,
            State::Open { .. } => StateName::Open,
            State::HalfOpen { .. } => StateName::HalfOpen,
            State::Forced(Forced::Open) => StateName::ForcedOpen,
            State::Forced(Forced::Closed) => StateName::ForcedClosed,
        }
    }
}

/// When enough leases have ended for a place to be free: with the first of them, unless other settings have left more
/// probes than places. `None` while there is one.
pub(super) fn place_free<'a>(
    probes: impl Iterator<Item = &'a Probe> + Clone,
    places: u32,
) -> Option<Instant> {
    let leases = probes.map(|probe| probe.lease_ends);
    let mut over = leases.clone().count().checked_sub(places as usize)?;
    let mut next = leases.clone().min()?;
    loop {
        let ending = leases.clone().filter(|ends| *ends == next).count();
        if ending > over {
            return Some(next);
        }
        over -= ending;
        next = leases.clone().filter(|ends| *ends > next).min()?;
    }
}

impl State {
    pub(super) const fn of(mode: Mode) -> Self {
        match mode {
            Mode::Normal | Mode::Shadow => Self::Closed,
            Mode::ForcedOpen => Self::Forced(Forced::Open),
            Mode::ForcedClosed => Self::Forced(Forced::Closed),
        }
    }
}

/// Places reserved when a breaker half-opens. A larger `half_open_max_calls` is honoured; it only allocates later.
const MOST_PLACES_RESERVED: u32 = 16;
