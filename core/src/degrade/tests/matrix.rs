//! The table of the module's documentation: every state × every event.

use super::*;

type Step = fn(&mut Sim) -> &mut Sim;

const STATES: [(&str, Step); 5] = [
    ("best", |sim| sim.sets("full")),
    ("between", |sim| sim.sets("medium").after(30)),
    ("lowest", |sim| sim.sets("minimal").after(30)),
    ("dwelling", |sim| sim.sets("medium").after(29)),
    ("pinned", |sim| sim.pins("medium").after(30)),
];

const EVENTS: [(&str, Step); 9] = [
    ("reaches enter", |sim| sim.reads("cpu_usage", 0.95)),
    ("all at leave", |sim| sim.reads("cpu_usage", 0.76)),
    ("between", |sim| sim.reads("cpu_usage", 0.8)),
    ("degrade", |sim| sim.degrades("a test")),
    ("restore", |sim| sim.restores()),
    ("set_level low", |sim| sim.sets("low")),
    ("pin low", |sim| sim.pins("low")),
    ("silence", |sim| sim.ticks()),
    ("unpin", |sim| sim.unpins().ticks()),
];

const TABLE: &str = "
              | best       | between    | lowest     | dwelling        | pinned
reaches enter | high       | low        | -          | - then low      | -
all at leave  | -          | high       | low        | - then high     | -
between       | -          | -          | -          | -               | -
degrade       | high       | low        | -          | low             | -
restore       | -          | high       | low        | high            | -
set_level low | low        | low        | low        | low             | -
pin low       | low pinned | low pinned | low pinned | low pinned      | low pinned
silence       | -          | -          | -          | -               | -
unpin         | -          | -          | -          | -               | high
";

#[test]
fn every_state_answers_every_event_as_the_table_says() {
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_string()).collect::<Vec<_>>();
    let expected: Vec<Vec<String>> = TABLE.trim_matches('\n').lines().map(cells).collect();
    let header = core::iter::once("").chain(STATES.iter().map(|(name, _)| *name)).map(String::from).collect();
    let rows = EVENTS.iter().map(|(name, event)| {
        let cells = STATES.iter().map(|(_, setup)| cell(*setup, *event));
        core::iter::once((*name).to_string()).chain(cells).collect()
    });
    assert_eq!(expected, core::iter::once(header).chain(rows).collect::<Vec<Vec<String>>>());
}

/// The level that follows, and after `then` the one that follows when the dwell is over.
fn cell(setup: Step, event: Step) -> String {
    let mut sim = Sim::new(config());
    setup(&mut sim);
    let (pinned, _) = (sim.machine.is_pinned(), sim.changes());
    event(&mut sim);
    let level = |sim: &mut Sim| sim.changes().last().map_or("-", |_| sim.level()).to_string();
    let mut cell = level(&mut sim);
    let newly = sim.machine.is_pinned() && (!pinned || cell != "-");
    if sim.wakeup() == Some(1) {
        sim.after(1).ticks();
        cell = format!("{cell} then {}", level(&mut sim));
    }
    if newly { format!("{cell} pinned") } else { cell }
}
