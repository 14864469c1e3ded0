//! Every state that a small degradation can reach, and every event in each of them, beside the model that keeps every
//! event. States that differ in nothing that a later answer can depend on are one, so the walk ends.

use alloc::collections::{BTreeSet, VecDeque};

use super::model::{Event, LEVELS, METRICS, Run};
use super::*;
use crate::tests::page::{self, Table};
use crate::time::nanos;

/// Three levels; two seconds of dwell; a metric counts for four.
fn small(metrics: usize, dwell: u64) -> DegradeConfig {
    let trigger = Trigger { enter: ENTER, leave: LEAVE };
    DegradeConfig {
        triggers: METRICS.into_iter().take(metrics).map(|metric| (String::from(metric), trigger)).collect(),
        dwell: secs(dwell),
        stale_after: secs(STALE),
        trace: 2,
        ..DegradeConfig::of(Levels::even(LEVELS.into_iter().take(3)).unwrap())
    }
}

fn acts(metrics: usize) -> Vec<Event> {
    let mut acts = Vec::from([Event::Tick, Event::Degrade, Event::Restore, Event::Unpin]);
    for metric in METRICS.into_iter().take(metrics) {
        acts.extend([LEAVE, ENTER].map(|value| Event::Read(metric, value)));
    }
    if metrics == 1 {
        acts.push(Event::Read(METRICS[0], BETWEEN));
    }
    acts.extend((0..3).flat_map(|level| [Event::Set(level), Event::Pin(level)]));
    acts
}

/// All that a later answer can depend on, with times relative to now.
fn key(run: &Run) -> Vec<u64> {
    let saved = run.machine.snapshot(run.machine.now);
    let level = run.machine.level as u64;
    let mut key =
        Vec::from([level, u64::from(saved.pinned), u64::from(saved.by_hand), saved.dwell_remaining]);
    for metric in METRICS {
        key.extend(saved.metrics.get(metric).map_or([0; 3], |reading| {
            [reading.value.to_bits(), reading.remaining, u64::from(reading.unspent)]
        }));
    }
    key
}

/// Visits every state; the model answers beside the machine wherever something happens.
fn walk(config: DegradeConfig, mut see: impl FnMut(&Run)) -> (usize, usize) {
    let acts = acts(config.triggers.len());
    let steps: &[u64] = if config.triggers.len() == 1 { &[0, 1, DWELL, STALE] } else { &[0, DWELL] };
    let mut begin = Run::new(config);
    begin.step(&Event::Tick).unwrap();
    let mut seen = BTreeSet::from([key(&begin)]);
    let mut open = VecDeque::from([begin]);
    let mut cells = 0;
    while let Some(run) = open.pop_front() {
        see(&run);
        run.wakes_when_it_says().unwrap();
        run.clone().comes_back().unwrap();
        let mut moved = run.clone();
        moved.step(&Event::Move).unwrap();
        assert_eq!(key(&run), key(&moved), "{run:?}");
        for act in &acts {
            for step in steps.iter().copied() {
                let after = |run: &Run, back: u64| {
                    let mut next = run.clone();
                    for event in [Event::Advance(step), Event::StepBack(back), *act] {
                        next.step(&event)
                            .unwrap_or_else(|error| panic!("{event:?} after {step} s in {run:?}: {error}"));
                    }
                    next
                };
                let next = after(&run, 0);
                assert_eq!(key(&next), key(&after(&moved, 0)), "{act:?} after {step} s in {run:?}");
                if step == 0 {
                    let mut back = run.clone();
                    for event in [Event::StepBack(500), *act] {
                        back.step(&event).unwrap();
                    }
                    assert_eq!(next.machine, back.machine, "{act:?} in {run:?}");
                }
                cells += 1;
                if step == 0 {
                    goes_on_at_the_end_of_time(&run, act);
                }
                if seen.insert(key(&next)) {
                    open.push_back(next);
                }
            }
        }
    }
    (seen.len(), cells)
}

/// The clock reads the last there is: the event is taken in, and what follows can be moved to another clock.
fn goes_on_at_the_end_of_time(run: &Run, act: &Event) {
    let mut machine = run.machine.clone();
    let now = Instant::from_nanos(u64::MAX);
    let told = match act {
        Event::Read(metric, value) => machine.observe(metric, *value, now).unwrap(),
        Event::Degrade => machine.degrade("", now),
        Event::Restore => machine.restore(now),
        _ => machine.tick(now),
    };
    if let Some(change) = told {
        assert_eq!((LEVELS[run.machine.level], LEVELS[machine.level]), (&*change.from, &*change.to));
    }
    let mut moved = Degradation::new(machine.config().clone()).unwrap();
    moved.restore_snapshot(&machine.snapshot(now), Instant::from_nanos(7)).unwrap();
    assert_eq!((machine.level, machine.is_pinned()), (moved.level, moved.is_pinned()), "{act:?} in {run:?}");
}

#[test]
fn one_metric() {
    assert_eq!(ONE_METRIC, walk(small(1, DWELL), |_| {}));
}

#[test]
fn one_metric_without_a_dwell() {
    assert_eq!(NO_DWELL, walk(small(1, 0), |_| {}));
}

#[test]
fn two_metrics() {
    assert_eq!(TWO_METRICS, walk(small(2, DWELL), |_| {}));
}

#[test]
fn machines_degradation_page_is_what_the_walk_finds() {
    let mut table = Table::new(&COLUMNS);
    walk(small(1, DWELL), |run| {
        let (state, from) = (name(run), level(run));
        for column in COLUMNS {
            let Some(next) = event(run, column) else { continue };
            let to = level(&next);
            table.saw(&state, column, if to == from { String::from("–") } else { format!("**{to}**") });
        }
        for act in acts(1) {
            let mut next = run.clone();
            next.step(&act).unwrap();
            let (Some(change), true) = (next.machine.trace().last(), next.machine.level != run.machine.level)
            else {
                continue;
            };
            if !change.cause.is_by_hand() {
                table.changed(NAMES[run.machine.level], NAMES[next.machine.level], change.cause.name());
            }
        }
    });
    assert_eq!(Vec::<String>::new(), table.ambiguous());
    let extents =
        [("one metric", ONE_METRIC), ("one metric, no dwell", NO_DWELL), ("two metrics", TWO_METRICS)];
    let order = |state: &str| {
        let level = NAMES.iter().position(|name| state.starts_with(name));
        (level, state.split("; ").map(String::from).collect::<Vec<_>>())
    };
    let page = HEAD
        .replace("DIAGRAM", table.diagram(NAMES[0]).trim_end())
        .replace("TABLE", table.render(order).trim_end())
        .replace("WALKS", page::extents(&extents).trim_end());
    page::check("degradation", &page);
}

fn level(run: &Run) -> String {
    let pinned = if run.machine.is_pinned() { ", pinned" } else { "" };
    format!("{}{pinned}", NAMES[run.machine.level])
}

/// What a person would call the state: the level, what holds it there, and what the metric says.
fn name(run: &Run) -> String {
    let machine = &run.machine;
    let saved = machine.snapshot(machine.now);
    let mut name = level(run);
    let waits = saved.dwell_remaining > 0;
    if waits {
        name += ", dwelling";
    }
    if machine.by_hand && !machine.is_pinned() {
        name += ", by hand";
    }
    let metric = saved.metrics.get(METRICS[0]);
    let says = match metric {
        None => "silent",
        Some(reading) if reading.unspent && reading.value >= ENTER => "bad",
        Some(reading) if reading.value <= LEAVE => "good",
        Some(_) => "between",
    };
    format!("{name}; {says}")
}

/// The event of a column, where it can happen; what time brings about is seen by a tick.
fn event(run: &Run, column: &str) -> Option<Run> {
    let saved = run.machine.snapshot(run.machine.now);
    let mut next = run.clone();
    let events = match column {
        "reads bad" => [Event::Read(METRICS[0], ENTER), Event::Advance(0)],
        "between" => [Event::Read(METRICS[0], BETWEEN), Event::Advance(0)],
        "good" => [Event::Read(METRICS[0], LEAVE), Event::Advance(0)],
        "the dwell ends" => {
            let left = saved.dwell_remaining / nanos(secs(1));
            if left == 0 || saved.metrics.values().any(|reading| reading.remaining <= saved.dwell_remaining) {
                return None;
            }
            [Event::Advance(left), Event::Tick]
        }
        "nobody reports" => [Event::Advance(STALE), Event::Tick],
        "degrade" => [Event::Degrade, Event::Advance(0)],
        "restore" => [Event::Restore, Event::Advance(0)],
        "set lowest" => [Event::Set(2), Event::Advance(0)],
        "pin lowest" => [Event::Pin(2), Event::Advance(0)],
        _ if !run.machine.is_pinned() => return None,
        _ => [Event::Unpin, Event::Tick],
    };
    for event in events {
        next.step(&event).unwrap();
    }
    Some(next)
}

const ENTER: f64 = 10.0;
const BETWEEN: f64 = 7.0;
const LEAVE: f64 = 5.0;
const DWELL: u64 = 2;
const STALE: u64 = 4;
const NAMES: [&str; 3] = ["best", "middle", "lowest"];
const ONE_METRIC: (usize, usize) = (612, 31_824);
const NO_DWELL: (usize, usize) = (300, 15_600);
const TWO_METRICS: (usize, usize) = (1_176, 32_928);
const COLUMNS: [&str; 10] = [
    "reads bad", "between", "good", "the dwell ends", "nobody reports", "degrade", "restore", "set lowest",
    "pin lowest", "unpin",
];
const HEAD: &str = "# Degradation, state by state

Written by a test that walks the real machine through every state it can reach (`core/src/degrade/tests/walk.rs`);
`UPDATE=1 cargo test -p failsoft machines` writes it anew. The rules in words are in `core/src/degrade/mod.rs`.

What metrics and time bring about, with three levels. By hand any level can be chosen from any other.

DIAGRAM

## Every event in every state

One metric, which lowers the level when it is *bad* (at `enter` or above) and lets it rise when it is *good* (at `leave` or
below). *Dwelling*: the dwell since the last change is not over. *By hand*: somebody chose the level. In brackets what was
last read since the last change, where that makes a difference; *silent*: nothing that still counts. The level that
follows is **bold**; a dash is an event that leaves it, and an empty cell one that cannot happen there.

*Nobody reports* is `stale_after` without a reading, and then a tick; what *unpin* leads to is seen by a tick, too.

TABLE

## What was walked

In every state: every event, after no time, a second, the dwell and `stale_after`, with readings at and between the
thresholds. Beside the machine runs a model that keeps every event and looks through all of them each time; the two must
answer alike. Checked in every state:

- A change that metrics bring about is one step, and the dwell after the last one. A pinned level does not move.
- The moment that the machine names for its next tick is the first at which a tick changes anything.
- Good readings for long enough lead to the best level.
- A clock that steps back has not moved; at the last reading that there is, events are taken in, and the state can be moved.
- A machine restored on a younger clock from its snapshot gives the same answer to every event that follows.

| settings | states | events in them |
|---|---|---|
WALKS
";
