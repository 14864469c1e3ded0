//! What may be asked of a breaker; none of it changes what it decides.

use core::time::Duration;

use super::StateName;
use super::config::{BreakerConfig, Mode, Window};
use super::counts::Counts;
use super::machine::{Breaker, Forced, State, Tally, place_free};
use super::trip::{Counted, Memory, Trip};
use crate::time::Instant;

impl Breaker {
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
            State::Forced(Forced::Open) => None,
            State::Closed | State::Forced(Forced::Closed) => Some(Duration::ZERO),
            _ if self.config.mode == Mode::Shadow => Some(Duration::ZERO),
            State::Open { until } => Some(until.saturating_since(now)),
            State::HalfOpen { .. } => {
                Some(self.next_place_free(now).map_or(Duration::ZERO, |free| free.saturating_since(now)))
            }
        }
    }

    /// When something will change by itself, so that a host with a timer can [`tick`](Self::tick): the open wait ends, a
    /// full half-open breaker has a place again, or a call under way becomes slow. `None` while nothing will.
    pub fn next_wakeup(&self, now: Instant) -> Option<Instant> {
        let now = self.now.max(now);
        let next = match &self.state {
            State::Closed => self.evidence.under_way.as_ref().and_then(super::under_way::UnderWay::next),
            State::Open { until } => Some(*until),
            State::HalfOpen { .. } => self.next_place_free(now),
            State::Forced(_) => None,
        };
        next.map(|next| next.max(now))
    }

    /// When the lease of a probe ends, if all places are taken.
    fn next_place_free(&self, now: Instant) -> Option<Instant> {
        let State::HalfOpen { probes, .. } = &self.state else { return None };
        let held = probes.iter().filter(|probe| probe.lease_ends > now);
        place_free(held, self.config.half_open_max_calls.get())
    }

    /// The failures that `failure_threshold` is compared with: in a row, or within the window.
    pub fn failure_count(&mut self, now: Instant) -> u32 {
        let now = self.advance(now);
        self.evidence.failures(now)
    }

    /// What the window holds at `now`; without a window, the failures in a row.
    pub fn counts(&mut self, now: Instant) -> Counts {
        let now = self.advance(now);
        self.evidence.counts(now)
    }

    /// Why it last opened, and on what evidence.
    pub const fn last_trip(&self) -> Option<Trip> {
        self.last_trip
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

    /// Until when successes on a counting [`lane`](Self::lane) may be added up before they are handed in; `None`
    /// if that does not matter.
    pub fn lane_ends(&self) -> Option<Instant> {
        match &self.evidence.counted {
            Counted::Time(window) if self.evidence.memory(&self.config) == Memory::Window => {
                Some(window.bucket_ends())
            }
            _ => None,
        }
    }

    /// So many successes on a counting lane make it free again; the last of them must be handed in.
    pub fn lane_fills(&self) -> Option<u32> {
        if let Window::Count(size) = self.config.window { Some(size.get()) } else { None }
    }
}
