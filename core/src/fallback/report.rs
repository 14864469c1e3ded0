//! What became of a call, for those who ask afterwards.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::Serialize;

use super::chain::Chain;
use super::run::ChainRun;
use crate::classify::Verdict;
use crate::time::Instant;

/// Which step answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    /// Its number in the document.
    pub step: usize,
    /// How good its answer is.
    pub quality: f64,
    /// What it cost.
    pub cost: f64,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ending {
    /// A step answered.
    Served(Served),
    /// Every step that was not benched has failed.
    Exhausted {
        /// The earliest time at which a benched step may be tried.
        until: Option<Instant>,
    },
    /// No step could be tried.
    AllBenched {
        /// The earliest time at which one may be.
        until: Option<Instant>,
    },
    /// The verdict of this step ended the chain.
    FailedNow {
        /// Its number in the document.
        step: usize,
    },
    /// Someone asked to stop.
    Abandoned,
}

/// The record of a call. Durations are written in seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `served`, `exhausted`, `all_benched`, `failed_now` or `abandoned`; `None` while it goes on.
    pub ending: Option<&'static str>,
    /// The step that answered.
    pub served: Option<ServedStep>,
    /// The steps before it that did not, in the order of events.
    pub passed: Vec<Passed>,
    /// The demoted step that was tried first, to find out whether it has recovered.
    pub explored: Option<String>,
    /// From the last event, how long until a benched step may be tried; only where no step answered.
    #[serde(serialize_with = "seconds")]
    pub retry_after: Option<Duration>,
    /// From the beginning of the call to the last thing that happened.
    #[serde(serialize_with = "seconds")]
    pub elapsed: Option<Duration>,
}

/// The step that answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServedStep {
    /// Its name.
    pub name: String,
    /// How good its answer is.
    pub quality: f64,
    /// What it cost.
    pub cost: f64,
}

/// A step that did not answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Passed {
    /// Its name.
    pub name: String,
    /// Why not.
    pub why: Why,
    /// What was wrong, where it was tried and failed.
    pub verdict: Option<Verdict>,
    /// How long after the beginning of the call.
    #[serde(serialize_with = "seconds")]
    pub started: Option<Duration>,
    /// How long it took; `None` if it was not tried.
    #[serde(serialize_with = "seconds")]
    pub took: Option<Duration>,
}

/// Why a step did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It was not available.
    Benched,
    /// It was tried and failed.
    Failed,
    /// It was tried and ended in what a rule says is neither success nor failure.
    Ignored,
    /// It was under way when someone asked to stop.
    Abandoned,
}

/// What a run remembers of a step that it passed over.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Note {
    pub(super) step: usize,
    pub(super) why: Why,
    pub(super) verdict: Option<Verdict>,
    /// When it may be tried again, if it was benched.
    pub(super) until: Option<Instant>,
    pub(super) at: Instant,
    pub(super) took: Option<Duration>,
}

impl Note {
    /// Notes that a step is benched; the last answer to the question counts.
    pub(super) fn bench(notes: &mut Vec<Self>, step: usize, until: Option<Instant>, now: Instant) {
        if let Some(note) = notes.iter_mut().find(|note| note.step == step) {
            note.until = until;
        } else {
            notes.push(Self { step, why: Why::Benched, verdict: None, until, at: now, took: None });
        }
    }
}

impl Ending {
    /// The word for it in logs and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Served(_) => "served",
            Self::Exhausted { .. } => "exhausted",
            Self::AllBenched { .. } => "all_benched",
            Self::FailedNow { .. } => "failed_now",
            Self::Abandoned => "abandoned",
        }
    }
}

impl Report {
    pub(super) fn of(run: &ChainRun, chain: &Chain) -> Self {
        let name =
            |step: usize| chain.config.steps.get(step).map(|step| step.name.clone()).unwrap_or_default();
        let passed = |note: &Note| Passed {
            name: name(note.step),
            why: note.why,
            verdict: note.verdict.clone(),
            started: Some(note.at.saturating_since(run.began)),
            took: note.took,
        };
        let ending = run.ending();
        Self {
            ending: ending.map(Ending::name),
            served: match ending {
                Some(Ending::Served(Served { step, quality, cost })) => {
                    Some(ServedStep { name: name(step), quality, cost })
                }
                _ => None,
            },
            passed: run.notes.iter().map(passed).collect(),
            explored: run.explored().map(name),
            retry_after: match ending {
                Some(Ending::Exhausted { until } | Ending::AllBenched { until }) => {
                    until.map(|until| until.saturating_since(run.last))
                }
                _ => None,
            },
            elapsed: Some(run.elapsed()),
        }
    }
}

#[allow(clippy::ref_option, reason = "serde hands fields in by reference")]
pub(super) fn seconds<S: serde::Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    duration.map(|duration| duration.as_secs_f64()).serialize(serializer)
}
