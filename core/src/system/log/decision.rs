//! What the machines of a part answer.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::{Map, Value, json};

use super::saved::Saved;
use crate::breaker::{StateName, Transition};
use crate::call::{Next, Step};
use crate::degrade::Change;
use crate::guard::{Guard, Refusal};
use crate::time::nanos;

/// The answer to an [`Input`](super::Input). As data, durations are whole nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// It was noted.
    Done,
    /// It is about nothing that is under way, or came when it was not due; nothing has changed.
    Nothing,
    /// What the call does next.
    Step {
        /// That, and the breaker's change of state.
        step: Step,
        /// The calls whose place in the bulkhead's line has been granted: they may ask again.
        woken: Vec<u64>,
    },
    /// The call is over: it was answered, or given up.
    Over {
        /// The breaker's change of state.
        transition: Option<Transition>,
        /// The calls whose place in the bulkhead's line has been granted.
        woken: Vec<u64>,
    },
    /// A breaker was moved by hand, or by its new settings.
    Moved {
        /// Its change of state, if it was one.
        transition: Option<Transition>,
    },
    /// How things stand now.
    Stands {
        /// The breaker, if there is one.
        breaker: Option<Stand>,
        /// The breakers of the chain's steps, by the steps' names.
        steps: BTreeMap<String, Stand>,
        /// The change of level that time brought about.
        change: Option<Change>,
    },
    /// What became of the level.
    Level {
        /// Its change, if it was one.
        change: Option<Change>,
    },
    /// What a run through the chain does next, or how it ended.
    Run(RunNext),
    /// The state of the part.
    Saved(Box<Saved>),
    /// It could not be understood. Nothing has changed, but for snapshots of which others could be.
    Refused(String),
}

/// How a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// Its state.
    pub state: StateName,
    /// The change that time brought about.
    pub transition: Option<Transition>,
}

/// What a run through a chain does next, or how it ended. After anything but a step to try it is over.
#[derive(Debug, Clone, PartialEq)]
pub enum RunNext {
    /// Call this step, and tell how it went.
    Try {
        /// Its name.
        step: String,
    },
    /// A step answered.
    Served {
        /// Its name.
        step: String,
        /// How good its answer is.
        quality: f64,
        /// What it cost.
        cost: f64,
    },
    /// Raise the last error: every step that was not benched has failed.
    Exhausted {
        /// How long until a benched step may be tried, if there is one that knows.
        retry_after: Option<Duration>,
    },
    /// No step could be tried at all.
    AllBenched {
        /// How long until one may be, if any of them knows.
        retry_after: Option<Duration>,
    },
    /// Raise the error of this step: its verdict ends the chain.
    FailNow {
        /// Its name.
        step: String,
    },
    /// Its caller went away.
    Abandoned,
}

impl Decision {
    /// The decision as data; equal texts of it are equal decisions.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Done => Value::from("done"),
            Self::Nothing => Value::from("nothing"),
            Self::Step { step, woken } => {
                let mut fields = told(step.transition, woken);
                fields.insert("next".into(), next(step.next));
                Value::Object(fields)
            }
            Self::Over { transition, woken } => {
                let mut fields = told(*transition, woken);
                fields.insert("next".into(), Value::from("over"));
                Value::Object(fields)
            }
            Self::Moved { transition } => Value::Object(told(*transition, &[])),
            Self::Stands { breaker, steps, change } => {
                let mut fields = told(breaker.and_then(|stand| stand.transition), &[]);
                fields.insert("state".into(), json!(breaker.map(|stand| stand.state.name())));
                fields.insert("level".into(), json!(change.as_ref().map(level)));
                if !steps.is_empty() {
                    fields.insert("steps".into(), steps.iter().map(stands).collect());
                }
                Value::Object(fields)
            }
            Self::Run(next) => json!({ "run": run(next) }),
            Self::Level { change } => json!({ "level": change.as_ref().map(level) }),
            Self::Saved(saved) => json!({ "saved": serde_json::to_value(saved).unwrap_or_default() }),
            Self::Refused(why) => json!({ "refused": why }),
        }
    }
}

fn told(transition: Option<Transition>, woken: &[u64]) -> Map<String, Value> {
    let mut fields = Map::new();
    if let Some(Transition { from, to, reason }) = transition {
        let change = json!({ "from": from.name(), "to": to.name(), "reason": reason.name() });
        fields.insert("transition".into(), change);
    }
    if !woken.is_empty() {
        fields.insert("woken".into(), Value::from(woken));
    }
    fields
}

fn next(next: Next) -> Value {
    match next {
        Next::Attempt { number, timeout, by_deadline, hedge_after } => json!({ "attempt": {
            "number": number,
            "timeout": timeout.map(nanos),
            "by_deadline": by_deadline,
            "hedge_after": hedge_after.map(nanos),
        } }),
        Next::Wait(wait) => json!({ "wait": nanos(wait) }),
        Next::Queue(longest) => json!({ "queue": longest.map(nanos) }),
        Next::Race => Value::from("race"),
        Next::Stop(reason) => json!({ "stop": reason.name() }),
        Next::Rejected(refusal) => json!({ "rejected": refused(refusal) }),
    }
}

/// A step's breaker, by the step's name.
fn stands((name, stand): (&String, &Stand)) -> (String, Value) {
    let mut fields = told(stand.transition, &[]);
    fields.insert("state".into(), Value::from(stand.state.name()));
    (name.clone(), Value::Object(fields))
}

fn run(next: &RunNext) -> Value {
    let wait = |retry_after: &Option<Duration>| json!({ "retry_after": retry_after.map(nanos) });
    match next {
        RunNext::Try { step } => json!({ "try": step }),
        RunNext::Served { step, quality, cost } => {
            json!({ "served": { "step": step, "quality": quality, "cost": cost } })
        }
        RunNext::Exhausted { retry_after } => json!({ "exhausted": wait(retry_after) }),
        RunNext::AllBenched { retry_after } => json!({ "all_benched": wait(retry_after) }),
        RunNext::FailNow { step } => json!({ "fail_now": step }),
        RunNext::Abandoned => Value::from("abandoned"),
    }
}

fn refused(Refusal { by, retry_after }: Refusal) -> Value {
    let state = match by {
        Guard::Breaker(state) => Some(state.name()),
        _ => None,
    };
    json!({ "by": by.name(), "state": state, "retry_after": retry_after.map(nanos as fn(Duration) -> u64) })
}

/// A change without its time, which the record has.
fn level(change: &Change) -> Value {
    json!({
        "from": change.from,
        "to": change.to,
        "cause": serde_json::to_value(&change.cause).unwrap_or_default(),
    })
}
