//! What a breaker promises, whatever happens to it.

use core::time::Duration;

use failsoft::breaker::{
    Admission, Breaker, BreakerConfig, Forced, Mode, Outcome, Snapshot, StateName, Ticket, Transition,
};
use failsoft::time::Instant;

use super::calls::chained;
use super::events::{Event, Script, altered};

/// Plays the script on a breaker and, from each snapshot on, on one restored from it.
pub fn holds(script: &Script) {
    let mut watched = Watched::new(script);
    for event in &script.events {
        watched.happens(*event);
        watched.promises();
    }
}

/// A breaker, what it was told, and what must follow.
struct Watched<'a> {
    script: &'a Script,
    config: BreakerConfig,
    /// The most that may probe under this configuration, or might when they were let out.
    probes: usize,
    breaker: Breaker,
    /// What the clock reads, and the latest that it has read.
    clock: u64,
    latest: u64,
    place: StateName,
    /// Tickets that have not come back.
    out: Vec<Held>,
    /// Tickets that came back, or whose time has passed.
    old: Vec<Ticket>,
    twin: Option<Twin>,
}

struct Held {
    ticket: Ticket,
    of_twin: Option<Ticket>,
    lease_ends: Instant,
    /// Whether it was let out in shadow mode only.
    bystander: bool,
}

/// A breaker restored from a snapshot, whose clock reads otherwise. It must answer the same.
struct Twin {
    breaker: Breaker,
    from: u64,
}

impl<'a> Watched<'a> {
    fn new(script: &'a Script) -> Self {
        let breaker = breaker(script.config, script.seed);
        Self {
            script,
            config: script.config,
            probes: script.config.half_open_max_calls.get() as usize,
            place: breaker.state(Instant::default()),
            breaker,
            clock: 0,
            latest: 0,
            out: Vec::new(),
            old: Vec::new(),
            twin: None,
        }
    }

    fn happens(&mut self, event: Event) {
        self.clock = event.step.from(self.clock);
        self.latest = self.latest.max(self.clock);
        // At the end of time waits are cut, and not where they are on the twin's clock.
        self.twin = self.twin.take().filter(|_| self.latest < u64::MAX / 2);
        // It is told every reading; to ask for its state does not.
        let count = self.breaker.failure_count(self.now());
        if let Some(twin) = &mut self.twin {
            let other = twin.breaker.failure_count(twin.now(self.clock));
            assert_eq!(count, other, "restored");
        }
        match event.what {
            0..=3 => self.admit(),
            4..=6 => self.settle(event.arg, failure(event.arg)),
            7 | 8 => self.settle(event.arg, Outcome::Success),
            9 => self.settle(event.arg, Outcome::Ignored),
            10 => self.settle_nothing(event.arg),
            11 => self.command(|breaker| breaker.force(Forced::Open)),
            12 => self.command(|breaker| breaker.force(Forced::Closed)),
            13 => self.command(Breaker::reset),
            14 => self.copy(),
            _ if event.arg % 2 == 1 => self.reconfigure(event.arg),
            _ => self.restore(event.arg / 2),
        }
    }

    fn admit(&mut self) {
        let now = self.now();
        let rejected = self.breaker.tally().rejected;
        let Admission { ticket, transition } = self.breaker.admit(now);
        let bystander = self.breaker.tally().rejected > rejected && ticket.is_ok();
        assert!(!bystander || self.config.mode == Mode::Shadow, "rejected and admitted");
        self.changed(transition);
        let of_twin = self.twin.as_mut().and_then(|twin| {
            let other = twin.breaker.admit(twin.now(self.clock));
            assert_eq!((ticket.err(), transition), (other.ticket.err(), other.transition), "restored");
            other.ticket.ok()
        });
        match ticket {
            Ok(ticket) => {
                let lease_ends = Instant::from_nanos(self.latest).saturating_add(self.config.probe_timeout);
                self.out.push(Held { ticket, of_twin, lease_ends, bystander });
                // Some never come back. There are never so many probes, so none of them is forgotten.
                self.out.drain(..self.out.len().saturating_sub(MOST));
            }
            Err(rejection) => {
                let expected = self.breaker.retry_after(now);
                assert_eq!((self.place, expected), (rejection.state, rejection.retry_after));
            }
        }
    }

    fn settle(&mut self, which: u8, outcome: Outcome) {
        if self.out.is_empty() {
            return self.settle_nothing(which);
        }
        let index = usize::from(which) % self.out.len();
        let (place, now) = (self.place, self.now());
        let held = self.out.remove(index);
        let change = self.breaker.settle(held.ticket, outcome, now);
        if place == StateName::HalfOpen && !held.bystander {
            self.old.push(held.ticket);
        }
        if let (Some(twin), Some(ticket)) = (&mut self.twin, held.of_twin) {
            assert_eq!(change, twin.breaker.settle(ticket, outcome, twin.now(self.clock)), "restored");
        }
        self.changed(change);
    }

    /// Hands in a ticket that is old, or was never given out.
    fn settle_nothing(&mut self, which: u8) {
        let number = u64::from(which);
        let ticket = match which % 3 {
            0 if !self.old.is_empty() => self.old[usize::from(which) % self.old.len()],
            1 => Ticket::from_bits(number),
            _ => Ticket::from_bits(u64::MAX - 1 - number),
        };
        let (now, mut before) = (self.now(), self.breaker.clone());
        for outcome in [failure(which), Outcome::Success, Outcome::Ignored] {
            assert_eq!(None, self.breaker.settle(ticket, outcome, now), "{ticket:?} changed the state");
        }
        let stale = before.tally().stale + 3;
        let (mut before, after) = (face(&mut before, now), face(&mut self.breaker, now));
        before.0.tally.stale = stale;
        assert_eq!(before, after, "{ticket:?} changed something");
        if let Some(twin) = &mut self.twin {
            let now = twin.now(self.clock);
            for _ in 0..3 {
                assert_eq!(None, twin.breaker.settle(Ticket::from_bits(0), Outcome::Success, now));
            }
        }
    }

    fn command(&mut self, act: fn(&mut Breaker) -> Option<Transition>) {
        let change = act(&mut self.breaker);
        if let Some(twin) = &mut self.twin {
            assert_eq!(change, act(&mut twin.breaker), "restored");
        }
        self.changed(change);
    }

    /// Other settings. What was counted, or not, under the old ones may count otherwise elsewhere.
    fn reconfigure(&mut self, how: u8) {
        let (now, config) = (self.now(), altered(&self.config, how));
        self.probes = self.probes.max(config.half_open_max_calls.get() as usize);
        let change = self.breaker.reconfigure(config, now);
        let same = self.config.window == config.window && config.slow_call.is_none();
        self.twin = self.twin.take().filter(|_| same);
        if let Some(twin) = &mut self.twin {
            assert_eq!(change, twin.breaker.reconfigure(config, twin.now(self.clock)), "restored");
        }
        if self.config.slow_call != config.slow_call {
            self.pass();
        }
        self.config = config;
        self.changed(change);
    }

    /// Saves the breaker, as a host would, and restores it where the clock reads otherwise.
    fn copy(&mut self) {
        let now = self.now();
        let snapshot = self.breaker.snapshot(now);
        let text = serde_json::to_string(&snapshot).expect("a snapshot can be written");
        let read: Snapshot = serde_json::from_str(&text).expect("a snapshot can be read");
        assert_eq!(snapshot, read);
        // Probes under way do not survive the move, so their places are free there. Nor do other calls under way, of
        // which a breaker takes account that minds slow ones.
        let same =
            self.config.slow_call.is_none() && (self.place == StateName::Closed || self.out.is_empty());
        if !same || self.latest >= u64::MAX / 2 || self.latest != self.clock {
            return;
        }
        let mut twin = Twin { breaker: breaker(self.config, self.script.seed), from: self.clock };
        twin.breaker.restore(&read, twin.now(self.clock)).expect("our own snapshot");
        self.twin = Some(twin);
        // The twin has not given these out; where they still count they would tell the two apart.
        self.out.clear();
    }

    /// Restores what no breaker would have saved.
    fn restore(&mut self, which: u8) {
        let now = self.now();
        let mut snapshot =
            serde_json::to_value(self.breaker.snapshot(now)).expect("a snapshot can be written");
        let (state, place) = HOSTILE[usize::from(which) % HOSTILE.len()];
        snapshot["state"] = serde_json::from_str(state).expect("JSON");
        snapshot["evidence"] =
            serde_json::from_str(EVIDENCE[usize::from(which) % EVIDENCE.len()]).expect("JSON");
        snapshot["last_failure_ago"] = u64::MAX.into();
        let snapshot: Snapshot = serde_json::from_value(snapshot).expect("a snapshot, if a strange one");
        self.breaker.restore(&snapshot, now).expect("it is clamped, not refused");
        (self.place, self.twin) = (place, None);
        self.pass();
    }

    /// Follows a change of state.
    fn changed(&mut self, change: Option<Transition>) {
        chained(&mut self.place, change);
        if change.is_some() {
            self.probes = self.config.half_open_max_calls.get() as usize;
            self.pass();
        }
    }

    /// What was out is of an epoch that has passed.
    fn pass(&mut self) {
        self.old.extend(self.out.drain(..).filter(|held| !held.bystander).map(|held| held.ticket));
        self.old.drain(..self.old.len().saturating_sub(MOST));
    }

    /// What holds at every moment.
    fn promises(&mut self) {
        let now = self.now();
        let state = self.breaker.state(now);
        let waited = self.place == StateName::Open && state == StateName::HalfOpen;
        assert!(waited || state == self.place, "{state:?} in {:?}", self.place);
        if self.place == StateName::HalfOpen {
            let latest = Instant::from_nanos(self.latest);
            let probes = self.out.iter().filter(|held| !held.bystander && held.lease_ends > latest).count();
            assert!(probes <= self.probes, "{probes} probes");
        }
        match self.breaker.retry_after(now) {
            None => assert_eq!(StateName::ForcedOpen, state),
            Some(wait) => {
                let then = Instant::from_nanos(self.latest).saturating_add(wait);
                let admission = self.breaker.clone().admit(then);
                // It may trip at that moment, when calls under way have become slow.
                let passes = admission.ticket.is_ok() || admission.transition.is_some();
                assert!(passes, "wedged: {admission:?} after {wait:?}");
            }
        }
        if let Some(twin) = &mut self.twin {
            let there = twin.now(self.clock);
            assert_eq!(face(&mut self.breaker, now), face(&mut twin.breaker, there), "restored");
        }
    }

    fn now(&self) -> Instant {
        Instant::from_nanos(self.clock)
    }
}

impl Twin {
    fn now(&self, clock: u64) -> Instant {
        let passed = clock.checked_sub(self.from);
        Instant::from_nanos(passed.map_or(0, |passed| passed.saturating_add(ELSEWHERE)))
    }
}

fn breaker(config: BreakerConfig, seed: Option<u8>) -> Breaker {
    let mut breaker = Breaker::new(config);
    if let Some(seed) = seed {
        breaker.seed(seed.into());
    }
    breaker
}

/// One of two kinds of failure, some with a hint.
fn failure(which: u8) -> Outcome {
    let hint = (which & 64 != 0).then_some(Duration::from_secs(90));
    Outcome::Failure { fingerprint: u64::from(which / 128), hint }
}

/// Everything that can be seen of a breaker.
fn face(breaker: &mut Breaker, now: Instant) -> (Snapshot, StateName, Option<Duration>) {
    let mut snapshot = breaker.snapshot(now);
    // On a clock that has run for less than that it is as old as the clock.
    snapshot.last_failure_ago = None;
    (snapshot, breaker.state(now), breaker.retry_after(now))
}

/// States to be restored to, and where each leads.
const HOSTILE: [(&str, StateName); 5] = [
    (r#"{"name": "closed"}"#, StateName::Closed),
    (r#"{"name": "open", "remaining": 18446744073709551615}"#, StateName::Open),
    (r#"{"name": "half_open", "successes": 4294967295}"#, StateName::HalfOpen),
    (r#"{"name": "forced_closed"}"#, StateName::ForcedClosed),
    (r#"{"name": "forced_open"}"#, StateName::ForcedOpen),
];

/// What nobody can have counted.
const EVIDENCE: [&str; 3] = [
    r#"{"consecutive": 4294967295, "identical": 4294967295, "fingerprint": "ffffffffffffffff"}"#,
    r#"{"consecutive": 0, "identical": 1, "fingerprint": "0", "into_bucket": 18446744073709551615, "buckets":
        [{"calls": 7, "failures": 4294967295}, {"slow": 9}, {"failures": 9}, {"calls": 4294967295, "slow": 4294967295}]}"#,
    r#"{"consecutive": 0, "identical": 0, "fingerprint": "0", "successes": 4294967295, "calls": [true, true, false, true,
        true, true, true, true, false, false, true, true, true], "slow": [true, false, true]}"#,
];

/// What the twin's clock reads when it begins: no multiple of any window.
const ELSEWHERE: u64 = 1_000_000_007;
const MOST: usize = 300;
