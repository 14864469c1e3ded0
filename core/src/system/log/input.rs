//! What can happen to the machines of one part.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fault;
use super::saved::{Saved, clean_document};
use crate::breaker::Forced;
use crate::classify::Fault;
use crate::redact::redact_within;

/// One thing that happened to a part of a program, as data.
///
/// Calls are known by numbers that whoever tells of them chooses; a number that is not under way changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(
    clippy::large_enum_variant,
    reason = "an input is handed on and gone; to box a fault would allocate for nothing"
)]
#[serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// The part was made; its machines have seen nothing.
    Opened,
    /// A call began.
    Begun {
        /// Its number.
        call: u64,
        /// The step of the chain that it goes to, if that has a policy of its own; `None` for the part's own function.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
        /// What its jitter is drawn from.
        #[serde(with = "hex")]
        seed: u64,
    },
    /// A call asks for its next attempt.
    Admit {
        /// Its number.
        call: u64,
    },
    /// A call asks for an attempt to race with those under way.
    Hedge {
        /// Its number.
        call: u64,
    },
    /// An attempt answered.
    Succeeded {
        /// The call's number.
        call: u64,
        /// The attempt's, from 1.
        attempt: u32,
    },
    /// An attempt failed.
    Failed {
        /// The call's number.
        call: u64,
        /// The attempt's, from 1.
        attempt: u32,
        /// With this.
        #[serde(serialize_with = "fault::serialize")]
        fault: Fault,
    },
    /// The caller went away.
    Abandoned {
        /// The call's number.
        call: u64,
    },
    /// Time passed.
    Tick,
    /// A breaker is held by hand.
    Forced {
        /// The step whose breaker it is; `None` for the part's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
        /// In which state.
        state: Forced,
    },
    /// A breaker was reset by hand.
    Reset {
        /// The step whose breaker it is; `None` for the part's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
    },
    /// Another document holds from now on, for calls that begin after this. The breaker keeps what it has counted and the
    /// budget what is in it; whatever else has a state must be set as it was, or nothing changes.
    Reconfigured {
        /// The step whose policy it is; `None` for the part's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
        /// The document. What follows from it is told from what is kept of it: without secrets, and `null` if it was
        /// larger than 64 KiB.
        policy: Value,
    },
    /// A run through the part's chain began: its own function has failed for good.
    RunBegun {
        /// Its number; those of calls are others.
        run: u64,
    },
    /// A run asks for its next step.
    RunNext {
        /// Its number.
        run: u64,
    },
    /// The step that a run tried has answered.
    RunSucceeded {
        /// The run's number.
        run: u64,
        /// The step's name.
        step: String,
    },
    /// The step that a run tried has failed for good.
    RunFailed {
        /// The run's number.
        run: u64,
        /// The step's name.
        step: String,
        /// With this.
        #[serde(serialize_with = "fault::serialize")]
        fault: Fault,
    },
    /// The step that a run tried was refused by what guards it.
    RunRefused {
        /// The run's number.
        run: u64,
        /// The step's name.
        step: String,
        /// When it may be tried again, in nanoseconds; `None` if nobody knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// The caller of a run went away.
    RunAbandoned {
        /// Its number.
        run: u64,
    },
    /// A metric of the degradation was read.
    Observed {
        /// Which one.
        metric: String,
        /// What it was; `null` is no number.
        #[serde(deserialize_with = "number")]
        value: f64,
    },
    /// The level was lowered by hand.
    Degraded {
        /// In somebody's words.
        reason: String,
    },
    /// The level was raised by hand.
    Raised,
    /// The level was chosen by hand.
    LevelSet {
        /// Its name.
        level: String,
    },
    /// The level was pinned.
    Pinned {
        /// Its name.
        level: String,
    },
    /// The level was let go.
    Unpinned,
    /// Snapshots were restored; calls and runs under way before are over for this part.
    Restored {
        /// The snapshots.
        saved: Box<Saved>,
    },
    /// Snapshots were taken, at a moment without calls and runs. The decision is what they are.
    Checkpoint,
}

impl Input {
    /// The input as it may be kept: without secrets, bounded, and the same after it was written and read.
    pub(super) fn clean(self) -> Self {
        let step = |step: Option<String>| step.map(|step| redact_within(&step, LONGEST_NAME));
        match self {
            Self::Begun { call, step: of, seed } => Self::Begun { call, step: step(of), seed },
            Self::Forced { step: of, state } => Self::Forced { step: step(of), state },
            Self::Reset { step: of } => Self::Reset { step: step(of) },
            Self::Reconfigured { step: of, policy } => {
                Self::Reconfigured { step: step(of), policy: clean_document(policy) }
            }
            Self::RunSucceeded { run, step } => {
                Self::RunSucceeded { run, step: redact_within(&step, LONGEST_NAME) }
            }
            Self::RunFailed { run, step, fault } => {
                let step = redact_within(&step, LONGEST_NAME);
                Self::RunFailed { run, step, fault: fault::clean(&fault) }
            }
            Self::RunRefused { run, step, retry_after } => {
                Self::RunRefused { run, step: redact_within(&step, LONGEST_NAME), retry_after }
            }
            Self::Failed { call, attempt, fault } => {
                Self::Failed { call, attempt, fault: fault::clean(&fault) }
            }
            Self::Observed { metric, value } => {
                let value = if value.is_finite() { value } else { f64::NAN };
                Self::Observed { metric: redact_within(&metric, LONGEST_NAME), value }
            }
            Self::Degraded { reason } => Self::Degraded { reason: redact_within(&reason, LONGEST_REASON) },
            Self::LevelSet { level } => Self::LevelSet { level: redact_within(&level, LONGEST_NAME) },
            Self::Pinned { level } => Self::Pinned { level: redact_within(&level, LONGEST_NAME) },
            Self::Restored { saved } => Self::Restored { saved: Box::new(saved.clean()) },
            plain => plain,
        }
    }
}

/// Numbers that use all 64 bits are written as text: a double does not hold them.
mod hex {
    use alloc::format;
    use alloc::string::String;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields in by reference")]
    pub(super) fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{number:x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u64::from_str_radix(&text, 16).ok().filter(|_| digits);
        number.ok_or_else(|| D::Error::custom("seed: expected a hexadecimal number of at most 16 digits"))
    }
}

fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

/// The input as JSON; our own types write without fail.
pub(super) fn to_value(input: &Input) -> Value {
    serde_json::to_value(input).unwrap_or_else(|_| Value::Object(Map::new()))
}

/// Reads an input, or says which of its fields is wrong.
pub(super) fn from_value(value: &Value) -> Result<Input, (String, String)> {
    let fields: Vec<&str> =
        value.as_object().map(|fields| fields.keys().map(String::as_str).collect()).unwrap_or_default();
    serde_json::from_value(value.clone()).map_err(|error| {
        let message = error.to_string();
        // serde names the field in its message, in backticks or before a colon, where it knows it; the first one is meant.
        let place =
            |field: &&str| message.find(&format!("`{field}`")).or_else(|| message.find(&format!("{field}:")));
        let named = fields.into_iter().filter(|field| place(field).is_some()).min_by_key(place);
        let field = named.map_or_else(
            || String::from("input"),
            |field| format!("input.{}", redact_within(field, LONGEST_NAME)),
        );
        (field, redact_within(&message, LONGEST_REASON))
    })
}

pub(super) const LONGEST_NAME: usize = 80;
const LONGEST_REASON: usize = 300;
