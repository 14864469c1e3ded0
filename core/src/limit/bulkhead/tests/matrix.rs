//! Every state × every event: what is answered, then the calls under way and in the line.

use std::format;
use std::string::String;

use super::*;

type Event = fn(&mut Sim, &[Permit]) -> String;

/// How many entered before.
const STATES: [(&str, usize); 5] = [("empty", 0), ("room", 1), ("no room", 2), ("a line", 3), ("full", 5)];

const EVENTS: [(&str, Event); 9] = [
    ("enter", |sim, _| String::from(sim.ask())),
    ("leave", |sim, permits| with(permits.first(), |permit| said(sim.leave(permit)))),
    ("leave twice", |sim, permits| {
        with(permits.first(), |permit| {
            sim.leave(permit);
            said(sim.leave(permit))
        })
    }),
    ("leave from the line", |sim, permits| with(permits.get(2), |place| said(sim.leave(place)))),
    ("forget a permit", |sim, permits| with(permits.first(), |permit| said(sim.forget(permit)))),
    ("forget a place", |sim, permits| with(permits.get(2), |place| said(sim.forget(place)))),
    ("poll a permit", |sim, permits| with(permits.first(), |permit| found(sim.poll(permit)))),
    ("poll the last place", |sim, permits| with(last_place(permits), |place| found(sim.poll(place)))),
    ("wait over, poll it", |sim, permits| {
        sim.after(secs(10));
        with(last_place(permits), |place| found(sim.poll(place)))
    }),
];

const TABLE: &str = "
                    | empty         | room          | no room      | a line           | full
enter               | admitted: 1+0 | admitted: 2+0 | queued: 2+1  | queued: 2+2      | full: 2+3
leave               |               | -: 0+0        | -: 1+0       | granted: 2+0     | granted: 2+2
leave twice         |               | -: 0+0        | -: 1+0       | -: 2+0           | -: 2+2
leave from the line |               |               |              | -: 2+1           | -: 2+3
forget a permit     |               | -: 0+0        | -: 1+0       | granted: 2+0     | granted: 2+2
forget a place      |               |               |              | -: 2+0           | -: 2+2
poll a permit       |               | granted: 1+0  | granted: 2+0 | granted: 2+1     | granted: 2+3
poll the last place |               |               |              | waiting (1): 2+1 | waiting (3): 2+3
wait over, poll it  |               |               |              | gone: 2+0        | gone: 2+0
";

#[test]
fn every_state_answers_every_event_as_the_table_says() {
    let rows = TABLE.lines().skip(2).zip(EVENTS);
    for (row, (name, event)) in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let answer = |(_, calls): &(&str, usize)| {
            let mut sim = Sim::new(config());
            let permits = sim.enters(*calls);
            let said = event(&mut sim, &permits);
            let (in_flight, queued) = sim.view();
            if said.is_empty() { said } else { format!("{said}: {in_flight}+{queued}") }
        };
        let found: Vec<String> =
            core::iter::once(String::from(name)).chain(STATES.iter().map(answer)).collect();
        assert_eq!(cells, found);
    }
    assert_eq!(EVENTS.len() + 2, TABLE.lines().count());
    let header: Vec<&str> =
        TABLE.lines().nth(1).unwrap_or_default().split('|').skip(1).map(str::trim).collect();
    assert_eq!(STATES.map(|(name, _)| name), *header);
}

/// What is answered about a number, where this state has such a one.
fn with(number: Option<&Permit>, ask: impl FnOnce(Permit) -> String) -> String {
    number.map_or_else(String::new, |number| ask(*number))
}

fn last_place(permits: &[Permit]) -> Option<&Permit> {
    permits.get(2..).and_then(<[_]>::last)
}

fn said(granted: Option<Permit>) -> String {
    String::from(granted.map_or("-", |_| "granted"))
}

fn found(place: Place) -> String {
    match place {
        Place::Waiting { position } => format!("waiting ({position})"),
        Place::Granted => String::from("granted"),
        Place::Gone => String::from("gone"),
    }
}
