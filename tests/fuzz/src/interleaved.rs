//! Calls that share their guards, each at its own pace.

use core::cell::Cell;

use failsoft::breaker::{Breaker, Forced, Lane, StateName, Ticket, Transition};
use failsoft::call::{Call, Next};
use failsoft::classify::Fault;
use failsoft::guard::{Gate, GuardConfig, Guards, Limits};
use failsoft::host::{SharedGate, SharedGuards};
use failsoft::policy::Policy;
use failsoft::time::Instant;

use super::calls::{chained, faults};
use super::events::{Event, altered};
use super::watched::{Watched, comes_back};

/// Plays the events with calls through plain guards and, step by step, through those that threads may share: their
/// locks, their budget and their lane must not make a difference.
pub fn hold(policy: &Policy, config: &GuardConfig, events: &[Event]) {
    let mut both = Both::new(policy, config);
    let mut calls: [Option<Pair>; CALLS] = [const { None }; CALLS];
    let (mut clock, mut latest) = (0, 0);
    for (number, event) in (0..).zip(events) {
        clock = event.step.from(clock);
        latest = clock.max(latest);
        let now = Instant::from_nanos(clock);
        let slot = &mut calls[usize::from(event.arg) % CALLS];
        let change = match event.what {
            0..=9 | 14 => {
                let pair = slot.get_or_insert_with(|| Pair::new(policy, number, now));
                let change = both.happens(pair, *event, now);
                slot.take_if(|pair| pair.call.is_over());
                change
            }
            10 => {
                if let Some(pair) = slot {
                    both.told_nonsense(pair, now);
                }
                None
            }
            _ => both.commanded(*event, now),
        };
        chained(&mut both.place, change);
        both.alike(now);
    }
    let now = Instant::from_nanos(clock);
    for mut pair in calls.into_iter().flatten() {
        let change = both.given_up(&mut pair, now);
        chained(&mut both.place, change);
    }
    both.alike(now);
    both.empty(Instant::from_nanos(latest));
    if latest < u64::MAX / 2 {
        both.plain.breaker.as_mut().map(Breaker::reset);
        comes_back(policy, &mut both.plain, latest);
    }
}

/// The same guards twice.
struct Both<'a> {
    policy: &'a Policy,
    plain: Guards,
    shared: SharedGuards,
    published: Cell<Lane>,
    place: StateName,
    faults: &'static [Fault],
}

/// The same call through each of the two.
struct Pair<'a> {
    call: Watched<'a>,
    other: Call,
    seed: u64,
    /// When it was made, until it asks for its first attempt.
    made: Option<Instant>,
    /// If the other was admitted by the lane, and has only that attempt.
    on_lane: Option<Ticket>,
}

impl<'a> Pair<'a> {
    fn new(policy: &'a Policy, seed: u64, now: Instant) -> Self {
        let call = Watched::new(policy, seed, now);
        Self { call, other: Call::new(seed, now), seed, made: Some(now), on_lane: None }
    }
}

impl<'a> Both<'a> {
    fn new(policy: &'a Policy, config: &GuardConfig) -> Self {
        let (plain, shared) = (Guards::new(config), SharedGuards::new(config, None));
        let place = plain.breaker.as_ref().map_or(StateName::Closed, |it| it.state(Instant::default()));
        Self { policy, plain, published: Cell::new(shared.lane()), shared, place, faults: faults() }
    }

    fn happens(&mut self, pair: &mut Pair<'_>, event: Event, now: Instant) -> Option<Transition> {
        let Self { policy, plain, shared, published, .. } = self;
        let mut gate = SharedGate { guards: shared, publish: |lane| published.set(lane) };
        let Pair { call, other, seed, made, on_lane } = pair;
        let which = usize::from(event.arg) / CALLS;
        let racing = call.under_way();
        match (event.what, racing.get(which % racing.len().max(1)).copied()) {
            (0..=6 | 14, None) => {
                let breaker = plain.retry_after(now);
                let step = call.call.admit(policy, plain, now);
                let lane = shared.lane().admits().filter(|_| event.what == 14 && *made == Some(now));
                if let Some(ticket) = lane {
                    assert!(matches!(step.next, Next::Attempt { number: 1, .. }), "{step:?} on a lane");
                    (*other, *on_lane) = (Call::under_way(*seed, now, ticket), lane);
                } else {
                    assert_eq!(step, other.admit(policy, &mut gate, now), "shared");
                }
                *made = None;
                call.admitted(step, breaker);
                step.transition
            }
            (0..=3 | 14, Some(_)) => {
                let step = call.call.hedge(policy, plain, now);
                assert_eq!(step, other.hedge(policy, &mut gate, now), "shared");
                *on_lane = on_lane.filter(|_| step.is_none());
                call.hedged(step);
                step.and_then(|step| step.transition)
            }
            (4..=6, Some(number)) => {
                let fault = &self.faults[which % self.faults.len()];
                let before = plain.retry_after(now);
                let step = call.call.fail_attempt(number, policy, plain, fault, now);
                assert_eq!(step, other.fail_attempt(number, policy, &mut gate, fault, now), "shared");
                *on_lane = None;
                call.failed(number, step, before.max(plain.retry_after(now)));
                step.transition
            }
            (7 | 8, Some(number)) => {
                let change = call.call.succeed_attempt(number, plain, now);
                let other_change = match *on_lane {
                    Some(ticket) if event.what == 7 => {
                        shared.succeed(ticket, || now, |lane| published.set(lane))
                    }
                    _ => {
                        let change = other.succeed_attempt(number, &mut gate, now);
                        assert_eq!(call.call.report(), other.report(), "shared");
                        change
                    }
                };
                assert_eq!(change, other_change, "shared");
                call.stops();
                change
            }
            (9, _) => self.given_up(pair, now),
            _ => None,
        }
    }

    fn given_up(&mut self, pair: &mut Pair<'_>, now: Instant) -> Option<Transition> {
        let Self { plain, shared, published, .. } = self;
        let mut gate = SharedGate { guards: shared, publish: |lane| published.set(lane) };
        let change = pair.call.call.abandon(plain, now);
        assert_eq!(change, pair.other.abandon(&mut gate, now), "shared");
        assert_eq!(pair.call.call.report(), pair.other.report(), "shared");
        pair.call.stops();
        change
    }

    /// What is said of an attempt that is not under way changes nothing.
    fn told_nonsense(&mut self, pair: &mut Pair<'_>, now: Instant) {
        let before = (self.plain.limits.clone(), pair.call.call.report().stop_reason);
        for number in [0, u32::MAX] {
            let call = &mut pair.call.call;
            let step = call.fail_attempt(number, self.policy, &mut self.plain, &self.faults[0], now);
            assert_eq!(Next::Race, step.next);
            assert_eq!(None, call.succeed_attempt(number, &mut self.plain, now));
        }
        assert_eq!(before, (self.plain.limits.clone(), pair.call.call.report().stop_reason));
        // The other's clock must have been told as much.
        let mut gate = SharedGate { guards: &self.shared, publish: |lane| self.published.set(lane) };
        assert_eq!(None, pair.other.succeed_attempt(0, &mut gate, now));
    }

    /// What a person does, or a restart.
    fn commanded(&mut self, event: Event, now: Instant) -> Option<Transition> {
        let act = |breaker: &mut Breaker| match event.what {
            11 => breaker.force(Forced::Open),
            12 => breaker.force(Forced::Closed),
            13 => breaker.reset(),
            _ if event.arg % 2 == 1 => breaker.reconfigure(altered(breaker.config(), event.arg), now),
            _ => {
                let saved = breaker.snapshot(now);
                breaker.restore(&saved, now).expect("its own snapshot");
                None
            }
        };
        let change = self.plain.breaker.as_mut().and_then(act);
        let publish = |lane| self.published.set(self.shared.lane_over(lane));
        let other = self.shared.breaker().and_then(|breaker| breaker.with(publish, act));
        assert_eq!(change, other, "shared");
        if event.what == 15 && event.arg.is_multiple_of(2) {
            if let Some(limits) = &mut self.plain.limits {
                restarted(limits, now);
            }
            self.shared.with_limits(|limits| restarted(limits, now));
        }
        change
    }

    /// Both look the same, and what is taken of them is within the limits.
    fn alike(&mut self, now: Instant) {
        let Self { plain, shared, published, .. } = self;
        if let Some(breaker) = &mut plain.breaker {
            let seen = |it: &mut Breaker| (it.state(now), it.failure_count(now), it.counts(now), it.tally());
            let expected = seen(breaker);
            let publish = |lane| published.set(shared.lane_over(lane));
            assert_eq!(Some(expected), shared.breaker().map(|it| it.with(publish, seen)), "shared");
        }
        let balance = plain.budget.as_mut().map(|budget| budget.balance(now));
        assert_eq!(balance, shared.budget().map(|budget| budget.balance(now)), "shared");
        if !shared.has_no_lane() {
            assert_eq!(shared.lane(), published.get(), "published");
        }
        let Some(limits) = plain.limits.as_deref_mut() else { return };
        shared.with_limits(|other| assert_eq!(limits, other, "shared"));
        if let Some(bulkhead) = limits.bulkhead() {
            let (inside, waiting) = (bulkhead.in_flight(), bulkhead.queued(now));
            let config = bulkhead.config();
            let full = inside == config.max_concurrent.get();
            assert!(inside <= config.max_concurrent.get() && waiting <= config.max_queue, "{bulkhead:?}");
            assert!(waiting == 0 || full, "{waiting} wait although there is room");
            // The other sees the time, too.
            shared.with_limits(|other| other.bulkhead().map(|bulkhead| bulkhead.queued(now)));
        }
        if let Some(adaptive) = limits.adaptive() {
            let (inside, height) = (adaptive.in_flight(now), adaptive.limit(now));
            let config = adaptive.config();
            assert!((config.min.get()..=config.max.get()).contains(&height) && inside <= config.max.get());
            shared.with_limits(|other| other.adaptive().map(|adaptive| adaptive.in_flight(now)));
        }
    }

    /// All calls are over.
    fn empty(&mut self, now: Instant) {
        let Some(limits) = self.plain.limits.as_deref_mut() else { return };
        if let Some(bulkhead) = limits.bulkhead() {
            assert_eq!((0, 0), (bulkhead.in_flight(), bulkhead.queued(now)), "places are lost");
        }
        if let Some(adaptive) = limits.adaptive() {
            assert_eq!(0, adaptive.in_flight(now), "places are lost");
        }
    }
}

/// Saves and restores each limit, as a restart does; what was given out before is stale.
fn restarted(limits: &mut Limits, now: Instant) {
    if let Some(throttle) = limits.throttle() {
        let saved = throttle.snapshot(now);
        throttle.restore(&saved, now).expect("its own snapshot");
    }
    if let Some(limiter) = limits.rate_limit() {
        let saved = limiter.snapshot(now);
        limiter.restore(&saved, now).expect("its own snapshot");
    }
    if let Some(bulkhead) = limits.bulkhead() {
        let saved = bulkhead.snapshot(now);
        bulkhead.restore(&saved, now).expect("its own snapshot");
    }
    if let Some(adaptive) = limits.adaptive() {
        let saved = adaptive.snapshot(now);
        adaptive.restore(&saved, now).expect("its own snapshot");
    }
    if let Some(hedge) = limits.hedge() {
        let saved = hedge.snapshot(now);
        hedge.restore(&saved, now).expect("its own snapshot");
    }
}

const CALLS: usize = 4;
