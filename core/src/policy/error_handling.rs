//! The `error_handling` section of document 000: what the host should do when things happen.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Serialize, Serializer};

use super::reader::{Field, Section};

/// What the host should do when things happen. The core carries none of it out: actions are data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ErrorHandling {
    /// When a call has failed for good.
    pub on_failure: Option<Action>,
    /// Before each wait.
    pub on_retry: Option<Action>,
    /// When a call succeeded after retries.
    pub on_recovery: Option<Action>,
    /// When the breaker opened.
    pub on_circuit_open: Option<Action>,
}

/// One thing to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The action's name.
    pub action: Option<String>,
    /// What to log; `${attempt_number}` and `${max_attempts}` stand for numbers.
    pub message: Option<String>,
    /// Whether to write a diagnostic bundle.
    pub collect_diagnostics: bool,
    /// Whom to tell, through a channel that the user plugs in.
    pub notify: Vec<String>,
    /// How long to pause; written in seconds.
    #[serde(serialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    pub pause_duration: Option<Duration>,
}

pub(super) fn read_error_handling(section: &mut Section<'_, '_>) -> ErrorHandling {
    ErrorHandling {
        on_failure: section.section(&ON_FAILURE, read_action),
        on_retry: section.section(&ON_RETRY, read_action),
        on_recovery: section.section(&ON_RECOVERY, read_action),
        on_circuit_open: section.section(&ON_CIRCUIT_OPEN, read_action),
    }
}

fn read_action(section: &mut Section<'_, '_>) -> Action {
    Action {
        action: section.word(&ACTION, &ACTIONS).map(Into::into),
        message: section.text(&MESSAGE),
        collect_diagnostics: section.flag(&COLLECT_DIAGNOSTICS).unwrap_or(false),
        notify: section.texts(&NOTIFY).unwrap_or_default(),
        pause_duration: section.duration(&PAUSE_DURATION),
    }
}

#[allow(clippy::ref_option, reason = "serde hands fields in by reference")]
fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(serializer)
}

const ACTIONS: [(&str, &str); 5] = [
    ("log", "log"),
    ("log_and_continue", "log_and_continue"),
    ("notify", "notify"),
    ("pause", "pause"),
    ("pause_and_notify", "pause_and_notify"),
];

const ON_FAILURE: Field =
    Field { name: "on_failure", aliases: &[], doc: Field::doc("When a call has failed for good.") };
const ON_RETRY: Field = Field { name: "on_retry", aliases: &[], doc: Field::doc("Before each wait.") };
const ON_RECOVERY: Field =
    Field { name: "on_recovery", aliases: &[], doc: Field::doc("When a call succeeded after retries.") };
const ON_CIRCUIT_OPEN: Field =
    Field { name: "on_circuit_open", aliases: &[], doc: Field::doc("When the breaker opened.") };
const ACTION: Field =
    Field { name: "action", aliases: &[], doc: Field::doc("What to do. Default: nothing but the rest.") };
const MESSAGE: Field = Field {
    name: "message",
    aliases: &[],
    doc: Field::doc("What to log; ${attempt_number} and ${max_attempts} stand for numbers."),
};
const COLLECT_DIAGNOSTICS: Field = Field {
    name: "collect_diagnostics",
    aliases: &[],
    doc: Field::doc("Whether to write a diagnostic bundle. Default: false."),
};
const NOTIFY: Field =
    Field { name: "notify", aliases: &[], doc: Field::doc("Whom to tell. Default: nobody.") };
const PAUSE_DURATION: Field =
    Field { name: "pause_duration", aliases: &[], doc: Field::doc("How long to pause. Default: not.") };
