//! The settings of a call's attempts, already known to make sense.

use core::num::NonZeroU32;
use core::time::Duration;

use crate::backoff::{Curve, Jitter, Schedule};
use crate::budget::BudgetSettings;
use crate::rng::Rng;

/// Whether and when to try again.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// How often the function is called at most, the first time included.
    pub max_attempts: NonZeroU32,
    /// The waits between attempts.
    pub schedule: Schedule,
    /// No wait is begun that would end after this long since the call began.
    pub deadline: Option<Duration>,
    /// Whether the server's own hint replaces the computed wait.
    pub respect_retry_after: bool,
    /// What to do with a hint above the schedule's `max_delay`.
    pub retry_after_over_cap: OverCap,
    /// Whether repeating the call is safe. If not, it is repeated only where the request surely never left or
    /// was turned away (429, or 503 with a Retry-After).
    pub idempotent: bool,
    /// Whether to wait for an open breaker instead of giving up.
    pub retry_open_circuit: bool,
    /// After so many identical failures in a row the waits double, whatever the schedule was.
    pub escalate_after: Option<NonZeroU32>,
    /// What bounds the retries of all calls together. `None`: nothing, or there are none to bound.
    pub budget: Option<BudgetSettings>,
}

/// What to do with a server's wait hint above `max_delay`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverCap {
    /// End the call: coming back earlier is useless and waiting longer is not allowed.
    GiveUp,
    /// Wait `max_delay`.
    Clamp,
    /// Wait what the schedule says.
    Ignore,
}

/// A limit for each attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttemptTimeout {
    /// For the first attempt.
    pub attempt: Duration,
    /// The factor from one attempt's limit to the next.
    pub growth: f64,
    /// The limit never grows beyond this.
    pub max: Duration,
    /// How to keep it for functions that block.
    pub sync: SyncTimeout,
}

/// How a limit is kept for a function that blocks, and so cannot be interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncTimeout {
    /// Not at all: the host refuses to guard such a function, instead of ignoring the limit silently.
    Refuse,
    /// In a thread of its own; a late attempt is abandoned and its result does not count.
    Thread,
}

impl Retry {
    /// The call is made once.
    pub fn never() -> Self {
        Self { max_attempts: NonZeroU32::MIN, budget: None, ..Self::default() }
    }
}

impl Default for Retry {
    /// Four attempts, 1 s, 2 s and 4 s apart, each wait ±50 %, no hint above a minute obeyed.
    ///
    /// Three retries are what most libraries and three of our five source documents settled on: the chance
    /// that a fourth helps is small, its load on a failing server is not. For the same reason a budget is on unless it is
    /// switched off: one that has to be asked for protects nobody.
    fn default() -> Self {
        let second = Duration::from_secs(1);
        Self {
            max_attempts: NonZeroU32::MIN.saturating_add(3),
            schedule: Schedule {
                curve: Curve::Exponential { base: 2.0 },
                initial_delay: second,
                max_delay: second * 60,
                jitter: Jitter::Proportional,
            },
            deadline: None,
            respect_retry_after: true,
            retry_after_over_cap: OverCap::GiveUp,
            idempotent: true,
            retry_open_circuit: false,
            escalate_after: None,
            budget: Some(BudgetSettings::default()),
        }
    }
}

impl AttemptTimeout {
    /// The limit for attempt `number` (1-based), never above [`max`](Self::max).
    pub fn limit(&self, number: u32) -> Duration {
        let curve = Curve::Exponential { base: self.growth };
        let schedule =
            Schedule { curve, initial_delay: self.attempt, max_delay: self.max, jitter: Jitter::None };
        schedule.delay(number, Duration::ZERO, &mut Rng::from_seed(0))
    }
}

impl Schedule {
    /// The same schedule, doubling.
    pub(crate) fn escalated(&self) -> Self {
        Self { curve: Curve::Exponential { base: 2.0 }, ..self.clone() }
    }
}

impl OverCap {
    /// What happens above the cap, to end a sentence with.
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::GiveUp => "ends the call",
            Self::Clamp => "is cut to that",
            Self::Ignore => "is not heeded",
        }
    }

    /// The wait for a `hint` under the cap `max_delay`, when the schedule computed `delay`; `None` is giving up.
    pub(super) fn wait(self, hint: Duration, delay: Duration, max_delay: Duration) -> Option<Duration> {
        match self {
            _ if hint <= max_delay => Some(hint),
            Self::GiveUp => None,
            Self::Clamp => Some(max_delay),
            Self::Ignore => Some(delay),
        }
    }
}
