//! A schedule under way: machines, callers, a server and a clock.

use failsoft::breaker::{StateName, Ticket, Transition};
use failsoft::call::Judgement;
use failsoft::classify::Verdict;
use failsoft::fallback::ChainConfig;
use failsoft::policy::Policy;
use failsoft::system::SystemConfig;
use failsoft::time::Instant;

use crate::caller::{Caller, Told, Waiting};
use crate::chains::Chains;
use crate::levels::Levels;
use crate::model::{self, Issue, Place};
use crate::script::{Act, Moment, Move, Server, Step};
use crate::spy::Spy;
use crate::totals::{Fault, Totals};

/// What is decided before a schedule begins.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The policy, and what it is changed to while it is in use: all but the breaker stays.
    pub(crate) policies: Vec<Policy>,
    pub(crate) documents: Vec<String>,
    /// What its classifier makes of each answer.
    pub(crate) judged: Vec<(Judgement, Verdict)>,
    pub(crate) chain: ChainConfig,
    pub(crate) system: SystemConfig,
}

pub(crate) struct World<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) which: usize,
    pub(crate) spy: Spy,
    /// What the clock reads, and the latest that any machine has heard.
    pub(crate) clock: u64,
    pub(crate) latest: u64,
    pub(crate) stalled: u8,
    pub(crate) server: Server,
    pub(crate) callers: Vec<Caller>,
    /// The last of those that are over.
    pub(crate) gone: Vec<Caller>,
    pub(crate) ids: u32,
    pub(crate) joined: u64,
    /// When tokens of the rate limit are due.
    pub(crate) spent: Vec<i128>,
    /// Tickets of callers without a policy, and the last of those that came back.
    pub(crate) raw: Vec<(Ticket, Option<Issue>)>,
    pub(crate) done: Vec<(Ticket, Issue)>,
    pub(crate) told: Vec<Told>,
    /// Where the breaker said that it was.
    pub(crate) place: StateName,
    /// Links of its chain that do not fit.
    pub(crate) broken: Option<String>,
    /// What a restored machine did not know, or a refused snapshot changed.
    pub(crate) spoilt: Option<String>,
    pub(crate) chains: Chains,
    pub(crate) levels: Levels,
    pub(crate) totals: Totals,
    /// What happens, in words, if anybody wants to know.
    pub(crate) story: Option<Vec<String>>,
}

impl<'a> World<'a> {
    pub(crate) fn new(plan: &'a Plan, told: bool) -> Self {
        let spy = Spy::new(&plan.policies[0].guards());
        let mut world = Self {
            plan,
            which: 0,
            place: spy.place().name(),
            spy,
            clock: BEGIN,
            latest: BEGIN,
            stalled: 0,
            server: Server::Well,
            callers: Vec::new(),
            gone: Vec::new(),
            ids: 0,
            joined: 0,
            spent: Vec::new(),
            raw: Vec::new(),
            done: Vec::new(),
            told: Vec::new(),
            broken: None,
            spoilt: None,
            chains: Chains::new(plan.chain.clone()),
            levels: Levels::new(plan.system.clone()),
            totals: Totals::default(),
            story: told.then(Vec::new),
        };
        world.look();
        world
    }

    pub(crate) fn policy(&self) -> &'a Policy {
        &self.plan.policies[self.which]
    }

    pub(crate) const fn now(&self) -> Instant {
        Instant::from_nanos(self.clock)
    }

    /// Plays a step.
    pub(crate) fn plays(&mut self, step: &Step) {
        self.spy.seen.clear();
        self.told.clear();
        self.totals.steps += 1;
        self.moves(step.moves);
        self.acts(step);
        self.look();
        for change in self.spy.changes() {
            self.follows(change);
        }
    }

    fn acts(&mut self, step: &Step) {
        let chance = step.chance;
        match step.act {
            Act::Call => self.begins(chance),
            Act::Herd(many) => {
                self.totals.count(Fault::Herd);
                (0..many).for_each(|one| self.begins(chance.wrapping_add(one.into())));
            }
            Act::Wake { due, which } => self.wakes(due, which),
            Act::Answer(which) => self.answers(which, chance),
            Act::Hedge(which) => self.hedges(which),
            Act::Partly(which) => self.answers_partly(which),
            Act::Cancel { flying, which } => self.cancels(flying, which),
            Act::Echo(which) => self.echoes(which, chance),
            Act::Ask => self.asks(),
            Act::Settle { which, how } => self.settles(which, how),
            Act::Lose(which) => self.loses(which),
            Act::Twice(which) => self.doubles(which),
            Act::Forge => self.forges(),
            Act::Lane => self.takes_the_lane(chance),
            Act::Server(server) => self.turns(server),
            Act::Tick => self.ticks(),
            Act::ForceOpen => self.forces(Place::ForcedOpen),
            Act::ForceClosed => self.forces(Place::ForcedClosed),
            Act::Reset => self.resets(),
            Act::Reconfigure(which) => self.reconfigures(which),
            Act::Restore => self.restores(),
            Act::Restart => self.restarts(chance),
            Act::Broken => self.restores_nonsense(),
            Act::Chain(which) => self.chain_goes(which, chance),
            Act::ChainAnswer(which) => self.chain_hears(which, chance),
            Act::ChainCancel(which) => self.chain_is_left(which),
            Act::Metric { bad } => self.reads(bad),
            Act::NoNumber => self.reads_nonsense(),
            Act::ByHand(which) => self.level_by_hand(which),
            Act::Stall(steps) => {
                self.totals.count(Fault::ClockStalls);
                self.stalled = steps;
                self.tell(|| format!("the clock stands still for {steps} steps"));
            }
        }
    }

    fn turns(&mut self, server: Server) {
        self.server = server;
        let fault = match server {
            Server::Well => None,
            Server::Down => Some(Fault::Down),
            Server::Flapping => Some(Fault::Flapping),
            Server::Busy => Some(Fault::Busy),
            Server::Greedy => Some(Fault::Greedy),
            Server::Refusing => Some(Fault::Refusing),
            Server::TimingOut => Some(Fault::TimingOut),
            Server::Confused => Some(Fault::Confused),
            Server::Forbidding => Some(Fault::Forbidding),
            Server::Missing => Some(Fault::Missing),
            Server::Spent => Some(Fault::Spent),
            Server::Aborting => Some(Fault::Aborting),
        };
        if let Some(fault) = fault {
            self.totals.count(fault);
        }
        self.tell(|| format!("from here on the server is {server:?}"));
    }

    fn moves(&mut self, how: Move) {
        if self.stalled > 0 {
            self.stalled -= 1;
            return;
        }
        let before = self.clock;
        self.clock = match how {
            Move::Still => before,
            Move::On(nanos) => before.saturating_add(nanos),
            Move::Back(nanos) => before.saturating_sub(nanos),
            Move::To(moment, off) => {
                let then = self.moment(moment).map_or(before, |then| then.saturating_add_signed(off));
                // Two centuries on is farther than any moment that matters.
                if (before..before.saturating_add(FAR)).contains(&then) { then } else { before }
            }
            Move::End => u64::MAX,
        };
        let on = self.clock.saturating_sub(before);
        if self.clock == u64::MAX && on > 0 {
            self.totals.count(Fault::ClockEnds);
        } else if on < CENTURY {
            self.totals.nanos += u128::from(on);
        }
        if self.clock < before {
            self.totals.count(Fault::ClockGoesBack);
        } else if on > LEAP {
            self.totals.count(Fault::ClockLeaps);
        }
        self.latest = self.latest.max(self.clock);
    }

    /// When something that matters is due.
    fn moment(&self, moment: Moment) -> Option<u64> {
        let policy = self.policy();
        match moment {
            Moment::Wake => {
                let ends = self.callers.iter().filter_map(|caller| match caller.waits_for {
                    Waiting::Until { when, .. } => Some(when),
                    Waiting::InLine { until, .. } => Some(until),
                    Waiting::Nothing => None,
                });
                ends.filter(|when| *when >= self.clock).min()
            }
            Moment::Opens => match self.spy.place() {
                Place::Open { until, .. } => until,
                _ => None,
            },
            Moment::Lease => self.spy.model.as_ref()?.probes.iter().map(|(_, ends)| *ends).min(),
            Moment::Window => match policy.breaker?.window {
                failsoft::breaker::Window::Time(length) => {
                    Some(self.latest.saturating_add(model::nanos(length)))
                }
                _ => policy
                    .breaker?
                    .slow_call
                    .map(|slow| self.latest.saturating_add(model::nanos(slow.duration))),
            },
            Moment::Deadline => {
                let deadline = model::nanos(policy.retry.deadline?);
                self.callers.iter().map(|caller| caller.started.saturating_add(deadline)).min()
            }
            Moment::Budget => match self.spy.budget.as_ref()?.config() {
                failsoft::budget::BudgetConfig::Ratio(share) => {
                    Some(self.latest.saturating_add(model::nanos(share.ttl())))
                }
                failsoft::budget::BudgetConfig::Tokens(_) => None,
            },
        }
    }

    /// Everything hears the latest time, so that all of it can be compared.
    pub(crate) fn look(&mut self) {
        let now = Instant::from_nanos(self.latest);
        if let Some(breaker) = &mut self.spy.guards.breaker {
            breaker.failure_count(now);
        }
        if let Some(model) = &mut self.spy.model {
            model.hear(self.latest);
        }
        if let (Some(budget), Some(model)) = (&mut self.spy.guards.budget, &mut self.spy.budget) {
            budget.balance(Instant::from_nanos(model.hear(self.latest)));
        }
        let callers = &self.callers;
        self.spy.granted.retain(|place| callers.iter().any(|caller| caller.call.place() == Some(*place)));
        if let Some(limits) = self.spy.guards.limits.as_deref_mut() {
            if let Some(bulkhead) = limits.bulkhead() {
                bulkhead.queued(now);
            }
            if let Some(adaptive) = limits.adaptive() {
                adaptive.in_flight(now);
            }
            if let Some(rate) = limits.rate_limit() {
                rate.snapshot(now);
            }
        }
    }

    /// A change of state that the breaker has told.
    pub(crate) fn follows(&mut self, change: Transition) {
        if change.from != self.place || change.from == change.to {
            let place = self.place;
            self.broken.get_or_insert_with(|| format!("{change:?} in {place:?}"));
        }
        self.place = change.to;
        self.levels.system.moved("part", change, Instant::from_nanos(self.latest));
    }

    pub(crate) fn tell(&mut self, line: impl FnOnce() -> String) {
        let at = self.clock;
        if let Some(story) = &mut self.story {
            story.push(format!("{:>24}  {}", seconds(at), line()));
        }
    }
}

/// What a clock reads, since the schedule began.
fn seconds(clock: u64) -> String {
    if clock == u64::MAX {
        return "the end of time".into();
    }
    let since = i128::from(clock) - i128::from(BEGIN);
    let (sign, since) = (if since < 0 { "-" } else { "" }, since.unsigned_abs());
    format!("{sign}{}.{:09} s", since / 1_000_000_000, since % 1_000_000_000)
}

/// What the clock reads when a schedule begins: an hour, and no whole number of anything.
pub(crate) const BEGIN: u64 = 3_600_000_000_007;

const FAR: u64 = 2 * CENTURY;
const CENTURY: u64 = 100 * 31_557_600 * 1_000_000_000;
const LEAP: u64 = 3_000_000_000_000;
