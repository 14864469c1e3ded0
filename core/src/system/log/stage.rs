//! The machines of one part and the calls through them, driven by data.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::chained::Chained;
use super::decision::{Decision, Stand};
use super::input::Input;
use super::saved::{First, Saved};
use super::watched::Watched;
use super::way::Way;
use crate::breaker::{Breaker, Transition};
use crate::call::{Call, Next, Report, Step};
use crate::classify::Fault;
use crate::degrade::{Change, Degradation, DegradeError};
use crate::fallback::{self, Chain};
use crate::guard::Guards;
use crate::limit::Permit;
use crate::policy::Policy;
use crate::time::Instant;

/// One part of a program: the machines of a policy, and the calls under way through them.
///
/// Where the policy has a chain, the part has that too: runs through it, and calls of its steps, each with the machines of
/// the step's own policy. Whether a step is benched follows from these. A step that has a chain or levels of its own is
/// a part by itself, as far as these go.
///
/// It answers any input at any time: one that is about nothing changes nothing. So the events of one policy can be
/// played under another, where calls end earlier or later.
#[derive(Debug, Clone)]
pub struct Stage {
    own: Way,
    chained: Option<Chained>,
    degradation: Option<Degradation>,
    calls: BTreeMap<u64, Live>,
    /// What became of the call that ended last.
    ended: Option<Report>,
    now: Instant,
}

/// A call under way.
#[derive(Debug, Clone)]
struct Live {
    call: Call,
    /// What it follows, to its end.
    policy: Arc<Policy>,
    /// The step that it goes to; `None` for the part's own function.
    step: Option<usize>,
    /// Whether it may ask for an attempt: to ask again while one runs would lose the first one's ticket.
    due: bool,
}

impl Stage {
    /// Machines that have seen nothing.
    pub fn new(policy: Arc<Policy>) -> Self {
        // A document is checked when it is read; settings made by hand that make no sense have no machine.
        let degradation = policy.degradation.clone().and_then(|config| Degradation::new(config).ok());
        let chained = policy.fallback.as_ref().and_then(Chained::new);
        let (calls, ended, now) = (BTreeMap::new(), None, Instant::default());
        Self { own: Way::new(policy), chained, degradation, calls, ended, now }
    }

    /// The machines that calls go through.
    pub const fn guards(&mut self) -> &mut Guards {
        &mut self.own.guards
    }

    /// The machines that calls of a step go through, if it has a policy of its own.
    pub fn step_guards(&mut self, step: &str) -> Option<&mut Guards> {
        let chained = self.chained.as_mut()?;
        Some(&mut chained.way(chained.step(step)?)?.guards)
    }

    /// The chain, if the policy has one.
    pub fn chain(&self) -> Option<&Chain> {
        self.chained.as_ref().map(|chained| &chained.chain)
    }

    /// The level, if the policy has any.
    pub const fn degradation(&self) -> Option<&Degradation> {
        self.degradation.as_ref()
    }

    /// How many calls are under way.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// How many runs through the chain are not over.
    pub fn runs(&self) -> usize {
        self.chained.as_ref().map_or(0, Chained::runs)
    }

    /// Whether neither a call nor a run is under way.
    pub fn is_quiet(&self) -> bool {
        self.calls.is_empty() && self.runs() == 0
    }

    /// What has become of a call under way so far.
    pub fn report(&self, call: u64) -> Option<Report> {
        self.calls.get(&call).map(|live| live.call.report())
    }

    /// What has become of a run through the chain so far.
    pub fn run_report(&self, run: u64) -> Option<fallback::Report> {
        self.chained.as_ref().and_then(|chained| chained.report(run))
    }

    /// What became of the call, and of the run, that the last input ended, if it did.
    pub(super) fn take_ended(&mut self) -> (Option<Report>, Option<fallback::Report>) {
        (self.ended.take(), self.chained.as_mut().and_then(Chained::take_ended))
    }

    /// What happens at `now`, and what follows from it.
    pub fn apply(&mut self, input: &Input, now: Instant) -> Decision {
        self.now = self.now.max(now);
        let now = self.now;
        self.take_ended();
        match input {
            Input::Opened => Decision::Done,
            Input::Begun { call, step, seed } => self.begun(*call, step.as_deref(), *seed, now),
            Input::Admit { call } => self.admit(*call, now),
            Input::Hedge { call } => self.hedge(*call, now),
            Input::Succeeded { call, attempt } => self.succeeded(*call, *attempt, now),
            Input::Failed { call, attempt, fault } => self.failed(*call, *attempt, fault, now),
            Input::Abandoned { call } => self.abandoned(*call, now),
            Input::RunBegun { .. }
            | Input::RunNext { .. }
            | Input::RunSucceeded { .. }
            | Input::RunFailed { .. }
            | Input::RunRefused { .. }
            | Input::RunAbandoned { .. } => {
                let classifier = &self.own.policy().classifier;
                let chained = self.chained.as_mut();
                chained.map_or(Decision::Nothing, |chained| chained.apply(input, classifier, now))
            }
            Input::Tick => self.tick(now),
            Input::Forced { step, state } => self.moved(step.as_deref(), |breaker| breaker.force(*state)),
            Input::Reset { step } => self.moved(step.as_deref(), Breaker::reset),
            Input::Reconfigured { step, policy } => {
                let answer = self.way(step.as_deref()).map(|way| way.reconfigure(policy, now));
                answer.map_or(Decision::Nothing, |answer| {
                    answer.map_or_else(Decision::Refused, |transition| Decision::Moved { transition })
                })
            }
            Input::Observed { metric, value } => self.level(|level| level.observe(metric, *value, now)),
            Input::Degraded { reason } => self.level(|level| Ok(level.degrade(reason, now))),
            Input::Raised => self.level(|level| Ok(level.restore(now))),
            Input::LevelSet { level: name } => self.level(|level| level.set_level(name, now)),
            Input::Pinned { level: name } => self.level(|level| level.pin(name, now)),
            Input::Unpinned => self.level(|level| {
                level.unpin();
                Ok(None)
            }),
            Input::Restored { saved } => {
                self.abandon_all(now);
                self.restore(saved, now).map_or_else(Decision::Refused, |()| Decision::Done)
            }
            Input::Checkpoint => {
                // Only under another policy than the recorded one can there be any: nobody will hear of them again.
                self.abandon_all(now);
                Decision::Saved(Box::new(self.save(now).clean()))
            }
        }
    }

    /// Takes on snapshots, as of `now`; what does not fit is left as it is, and the first of that is the answer.
    pub(super) fn restore(&mut self, saved: &Saved, now: Instant) -> Result<(), String> {
        self.now = self.now.max(now);
        let (now, mut wrong) = (self.now, First::default());
        self.own.restore(saved, &mut wrong, now);
        if let (Some(machine), Some(saved)) = (&mut self.degradation, &saved.degradation) {
            let restored = machine.restore_snapshot(saved, now);
            wrong.note(restored.map_err(|error| format!("degradation.{error}")));
        }
        if let Some(chained) = &mut self.chained {
            if let Some(saved) = &saved.chain {
                let restored = chained.chain.restore(saved, now);
                wrong.note(restored.map_err(|error| format!("chain.{error}")));
            }
            for (name, way) in chained.ways() {
                if let Some(saved) = saved.steps.get(name) {
                    wrong.within = format!("steps.{name}.");
                    way.restore(saved, &mut wrong, now);
                }
            }
        }
        wrong.found()
    }

    fn save(&mut self, now: Instant) -> Saved {
        let mut saved = self.own.save(now);
        saved.degradation = self.degradation.as_ref().map(|degradation| degradation.snapshot(now));
        if let Some(chained) = &mut self.chained {
            saved.chain = Some(chained.chain.snapshot(now));
            saved.steps = chained.ways().map(|(name, way)| (name.to_string(), way.save(now))).collect();
        }
        saved
    }

    fn begun(&mut self, number: u64, step: Option<&str>, seed: u64, now: Instant) -> Decision {
        let step = match step {
            None => None,
            Some(name) => match self.chained.as_ref().and_then(|chained| chained.step(name)) {
                None => return Decision::Nothing,
                known => known,
            },
        };
        if self.calls.contains_key(&number) {
            return Decision::Nothing;
        }
        let Some(way) = way_of(&mut self.own, &mut self.chained, step) else { return Decision::Nothing };
        let policy = Arc::clone(way.policy());
        self.calls.insert(number, Live { call: Call::new(seed, now), policy, step, due: true });
        Decision::Done
    }

    fn tick(&mut self, now: Instant) -> Decision {
        let tick = |way: &mut Way| {
            way.guards.breaker.as_mut().map(|breaker| {
                let transition = breaker.tick(now);
                Stand { state: breaker.state(now), transition }
            })
        };
        let breaker = tick(&mut self.own);
        let steps = self.chained.iter_mut().flat_map(Chained::ways);
        let steps = steps.filter_map(|(name, way)| Some((name.to_string(), tick(way)?))).collect();
        let change = self.degradation.as_mut().and_then(|degradation| degradation.tick(now));
        Decision::Stands { breaker, steps, change }
    }

    /// The part's own function, or a step with a policy of its own.
    fn way(&mut self, step: Option<&str>) -> Option<&mut Way> {
        let Some(name) = step else { return Some(&mut self.own) };
        let chained = self.chained.as_mut()?;
        chained.way(chained.step(name)?)
    }

    fn moved(
        &mut self,
        step: Option<&str>,
        act: impl FnOnce(&mut Breaker) -> Option<Transition>,
    ) -> Decision {
        let breaker = self.way(step).and_then(|way| way.guards.breaker.as_mut());
        breaker.map_or(Decision::Nothing, |breaker| Decision::Moved { transition: act(breaker) })
    }

    fn admit(&mut self, number: u64, now: Instant) -> Decision {
        if !self.calls.get(&number).is_some_and(|live| live.due) {
            return Decision::Nothing;
        }
        self.stepped(number, |live, gate| {
            let step = live.call.admit(&live.policy, gate, now);
            live.due = matches!(step.next, Next::Wait(_) | Next::Queue(_));
            Some(step)
        })
    }

    fn hedge(&mut self, number: u64, now: Instant) -> Decision {
        self.stepped(number, |live, gate| live.call.hedge(&live.policy, gate, now))
    }

    fn failed(&mut self, number: u64, attempt: u32, fault: &Fault, now: Instant) -> Decision {
        self.stepped(number, |live, gate| {
            let step = live.call.fail_attempt(attempt, &live.policy, gate, fault, now);
            live.due |= matches!(step.next, Next::Wait(_));
            Some(step)
        })
    }

    fn succeeded(&mut self, number: u64, attempt: u32, now: Instant) -> Decision {
        self.over(number, |live, gate| live.call.succeed_attempt(attempt, gate, now))
    }

    fn abandoned(&mut self, number: u64, now: Instant) -> Decision {
        self.over(number, |live, gate| live.call.abandon(gate, now))
    }

    fn abandon_all(&mut self, now: Instant) {
        let numbers: Vec<u64> = self.calls.keys().copied().collect();
        for number in numbers {
            self.abandoned(number, now);
        }
        if let Some(chained) = &mut self.chained {
            chained.abandon_all(now);
        }
        self.ended = None;
    }

    /// Asks a call what follows.
    fn stepped(
        &mut self,
        number: u64,
        act: impl FnOnce(&mut Live, &mut Watched<'_>) -> Option<Step>,
    ) -> Decision {
        let Some((Some(step), woken)) = self.act(number, act) else { return Decision::Nothing };
        Decision::Step { step, woken }
    }

    /// Lets a call end. An attempt that was not under way ends nothing.
    fn over(
        &mut self,
        number: u64,
        act: impl FnOnce(&mut Live, &mut Watched<'_>) -> Option<Transition>,
    ) -> Decision {
        let Some((transition, woken)) = self.act(number, act) else { return Decision::Nothing };
        if self.ended.is_none() {
            return Decision::Nothing;
        }
        Decision::Over { transition, woken }
    }

    /// Does something with a call under way and what guards it; answers with the calls that may ask again because of it.
    fn act<T>(
        &mut self,
        number: u64,
        act: impl FnOnce(&mut Live, &mut Watched<'_>) -> T,
    ) -> Option<(T, Vec<u64>)> {
        let live = self.calls.get_mut(&number)?;
        let step = live.step;
        let mut gate = way_of(&mut self.own, &mut self.chained, step)?.watch();
        let answer = act(live, &mut gate);
        let granted = gate.granted;
        if live.call.stop_reason().is_some() {
            self.ended = self.calls.remove(&number).map(|live| live.call.report());
        }
        Some((answer, self.woken(step, &granted)))
    }

    /// The calls of this step that these places in the line of its bulkhead belong to.
    fn woken(&self, step: Option<usize>, granted: &[Permit]) -> Vec<u64> {
        let owner = |place: &Permit| {
            let waits = |live: &Live| live.step == step && live.call.place() == Some(*place);
            self.calls.iter().find(|(_, live)| waits(live)).map(|(number, _)| *number)
        };
        granted.iter().filter_map(owner).collect()
    }

    fn level(
        &mut self,
        act: impl FnOnce(&mut Degradation) -> Result<Option<Change>, DegradeError>,
    ) -> Decision {
        match self.degradation.as_mut().map(act) {
            None => Decision::Nothing,
            Some(Ok(change)) => Decision::Level { change },
            Some(Err(error)) => Decision::Refused(error.to_string()),
        }
    }
}

/// What guards a step, or the part's own function.
fn way_of<'a>(
    own: &'a mut Way,
    chained: &'a mut Option<Chained>,
    step: Option<usize>,
) -> Option<&'a mut Way> {
    match step {
        None => Some(own),
        Some(step) => chained.as_mut()?.way(step),
    }
}
