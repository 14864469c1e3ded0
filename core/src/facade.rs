//! The one door for bindings: text and numbers in, text and numbers out.
//!
//! A binding owns an [`Engine`] for each policy and a [`Guarded`] for each call that is not over after its first
//! success, and converts what they say to its host's types. Times are seconds on the host's monotonic clock,
//! documents are JSON text: so a new setting, category or counter adds no line to a binding.
//!
//! The happy path does not come here at all; it reads the breaker's [`Lane`].

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use core::time::Duration;
use std::sync::Arc;

use serde::Serialize;

use crate::breaker::{Breaker, Forced, Lane, Outcome, Snapshot, StateName, Ticket, Transition, Window};
use crate::call::{Call, Next, SharedGate, Step, StopReason, SyncTimeout, Ungated};
use crate::classify::Fault;
use crate::error::{ConfigError, ProblemCode};
use crate::host::SharedBreaker;
use crate::policy::{ErrorHandling, Policy, parse_classifier};
use crate::time::Instant;

/// A policy with its breaker.
#[derive(Debug, Clone)]
pub struct Engine {
    policy: Arc<Policy>,
    breaker: Option<Arc<SharedBreaker>>,
}

/// One call in the hands of a driver.
#[derive(Debug, Clone)]
pub struct Guarded {
    engine: Engine,
    call: Call,
}

/// What a driver is to do, in scalars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// What to do.
    pub action: Action,
    /// The number of the attempt that begins, with [`Action::Attempt`].
    pub attempt: u32,
    /// The attempt's limit, the wait, or when the breaker may admit a call, as `action` has it.
    pub seconds: Option<f64>,
    /// Why the call is over, with [`Action::Stop`] and [`Action::Reject`]; [`StopReason::Deadline`] with an attempt
    /// whose limit is what is left of the deadline.
    pub reason: Option<StopReason>,
    /// The breaker's change of state on the way.
    pub transition: Option<Transition>,
}

/// What a driver is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Action {
    /// Call the function.
    Attempt = 0,
    /// Sleep, then admit again.
    Wait = 1,
    /// Raise the caller's own error.
    Stop = 2,
    /// Raise that the circuit is open.
    Reject = 3,
}

impl Engine {
    /// An engine for a policy document, closed if it has a breaker.
    pub fn new(document: &str) -> Result<Self, ConfigError> {
        let policy = Policy::parse(document)?;
        let breaker = policy.breaker.map(|config| Arc::new(SharedBreaker::new(Breaker::new(config))));
        Ok(Self { policy: Arc::new(policy), breaker })
    }

    /// An engine for a policy document that uses the breaker of `other` instead of one of its own.
    pub fn sharing(document: &str, other: &Self) -> Result<Self, ConfigError> {
        let policy = Arc::new(Policy::parse(document)?);
        Ok(Self { policy, breaker: other.breaker.clone() })
    }

    /// The word for the host to publish; see [`Lane`]. Without a breaker it always admits.
    pub fn lane(&self) -> u64 {
        self.breaker.as_ref().map_or(NO_BREAKER, |breaker| breaker.lane().to_bits())
    }

    /// A success on the lane that `ticket` was read from, where that lane has changed or counts.
    pub fn succeed(
        &self,
        ticket: u64,
        now: impl FnOnce() -> f64,
        publish: impl FnOnce(u64),
    ) -> Option<Transition> {
        let breaker = self.breaker.as_ref()?;
        let now = || Instant::from_secs_f64(now());
        breaker.succeed(Ticket::from_bits(ticket), now, |lane: Lane| publish(lane.to_bits()))
    }

    /// Gives back a ticket whose call says nothing about the dependency.
    pub fn ignore(&self, ticket: u64, now: f64, publish: impl FnOnce(u64)) -> Option<Transition> {
        let breaker = self.breaker.as_ref()?;
        let now = Instant::from_secs_f64(now);
        breaker.settle(Ticket::from_bits(ticket), Outcome::Ignored, now, |lane| publish(lane.to_bits()))
    }

    /// A call that begins at `now`; `seed` decides its jitter.
    pub fn begin(&self, seed: u64, now: f64) -> Guarded {
        Guarded { engine: self.clone(), call: Call::new(seed, Instant::from_secs_f64(now)) }
    }

    /// A call whose first attempt was admitted on the lane.
    pub fn resume(&self, seed: u64, started: f64, ticket: u64) -> Guarded {
        let call = Call::under_way(seed, Instant::from_secs_f64(started), Ticket::from_bits(ticket));
        Guarded { engine: self.clone(), call }
    }

    /// What a driver must know of the policy, as JSON.
    pub fn describe(&self) -> String {
        let policy = &self.policy;
        json(&Description {
            name: policy.name.as_deref(),
            max_attempts: policy.retry.max_attempts.get(),
            timed: policy.timeout.is_some() || policy.retry.deadline.is_some(),
            timeout: policy.timeout.is_some(),
            sync_timeout: match policy.timeout.map(|timeout| timeout.sync) {
                Some(SyncTimeout::Thread) => "thread",
                Some(SyncTimeout::Refuse) | None => "refuse",
            },
            breaker: policy.breaker.is_some(),
            counts: policy.breaker.is_some_and(|breaker| matches!(breaker.window, Window::Count(_))),
            error_handling: &policy.error_handling,
        })
    }

    /// What the policy does and what in it cannot work, as JSON; see [`Policy::explain`].
    pub fn explain(&self) -> String {
        json(&self.policy.explain())
    }

    /// The breaker's state at `now` as JSON; `null` without a breaker.
    pub fn state(&self, now: f64, publish: impl FnOnce(u64)) -> String {
        let now = Instant::from_secs_f64(now);
        let state = self.breaker.as_ref().map(|breaker| {
            breaker.with(
                |lane| publish(lane.to_bits()),
                |machine| BreakerState {
                    state: machine.state(now),
                    failure_count: machine.failure_count(now),
                    retry_after: machine.retry_after(now).map(|wait| wait.as_secs_f64()),
                    last_failure_ago: machine
                        .last_failure()
                        .map(|then| now.saturating_since(then).as_secs_f64()),
                    tally: machine.tally(),
                },
            )
        });
        json(&state)
    }

    /// Holds the breaker open or closed (`open`, `closed`), or closes it and forgets what it counted (`reset`).
    pub fn set(&self, command: &str, publish: impl FnOnce(u64)) -> Result<Option<Transition>, ConfigError> {
        let act: fn(&mut Breaker) -> Option<Transition> = match command {
            "open" => |machine| machine.force(Forced::Open),
            "closed" => |machine| machine.force(Forced::Closed),
            "reset" => Breaker::reset,
            _ => {
                let message =
                    alloc::format!("unknown command \"{command}\" (expected open, closed or reset)");
                return Err(ConfigError::one(ProblemCode::UnknownValue, "command", message));
            }
        };
        Ok(self.breaker.as_ref().and_then(|breaker| breaker.with(|lane| publish(lane.to_bits()), act)))
    }

    /// The breaker's state as a JSON text that [`restore`](Self::restore) takes; `null` without a breaker.
    pub fn snapshot(&self, now: f64, publish: impl FnOnce(u64)) -> String {
        let now = Instant::from_secs_f64(now);
        json(
            &self
                .breaker
                .as_ref()
                .map(|breaker| breaker.with(|lane| publish(lane.to_bits()), |machine| machine.snapshot(now))),
        )
    }

    /// Takes on a state that [`snapshot`](Self::snapshot) gave out; on an error everything is as it was.
    pub fn restore(&self, snapshot: &str, now: f64, publish: impl FnOnce(u64)) -> Result<(), ConfigError> {
        let wrong = |message: String| ConfigError::one(ProblemCode::WrongType, "snapshot", message);
        let snapshot: Snapshot = serde_json::from_str(snapshot).map_err(|error| wrong(error.to_string()))?;
        let Some(breaker) = &self.breaker else {
            return Err(wrong("there is no breaker to restore it to".to_owned()));
        };
        let now = Instant::from_secs_f64(now);
        breaker
            .with(|lane| publish(lane.to_bits()), |machine| machine.restore(&snapshot, now))
            .map_err(|error| wrong(error.to_string()))
    }
}

impl Guarded {
    /// Asks for the next attempt; see [`Call::admit`].
    pub fn admit(&mut self, now: f64, mut publish: impl FnMut(u64)) -> Answer {
        let (policy, now) = (&*self.engine.policy, Instant::from_secs_f64(now));
        Answer::from(match &self.engine.breaker {
            Some(breaker) => {
                let publish = |lane: Lane| publish(lane.to_bits());
                self.call.admit(policy, &mut SharedGate { breaker, publish }, now)
            }
            None => self.call.admit(policy, &mut Ungated, now),
        })
    }

    /// The attempt answered; see [`Call::succeed`].
    pub fn succeed(&mut self, now: f64, mut publish: impl FnMut(u64)) -> Option<Transition> {
        let now = Instant::from_secs_f64(now);
        match &self.engine.breaker {
            Some(breaker) => {
                let publish = |lane: Lane| publish(lane.to_bits());
                self.call.succeed(&mut SharedGate { breaker, publish }, now)
            }
            None => self.call.succeed(&mut Ungated, now),
        }
    }

    /// The attempt failed with a fault document; see [`Call::fail`].
    pub fn fail(
        &mut self,
        fault: &str,
        now: f64,
        mut publish: impl FnMut(u64),
    ) -> Result<Answer, ConfigError> {
        let fault = Fault::from_json(fault)?;
        let (policy, now) = (&*self.engine.policy, Instant::from_secs_f64(now));
        Ok(Answer::from(match &self.engine.breaker {
            Some(breaker) => {
                let publish = |lane: Lane| publish(lane.to_bits());
                self.call.fail(policy, &mut SharedGate { breaker, publish }, &fault, now)
            }
            None => self.call.fail(policy, &mut Ungated, &fault, now),
        }))
    }

    /// The call is given up by its caller; see [`Call::abandon`].
    pub fn abandon(&mut self, now: f64, mut publish: impl FnMut(u64)) -> Option<Transition> {
        let now = Instant::from_secs_f64(now);
        match &self.engine.breaker {
            Some(breaker) => {
                let publish = |lane: Lane| publish(lane.to_bits());
                self.call.abandon(&mut SharedGate { breaker, publish }, now)
            }
            None => self.call.abandon(&mut Ungated, now),
        }
    }

    /// The call's [`Report`](crate::call::Report) as JSON.
    pub fn report(&self) -> String {
        json(&self.call.report())
    }

    /// The word for the category of the last failure.
    pub fn category(&self) -> Option<&'static str> {
        self.call.verdict().map(|verdict| verdict.category.name())
    }
}

/// A change of state in words: from, to, reason.
pub type Change = (&'static str, &'static str, &'static str);

/// An [`Answer`] as a tuple, for hosts that have those: action, attempt, seconds, reason, change.
pub type Said = (u8, u32, Option<f64>, Option<&'static str>, Option<Change>);

/// A change of state in words.
pub const fn change(transition: Transition) -> Change {
    (transition.from.name(), transition.to.name(), transition.reason.name())
}

/// An answer as a tuple.
pub fn said(answer: Answer) -> Said {
    let reason = answer.reason.map(StopReason::name);
    (answer.action as u8, answer.attempt, answer.seconds, reason, answer.transition.map(change))
}

/// A lane or ticket from a double, for hosts without other numbers; NaN or a negative number is 0.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float to integer casts saturate and turn NaN into 0, which is the meaning wanted here"
)]
pub const fn from_double(number: f64) -> u64 {
    number as u64
}

/// A lane or ticket as a double.
#[allow(clippy::cast_precision_loss, reason = "tickets are below 2⁵², where every integer is a double")]
pub const fn to_double(bits: u64) -> f64 {
    bits as f64
}

/// The verdict on a fault document as JSON, by a `classify` block (`{}` for the default).
pub fn classify(fault: &str, classifier: &str) -> Result<String, ConfigError> {
    let classifier = parse_classifier(classifier)?;
    Ok(json(&classifier.classify(&Fault::from_json(fault)?)))
}

impl From<Step> for Answer {
    fn from(step: Step) -> Self {
        let seconds = |wait: Duration| wait.as_secs_f64();
        let (action, attempt, seconds, reason) = match step.next {
            Next::Attempt { number, timeout, by_deadline } => {
                let reason = by_deadline.then_some(StopReason::Deadline);
                (Action::Attempt, number, timeout.map(seconds), reason)
            }
            Next::Wait(wait) => (Action::Wait, 0, Some(seconds(wait)), None),
            Next::Stop(reason) => (Action::Stop, 0, None, Some(reason)),
            Next::Rejected(rejection) => {
                (Action::Reject, 0, rejection.retry_after.map(seconds), Some(StopReason::CircuitOpen))
            }
        };
        Self { action, attempt, seconds, reason, transition: step.transition }
    }
}

#[derive(Serialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an independent fact that a driver asks for by name"
)]
struct Description<'a> {
    name: Option<&'a str>,
    max_attempts: u32,
    timed: bool,
    timeout: bool,
    sync_timeout: &'static str,
    breaker: bool,
    /// Whether successes ever have to be counted; see [`Lane::counts`].
    counts: bool,
    error_handling: &'a ErrorHandling,
}

#[derive(Serialize)]
struct BreakerState {
    state: StateName,
    failure_count: u32,
    retry_after: Option<f64>,
    last_failure_ago: Option<f64>,
    #[serde(flatten)]
    tally: crate::breaker::Tally,
}

/// Our own types write without fail: their keys are text and their numbers finite.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// What stands in the place of a lane where there is no breaker: a ticket that nobody asks for back, and whose
/// successes need not be counted.
const NO_BREAKER: u64 = 1 << 26;
