//! The chain of a part and the runs through it, driven by data.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use super::decision::{Decision, RunNext};
use super::input::{Input, LONGEST_NAME};
use super::way::Way;
use crate::classify::{Classifier, Fault};
use crate::fallback::{self, Availability, Chain, ChainConfig, ChainRun, Ending, Misuse};
use crate::policy::Fallback;
use crate::redact::redact_within;
use crate::time::Instant;

/// A chain, what guards its steps, and the runs that are not over.
#[derive(Debug, Clone)]
pub(super) struct Chained {
    pub(super) chain: Chain,
    /// In the order of the steps; a step without a policy has none.
    ways: Vec<Option<Way>>,
    runs: BTreeMap<u64, ChainRun>,
    /// What became of the run that ended last.
    ended: Option<fallback::Report>,
}

impl Chained {
    /// A chain without experience; `None` for settings made by hand that make no sense.
    pub(super) fn new(fallback: &Fallback) -> Option<Self> {
        let chain = Chain::new(shown(fallback.chain.clone())).ok()?;
        let way = |policy: &Option<_>| policy.clone().map(|policy| Way::new(Arc::new(policy)));
        let ways = fallback.policies.iter().map(way).collect();
        Some(Self { chain, ways, runs: BTreeMap::new(), ended: None })
    }

    /// The number of the step with this name.
    pub(super) fn step(&self, name: &str) -> Option<usize> {
        self.chain.config().steps.iter().position(|step| step.name == name)
    }

    /// What guards a step.
    pub(super) fn way(&mut self, step: usize) -> Option<&mut Way> {
        self.ways.get_mut(step)?.as_mut()
    }

    /// The steps that something guards, by name.
    pub(super) fn ways(&mut self) -> impl Iterator<Item = (&str, &mut Way)> {
        let steps = self.chain.config().steps.iter().zip(&mut self.ways);
        steps.filter_map(|(step, way)| Some((step.name.as_str(), way.as_mut()?)))
    }

    pub(super) fn runs(&self) -> usize {
        self.runs.len()
    }

    pub(super) fn report(&self, run: u64) -> Option<fallback::Report> {
        self.runs.get(&run).map(|run| run.report(&self.chain))
    }

    pub(super) const fn take_ended(&mut self) -> Option<fallback::Report> {
        self.ended.take()
    }

    /// What happens to a run, and what follows; `classifier` is that of steps that have none of their own.
    pub(super) fn apply(&mut self, input: &Input, classifier: &Classifier, now: Instant) -> Decision {
        match input {
            Input::RunBegun { run } if !self.runs.contains_key(run) => {
                self.runs.insert(*run, self.chain.begin(now));
                Decision::Done
            }
            Input::RunNext { run } => self.next(*run, now),
            Input::RunSucceeded { run, step } => self.at(step, |chained, step| {
                chained.settle(*run, now, |run, chain| run.succeeded(chain, step, now).map(drop))
            }),
            Input::RunFailed { run, step, fault } => {
                self.at(step, |chained, step| chained.failed(*run, step, fault, classifier, now))
            }
            Input::RunRefused { run, step, retry_after } => self.at(step, |chained, step| {
                let wait = retry_after.map(Duration::from_nanos);
                chained.settle(*run, now, |run, chain| run.refused(chain, step, wait, now))
            }),
            Input::RunAbandoned { run } => self.settle(*run, now, |run, chain| run.abandoned(chain, now)),
            _ => Decision::Nothing,
        }
    }

    pub(super) fn abandon_all(&mut self, now: Instant) {
        for mut run in core::mem::take(&mut self.runs).into_values() {
            // A run that is not over can be abandoned.
            run.abandoned(&mut self.chain, now).ok();
        }
    }

    fn at(&mut self, step: &str, act: impl FnOnce(&mut Self, usize) -> Decision) -> Decision {
        self.step(step).map_or(Decision::Nothing, |step| act(self, step))
    }

    fn next(&mut self, number: u64, now: Instant) -> Decision {
        let Some(run) = self.runs.get_mut(&number) else { return Decision::Nothing };
        let ways = &mut self.ways;
        let available = |step: usize| match ways.get_mut(step) {
            Some(Some(way)) => way.availability(now),
            _ => Availability::Ready,
        };
        match run.next(&mut self.chain, available, now) {
            Err(_) => Decision::Nothing,
            Ok(fallback::Decision::Try { step }) => Decision::Run(RunNext::Try { step: self.name(step) }),
            Ok(_) => self.settle(number, now, |_, _| Ok(())),
        }
    }

    fn failed(
        &mut self,
        number: u64,
        step: usize,
        fault: &Fault,
        classifier: &Classifier,
        now: Instant,
    ) -> Decision {
        let own = self.ways.get(step).and_then(Option::as_ref);
        let verdict = own.map_or(classifier, |way| &way.policy().classifier).classify(fault);
        self.settle(number, now, |run, chain| run.failed(chain, step, &verdict, now))
    }

    /// Does something to a run, which ends with it or goes on.
    fn settle(
        &mut self,
        number: u64,
        now: Instant,
        act: impl FnOnce(&mut ChainRun, &mut Chain) -> Result<(), Misuse>,
    ) -> Decision {
        let Some(run) = self.runs.get_mut(&number) else { return Decision::Nothing };
        if act(run, &mut self.chain).is_err() {
            return Decision::Nothing;
        }
        let Some(ending) = run.ending() else { return Decision::Done };
        self.ended = Some(run.report(&self.chain));
        self.runs.remove(&number);
        let wait = |until: Option<Instant>| until.map(|until| until.saturating_since(now));
        Decision::Run(match ending {
            Ending::Served(served) => {
                let (step, quality, cost) = (self.name(served.step), served.quality, served.cost);
                RunNext::Served { step, quality, cost }
            }
            Ending::Exhausted { until } => RunNext::Exhausted { retry_after: wait(until) },
            Ending::AllBenched { until } => RunNext::AllBenched { retry_after: wait(until) },
            Ending::FailedNow { step } => RunNext::FailNow { step: self.name(step) },
            Ending::Abandoned => RunNext::Abandoned,
        })
    }

    fn name(&self, step: usize) -> String {
        self.chain.config().steps.get(step).map(|step| step.name.clone()).unwrap_or_default()
    }
}

/// The settings with names that a log may hold. A name that may not be shown is a number instead.
fn shown(mut config: ChainConfig) -> ChainConfig {
    let mut taken: BTreeSet<String> = config.steps.iter().map(|step| step.name.clone()).collect();
    for (index, step) in config.steps.iter_mut().enumerate() {
        if redact_within(&step.name, LONGEST_NAME) != step.name {
            let mut names = (index + 1..).map(|number| format!("step {number}"));
            step.name = names.find(|name| !taken.contains(name)).unwrap_or_default();
            taken.insert(step.name.clone());
        }
    }
    config
}
