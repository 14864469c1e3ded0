//! A caller: a call, and what its host knows of it.

use failsoft::call::{Call, Next, StopReason};
use failsoft::time::Instant;

/// A call through the policy.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) id: u32,
    pub(crate) call: Call,
    pub(crate) waits_for: Waiting,
    /// Attempts under way.
    pub(crate) live: Vec<Live>,
    /// All attempts, and those that were no hedges.
    pub(crate) made: u32,
    pub(crate) attempts: u32,
    /// Hedges since the last wait.
    pub(crate) hedges: u32,
    pub(crate) waits: u32,
    pub(crate) waited: u64,
    /// The kind of the last failure, and how often in a row.
    pub(crate) same: (usize, u32),
    pub(crate) answering: bool,
    pub(crate) started: u64,
    /// The latest that its own clock has read.
    pub(crate) heard: u64,
    pub(crate) over: Option<StopReason>,
}

/// An attempt under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Live {
    pub(crate) number: u32,
    /// What the machines' clock read when it began.
    pub(crate) since: u64,
}

/// What a caller waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    Nothing,
    /// To try again, or for the rate limit: until then.
    Until {
        when: u64,
        holds: bool,
    },
    /// For its place in the bulkhead's line, which is lost then; who joined earlier has the smaller number.
    InLine {
        until: u64,
        joined: u64,
    },
}

impl Caller {
    pub(crate) fn new(id: u32, seed: u64, now: u64) -> Self {
        Self {
            id,
            call: Call::new(seed, Instant::from_nanos(now)),
            waits_for: Waiting::Until { when: now, holds: false },
            live: Vec::new(),
            made: 0,
            attempts: 0,
            hedges: 0,
            waits: 0,
            waited: 0,
            same: (usize::MAX, 0),
            answering: false,
            started: now,
            heard: now,
            over: None,
        }
    }

    pub(crate) fn hears(&mut self, now: u64) -> u64 {
        self.heard = self.heard.max(now);
        self.heard - self.started
    }

    pub(crate) fn ends(&mut self, reason: StopReason) {
        self.over.get_or_insert(reason);
        self.live.clear();
        self.waits_for = Waiting::Nothing;
    }

    /// How many tickets of the breaker it holds.
    pub(crate) fn tickets(&self) -> usize {
        let waiting = match self.waits_for {
            Waiting::Until { holds, .. } => holds,
            Waiting::InLine { .. } => true,
            Waiting::Nothing => false,
        };
        self.live.len() + usize::from(waiting)
    }
}

/// What a host did, what it was told, and what it knew before.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) did: Did,
    pub(crate) next: Option<Next>,
    pub(crate) before: Known,
    /// From the beginning of the call to now.
    pub(crate) elapsed: u64,
    /// Which of the things seen at the gate belong to it.
    pub(crate) seen: (usize, usize),
}

/// What a caller knew before it did something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub(crate) id: u32,
    pub(crate) live: usize,
    pub(crate) made: u32,
    pub(crate) attempts: u32,
    pub(crate) hedges: u32,
    pub(crate) waits: u32,
    pub(crate) answering: bool,
    pub(crate) waiting: Waiting,
}

/// What a host did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Did {
    Admit,
    Hedge,
    /// An attempt failed with this answer; the wait that follows must be within this range, and the breaker is closed for so long.
    Fail {
        answer: usize,
        range: (u64, u64),
        open_for: Option<u64>,
    },
    Succeed {
        number: u32,
    },
    Cancel {
        same: bool,
    },
    /// Something was said of an attempt that is not under way; whether that changed anything.
    Echo {
        same: bool,
    },
}
