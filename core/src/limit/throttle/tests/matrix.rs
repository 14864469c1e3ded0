//! Every state × every event: the chance of a rejection, the requests and the accepts that follow.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::*;

type Event = fn(&mut Sim);

/// Calls accepted and calls refused before.
const STATES: [(&str, (u32, u32)); 5] =
    [("idle", (0, 0)), ("too few", (0, 3)), ("well", (4, 4)), ("refusing", (4, 12)), ("dead", (0, 99))];

const EVENTS: [(&str, Event); 6] = [
    ("admitted", |sim| sim.rng = drawing(|sim| sim.admit().is_ok(), sim)),
    ("rejected", |sim| sim.rng = drawing(|sim| sim.admit().is_err(), sim)),
    ("accepted", |sim| {
        sim.accepted(1);
    }),
    ("refused", |sim| {
        sim.refused(1);
    }),
    ("most of a window", |sim| {
        sim.after(secs(29));
    }),
    ("a window", |sim| {
        sim.after(secs(30));
    }),
];

const TABLE: &str = "
                 | idle    | too few         | well             | refusing          | dead
admitted         | 0: 0, 0 | 0: 3, 0         | 0: 8, 4          | 8000/17000: 16, 4 | 900/1000: 99, 0
rejected         | never   | never           | never            | 9000/18000: 17, 4 | 900/1000: 100, 0
accepted         | 0: 1, 1 | 2000/5000: 4, 1 | 0: 9, 5          | 7000/18000: 17, 5 | 900/1000: 100, 1
refused          | 0: 1, 0 | 4000/5000: 4, 0 | 1000/10000: 9, 4 | 9000/18000: 17, 4 | 900/1000: 100, 0
most of a window | 0: 0, 0 | 0: 3, 0         | 0: 8, 4          | 8000/17000: 16, 4 | 900/1000: 99, 0
a window         | 0: 0, 0 | 0: 0, 0         | 0: 0, 0          | 0: 0, 0           | 0: 0, 0
";

#[test]
fn every_state_answers_every_event_as_the_table_says() {
    for (row, (name, event)) in TABLE.lines().skip(2).zip(EVENTS) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let answer = |(_, (accepted, refused)): &(&str, (u32, u32))| {
            let mut sim = Sim::new(config());
            sim.accepted(*accepted).refused(*refused);
            if name == "rejected" && sim.chance().0 == 0 {
                return String::from("never");
            }
            event(&mut sim);
            let ((numerator, denominator), (requests, accepts)) = (sim.chance(), sim.counts());
            let chance =
                if numerator == 0 { String::from("0") } else { format!("{numerator}/{denominator}") };
            format!("{chance}: {requests}, {accepts}")
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

/// Asks with one seed after the other until the answer is the one wanted, and keeps what that did.
fn drawing(wanted: fn(&mut Sim) -> bool, sim: &mut Sim) -> Rng {
    for seed in 0..1_000 {
        let mut other = Sim { rng: Rng::from_seed(seed), ..sim.clone() };
        if wanted(&mut other) {
            sim.throttle = other.throttle;
            return other.rng;
        }
    }
    panic!("no seed of a thousand draws that")
}
