//! Every state × every event: what is answered, and how many tokens are left or how long the line is.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::*;

type Event = fn(&mut Sim, [Permit; 2]) -> String;

/// How many calls came before.
const STATES: [(&str, usize); 4] =
    [("a token left", 1), ("no token", 2), ("a line", 3), ("the line full", 4)];

const EVENTS: [(&str, Event); 5] = [
    ("acquire", |sim, _| match sim.ask() {
        Ok(wait) => format!("in {} ms", wait.as_millis()),
        Err(wait) => format!("not for {} ms", wait.as_millis()),
    }),
    ("cancel the last", |sim, [_, last]| said(sim.cancel(last))),
    ("cancel the one before", |sim, [before, _]| said(sim.cancel(before))),
    ("cancel the last again", |sim, [_, last]| {
        sim.cancel(last);
        said(sim.cancel(last))
    }),
    ("a quarter of a second", |sim, _| {
        sim.after(millis(250));
        String::from("-")
    }),
];

const TABLE: &str = "
                      | a token left    | no token          | a line            | the line full
acquire               | in 0 ms: 0, 250 | in 250 ms: 0, 500 | in 500 ms: 0, 750 | not for 250 ms: 0, 750
cancel the last       | yes: 2, 0       | yes: 1, 0         | yes: 0, 250       | yes: 0, 500
cancel the one before | no: 1, 0        | no: 0, 250        | no: 0, 500        | no: 0, 750
cancel the last again | no: 2, 0        | no: 1, 0          | no: 0, 250        | no: 0, 500
a quarter of a second | -: 2, 0         | -: 1, 0           | -: 0, 250         | -: 0, 500
";

#[test]
fn every_state_answers_every_event_as_the_table_says() {
    let expected: Vec<Vec<&str>> = TABLE.lines().skip(2).map(|line| cells(line).collect()).collect();
    let found: Vec<Vec<String>> = EVENTS
        .iter()
        .map(|(name, event)| {
            let row = STATES.iter().map(|(_, calls)| {
                let mut sim = Sim::new(patient());
                let places: Vec<Permit> = (0..*calls).map(|_| sim.place()).collect();
                let before = *places.iter().rev().nth(1).unwrap_or(&Permit::from_bits(0));
                let said = event(&mut sim, [before, places[calls - 1]]);
                // The next call's wait is what the line is long, half a second of it being allowed.
                let (tokens, next) = (sim.limiter.available(sim.now), wait_of_next(&sim));
                format!("{said}: {tokens}, {}", next.as_millis())
            });
            core::iter::once(String::from(*name)).chain(row).collect()
        })
        .collect();
    assert_eq!(expected, found);
    let header: Vec<&str> = TABLE.lines().nth(1).into_iter().flat_map(cells).skip(1).collect();
    assert_eq!(STATES.map(|(name, _)| name), *header);
}

/// How long a call would have to wait that may wait for ever.
fn wait_of_next(sim: &Sim) -> Duration {
    let mut sim = sim.clone();
    let rejected = sim.limiter.retry_after(sim.now);
    sim.after(rejected).acquire().expect("a place").wait + rejected
}

fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.split('|').map(str::trim)
}

fn said(yes: bool) -> String {
    String::from(if yes { "yes" } else { "no" })
}
