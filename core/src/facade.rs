//! The one door for bindings: text and numbers in, text and numbers out.
//!
//! A binding owns an [`Engine`] for each policy and a [`Guarded`] for each call that is not over after its first
//! success, and converts what they say to its host's types. Times are seconds on the host's monotonic clock,
//! documents are JSON text: so a new setting, category or counter adds no line to a binding.
//!
//! The happy path does not come here at all; it reads the breaker's [`Lane`].

#[cfg(feature = "full")]
mod chain;
mod known;
mod lane;
#[cfg(feature = "full")]
mod system;
#[cfg(test)]
mod tests;
mod work;

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use core::num::NonZeroU32;
use core::time::Duration;
use std::sync::Arc;

use serde::Serialize;

use crate::breaker::{Breaker, Forced, Lane, Snapshot, Ticket, Transition, Window};
use crate::call::{Call, Judgement, Next, Step, StopReason, SyncTimeout};
use crate::classify::Fault;
use crate::error::{ConfigError, ProblemCode};
use crate::host::{Reporter, SharedBreaker, SharedGate, SharedGuards};
use crate::policy::{ErrorHandling, NOT_CARRIED_OUT, Policy, parse_classifier};
use crate::time::Instant;

#[cfg(feature = "full")]
pub use self::chain::{ALL_BENCHED, Chain, ChainCall, Course, EXHAUSTED, FAIL_NOW, TRY};
use self::known::Known;
#[cfg(feature = "full")]
pub use self::system::System;
pub use self::work::{Batch, Heal, Remedy};

/// A policy with what guards its calls.
#[derive(Debug, Clone)]
pub struct Engine {
    policy: Arc<Policy>,
    /// What the policy made of faults.
    known: Arc<Known>,
    guards: Arc<SharedGuards>,
    /// Who is told of its calls, where it goes through a part of a system.
    reporter: Option<Reporter>,
}

/// One call in the hands of a driver.
#[derive(Debug, Clone)]
pub struct Guarded {
    engine: Engine,
    call: Call,
}

/// A fault and what an engine makes of it, for hosts that meet the same fault again and again.
#[derive(Debug, Clone)]
pub struct Judged {
    fault: Fault,
    judgement: Judgement,
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
    /// Raise that the call was refused; the reason says by what.
    Reject = 3,
}

impl Engine {
    /// An engine for a policy document, whose machines have seen nothing. `carries` are the sections about more than a single
    /// call that the driver carries out: what nobody would carry out is refused.
    pub fn new(document: &str, carries: &[&str]) -> Result<Self, ConfigError> {
        let policy = kept(document, carries)?;
        let guards = Arc::new(SharedGuards::new(&policy.guards(), None));
        Ok(Self::of(policy, guards, None))
    }

    /// An engine for a policy document that uses the breaker of `other` instead of one of its own. If that goes through a
    /// part of a system, so does this.
    pub fn sharing(document: &str, carries: &[&str], other: &Self) -> Result<Self, ConfigError> {
        let policy = kept(document, carries)?;
        let guards = Arc::new(SharedGuards::sharing(&policy.guards(), None, &other.guards));
        Ok(Self::of(policy, guards, other.reporter.clone()))
    }

    /// An engine for another policy document over all the machines of `other`: its breaker, its limits and its budget. Those that
    /// the document describes are left aside.
    pub fn over(document: &str, carries: &[&str], other: &Self) -> Result<Self, ConfigError> {
        Ok(Self::of(kept(document, carries)?, Arc::clone(&other.guards), other.reporter.clone()))
    }

    fn of(policy: Policy, guards: Arc<SharedGuards>, reporter: Option<Reporter>) -> Self {
        Self { policy: Arc::new(policy), known: Arc::default(), guards, reporter }
    }

    /// Whether both publish into the same copy of a lane: what one of them does to the breaker, the other must see. Where only
    /// one of them has a lane (see [`describe`](Self::describe)) the other does not read that copy.
    pub fn publishes_with(&self, other: &Self) -> bool {
        self.guards.publishes_with(&other.guards)
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

    /// What the policy makes of a fault document. It holds for the same document only, the wall clock's reading included.
    pub fn judge(&self, fault: &str) -> Result<Judged, ConfigError> {
        let fault = Fault::from_json(fault)?;
        Ok(Judged { judgement: self.policy.judge(&fault), fault })
    }

    /// What a driver must know of the policy, as JSON.
    pub fn describe(&self) -> String {
        let policy = &self.policy;
        written(&Description {
            name: policy.name.as_deref(),
            max_attempts: policy.retry.max_attempts.get(),
            timed: policy.timeout.is_some() || policy.retry.deadline.is_some() || self.guards.has_no_lane(),
            timeout: policy.timeout.is_some(),
            sync_timeout: match policy.timeout.map(|timeout| timeout.sync) {
                Some(SyncTimeout::Thread) => "thread",
                Some(SyncTimeout::Refuse) | None => "refuse",
            },
            breaker: policy.breaker.is_some(),
            guarded: self.guards.breaker().is_some() || self.guards.budget().is_some(),
            counts: self.guards.budget().is_some()
                || policy.breaker.is_some_and(|breaker| breaker.window != Window::Consecutive),
            batch: lane::BATCH,
            escalate_after: policy.retry.escalate_after,
            error_handling: &policy.error_handling,
        })
    }

    /// What the policy does and what in it cannot work, as JSON; see [`Policy::explain`].
    pub fn explain(&self) -> String {
        written(&self.policy.explain())
    }

    /// The breaker's state at `now` as JSON; `null` without a breaker.
    pub fn state(&self, now: f64, publish: impl FnOnce(u64)) -> String {
        let now = Instant::from_secs_f64(now);
        let state = self.with_breaker(publish, |machine| machine.report(now));
        written(&state)
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
        // By the hand of somebody without a clock: as of the latest reading.
        Ok(self.tell_moved(self.with_breaker(publish, act).flatten(), Instant::default()))
    }

    /// The breaker's state as a JSON text that [`restore`](Self::restore) takes; `null` without a breaker.
    pub fn snapshot(&self, now: f64, publish: impl FnOnce(u64)) -> String {
        let now = Instant::from_secs_f64(now);
        written(&self.with_breaker(publish, |machine| machine.snapshot(now)))
    }

    /// Takes on a state that [`snapshot`](Self::snapshot) gave out; on an error everything is as it was.
    pub fn restore(&self, snapshot: &str, now: f64, publish: impl FnOnce(u64)) -> Result<(), ConfigError> {
        let wrong = |message: String| ConfigError::one(ProblemCode::WrongType, "snapshot", message);
        let snapshot: Snapshot = serde_json::from_str(snapshot).map_err(|error| wrong(error.to_string()))?;
        let now = Instant::from_secs_f64(now);
        let restored = self.with_breaker(publish, |machine| machine.restore(&snapshot, now));
        let restored = restored.ok_or_else(|| wrong("there is no breaker to restore it to".to_owned()))?;
        restored.map_err(|error| wrong(error.to_string()))
    }

    fn tell_moved(&self, transition: Option<Transition>, now: Instant) -> Option<Transition> {
        if let Some(reporter) = &self.reporter {
            reporter.moved(transition, now);
        }
        transition
    }

    fn with_breaker<T>(&self, publish: impl FnOnce(u64), act: impl FnOnce(&mut Breaker) -> T) -> Option<T> {
        let publish = |lane| publish(self.guards.lane_over(lane).to_bits());
        self.guards.breaker().map(|breaker: &SharedBreaker| breaker.with(publish, act))
    }
}

impl Guarded {
    /// Asks for the next attempt; see [`Call::admit`].
    pub fn admit(&mut self, now: f64, mut publish: impl FnMut(u64)) -> Answer {
        let Engine { policy, guards, .. } = &self.engine;
        let mut gate = SharedGate { guards, publish: |lane: Lane| publish(lane.to_bits()) };
        let now = Instant::from_secs_f64(now);
        let step = self.call.admit(policy, &mut gate, now);
        self.tell(None, step, now)
    }

    /// The attempt answered; see [`Call::succeed`].
    pub fn succeed(&mut self, now: f64, mut publish: impl FnMut(u64)) -> Option<Transition> {
        let guards = &self.engine.guards;
        let mut gate = SharedGate { guards, publish: |lane: Lane| publish(lane.to_bits()) };
        let now = Instant::from_secs_f64(now);
        let transition = self.call.succeed(&mut gate, now);
        if let Some(reporter) = &self.engine.reporter {
            reporter.succeeded(&self.call, transition, now);
        }
        transition
    }

    /// The attempt has answered in part; see [`Call::answers`].
    pub const fn answers(&mut self) {
        self.call.answers();
    }

    /// The attempt failed with a fault document; see [`Call::fail`].
    pub fn fail(&mut self, fault: &str, now: f64, publish: impl FnMut(u64)) -> Result<Answer, ConfigError> {
        let judged = self.engine.known.judge(fault, || self.engine.judge(fault))?;
        Ok(self.fail_judged(&judged, now, publish))
    }

    /// The attempt failed with a fault that this call's own [engine has judged](Engine::judge).
    pub fn fail_judged(&mut self, judged: &Judged, now: f64, mut publish: impl FnMut(u64)) -> Answer {
        let Engine { policy, guards, .. } = &self.engine;
        let mut gate = SharedGate { guards, publish: |lane: Lane| publish(lane.to_bits()) };
        let now = Instant::from_secs_f64(now);
        let number = self.call.under_way_now();
        let step = self.call.fail_judged(number, policy, &mut gate, &judged.judgement, now);
        self.tell(Some(&judged.fault), step, now)
    }

    /// The call is given up by its caller; see [`Call::abandon`].
    pub fn abandon(&mut self, now: f64, mut publish: impl FnMut(u64)) -> Option<Transition> {
        let guards = &self.engine.guards;
        let mut gate = SharedGate { guards, publish: |lane: Lane| publish(lane.to_bits()) };
        let now = Instant::from_secs_f64(now);
        let transition = self.call.abandon(&mut gate, now);
        self.engine.tell_moved(transition, now)
    }

    fn tell(&self, fault: Option<&Fault>, step: Step, now: Instant) -> Answer {
        if let Some(reporter) = &self.engine.reporter {
            reporter.stepped(&self.call, fault, &step, now);
        }
        Answer::from(step)
    }

    /// The call's [`Report`](crate::call::Report) as JSON.
    pub fn report(&self) -> String {
        written(&self.call.report())
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
    Ok(written(&classifier.classify(&Fault::from_json(fault)?)))
}

impl From<Step> for Answer {
    fn from(step: Step) -> Self {
        let seconds = |wait: Duration| wait.as_secs_f64();
        let (action, attempt, seconds, reason) = match step.next {
            Next::Attempt { number, timeout, by_deadline, .. } => {
                let reason = by_deadline.then_some(StopReason::Deadline);
                (Action::Attempt, number, timeout.map(seconds), reason)
            }
            Next::Wait(wait) => (Action::Wait, 0, Some(seconds(wait)), None),
            // These hosts are not woken: they come and ask, which costs the queue no fairness.
            Next::Queue(longest) => (Action::Wait, 0, Some(seconds(longest.unwrap_or(POLL).min(POLL))), None),
            // Only with hedges, which these hosts are not given.
            Next::Race => (Action::Wait, 0, Some(seconds(POLL)), None),
            Next::Stop(reason) => (Action::Stop, 0, None, Some(reason)),
            Next::Rejected(refusal) => {
                (Action::Reject, 0, refusal.retry_after.map(seconds), Some(refusal.by.into()))
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
    /// Whether there is anything behind the lane.
    guarded: bool,
    /// Whether successes ever have to be counted; see [`Lane::counts`].
    counts: bool,
    /// After so many successes a host that adds them up hands them in.
    batch: u32,
    /// After so many identical failures in a row the waits of a call grow.
    #[serde(skip_serializing_if = "Option::is_none")]
    escalate_after: Option<NonZeroU32>,
    error_handling: &'a ErrorHandling,
}

/// Our own types write without fail: their keys are text and their numbers finite.
fn written(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// A policy whose every section is carried out: by the core, or by a driver that says so. What would be ignored is refused.
fn kept(document: &str, carries: &[&str]) -> Result<Policy, ConfigError> {
    Policy::parse(document)?.kept(carries, NOT_CARRIED_OUT)
}

/// How often a host that is not woken asks about its place in a line.
const POLL: Duration = Duration::from_millis(5);
