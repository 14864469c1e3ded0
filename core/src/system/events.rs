//! What is worth telling of a program, as data: the lines of a log that nobody had to format.

use alloc::collections::VecDeque;
use alloc::string::String;

use serde::Serialize;

use crate::breaker::{Reason, StateName};
use crate::call::StopReason;
use crate::classify::Category;
use crate::degrade::Cause;
use crate::time::Instant;

/// One thing that happened. Names and reasons are without secrets, and cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A breaker changed its state.
    Breaker {
        /// The part that it guards.
        part: String,
        /// Its state before.
        from: StateName,
        /// Its state after.
        to: StateName,
        /// Why.
        reason: Reason,
    },
    /// A call ended without an answer, other than by its caller's wish.
    Call {
        /// The part that it went through.
        part: String,
        /// Why it ended.
        stop_reason: StopReason,
        /// How often the function was called.
        attempts: u32,
        /// What the last error meant; null for a call that was refused before its first attempt.
        category: Option<Category>,
        /// The rule that told so.
        rule: Option<String>,
    },
    /// A call through a fallback chain was not served by its first choice.
    Chain {
        /// The chain.
        chain: String,
        /// `served`, `exhausted`, `all_benched` or `failed_now`.
        ending: &'static str,
        /// The step that answered.
        served_by: Option<String>,
        /// How many steps were passed over before.
        passed: usize,
    },
    /// The program began to serve less, or more.
    Level {
        /// The level before.
        from: String,
        /// The level after.
        to: String,
        /// Why.
        cause: Cause,
    },
}

/// An event, with its number and its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Noted {
    /// Numbers go up by one and are never used again: who has read up to one asks for what is above it.
    pub seq: u64,
    /// When, on the host's clock.
    pub at: Instant,
    /// What happened.
    pub event: Event,
}

/// The last events.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Events {
    kept: VecDeque<Noted>,
    most: usize,
    seq: u64,
}

impl Events {
    pub(super) fn new(most: u32) -> Self {
        Self { kept: VecDeque::new(), most: most.min(MOST) as usize, seq: 0 }
    }

    pub(super) fn note(&mut self, event: Event, at: Instant) {
        self.seq = self.seq.saturating_add(1);
        self.kept.push_back(Noted { seq: self.seq, at, event });
        while self.kept.len() > self.most {
            self.kept.pop_front();
        }
    }

    pub(super) fn since(&self, seq: u64) -> impl Iterator<Item = &Noted> {
        self.kept.iter().filter(move |noted| noted.seq > seq)
    }
}

/// At half a kilobyte each, five megabytes.
const MOST: u32 = 10_000;
