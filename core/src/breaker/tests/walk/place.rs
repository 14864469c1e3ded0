//! A state on the walk: the machine, the model beside it, and the tickets that are out.

use super::*;

/// What can happen to a breaker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Act {
    Admit,
    /// One of the tickets that are out comes back.
    Settle(usize, Outcome),
    /// A call goes out on the lane and succeeds.
    Lane,
    Tick,
    Force(Forced),
    Reset,
    /// Takes on the settings of the sibling, or its own again.
    Reconfigure,
}

impl Act {
    /// Whether it is told the time.
    pub(super) const fn has_clock(self) -> bool {
        !matches!(self, Self::Force(_) | Self::Reset | Self::Lane)
    }
}

/// What was answered: the transition, and for a call how long to wait or that it may go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Answer {
    pub(super) change: Option<Transition>,
    pub(super) heard: Result<(), Option<Duration>>,
}

/// What a ticket is to the breaker that gave it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    /// Its result counts. How long its call has taken, where that matters; how long its place is kept, if it is a probe.
    Due(u64, u64),
    /// Its result changes nothing.
    Stale,
    /// The same, because the shadow would have rejected it.
    Bystander,
}

#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) breaker: Breaker,
    /// Gone once settings have changed: the model does not know what that means.
    pub(super) model: Option<Model>,
    pub(super) out: Vec<(Ticket, Pass)>,
    pub(super) on_sibling: bool,
}

impl Place {
    pub(super) fn new(config: BreakerConfig) -> Self {
        let (mut breaker, mut model) = (Breaker::new(config), Model::new(config));
        breaker.tick(BEGIN);
        model.tick(clock(BEGIN));
        match config.mode {
            Mode::ForcedOpen => model.place = oracle::Place::ForcedOpen,
            Mode::ForcedClosed => model.place = oracle::Place::ForcedClosed,
            Mode::Normal | Mode::Shadow => {}
        }
        Self { breaker, model: Some(model), out: Vec::new(), on_sibling: false }
    }

    pub(super) fn now(&self) -> Instant {
        self.breaker.now
    }

    pub(super) fn role(&self, ticket: Ticket) -> Role {
        let (breaker, now) = (&self.breaker, self.now());
        if ticket.is_bystander() {
            return Role::Bystander;
        }
        let probe = match &breaker.state {
            _ if !ticket.is_of(breaker.epoch) => return Role::Stale,
            State::Open { .. } => return Role::Stale,
            State::Closed | State::Forced(_) => 0,
            State::HalfOpen { probes, .. } => {
                match probes.iter().find(|probe| probe.place == ticket.place()) {
                    None => return Role::Stale,
                    Some(probe) => nanos(probe.lease_ends.saturating_since(now)),
                }
            }
        };
        let limit = breaker.config.slow_call.map_or(0, |slow| nanos(slow.duration));
        Role::Due(nanos(ticket.took(now)).min(limit), probe)
    }

    /// Everything that can happen here: of tickets with the same role, one.
    pub(super) fn acts(&self, story: &Story) -> Vec<Act> {
        let mut acts = Vec::from([
            Act::Tick,
            Act::Lane,
            Act::Force(Forced::Open),
            Act::Force(Forced::Closed),
            Act::Reset,
        ]);
        if self.due() < story.in_flight {
            acts.push(Act::Admit);
        }
        if story.sibling.is_some() {
            acts.push(Act::Reconfigure);
        }
        let mut met = Vec::new();
        for (index, (ticket, _)) in self.out.iter().enumerate() {
            let role = self.role(*ticket);
            if !met.contains(&role) {
                met.push(role);
                acts.extend(OUTCOMES.iter().map(|outcome| Act::Settle(index, *outcome)));
            }
        }
        acts
    }

    /// The calls under way whose results would count.
    pub(super) fn due(&self) -> usize {
        self.out.iter().filter(|(ticket, _)| matches!(self.role(*ticket), Role::Due(..))).count()
    }

    /// Does it to the machine and to the model, which must answer the same.
    pub(super) fn act(&mut self, act: Act, now: Instant, story: &Story) -> Answer {
        let mut heard = Ok(());
        let mut model = self.model.take();
        let (change, expected) = match act {
            Act::Admit => {
                let admission = self.breaker.admit(now);
                let told = model.as_mut().map(|model| model.admit(clock(now)));
                heard = admission.ticket.map(drop).map_err(|rejection| rejection.retry_after);
                if let Some((told, _)) = told.as_ref().filter(|_| !self.has_ended()) {
                    assert_eq!(told.map(drop), heard, "{self:?}");
                }
                if let Ok(ticket) = admission.ticket {
                    let pass = told.as_ref().and_then(|(told, _)| told.ok()).flatten();
                    self.out.push((ticket, pass));
                }
                (admission.transition, told.map(|(_, change)| change))
            }
            Act::Settle(index, outcome) => {
                let (ticket, pass) = self.out.remove(index);
                let change = self.breaker.settle(ticket, outcome, now);
                (change, model.as_mut().map(|model| model.settle(pass, outcome, clock(now))))
            }
            Act::Lane => {
                let lane = self.breaker.lane();
                if let Some(ticket) = lane.admits() {
                    if lane.counts() {
                        self.breaker.fold(ticket, 1);
                    }
                    if let Some(model) = &mut model {
                        let at = clock(self.breaker.now);
                        let pass = model.admit(at).0.expect("a lane is open only where calls are admitted");
                        assert_eq!(None, model.settle(pass, Outcome::Success, at));
                    }
                }
                (None, Some(None))
            }
            Act::Tick => {
                let told = model.as_mut().map(|model| {
                    let now = model.tick(clock(now));
                    model.wake(now)
                });
                (self.breaker.tick(now), told)
            }
            Act::Force(forced) => {
                (self.breaker.force(forced), model.as_mut().map(|model| model.force(forced)))
            }
            Act::Reset => (self.breaker.reset(), model.as_mut().map(Model::reset)),
            Act::Reconfigure => {
                self.on_sibling = !self.on_sibling;
                let config = if self.on_sibling { story.sibling.expect("a sibling") } else { story.config };
                model = None;
                (self.breaker.reconfigure(config, now), None)
            }
        };
        if let Some(expected) = expected {
            assert_eq!(expected, change, "{act:?} led to {self:?}");
        }
        // At the end of time every wait is over at once, which the model does not know.
        self.model = model.filter(|_| !self.has_ended());
        self.forget_doubles();
        Answer { change, heard }
    }

    /// Whether the clock has read the last there is.
    pub(super) fn has_ended(&self) -> bool {
        self.now() == NEVER
    }

    /// All tickets that change nothing are alike: one of each kind is enough.
    fn forget_doubles(&mut self) {
        let roles: Vec<Role> = self.out.iter().map(|(ticket, _)| self.role(*ticket)).collect();
        let mut index = 0;
        self.out.retain(|_| {
            index += 1;
            let role = roles[index - 1];
            matches!(role, Role::Due(..)) || !roles[..index - 1].contains(&role)
        });
    }

    /// What may be asked of it, with times relative to now: the same in states that are taken for one.
    pub(super) fn looks(&self) -> (StateName, Option<Duration>, Option<Duration>, (bool, bool)) {
        let (breaker, now) = (&self.breaker, self.now());
        let mut asked = breaker.clone();
        // A call that has become slow is found when somebody looks.
        asked.counts(now);
        let wakes = asked.next_wakeup(now).map(|then| then.saturating_since(now));
        let lane = breaker.lane();
        (breaker.state(now), breaker.retry_after(now), wakes, (lane.admits().is_some(), lane.counts()))
    }

    /// All that a later answer can depend on, with times relative to now: what tells one state from another.
    pub(super) fn key(&self, story: &Story) -> Vec<u64> {
        let (breaker, now) = (&self.breaker, self.now());
        let Breaker { config, evidence, .. } = breaker;
        let mut key = Vec::with_capacity(16);
        key.push(
            u64::from(self.has_ended()) * 4
                + u64::from(self.model.is_some()) * 2
                + u64::from(self.on_sibling),
        );
        match &breaker.state {
            State::Closed => key.push(0),
            State::Open { until } => key.extend([1, nanos(until.saturating_since(now))]),
            State::HalfOpen { successes, probes, .. } => {
                key.extend([2, u64::from(*successes)]);
                let mut left: Vec<u64> =
                    probes.iter().map(|probe| nanos(probe.lease_ends.saturating_since(now))).collect();
                left.sort_unstable();
                key.push(left.len() as u64);
                key.extend(left);
            }
            State::Forced(Forced::Open) => key.push(3),
            State::Forced(Forced::Closed) => key.push(4),
        }
        let most = nanos(config.longest_open_wait());
        key.push(config.recovery_growth.grow(nanos(config.recovery_timeout), breaker.reopened, most));
        if breaker.state != State::Closed {
            // What was counted before is cleared when it closes, and asked for nowhere else.
            self.roles(&mut key);
            return key;
        }
        // A run longer than any threshold of these settings says no more than one as long.
        let (identical, run) = story.longest_runs;
        let same = evidence.identical.min(identical);
        key.extend([u64::from(evidence.consecutive.min(run)), u64::from(same)]);
        key.push(if same == 0 { 0 } else { evidence.fingerprint });
        match &evidence.counted {
            Counted::Consecutive => {}
            Counted::Count(window) => {
                // Where nothing but failures matters, a host that reads the lane hands in fewer successes.
                key.push(if config.has_rates() { u64::from(window.counts().calls) } else { 0 });
                key.push(
                    window
                        .outcomes()
                        .fold(1, |bits, (failed, slow)| bits << 2 | u64::from(failed) << 1 | u64::from(slow)),
                );
            }
            Counted::Time(window) => {
                let mut window = window.clone();
                key.push(window.filled_for(now));
                for counts in window.by_age(now) {
                    let Counts { calls, failures, slow } = counts;
                    key.push(u64::from(calls) << 40 | u64::from(failures) << 20 | u64::from(slow));
                }
            }
        }
        self.roles(&mut key);
        key
    }

    fn roles(&self, key: &mut Vec<u64>) {
        let mut roles: Vec<Role> = self.out.iter().map(|(ticket, _)| self.role(*ticket)).collect();
        roles.sort_unstable();
        for role in roles {
            match role {
                Role::Due(took, left) => key.extend([101, took, left]),
                Role::Stale => key.push(102),
                Role::Bystander => key.push(103),
            }
        }
    }
}

/// The model's clock.
pub(super) fn clock(now: Instant) -> Duration {
    Duration::from_nanos(now.as_nanos())
}
