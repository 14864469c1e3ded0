//! The gate that all calls go through: the real machines, with the models beside them.

use core::time::Duration;

use failsoft::breaker::{Admission, Breaker, Outcome, Ticket, Transition};
use failsoft::guard::{Gate, GuardConfig, Guards, Limits};
use failsoft::limit::Permit;
use failsoft::time::Instant;

use crate::model::{Budget, Issue, Meaning, Model, Place};

/// What was seen at the gate, beside what should have been.
#[derive(Debug, Clone)]
pub(crate) enum Seen {
    /// A call wanted to go out, of a breaker that was in this state.
    Asked { from: Place, told: Result<(), Option<u64>>, expected: Result<(), Option<u64>>, change: Changed },
    /// A call came back.
    Settled { from: Place, waited_for: bool, as_meant: bool, meaning: Meaning, change: Changed },
    /// Time passed, or a person or a restart did something.
    Commanded { from: Place, change: Changed },
    /// A retry or a hedge was to be paid for.
    Withdrew { granted: bool, expected: bool },
    /// A first attempt went out.
    Began,
    /// An attempt succeeded: a retry, or a first one.
    Succeeded { retried: bool },
}

/// A change of state that was told, and the one that was due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Changed {
    pub(crate) told: Option<Transition>,
    pub(crate) due: Option<Transition>,
}

/// The machines, the models, and who holds what.
#[derive(Debug, Clone)]
pub(crate) struct Spy {
    pub(crate) guards: Guards,
    pub(crate) model: Option<Model>,
    pub(crate) budget: Option<Budget>,
    /// Tickets that have not come back.
    pub(crate) out: Vec<(Ticket, Option<Issue>)>,
    pub(crate) seen: Vec<Seen>,
    /// Places in the bulkhead's line that have become permits.
    pub(crate) granted: Vec<Permit>,
    /// What the next end of a call means; what nobody speaks of means nothing.
    pub(crate) meaning: Option<Meaning>,
    /// What the breaker said of its open wait, and was wrong about.
    pub(crate) misjudged: Option<String>,
    /// Tokens that the rate limit gave out, and took back.
    pub(crate) rate: (u64, u64),
}

impl Spy {
    pub(crate) fn new(config: &GuardConfig) -> Self {
        Self {
            guards: Guards::new(config),
            model: config.breaker.map(Model::new),
            budget: config.budget.map(Budget::new),
            out: Vec::new(),
            seen: Vec::new(),
            granted: Vec::new(),
            meaning: None,
            misjudged: None,
            rate: (0, 0),
        }
    }

    /// The changes of state that were told in this step.
    pub(crate) fn changes(&self) -> Vec<Transition> {
        let told = self.seen.iter().filter_map(|seen| match seen {
            Seen::Asked { change, .. } | Seen::Settled { change, .. } | Seen::Commanded { change, .. } => {
                change.told
            }
            _ => None,
        });
        told.collect()
    }

    /// Where the model is.
    pub(crate) fn place(&self) -> Place {
        self.model.as_ref().map_or(Place::Closed, |model| model.place)
    }

    /// Something is done to the breaker, and to its model.
    pub(crate) fn command(
        &mut self,
        real: impl FnOnce(&mut Breaker) -> Option<Transition>,
        should: impl FnOnce(&mut Model) -> Option<Transition>,
    ) -> Option<Transition> {
        let from = self.place();
        let (Some(breaker), Some(model)) = (&mut self.guards.breaker, &mut self.model) else { return None };
        let change = Changed { told: real(breaker), due: should(model) };
        self.seen.push(Seen::Commanded { from, change });
        self.learn();
        change.told
    }

    /// A ticket comes back a second time, or was never given out.
    pub(crate) fn again(&mut self, ticket: Ticket, issue: Option<Issue>, outcome: Outcome, now: Instant) {
        self.settled(ticket, issue, Meaning::Success, outcome, now);
    }

    fn settled(
        &mut self,
        ticket: Ticket,
        issue: Option<Issue>,
        meaning: Meaning,
        outcome: Outcome,
        now: Instant,
    ) -> Option<Transition> {
        let from = self.place();
        let told = self.guards.settle(ticket, outcome, now);
        let Some(model) = &mut self.model else { return told };
        model.hear(now.as_nanos());
        let waited_for = issue.is_some_and(|issue| model.is_waited_for(&issue));
        let change = Changed { told, due: model.settle(issue, meaning, now.as_nanos()) };
        let as_meant = match (meaning, outcome) {
            (Meaning::Success, Outcome::Success) | (Meaning::Nothing, Outcome::Ignored) => true,
            (Meaning::Failure(_, due), Outcome::Failure { hint, .. }) => due == hint.map(crate::model::nanos),
            _ => false,
        };
        self.seen.push(Seen::Settled { from, waited_for, as_meant, meaning, change });
        self.learn();
        told
    }

    fn learn(&mut self) {
        let (Some(breaker), Some(model)) = (&self.guards.breaker, &mut self.model) else { return };
        if let Place::Open { until: None, .. } = model.place {
            let until = breaker.next_wakeup(Instant::from_nanos(model.now)).map(Instant::as_nanos);
            if let Err(why) = model.learn(until) {
                self.misjudged.get_or_insert(why);
            }
        }
    }
}

impl Gate for Spy {
    fn admit(&mut self, now: Instant) -> Admission {
        let from = self.place();
        let admission = self.guards.admit(now);
        let issue = self.model.as_mut().map(|model| model.ask(now.as_nanos()));
        self.learn();
        if let (Some((expected, due)), Some(model)) = (issue, &self.model) {
            let told = match &admission.ticket {
                Ok(_) => Ok(()),
                Err(rejection) => Err(rejection.retry_after.map(crate::model::nanos)),
            };
            let expected = match (expected, model.place) {
                // It has opened just now, and until when was still to be heard.
                (Err(None), Place::Open { until: Some(until), .. }) => {
                    Err(Some(until.saturating_sub(model.now)))
                }
                (expected, _) => expected.map(drop),
            };
            let change = Changed { told: admission.transition, due };
            self.seen.push(Seen::Asked { from, told, expected, change });
        }
        if let Ok(ticket) = admission.ticket {
            self.out.push((ticket, issue.and_then(|(issue, _)| issue.ok())));
        }
        admission
    }

    fn settle(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) -> Option<Transition> {
        let meaning = self.meaning.take().unwrap_or(Meaning::Nothing);
        let held = self.out.iter().position(|(other, _)| *other == ticket);
        let issue = held.and_then(|index| self.out.swap_remove(index).1);
        self.settled(ticket, issue, meaning, outcome, now)
    }

    fn retry_after(&mut self, now: Instant) -> Option<Duration> {
        self.guards.retry_after(now)
    }

    fn seed(&mut self, seed: u64) {
        self.guards.seed(seed);
    }

    fn with_limits<T>(&mut self, act: impl FnOnce(&mut Limits) -> T) -> Option<T> {
        let limits = self.guards.limits.as_deref_mut()?;
        let tally = |limits: &mut Limits| {
            limits.rate_limit().map_or((0, 0), |rate| (rate.tally().admitted, rate.tally().cancelled))
        };
        let before = tally(limits);
        let answer = act(limits);
        let after = tally(limits);
        self.rate = (self.rate.0 + after.0 - before.0, self.rate.1 + after.1 - before.1);
        Some(answer)
    }

    fn granted(&mut self, place: Permit) {
        self.granted.push(place);
    }

    fn began(&mut self, now: Instant) {
        self.guards.began(now);
        if let Some(budget) = &mut self.budget {
            budget.began(now.as_nanos());
        }
        self.seen.push(Seen::Began);
    }

    fn succeeded(&mut self, retried: bool) {
        self.guards.succeeded(retried);
        if let Some(budget) = &mut self.budget {
            budget.succeeded(retried);
        }
        self.seen.push(Seen::Succeeded { retried });
    }

    fn withdraw(&mut self, now: Instant) -> bool {
        let granted = self.guards.withdraw(now);
        let expected = self.budget.as_mut().is_none_or(|budget| budget.withdraw(now.as_nanos()));
        self.seen.push(Seen::Withdrew { granted, expected });
        granted
    }
}
