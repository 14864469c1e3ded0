//! Every transition of a call through a chain lives in this file; see the table in the [module](super).

use alloc::vec::Vec;
use core::time::Duration;

use super::Misuse;
use super::chain::{Chain, Outcome};
use super::order::Order;
use super::report::{Ending, Note, Report, Served, Why};
use crate::classify::{Category, Verdict};
use crate::time::Instant;

/// One call through a chain. It allocates only when a step is passed over.
///
/// It belongs to the chain that [began](Chain::begin) it and is handed that chain with every event.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainRun {
    order: Order,
    /// A bit for each step that was given out.
    tried: u32,
    state: State,
    /// The demoted step that this call tries first.
    explored: Option<usize>,
    pub(super) notes: Vec<Note>,
    pub(super) began: Instant,
    pub(super) last: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Between,
    UnderWay { step: usize, since: Instant },
    Over(Ending),
}

/// Whether a step may be tried, as its own breaker has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// It may.
    Ready,
    /// Not before this time. A time that has come is the same as [`Ready`](Self::Ready).
    BenchedUntil(Instant),
    /// It may not, and nobody knows for how long.
    Benched,
}

/// What a call does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// Call this step, and settle it.
    Try {
        /// Its number in the document.
        step: usize,
    },
    /// Raise the last error: every step that was not benched has failed.
    Exhausted {
        /// The earliest time at which a benched step may be tried, if there is one that knows.
        until: Option<Instant>,
    },
    /// No step could be tried at all.
    AllBenched {
        /// The earliest time at which one may be, if any of them knows.
        until: Option<Instant>,
    },
    /// Raise the error of this step: its verdict ends the chain.
    FailNow {
        /// Its number in the document.
        step: usize,
    },
}

impl ChainRun {
    pub(super) const fn new(order: Order, explored: Option<usize>, now: Instant) -> Self {
        Self { order, tried: 0, state: State::Between, explored, notes: Vec::new(), began: now, last: now }
    }

    /// What to do at `now`. `available` is asked about untried steps, in order, until one is ready.
    pub fn next(
        &mut self,
        chain: &mut Chain,
        mut available: impl FnMut(usize) -> Availability,
        now: Instant,
    ) -> Result<Decision, Misuse> {
        match self.state {
            State::Between => {}
            State::UnderWay { step, .. } => return Err(Misuse::StillUnderWay { step }),
            State::Over(ending) => return ending.again().ok_or(Misuse::Over),
        }
        let now = self.advance(chain, now);
        let untried = self.order.iter().filter(|step| self.tried & bit(*step) == 0);
        for step in untried {
            let until = match available(step) {
                Availability::BenchedUntil(until) if until > now => Some(until),
                Availability::Benched => None,
                Availability::Ready | Availability::BenchedUntil(_) => {
                    self.notes.retain(|note| note.step != step);
                    self.tried |= bit(step);
                    self.state = State::UnderWay { step, since: now };
                    return Ok(Decision::Try { step });
                }
            };
            Note::bench(&mut self.notes, step, until, now);
        }
        let until = self.notes.iter().filter_map(|note| note.until).min();
        let all_benched = self.notes.iter().all(|note| note.why == Why::Benched);
        let ending = if all_benched { Ending::AllBenched { until } } else { Ending::Exhausted { until } };
        self.end(chain, ending);
        ending.again().ok_or(Misuse::Over)
    }

    /// The step answered.
    pub fn succeeded(&mut self, chain: &mut Chain, step: usize, now: Instant) -> Result<Served, Misuse> {
        let since = self.under_way(chain, step)?;
        let Some(settings) = chain.config.steps.get(step) else {
            return Err(Misuse::UnknownStep { step, steps: chain.steps.len() });
        };
        let served = Served { step, quality: settings.quality, cost: settings.cost };
        let now = self.advance(chain, now);
        let took = now.saturating_since(since);
        chain.settle(step, Outcome::Success { took, explored: self.explored == Some(step) }, now);
        self.end(chain, Ending::Served(served));
        Ok(served)
    }

    /// The step failed, and this is what its error means. Ask [`next`](Self::next) what follows.
    pub fn failed(
        &mut self,
        chain: &mut Chain,
        step: usize,
        verdict: &Verdict,
        now: Instant,
    ) -> Result<(), Misuse> {
        let since = self.under_way(chain, step)?;
        match verdict.category {
            Category::Cancelled => return self.abandoned(chain, now),
            Category::OpenCircuit => return self.refused(chain, step, verdict.retry_after, now),
            _ => {}
        }
        let now = self.advance(chain, now);
        let fails_now = chain.config.fails_now(step, verdict.category);
        let (why, outcome) = match (verdict.ignored, fails_now) {
            (true, _) => (Why::Ignored, Outcome::Ignored),
            (false, true) => (Why::Failed, Outcome::FailNow),
            (false, false) => (Why::Failed, Outcome::Failure),
        };
        chain.settle(step, outcome, now);
        let took = Some(now.saturating_since(since));
        self.notes.push(Note { step, why, verdict: Some(verdict.clone()), until: None, at: since, took });
        if fails_now {
            self.end(chain, Ending::FailedNow { step });
        } else {
            self.state = State::Between;
        }
        Ok(())
    }

    /// The step's own breaker or limit refused it, and may admit it after this wait, if that is known. It was never
    /// called: that is no failure of it, and it counts as benched.
    pub fn refused(
        &mut self,
        chain: &mut Chain,
        step: usize,
        retry_after: Option<Duration>,
        now: Instant,
    ) -> Result<(), Misuse> {
        let since = self.under_way(chain, step)?;
        let now = self.advance(chain, now);
        let until = retry_after.map(|wait| now.saturating_add(wait));
        self.notes.push(Note { step, why: Why::Benched, verdict: None, until, at: since, took: None });
        // Counted at the end of the call, with those that were not even tried.
        self.state = State::Between;
        Ok(())
    }

    /// Someone asked to stop, or the caller has gone away: neither a success nor a failure of any step.
    pub fn abandoned(&mut self, chain: &mut Chain, now: Instant) -> Result<(), Misuse> {
        let under_way = match self.state {
            State::Between => None,
            State::UnderWay { step, since } => Some((step, since)),
            State::Over(_) => return Err(Misuse::Over),
        };
        let now = self.advance(chain, now);
        if let Some((step, since)) = under_way {
            chain.settle(step, Outcome::Abandoned, now);
            let took = Some(now.saturating_since(since));
            self.notes.push(Note { step, why: Why::Abandoned, verdict: None, until: None, at: since, took });
        }
        self.end(chain, Ending::Abandoned);
        Ok(())
    }

    /// How the call ended; `None` while it goes on.
    pub const fn ending(&self) -> Option<Ending> {
        match self.state {
            State::Over(ending) => Some(ending),
            State::Between | State::UnderWay { .. } => None,
        }
    }

    /// The demoted step that this call tries first, to find out whether it has recovered.
    pub const fn explored(&self) -> Option<usize> {
        self.explored
    }

    /// The record of the call.
    pub fn report(&self, chain: &Chain) -> Report {
        Report::of(self, chain)
    }

    /// From the beginning of the call to the last thing that happened.
    pub fn elapsed(&self) -> Duration {
        self.last.saturating_since(self.began)
    }

    /// Since when a step is under way; an error if it is not.
    fn under_way(&self, chain: &Chain, step: usize) -> Result<Instant, Misuse> {
        if step >= chain.steps.len() {
            return Err(Misuse::UnknownStep { step, steps: chain.steps.len() });
        }
        match self.state {
            State::UnderWay { step: current, since } if current == step => Ok(since),
            State::Over(_) if self.tried & bit(step) == 0 => Err(Misuse::Over),
            _ => Err(Misuse::NotUnderWay { step }),
        }
    }

    fn end(&mut self, chain: &mut Chain, ending: Ending) {
        for note in self.notes.iter().filter(|note| note.why == Why::Benched) {
            chain.bench(note.step);
        }
        chain.end(ending);
        self.state = State::Over(ending);
    }

    fn advance(&mut self, chain: &mut Chain, now: Instant) -> Instant {
        self.last = chain.advance(now);
        self.last
    }
}

impl Ending {
    /// What `next` answers when the call has ended this way.
    const fn again(self) -> Option<Decision> {
        match self {
            Self::Exhausted { until } => Some(Decision::Exhausted { until }),
            Self::AllBenched { until } => Some(Decision::AllBenched { until }),
            Self::FailedNow { step } => Some(Decision::FailNow { step }),
            Self::Served(_) | Self::Abandoned => None,
        }
    }
}

/// The bit of a step; a chain has no more steps than a word has bits.
const fn bit(step: usize) -> u32 {
    1 << (step % u32::BITS as usize)
}
