//! The machine against a model that keeps every event and looks through all of them each time it is asked.

use std::vec;

use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_decides_as_a_model_that_forgets_nothing(
        settings in settings(),
        events in prop::collection::vec(events(), 1..150),
    ) {
        let mut run = Run::new(settings);
        for event in &events {
            run.step(event)?;
            run.wakes_when_it_says()?;
        }
        run.comes_back()?;
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    Read(&'static str, f64),
    Tick,
    Advance(u64),
    StepBack(u64),
    Degrade,
    Restore,
    Set(usize),
    Pin(usize),
    Unpin,
    Move,
}

pub(super) const METRICS: [&str; 2] = ["load", "waits"];
pub(super) const LEVELS: [&str; 4] = ["a", "b", "c", "d"];

fn events() -> impl Strategy<Value = Event> {
    // 10 is the threshold to enter and 5 the one to leave; both ends and their neighbours are likely.
    let value = prop_oneof![Just(10.0), Just(5.0), 0.0..5.0, 5.0..10.0, 10.0..20.0];
    let metric = prop_oneof![Just(METRICS[0]), Just(METRICS[1])];
    prop_oneof![
        12 => (metric, value).prop_map(|(metric, value)| Event::Read(metric, value)),
        8 => Just(Event::Tick),
        8 => (0..12_u64).prop_map(Event::Advance),
        2 => (0..90_u64).prop_map(Event::Advance),
        1 => (0..500_u64).prop_map(Event::StepBack),
        1 => Just(Event::Degrade),
        1 => Just(Event::Restore),
        1 => (0..LEVELS.len()).prop_map(Event::Set),
        1 => (0..LEVELS.len()).prop_map(Event::Pin),
        2 => Just(Event::Unpin),
        1 => Just(Event::Move),
    ]
}

fn settings() -> impl Strategy<Value = DegradeConfig> {
    (0..20_u64, 1..60_u64, 2..=LEVELS.len(), 0..4_usize).prop_map(|(dwell, stale_after, levels, trace)| {
        let levels = Levels::even(LEVELS.into_iter().take(levels)).unwrap();
        let trigger = Trigger { enter: 10.0, leave: 5.0 };
        DegradeConfig {
            triggers: METRICS.map(|metric| (String::from(metric), trigger)).into(),
            dwell: secs(dwell),
            stale_after: secs(stale_after),
            trace,
            ..DegradeConfig::of(levels)
        }
    })
}

pub(super) type Checked = Result<(), TestCaseError>;

#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) machine: Degradation,
    model: Model,
    /// What the clock reads; after a move, less than what the model counts.
    clock: u64,
    /// By how much.
    behind: u64,
}

impl Run {
    pub(super) fn new(config: DegradeConfig) -> Self {
        let machine = Degradation::new(config.clone()).unwrap();
        Self { machine, model: Model::new(config), clock: 1_000, behind: 0 }
    }

    pub(super) fn now(&self) -> Instant {
        Instant::default().saturating_add(secs(self.clock - self.behind))
    }

    pub(super) fn step(&mut self, event: &Event) -> Checked {
        let (now, before, pinned) = (self.now(), self.model.level, self.model.pinned);
        if !matches!(event, Event::Advance(_) | Event::StepBack(_) | Event::Unpin) {
            self.model.latest = self.model.latest.max(self.clock);
        }
        let levels = self.model.config.levels.depth() + 1;
        let (change, expected) = match *event {
            Event::Read(metric, value) => {
                self.model.reads.push((metric, value, self.model.latest, self.model.changes.len()));
                (self.machine.observe(metric, value, now).unwrap(), self.model.decide())
            }
            Event::Tick => (self.machine.tick(now), self.model.decide()),
            Event::Degrade => {
                let to = (before + 1).min(levels - 1);
                (self.machine.degrade("why", now), self.model.by_hand(to, Some("why")))
            }
            Event::Restore => (self.machine.restore(now), self.model.by_hand(before.saturating_sub(1), None)),
            Event::Set(to) => {
                let to = to % levels;
                (self.machine.set_level(LEVELS[to], now).unwrap(), self.model.by_hand(to, None))
            }
            Event::Pin(to) => {
                let to = to % levels;
                self.model.pinned = true;
                (self.machine.pin(LEVELS[to], now).unwrap(), self.model.go(to, Cause::Pinned))
            }
            Event::Unpin => {
                self.machine.unpin();
                self.model.by_hand &= !pinned;
                self.model.pinned = false;
                (None, None)
            }
            Event::Advance(seconds) => {
                self.clock += seconds;
                (None, None)
            }
            Event::StepBack(seconds) => {
                self.clock = self.clock.saturating_sub(seconds).max(self.behind);
                (None, None)
            }
            Event::Move => {
                let snapshot = self.machine.snapshot(now);
                self.clock = self.model.latest;
                self.behind = self.clock;
                self.machine = Degradation::new(self.model.config.clone()).unwrap();
                self.machine.restore_snapshot(&snapshot, self.now()).unwrap();
                (None, None)
            }
        };
        let told =
            change.as_ref().map(|change| (change.from.clone(), change.to.clone(), change.cause.clone()));
        prop_assert_eq!(&expected, &told);
        prop_assert_eq!(LEVELS[self.model.level], &self.machine.level().name);
        self.keeps_its_promises(told.as_ref(), before, pinned)?;
        let trace: Vec<_> =
            self.machine.trace().map(|change| (&change.from, &change.to, &change.cause)).collect();
        let skipped = self.model.changes.len().saturating_sub(self.model.config.trace);
        let remembered =
            self.model.changes.iter().skip(skipped).map(|(_, (from, to, cause))| (from, to, cause));
        prop_assert_eq!(remembered.collect::<Vec<_>>(), trace);
        Ok(())
    }

    /// What holds of every change, whatever the model thinks.
    fn keeps_its_promises(&self, change: Option<&Told>, before: usize, pinned: bool) -> Checked {
        let Some((_, _, cause)) = change else { return Ok(()) };
        let automatic = matches!(cause, Cause::Trigger { .. } | Cause::Restored);
        let step = self.model.level.abs_diff(before);
        prop_assert!(!automatic || step == 1, "{} steps at once", step);
        prop_assert!(!pinned || *cause == Cause::Pinned, "a pinned level moved: {:?}", cause);
        if let [.., (last, _), (this, _)] = self.model.changes.as_slice() {
            let dwell = self.model.config.dwell.as_secs();
            prop_assert!(!automatic || this - last >= dwell, "{} s after the last change", this - last);
        }
        Ok(())
    }

    /// A tick at the moment that the machine names changes the level, and none before it does.
    pub(super) fn wakes_when_it_says(&self) -> Checked {
        // A clock that stepped back has to catch up first.
        let now = self.now().saturating_add(secs(self.model.latest.saturating_sub(self.clock)));
        let changes = |wait: Duration| self.machine.clone().tick(now.saturating_add(wait)).is_some();
        let wait = self.machine.next_wakeup(self.now());
        let (idle, due) = match wait {
            None => ([0, 1, 20, 60, 80, 10_000].map(secs).to_vec(), None),
            Some(Duration::ZERO) => (Vec::new(), wait),
            Some(wait) => ([Duration::ZERO, wait / 2, wait - Duration::from_nanos(1)].to_vec(), Some(wait)),
        };
        for wait in idle {
            prop_assert!(!changes(wait), "a tick after {:?} changes the level", wait);
        }
        prop_assert!(due.is_none_or(changes), "no change after {:?}", due);
        Ok(())
    }

    /// Calm metrics for long enough restore the best level.
    pub(super) fn comes_back(&mut self) -> Checked {
        self.machine.unpin();
        let mut now = Instant::default().saturating_add(secs(self.model.latest.max(self.clock)));
        for _ in 0..=LEVELS.len() {
            for metric in self.model.config.triggers.keys() {
                self.machine.observe(metric, 5.0, now).unwrap();
            }
            now = now.saturating_add(self.model.config.dwell.max(secs(1)));
        }
        prop_assert_eq!("a", &self.machine.level().name);
        prop_assert_eq!(None, self.machine.next_wakeup(now));
        Ok(())
    }
}

type Told = (String, String, Cause);

#[derive(Debug, Clone)]
struct Model {
    config: DegradeConfig,
    level: usize,
    pinned: bool,
    by_hand: bool,
    latest: u64,
    /// Every reading: metric, value, when, and how many changes there had been.
    reads: Vec<(&'static str, f64, u64, usize)>,
    /// Every change, and when.
    changes: Vec<(u64, Told)>,
}

impl Model {
    fn new(config: DegradeConfig) -> Self {
        let (reads, changes) = (Vec::new(), Vec::new());
        Self { config, level: 0, pinned: false, by_hand: false, latest: 0, reads, changes }
    }

    fn decide(&mut self) -> Option<Told> {
        let dwelling =
            self.changes.last().is_some_and(|(then, _)| self.latest < then + self.config.dwell.as_secs());
        if self.pinned || dwelling {
            return None;
        }
        let last = |metric: &&str| self.reads.iter().rev().find(|read| read.0 == *metric);
        let heard = METRICS.iter().filter_map(last);
        let heard: Vec<_> =
            heard.filter(|read| self.latest - read.2 < self.config.stale_after.as_secs()).copied().collect();
        let new = |read: &&(&str, f64, u64, usize)| read.3 == self.changes.len();
        if let Some((metric, value, ..)) = heard.iter().filter(new).find(|read| read.1 >= 10.0) {
            let cause = Cause::Trigger { metric: (*metric).to_string(), value: *value, threshold: 10.0 };
            return self.go((self.level + 1).min(self.config.levels.depth()), cause);
        }
        let calm = heard.iter().all(|read| read.1 <= 5.0);
        let allowed = !heard.is_empty() || !self.by_hand;
        if self.level > 0 && calm && allowed { self.go(self.level - 1, Cause::Restored) } else { None }
    }

    fn by_hand(&mut self, to: usize, reason: Option<&str>) -> Option<Told> {
        if self.pinned {
            return None;
        }
        self.by_hand = true;
        self.go(to, Cause::Manual { reason: reason.map(String::from) })
    }

    fn go(&mut self, to: usize, cause: Cause) -> Option<Told> {
        if to == self.level {
            return None;
        }
        let told = (LEVELS[self.level].to_string(), LEVELS[to].to_string(), cause);
        self.by_hand = matches!(told.2, Cause::Manual { .. } | Cause::Pinned);
        self.level = to;
        self.changes.push((self.latest, told.clone()));
        Some(told)
    }
}
