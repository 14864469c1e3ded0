//! The machines of one part and the calls through them, driven by data.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::decision::Decision;
use super::input::Input;
use super::saved::Saved;
use super::watched::Watched;
use crate::breaker::Transition;
use crate::call::{Call, Next, Report, Step};
use crate::classify::Fault;
use crate::degrade::{Change, Degradation, DegradeError};
use crate::guard::{Gate as _, Guards};
use crate::limit::Permit;
use crate::policy::Policy;
use crate::time::Instant;

/// One part of a program: the machines of a policy, and the calls under way through them.
///
/// It answers any input at any time: one that is about nothing changes nothing. So the events of one policy can be
/// played under another, where calls end earlier or later.
#[derive(Debug, Clone)]
pub struct Stage {
    policy: Arc<Policy>,
    guards: Guards,
    degradation: Option<Degradation>,
    calls: BTreeMap<u64, Live>,
    entropy: Option<u64>,
    /// What became of the call that ended last.
    ended: Option<Report>,
    now: Instant,
}

/// A call under way.
#[derive(Debug, Clone)]
struct Live {
    call: Call,
    /// Whether it may ask for an attempt: to ask again while one runs would lose the first one's ticket.
    due: bool,
}

impl Stage {
    /// Machines that have seen nothing.
    pub fn new(policy: Arc<Policy>) -> Self {
        let guards = Guards::new(&policy.guards());
        // A document is checked when it is read; settings made by hand that make no sense have no machine.
        let degradation = policy.degradation.clone().and_then(|config| Degradation::new(config).ok());
        let (calls, entropy, ended, now) = (BTreeMap::new(), None, None, Instant::default());
        Self { policy, guards, degradation, calls, entropy, ended, now }
    }

    /// The machines that calls go through.
    pub const fn guards(&mut self) -> &mut Guards {
        &mut self.guards
    }

    /// The level, if the policy has any.
    pub const fn degradation(&self) -> Option<&Degradation> {
        self.degradation.as_ref()
    }

    /// How many calls are under way.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// What has become of a call under way so far.
    pub fn report(&self, call: u64) -> Option<Report> {
        self.calls.get(&call).map(|live| live.call.report())
    }

    /// What became of the call that the last input ended, if it did.
    pub(super) fn take_ended(&mut self) -> Option<Report> {
        self.ended.take()
    }

    /// What happens at `now`, and what follows from it.
    pub fn apply(&mut self, input: &Input, now: Instant) -> Decision {
        self.now = self.now.max(now);
        let now = self.now;
        self.ended = None;
        match input {
            Input::Opened => Decision::Done,
            Input::Begun { call, seed } if !self.calls.contains_key(call) => {
                self.calls.insert(*call, Live { call: Call::new(*seed, now), due: true });
                Decision::Done
            }
            Input::Begun { .. } => Decision::Nothing,
            Input::Admit { call } => self.admit(*call, now),
            Input::Hedge { call } => self.hedge(*call, now),
            Input::Succeeded { call, attempt } => self.succeeded(*call, *attempt, now),
            Input::Failed { call, attempt, fault } => self.failed(*call, *attempt, fault, now),
            Input::Abandoned { call } => self.abandoned(*call, now),
            Input::Tick => Decision::Stands {
                state: self.guards.breaker.as_ref().map(|breaker| breaker.state(now)),
                change: self.degradation.as_mut().and_then(|degradation| degradation.tick(now)),
            },
            Input::Forced { state } => {
                let breaker = self.guards.breaker.as_mut();
                breaker.map_or(Decision::Nothing, |breaker| Decision::Moved {
                    transition: breaker.force(*state),
                })
            }
            Input::Reset => {
                let breaker = self.guards.breaker.as_mut();
                breaker.map_or(Decision::Nothing, |breaker| Decision::Moved { transition: breaker.reset() })
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
                let degradation = self.degradation.as_ref();
                Decision::Saved(Box::new(Saved::of(&mut self.guards, self.entropy, degradation, now).clean()))
            }
        }
    }

    /// Takes on snapshots, as of `now`.
    pub(super) fn restore(&mut self, saved: &Saved, now: Instant) -> Result<(), String> {
        self.now = self.now.max(now);
        let entropy = saved.restore(&mut self.guards, self.degradation.as_mut(), self.now)?;
        if let (None, Some(seed)) = (self.entropy, entropy) {
            watch(&mut self.guards, &mut self.entropy).seed(seed);
        }
        Ok(())
    }

    fn admit(&mut self, number: u64, now: Instant) -> Decision {
        let Some(live) = self.calls.get_mut(&number).filter(|live| live.due) else {
            return Decision::Nothing;
        };
        let mut gate = watch(&mut self.guards, &mut self.entropy);
        let step = live.call.admit(&self.policy, &mut gate, now);
        live.due = matches!(step.next, Next::Wait(_) | Next::Queue(_));
        let granted = gate.granted;
        self.stepped(number, step, &granted)
    }

    fn hedge(&mut self, number: u64, now: Instant) -> Decision {
        let Some(live) = self.calls.get_mut(&number) else { return Decision::Nothing };
        let mut gate = watch(&mut self.guards, &mut self.entropy);
        let step = live.call.hedge(&self.policy, &mut gate, now);
        let granted = gate.granted;
        step.map_or(Decision::Nothing, |step| self.stepped(number, step, &granted))
    }

    fn succeeded(&mut self, number: u64, attempt: u32, now: Instant) -> Decision {
        let Some(live) = self.calls.get_mut(&number) else { return Decision::Nothing };
        let mut gate = watch(&mut self.guards, &mut self.entropy);
        let transition = live.call.succeed_attempt(attempt, &mut gate, now);
        let granted = gate.granted;
        // An attempt that was not under way ends nothing.
        if live.call.report().stop_reason.is_none() {
            return Decision::Nothing;
        }
        self.over(number, transition, &granted)
    }

    fn failed(&mut self, number: u64, attempt: u32, fault: &Fault, now: Instant) -> Decision {
        let Some(live) = self.calls.get_mut(&number) else { return Decision::Nothing };
        let mut gate = watch(&mut self.guards, &mut self.entropy);
        let step = live.call.fail_attempt(attempt, &self.policy, &mut gate, fault, now);
        live.due |= matches!(step.next, Next::Wait(_));
        let granted = gate.granted;
        self.stepped(number, step, &granted)
    }

    fn abandoned(&mut self, number: u64, now: Instant) -> Decision {
        let Some(live) = self.calls.get_mut(&number) else { return Decision::Nothing };
        let mut gate = watch(&mut self.guards, &mut self.entropy);
        let transition = live.call.abandon(&mut gate, now);
        let granted = gate.granted;
        self.over(number, transition, &granted)
    }

    fn abandon_all(&mut self, now: Instant) {
        let numbers: Vec<u64> = self.calls.keys().copied().collect();
        for number in numbers {
            self.abandoned(number, now);
        }
        self.ended = None;
    }

    fn stepped(&mut self, number: u64, step: Step, granted: &[Permit]) -> Decision {
        if matches!(step.next, Next::Stop(_) | Next::Rejected(_)) {
            self.ended = self.calls.remove(&number).map(|live| live.call.report());
        }
        Decision::Step { step, woken: self.woken(granted) }
    }

    fn over(&mut self, number: u64, transition: Option<Transition>, granted: &[Permit]) -> Decision {
        self.ended = self.calls.remove(&number).map(|live| live.call.report());
        Decision::Over { transition, woken: self.woken(granted) }
    }

    /// The calls that these places in the bulkhead's line belong to.
    fn woken(&self, granted: &[Permit]) -> Vec<u64> {
        let owner = |place: &Permit| self.calls.iter().find(|(_, live)| live.call.place() == Some(*place));
        granted.iter().filter_map(|place| owner(place).map(|(number, _)| *number)).collect()
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

const fn watch<'a>(guards: &'a mut Guards, entropy: &'a mut Option<u64>) -> Watched<'a> {
    Watched { guards, entropy, granted: Vec::new() }
}
