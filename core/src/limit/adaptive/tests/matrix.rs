//! Every state × every event, as a table: the limit and the calls in flight after it.

use super::*;

type Setup = fn() -> (Sim, Vec<Permit>);
type Event = fn(&mut Sim, &[Permit]);

/// The first permit is of a call that began when the limit was busy; where it was not, there is only that one.
const STATES: [(&str, Setup); 5] = [
    ("quiet", || {
        let mut sim = Sim::new(config());
        let calls = sim.calls(1);
        (sim, calls)
    }),
    ("full", || {
        let mut sim = Sim::new(config());
        let mut calls = sim.calls(10);
        calls.reverse();
        (sim, calls)
    }),
    ("just fallen", || {
        let mut sim = Sim::new(config());
        let mut calls = sim.calls(10);
        let failed = calls.remove(0);
        sim.ends(failed, Outcome::Failure);
        calls.reverse();
        (sim, calls)
    }),
    ("at its least", || {
        let mut sim = Sim::new(AdaptiveConfig { initial: count(2), ..config() });
        let calls = sim.calls(2);
        (sim, calls)
    }),
    ("at its most", || {
        let mut sim = Sim::new(AdaptiveConfig { initial: count(12), ..config() });
        let mut calls = sim.calls(11);
        calls.reverse();
        (sim, calls)
    }),
];

const EVENTS: [(&str, Event); 8] = [
    ("call", |sim, _| {
        let _ = sim.ask();
    }),
    ("success", |sim, calls| {
        sim.ends(calls[0], Outcome::Success);
    }),
    ("slow success", |sim, calls| {
        sim.after(secs(2)).ends(calls[0], Outcome::Success);
    }),
    ("failure", |sim, calls| {
        sim.ends(calls[0], Outcome::Failure);
    }),
    ("ignored", |sim, calls| {
        sim.ends(calls[0], Outcome::Ignored);
    }),
    ("ignored twice", |sim, calls| {
        sim.end(vec![calls[0]; 2], Outcome::Ignored);
    }),
    ("made-up permit", |sim, _| {
        sim.ends(Permit::from_bits(1 << 40), Outcome::Failure);
    }),
    ("leases over", |sim, _| {
        sim.after(secs(30));
    }),
];

const TABLE: &str = "
               | quiet        | full         | just fallen  | at its least | at its most
call           | 10.00 2      | 10.00 10     | 9.00 9       | 2.00 2       | 12.00 12
success        | 10.00 0      | 10.10 9      | 9.11 8       | 2.50 1       | 12.00 10
slow success   | 9.00 0       | 9.00 9       | 8.89 8       | 2.00 1       | 10.80 10
failure        | 9.00 0       | 9.00 9       | 8.89 8       | 2.00 1       | 10.80 10
ignored        | 10.00 0      | 10.00 9      | 9.00 8       | 2.00 1       | 12.00 10
ignored twice  | 10.00 0      | 10.00 9      | 9.00 8       | 2.00 1       | 12.00 10
made-up permit | 10.00 1      | 10.00 10     | 9.00 9       | 2.00 2       | 12.00 11
leases over    | 9.00 0       | 7.95 0       | 7.95 0       | 2.00 0       | 9.84 0
";

#[test]
fn every_state_answers_every_event_as_the_table_says() {
    assert_eq!(TABLE, format!("\n{}", render()));
}

fn render() -> String {
    let cell = |setup: &Setup, event: &Event| {
        let (mut sim, calls) = setup();
        event(&mut sim, &calls);
        let (_, in_flight) = sim.view();
        format!("{} {in_flight}", sim.height())
    };
    let header = STATES.iter().map(|(name, _)| String::from(*name)).collect();
    let rows = EVENTS.iter().map(|(name, event)| {
        (*name, STATES.iter().map(|(_, setup)| cell(setup, event)).collect::<Vec<String>>())
    });
    let line = |(name, cells): (&str, Vec<String>)| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:12}")).collect();
        format!("{}\n", format!("{name:14} | {}", cells.join(" | ")).trim_end())
    };
    let lines: Vec<String> = core::iter::once(("", header)).chain(rows).map(line).collect();
    lines.concat()
}
