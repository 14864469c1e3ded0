//! Every state × every event, as a table. A cell says what state follows and, after a colon, what was answered.

use super::*;

type Setup = fn() -> (Sim, Option<Ticket>);
type Event = fn(&mut Sim, Option<Ticket>) -> String;

const STATES: [(&str, Setup); 7] = [
    ("closed", || (Sim::new(config()), None)),
    ("one failure from open", || {
        let mut sim = Sim::new(config());
        sim.fails(2);
        (sim, None)
    }),
    ("open", || (tripped(config()), None)),
    ("open, wait over", || {
        let mut sim = tripped(config());
        sim.after(secs(60));
        (sim, None)
    }),
    ("half-open, probe out", || {
        let mut sim = tripped(config());
        let probe = sim.after(secs(60)).call();
        (sim, Some(probe))
    }),
    ("forced open", || {
        let mut sim = Sim::new(config());
        sim.force(Forced::Open);
        (sim, None)
    }),
    ("forced closed", || {
        let mut sim = Sim::new(config());
        sim.force(Forced::Closed);
        (sim, None)
    }),
];

const EVENTS: [(&str, Event); 10] = [
    ("call", |sim, _| heard(sim)),
    ("success", |sim, probe| ends(sim, probe, Outcome::Success)),
    ("failure", |sim, probe| ends(sim, probe, failure(TIMEOUT))),
    ("ignored", |sim, probe| ends(sim, probe, Outcome::Ignored)),
    ("stale success", |sim, _| late(sim, Outcome::Success)),
    ("stale failure", |sim, _| late(sim, failure(TIMEOUT))),
    ("lease over, call", |sim, _| heard(sim.after(secs(30)))),
    ("hold open", |sim, _| silent(sim.force(Forced::Open))),
    ("hold closed", |sim, _| silent(sim.force(Forced::Closed))),
    ("reset", |sim, _| silent(sim.reset())),
];

const TABLE: &str = "
                 | closed        | one failure from open | open          | open, wait over | half-open, probe out | forced open     | forced closed
call             | closed: yes   | closed: yes           | open: in 60 s | half_open: yes  | half_open: in 30 s   | forced_open: no | forced_closed: yes
success          | closed        | closed                | open: -       | closed          | closed               | forced_open: -  | forced_closed
failure          | closed        | open                  | open: -       | open            | open                 | forced_open: -  | forced_closed
ignored          | closed        | closed                | open: -       | half_open       | half_open            | forced_open: -  | forced_closed
stale success    | closed        | closed                | open          | half_open       | half_open            | forced_open     | forced_closed
stale failure    | closed        | closed                | open          | half_open       | half_open            | forced_open     | forced_closed
lease over, call | closed: yes   | closed: yes           | open: in 30 s | half_open: yes  | half_open: yes       | forced_open: no | forced_closed: yes
hold open        | forced_open   | forced_open           | forced_open   | forced_open     | forced_open          | forced_open     | forced_open
hold closed      | forced_closed | forced_closed         | forced_closed | forced_closed   | forced_closed        | forced_closed   | forced_closed
reset            | closed        | closed                | closed        | closed          | closed               | closed          | closed
";

/// mode: failed probe does not reopen
#[test]
fn every_state_answers_every_event_as_the_table_says() {
    assert_eq!(TABLE, format!("\n{}", render()));
}

fn render() -> String {
    let header: Vec<String> =
        core::iter::once("").chain(STATES.iter().map(|(name, _)| *name)).map(String::from).collect();
    let rows = EVENTS.iter().map(|(name, event)| {
        let cells = STATES.iter().map(|(_, setup)| {
            let (mut sim, probe) = setup();
            let answer = event(&mut sim, probe);
            format!("{}{answer}", sim.breaker.state(Instant::from_nanos(0)).name())
        });
        core::iter::once(String::from(*name)).chain(cells).collect()
    });
    let rows: Vec<Vec<String>> = core::iter::once(header).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let line = |row: &Vec<String>| {
        let cells =
            row.iter().enumerate().map(|(column, cell)| format!("{cell:width$}", width = width(column)));
        format!("{}\n", cells.collect::<Vec<_>>().join(" | ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn heard(sim: &mut Sim) -> String {
    match sim.ask() {
        Ok(()) => String::from(": yes"),
        Err(Rejection { retry_after: Some(wait), .. }) => format!(": in {} s", wait.as_secs()),
        Err(Rejection { retry_after: None, .. }) => String::from(": no"),
    }
}

/// A call that this state admitted ends; where none is, there is nothing to end.
fn ends(sim: &mut Sim, probe: Option<Ticket>, outcome: Outcome) -> String {
    let Some(ticket) = probe.or_else(|| sim.admit().ok()) else { return String::from(": -") };
    silent(sim.settle(ticket, outcome))
}

/// A call that was admitted before the last change of state, or never, ends.
fn late(sim: &mut Sim, outcome: Outcome) -> String {
    sim.settle(Ticket::from_bits(9 << 26), outcome);
    assert_eq!(1, sim.tally().stale);
    String::new()
}

fn silent(_: &mut Sim) -> String {
    String::new()
}
