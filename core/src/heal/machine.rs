//! Every transition of self-healing lives in this file; see the table in the [module](super).

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::Serialize;

use super::Misuse;
use super::config::{HealConfig, MOST_REMEDIES};
use super::report::{Ending, RemedyOutcome};

/// One call that may be healed. Its first attempt is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heal {
    config: Arc<HealConfig>,
    state: State,
    pub(super) attempts: u32,
    /// What was applied, in order; the last one may be under way.
    pub(super) tried: Vec<Tried>,
    /// The diagnosis that no remedy fits, for the report.
    pub(super) unknown: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Attempt,
    Remedy,
    Over(Ending),
}

/// A remedy of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) diagnosis: String,
    pub(super) remedy: String,
    pub(super) outcome: RemedyOutcome,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Next<'a> {
    /// Apply this remedy, then say how it went.
    Remedy {
        /// The how-manieth remedy of this call, from 1; to be handed back.
        number: u32,
        /// What it is called in the table.
        name: &'a str,
    },
    /// Make the call again.
    Retry,
    /// Nothing more can be done; the call ends in its own error.
    GiveUp(GiveUp),
}

/// Why a call is not healed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GiveUp {
    /// The diagnoser could not name the problem.
    NoDiagnosis,
    /// The table has no remedy for the problem.
    UnknownDiagnosis,
    /// Every remedy for the problem has been applied in this call.
    NoRemedyLeft,
    /// The call has had as many remedies as it may.
    MaxRemedies,
}

impl GiveUp {
    /// The word for it in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoDiagnosis => "no_diagnosis",
            Self::UnknownDiagnosis => "unknown_diagnosis",
            Self::NoRemedyLeft => "no_remedy_left",
            Self::MaxRemedies => "max_remedies",
        }
    }
}

impl Heal {
    /// A call whose first attempt is under way.
    pub const fn new(config: Arc<HealConfig>) -> Self {
        Self { config, state: State::Attempt, attempts: 1, tried: Vec::new(), unknown: None }
    }

    /// The attempt failed, and this is what the diagnoser calls the problem; `None` if it could not tell. An empty name
    /// tells nothing either.
    pub fn failed(&mut self, diagnosis: Option<&str>) -> Result<Next<'_>, Misuse> {
        self.expect_attempt()?;
        match diagnosis.filter(|name| !name.is_empty()) {
            Some(name) => Ok(self.remedy_for(name)),
            None => Ok(self.give_up(GiveUp::NoDiagnosis)),
        }
    }

    /// The remedy was applied.
    pub fn remedied(&mut self, number: u32) -> Result<Next<'_>, Misuse> {
        self.settle_remedy(number, RemedyOutcome::Succeeded)?;
        self.state = State::Attempt;
        self.attempts += 1;
        Ok(Next::Retry)
    }

    /// The remedy could not be applied.
    pub fn remedy_failed(&mut self, number: u32) -> Result<Next<'_>, Misuse> {
        let diagnosis = self.settle_remedy(number, RemedyOutcome::Failed)?;
        Ok(self.remedy_for(&diagnosis))
    }

    /// The attempt succeeded.
    pub fn succeeded(&mut self) -> Result<(), Misuse> {
        self.expect_attempt()?;
        self.state = State::Over(Ending::Succeeded);
        Ok(())
    }

    /// Someone asked to stop, or the caller has gone away.
    pub fn abandoned(&mut self) -> Result<(), Misuse> {
        match self.state {
            State::Attempt => {}
            State::Remedy => self.mark_last(RemedyOutcome::Abandoned),
            State::Over(_) => return Err(Misuse::Over),
        }
        self.state = State::Over(Ending::Abandoned);
        Ok(())
    }

    /// How many more remedies this call may have. At 0 a diagnosis is not worth its cost: whatever it says, the call is
    /// given up.
    pub fn remedies_left(&self) -> u32 {
        self.config.max_remedies.get().min(MOST_REMEDIES).saturating_sub(self.applied())
    }

    /// How the call ended; `None` while it goes on.
    pub const fn ending(&self) -> Option<Ending> {
        match self.state {
            State::Over(ending) => Some(ending),
            State::Attempt | State::Remedy => None,
        }
    }

    fn remedy_for(&mut self, diagnosis: &str) -> Next<'_> {
        let config = Arc::clone(&self.config);
        let Some(remedies) = config.remedies.get(diagnosis).filter(|remedies| !remedies.is_empty()) else {
            self.unknown = Some(super::report::shown(diagnosis));
            return self.give_up(GiveUp::UnknownDiagnosis);
        };
        let untried = |remedy: &&String| self.tried.iter().all(|tried| tried.remedy != **remedy);
        let Some(remedy) = remedies.iter().find(untried) else {
            return self.give_up(GiveUp::NoRemedyLeft);
        };
        if self.remedies_left() == 0 {
            return self.give_up(GiveUp::MaxRemedies);
        }
        let (diagnosis, remedy) = (String::from(diagnosis), remedy.clone());
        self.tried.push(Tried { diagnosis, remedy, outcome: RemedyOutcome::UnderWay });
        self.state = State::Remedy;
        let number = self.applied();
        let name = self.tried.last().map_or("", |tried| tried.remedy.as_str());
        Next::Remedy { number, name }
    }

    const fn give_up(&mut self, reason: GiveUp) -> Next<'_> {
        self.state = State::Over(Ending::GaveUp(reason));
        Next::GiveUp(reason)
    }

    const fn expect_attempt(&self) -> Result<(), Misuse> {
        match self.state {
            State::Attempt => Ok(()),
            State::Remedy => Err(Misuse::RemedyUnderWay { number: self.applied() }),
            State::Over(_) => Err(Misuse::Over),
        }
    }

    /// Settles the remedy that is under way; answers for which diagnosis it was.
    fn settle_remedy(&mut self, number: u32, outcome: RemedyOutcome) -> Result<String, Misuse> {
        match self.state {
            State::Remedy if number == self.applied() => {
                self.mark_last(outcome);
                Ok(self.tried.last().map(|tried| tried.diagnosis.clone()).unwrap_or_default())
            }
            State::Attempt | State::Remedy => Err(Misuse::NotUnderWay { number }),
            State::Over(_) => Err(Misuse::Over),
        }
    }

    fn mark_last(&mut self, outcome: RemedyOutcome) {
        if let Some(last) = self.tried.last_mut() {
            last.outcome = outcome;
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "there are at most MOST_REMEDIES of them")]
    const fn applied(&self) -> u32 {
        self.tried.len() as u32
    }
}
