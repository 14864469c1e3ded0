//! What hosts with threads may count without asking a closed breaker each time.

use super::config::SlowCall;
use super::lane::Lane;
use super::machine::{Breaker, State};
use super::ticket::Ticket;
use super::trip::Counted;
use crate::time::Instant;

/// A stretch of time in which calls may begin and succeed without the machine, if they are counted and handed in
/// before its next event.
///
/// Where a rule about slow calls needs the length of each call, the stretch is the present eighth of the slow limit, in
/// which no call becomes late: whoever began in it or in the eighth before is not slow, and of each eighth the machine
/// wants to know no more than how many calls are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// The ticket of its calls, but for the time when they began.
    pub(crate) ticket: Ticket,
    /// Successes may have begun at this time or later.
    pub(crate) before: Instant,
    /// Calls may begin at this time or later.
    pub(crate) from: Instant,
    /// What happens at this time or later takes the machine; `None` if it does not matter when a call succeeds.
    pub(crate) until: Option<Instant>,
    /// So many successes may be counted.
    pub(crate) most: u32,
}

/// What was counted in a [`Stretch`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    /// Calls that began.
    pub(crate) begun: u32,
    /// Successes that began in it.
    pub(crate) ended: u32,
    /// Successes that began before it.
    pub(crate) ended_earlier: u32,
}

impl Breaker {
    /// The stretch around the last event, if there is one.
    pub(crate) fn stretch(&self) -> Option<Stretch> {
        if self.state != State::Closed {
            return None;
        }
        let lane = self.lane();
        if lane.counts() {
            let (before, from, until) = (Instant::default(), Instant::default(), self.lane_ends());
            let most = self.lane_fills().map_or(u32::MAX, |fills| fills - 1);
            return Some(Stretch { ticket: lane.admits()?, before, from, until, most });
        }
        let (Some(under_way), Some(SlowCall { duration, .. })) =
            (&self.evidence.under_way, self.config.slow_call)
        else {
            return None;
        };
        if duration.is_zero() {
            return None;
        }
        let [before, from, mut until] = under_way.eighth(self.now)?;
        if let Counted::Time(window) = &self.evidence.counted {
            until = until.min(window.bucket_ends());
        }
        let ticket = Lane::free(self.epoch).admits()?;
        Some(Stretch { ticket, before, from, until: Some(until), most: u32::MAX })
    }

    /// Adds what was counted in a stretch since the machine was last asked.
    pub(crate) fn fold_stretch(&mut self, stretch: &Stretch, traffic: Traffic) {
        if stretch.ticket.is_of(self.epoch) && self.state == State::Closed {
            if let Some(under_way) = &mut self.evidence.under_way {
                under_way.pass(stretch.from, traffic);
            }
            let successes = traffic.ended.saturating_add(traffic.ended_earlier);
            self.evidence.succeeded(successes, self.now);
        }
    }
}
