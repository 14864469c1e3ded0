//! A server that can be overloaded, its callers, and the limit between them, in virtual time.

use std::collections::{BTreeMap, VecDeque};

use super::*;
use crate::rng::Rng;

/// What stands between the callers and the server.
pub(super) trait Limiter {
    fn enter(&mut self, now: Instant) -> Option<Permit>;
    fn leave(&mut self, permit: Permit, outcome: Outcome, now: Instant);
}

impl Limiter for Adaptive {
    fn enter(&mut self, now: Instant) -> Option<Permit> {
        Self::enter(self, now).ok()
    }

    fn leave(&mut self, permit: Permit, outcome: Outcome, now: Instant) {
        Self::leave(self, permit, outcome, now);
    }
}

/// No limit at all.
pub(super) struct Unlimited;

impl Limiter for Unlimited {
    fn enter(&mut self, _: Instant) -> Option<Permit> {
        Some(Permit::from_bits(0))
    }

    fn leave(&mut self, _: Permit, _: Outcome, _: Instant) {}
}

/// What a server and its callers do in each second of the story.
pub(super) struct Scenario {
    pub(super) seconds: u64,
    /// Calls that begin in that second.
    pub(super) calls: fn(u64) -> u64,
    /// Requests that the server works on at a time; the others queue, first come, first served.
    pub(super) workers: fn(u64) -> usize,
    /// How long one takes a worker, in microseconds.
    pub(super) service: fn(u64, &mut Rng) -> u64,
    /// A caller gives up after this long; the server does not notice, and does the work for nothing.
    pub(super) patience: Duration,
}

/// What came of the calls that began in one second.
#[derive(Debug, Clone, Default)]
pub(super) struct Second {
    pub(super) rejected: u64,
    pub(super) timed_out: u64,
    /// How long the others took, in microseconds.
    pub(super) answered: Vec<u64>,
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Arrives,
    Done { request: usize },
    GivesUp { request: usize },
    NewSecond,
}

struct Request {
    began: u64,
    permit: Permit,
    waited_for: bool,
}

struct World<'a> {
    scenario: &'a Scenario,
    limiter: &'a mut dyn Limiter,
    rng: Rng,
    now: u64,
    events: BTreeMap<(u64, usize), Event>,
    planned: usize,
    requests: Vec<Request>,
    queue: VecDeque<usize>,
    busy: usize,
    seconds: Vec<Second>,
}

/// The story, second by second.
pub(super) fn run(scenario: &Scenario, limiter: &mut dyn Limiter, seed: u64) -> Vec<Second> {
    let mut world = World {
        scenario,
        limiter,
        rng: Rng::from_seed(seed),
        now: 0,
        events: BTreeMap::new(),
        planned: 0,
        requests: Vec::new(),
        queue: VecDeque::new(),
        busy: 0,
        seconds: vec![Second::default(); usize::try_from(scenario.seconds).unwrap()],
    };
    world.plan(0, Event::Arrives);
    world.plan(SECOND, Event::NewSecond);
    while let Some(((at, _), event)) = world.events.pop_first() {
        world.now = at;
        world.happens(event);
    }
    world.seconds
}

impl World<'_> {
    fn plan(&mut self, after: u64, event: Event) {
        self.planned += 1;
        self.events.insert((self.now + after, self.planned), event);
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Arrives => self.arrives(),
            Event::Done { request } => {
                self.busy -= 1;
                self.is_over(request, Outcome::Success);
            }
            Event::GivesUp { request } => self.is_over(request, Outcome::Failure),
            Event::NewSecond => {
                if self.now / SECOND + 1 < self.scenario.seconds {
                    self.plan(SECOND, Event::NewSecond);
                }
            }
        }
        self.work();
    }

    fn arrives(&mut self) {
        let second = self.now / SECOND;
        if second >= self.scenario.seconds {
            return;
        }
        match self.limiter.enter(instant(self.now)) {
            None => self.seconds[usize::try_from(second).unwrap()].rejected += 1,
            Some(permit) => {
                let request = self.requests.len();
                self.requests.push(Request { began: self.now, permit, waited_for: true });
                self.queue.push_back(request);
                self.plan(
                    u64::try_from(self.scenario.patience.as_micros()).unwrap(),
                    Event::GivesUp { request },
                );
            }
        }
        let mean = SECOND / (self.scenario.calls)(second);
        let pause = self.rng.between(0, 2 * mean);
        self.plan(pause, Event::Arrives);
    }

    fn is_over(&mut self, request: usize, outcome: Outcome) {
        let Request { began, permit, waited_for } = self.requests[request];
        if !waited_for {
            return;
        }
        self.requests[request].waited_for = false;
        let second = usize::try_from(began / SECOND).unwrap();
        match outcome {
            Outcome::Success => self.seconds[second].answered.push(self.now - began),
            _ => self.seconds[second].timed_out += 1,
        }
        self.limiter.leave(permit, outcome, instant(self.now));
    }

    fn work(&mut self) {
        let second = self.now / SECOND;
        while self.busy < (self.scenario.workers)(second)
            && let Some(request) = self.queue.pop_front()
        {
            self.busy += 1;
            let service = (self.scenario.service)(second, &mut self.rng);
            self.plan(service, Event::Done { request });
        }
    }
}

/// What came of the calls of some seconds: how many were answered per second, and how soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) goodput: u64,
    pub(super) rejected: u64,
    pub(super) timed_out: u64,
    /// Milliseconds.
    pub(super) median: u64,
    pub(super) p99: u64,
}

pub(super) fn figures(seconds: &[Second]) -> Figures {
    let mut answered: Vec<u64> = seconds.iter().flat_map(|second| second.answered.iter().copied()).collect();
    answered.sort_unstable();
    let at = |percent: usize| answered.get(answered.len() * percent / 100).map_or(0, |micros| micros / 1_000);
    let count = seconds.len() as u64;
    Figures {
        goodput: answered.len() as u64 / count,
        rejected: seconds.iter().map(|second| second.rejected).sum::<u64>() / count,
        timed_out: seconds.iter().map(|second| second.timed_out).sum::<u64>() / count,
        median: at(50),
        p99: at(99),
    }
}

fn instant(micros: u64) -> Instant {
    Instant::from_nanos(micros * 1_000)
}

const SECOND: u64 = 1_000_000;
