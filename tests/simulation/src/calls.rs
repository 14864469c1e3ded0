//! What callers do.

use failsoft::call::{Next, StopReason};
use failsoft::time::Instant;

use crate::answers::{self, ANSWERS};
use crate::caller::{Caller, Did, Known, Live, Told, Waiting};
use crate::model::{self, Meaning, nanos};
use crate::script::Server;
use crate::totals::Fault;
use crate::world::World;

impl World<'_> {
    pub(crate) fn begins(&mut self, chance: u64) {
        if self.callers.len() < MOST {
            self.ids += 1;
            self.callers.push(Caller::new(self.ids, chance, self.clock));
            self.admits(self.callers.len() - 1);
        }
    }

    /// A caller that waits comes back: one whose time has come, or any.
    pub(crate) fn wakes(&mut self, due: bool, which: u8) {
        let waiting = |world: &Self, index: usize| world.callers[index].live.is_empty();
        let ready: Vec<usize> = (0..self.callers.len())
            .filter(|index| waiting(self, *index))
            .filter(|index| !due || self.is_due(&self.callers[*index]))
            .collect();
        let Some(index) = pick(&ready, which) else { return };
        if let Waiting::Until { when, .. } = self.callers[index].waits_for {
            match self.clock.cmp(&when) {
                std::cmp::Ordering::Less => self.totals.count(Fault::WokenEarly),
                std::cmp::Ordering::Greater => self.totals.count(Fault::WokenLate),
                std::cmp::Ordering::Equal => {}
            }
        }
        self.admits(index);
    }

    fn is_due(&self, caller: &Caller) -> bool {
        match caller.waits_for {
            Waiting::Nothing => true,
            Waiting::Until { when, .. } => when <= self.clock,
            Waiting::InLine { until, .. } => {
                until <= self.clock
                    || caller.call.place().is_some_and(|place| self.spy.granted.contains(&place))
            }
        }
    }

    fn admits(&mut self, index: usize) {
        let (now, policy) = (self.now(), self.policy());
        let (before, seen) = (self.known(index), self.spy.seen.len());
        let rate = core::mem::take(&mut self.spy.rate);
        let step = self.callers[index].call.admit(policy, &mut self.spy, now);
        let reserved = (self.spy.rate.0, self.spy.rate.1);
        self.spy.rate = rate;
        self.spends(step.next, reserved);
        self.tell(|| format!("caller {} asks to go out: {:?}", before.id, step.next));
        self.hears(index, Did::Admit, Some(step.next), before, seen);
        let (latest, joined, most) =
            (self.latest, self.joined, policy.bulkhead.and_then(|bulkhead| bulkhead.max_wait));
        let caller = &mut self.callers[index];
        match step.next {
            Next::Attempt { number, .. } => {
                caller.live.push(Live { number, since: latest });
                caller.made += 1;
                caller.attempts += 1;
                (caller.hedges, caller.waits_for) = (0, Waiting::Nothing);
            }
            Next::Wait(wait) => {
                // Who waits for the rate limit keeps a ticket; who was sent away by the breaker has none.
                let holds = self.spy.out.len() > self.tickets_of_others(index);
                let caller = &mut self.callers[index];
                if !holds {
                    caller.waits += 1;
                    caller.waited = nanos(wait);
                }
                caller.waits_for = Waiting::Until { when: caller.heard.saturating_add(nanos(wait)), holds };
            }
            Next::Queue(_) => {
                if !matches!(caller.waits_for, Waiting::InLine { .. }) {
                    let until = most.map_or(u64::MAX, |most| latest.saturating_add(nanos(most)));
                    caller.waits_for = Waiting::InLine { until, joined };
                    self.joined += 1;
                }
            }
            Next::Race => {}
            Next::Stop(reason) => caller.ends(reason),
            Next::Rejected(refusal) => caller.ends(refusal.by.into()),
        }
        self.clears(index);
    }

    fn tickets_of_others(&self, index: usize) -> usize {
        let others = self.callers.iter().enumerate().filter(|(other, _)| *other != index);
        others.map(|(_, caller)| caller.tickets()).sum::<usize>() + self.raw.len()
    }

    /// An attempt ends as its server has it.
    pub(crate) fn answers(&mut self, which: u8, chance: u64) {
        let Some((index, live)) = self.flying(which) else { return };
        let Some(answer) = answer(self.server, chance) else {
            return self.succeeds(index, live.number);
        };
        let (now, policy, before) = (self.now(), self.policy(), self.known(index));
        let (seen, heeded) = (self.spy.seen.len(), policy.retry.respect_retry_after);
        self.spy.meaning = Some(ANSWERS[answer].meaning(answer, heeded));
        let caller = &mut self.callers[index];
        caller.same = if caller.same.0 == answer { (answer, caller.same.1 + 1) } else { (answer, 1) };
        let judgement = &self.plan.judged[answer].0;
        let step = caller.call.fail_judged(live.number, policy, &mut self.spy, judgement, now);
        caller.live.retain(|other| other.number != live.number);
        let escalated = policy.retry.escalate_after.is_some_and(|limit| caller.same.1 >= limit.get());
        let mut schedule = policy.retry.schedule.clone();
        if escalated {
            schedule.curve = failsoft::backoff::Curve::Exponential { base: 2.0 };
        }
        let range = model::range(&schedule, caller.waits + 1, caller.waited);
        let open_for = self.spy.model.as_ref().map_or(Some(0), model::Model::retry_after);
        let (id, number) = (before.id, live.number);
        self.tell(|| {
            format!("attempt {number} of caller {id} fails ({}): {:?}", ANSWERS[answer].name, step.next)
        });
        self.hears(index, Did::Fail { answer, range, open_for }, Some(step.next), before, seen);
        let caller = &mut self.callers[index];
        match step.next {
            Next::Wait(wait) => {
                caller.waits += 1;
                caller.waited = nanos(wait);
                caller.waits_for =
                    Waiting::Until { when: caller.heard.saturating_add(nanos(wait)), holds: false };
            }
            Next::Stop(reason) => caller.ends(reason),
            _ => {}
        }
        self.clears(index);
    }

    fn succeeds(&mut self, index: usize, number: u32) {
        let (now, before, seen) = (self.now(), self.known(index), self.spy.seen.len());
        self.spy.meaning = Some(Meaning::Success);
        self.callers[index].call.succeed_attempt(number, &mut self.spy, now);
        self.tell(|| format!("attempt {number} of caller {} succeeds", before.id));
        self.callers[index].ends(StopReason::Success);
        self.hears(index, Did::Succeed { number }, None, before, seen);
        self.clears(index);
    }

    pub(crate) fn hedges(&mut self, which: u8) {
        let Some((index, _)) = self.flying(which) else { return };
        let (now, policy) = (self.now(), self.policy());
        let (before, seen) = (self.known(index), self.spy.seen.len());
        let rate = core::mem::take(&mut self.spy.rate);
        let step = self.callers[index].call.hedge(policy, &mut self.spy, now);
        let reserved = self.spy.rate;
        self.spy.rate = rate;
        let next = step.map(|step| step.next);
        self.spends(next.unwrap_or(Next::Race), reserved);
        self.tell(|| format!("caller {} asks for a hedge: {next:?}", before.id));
        self.hears(index, Did::Hedge, next, before, seen);
        if let Some(Next::Attempt { number, .. }) = next {
            let caller = &mut self.callers[index];
            caller.live.push(Live { number, since: self.latest });
            caller.made += 1;
            caller.hedges += 1;
        }
    }

    pub(crate) fn answers_partly(&mut self, which: u8) {
        if let Some((index, _)) = self.flying(which) {
            self.totals.count(Fault::AnsweredPartly);
            self.callers[index].call.answers();
            self.callers[index].answering = true;
            let id = self.callers[index].id;
            self.tell(|| format!("the attempt of caller {id} answers in part"));
        }
    }

    pub(crate) fn cancels(&mut self, flying: bool, which: u8) {
        let some: Vec<usize> =
            (0..self.callers.len()).filter(|index| self.callers[*index].live.is_empty() != flying).collect();
        let Some(index) = pick(&some, which) else { return };
        self.totals.count(if flying { Fault::CancelledInFlight } else { Fault::CancelledWaiting });
        self.gives_up(index);
    }

    pub(crate) fn gives_up(&mut self, index: usize) {
        self.look();
        let (now, before, seen) = (self.now(), self.known(index), self.spy.seen.len());
        let face = self.face();
        let rate = core::mem::take(&mut self.spy.rate);
        self.callers[index].call.abandon(&mut self.spy, now);
        let reserved = self.spy.rate;
        self.spy.rate = rate;
        self.spends(Next::Race, reserved);
        let same = face == self.face();
        self.callers[index].ends(StopReason::Cancelled);
        self.tell(|| format!("caller {} goes away", before.id));
        self.hears(index, Did::Cancel { same }, None, before, seen);
        self.clears(index);
    }

    /// An answer for an attempt that is not under way.
    pub(crate) fn echoes(&mut self, which: u8, chance: u64) {
        let count = self.callers.len() + self.gone.len();
        if count == 0 {
            return;
        }
        self.look();
        let (now, policy, face) = (self.now(), self.policy(), self.face());
        let (index, seen) = (usize::from(which) % count, self.spy.seen.len());
        let here = self.callers.len();
        let caller = if index < here { &mut self.callers[index] } else { &mut self.gone[index - here] };
        let number = u32::from(which) % (caller.made + 1);
        if caller.live.iter().any(|live| live.number == number) {
            return;
        }
        let before = known(caller);
        let next = if chance & 1 == 0 {
            let judgement = &self.plan.judged[answers::DOWN].0;
            Some(caller.call.fail_judged(number, policy, &mut self.spy, judgement, now).next)
        } else {
            caller.call.succeed_attempt(number, &mut self.spy, now).map(|_| Next::Race)
        };
        let (elapsed, stopped) = (caller.hears(now.as_nanos()), caller.call.stop_reason() == caller.over);
        let quiet = match next {
            None | Some(Next::Race) => true,
            Some(Next::Stop(reason)) => caller.over == Some(reason),
            _ => false,
        };
        self.totals.count(Fault::LateAnswer);
        let same = quiet && stopped && face == self.face() && seen == self.spy.seen.len();
        self.tell(|| {
            format!("an answer comes for attempt {number} of caller {}, which is over: {next:?}", before.id)
        });
        self.told.push(Told {
            did: Did::Echo { same },
            next,
            before,
            elapsed,
            seen: (seen, self.spy.seen.len()),
        });
    }

    /// Everything that a cancelled call must leave as it was.
    fn face(&mut self) -> Face {
        let now = Instant::from_nanos(self.latest);
        let guards = &mut self.spy.guards;
        let breaker =
            guards.breaker.as_mut().map(|breaker| (breaker.failure_count(now), breaker.tally().failures));
        let balance = guards.budget.as_mut().map(|budget| budget.balance(now));
        let limits = guards.limits.as_deref_mut();
        let (refused, failed) = limits.map_or((0, 0), |limits| {
            let refused =
                limits.throttle().map_or(0, |throttle| throttle.tally().refused + throttle.tally().accepted);
            (refused, limits.adaptive().map_or(0, |adaptive| adaptive.tally().failures))
        });
        (breaker, balance, refused, failed)
    }

    /// What the rate limit gave out and took back.
    fn spends(&mut self, next: Next, (reserved, returned): (u64, u64)) {
        for _ in 0..reserved {
            let wait = if let Next::Wait(wait) = next { nanos(wait) } else { 0 };
            self.spent.push(i128::from(self.latest) + i128::from(wait));
        }
        for _ in 0..returned {
            self.spent.pop();
        }
        let extra = self.spent.len().saturating_sub(24);
        self.spent.drain(..extra);
    }

    fn flying(&self, which: u8) -> Option<(usize, Live)> {
        let flying: Vec<(usize, Live)> = self
            .callers
            .iter()
            .enumerate()
            .flat_map(|(index, caller)| caller.live.iter().map(move |live| (index, *live)))
            .collect();
        pick(&flying, which)
    }

    fn hears(&mut self, index: usize, did: Did, next: Option<Next>, before: Known, seen: usize) {
        let elapsed = self.callers[index].hears(self.clock);
        self.told.push(Told { did, next, before, elapsed, seen: (seen, self.spy.seen.len()) });
    }

    fn known(&self, index: usize) -> Known {
        known(&self.callers[index])
    }

    /// Who is over leaves, and is remembered for a while.
    fn clears(&mut self, index: usize) {
        if self.callers[index].over.is_some() {
            let caller = self.callers.remove(index);
            self.ended(&caller);
            self.gone.push(caller);
            if self.gone.len() > 4 {
                self.gone.remove(0);
            }
        }
    }
}

type Face = (Option<(u32, u64)>, Option<u64>, u64, u64);

fn known(caller: &Caller) -> Known {
    let Caller { id, made, attempts, hedges, waits, answering, .. } = *caller;
    Known { id, live: caller.live.len(), made, attempts, hedges, waits, answering, waiting: caller.waits_for }
}

/// What a server in this condition answers; `None` is well.
fn answer(server: Server, chance: u64) -> Option<usize> {
    let lucky = |odds: u64| !chance.is_multiple_of(odds);
    match server {
        Server::Well => (!lucky(16)).then_some(answers::DOWN),
        Server::Down => lucky(16).then_some(answers::DOWN),
        Server::Flapping => lucky(2).then_some(answers::DOWN),
        Server::Busy => lucky(4).then_some(answers::BUSY),
        Server::Greedy => lucky(4).then_some(answers::GREEDY),
        Server::Refusing => lucky(8).then_some(answers::REFUSED),
        Server::TimingOut => lucky(4).then_some(answers::TIMED_OUT),
        Server::Confused => lucky(3).then_some(answers::UNKNOWN),
        Server::Forbidding => lucky(4).then_some(answers::FORBIDDEN),
        Server::Missing => lucky(2).then_some(answers::MISSING),
        Server::Spent => lucky(8).then_some(answers::SPENT),
        Server::Aborting => lucky(2).then_some(answers::ABORTED),
    }
}

pub(crate) fn pick<T: Copy>(of: &[T], which: u8) -> Option<T> {
    of.get(usize::from(which) % of.len().max(1)).copied()
}

/// Callers at a time.
const MOST: usize = 8;
