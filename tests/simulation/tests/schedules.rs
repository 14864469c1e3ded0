//! What the simulation itself promises. The schedules are played by `make test-simulation`.

use std::collections::BTreeSet;

use failsoft_simulation::{STEPS, Schedule, Totals, invariants};

#[test]
fn a_seed_is_the_same_schedule_every_time() {
    let play = || {
        let mut totals = Totals::default();
        for seed in 0..20 {
            Schedule::new(seed).play(&mut totals).unwrap_or_else(|failure| panic!("{failure}"));
        }
        totals.to_string()
    };
    assert_eq!(play(), play());
}

#[test]
fn schedules_hold_and_meet_every_kind_of_fault() {
    let mut totals = Totals::default();
    for seed in 0..SCHEDULES {
        Schedule::new(seed).play(&mut totals).unwrap_or_else(|failure| panic!("{failure}"));
    }
    println!("{totals}");
    assert_eq!((SCHEDULES, SCHEDULES * STEPS as u64), (totals.schedules, totals.steps));
    let never: Vec<&str> = totals.faults().filter(|(_, times)| *times == 0).map(|(name, _)| name).collect();
    assert_eq!(Vec::<&str>::new(), never);
}

#[test]
fn the_promises_are_fourteen_and_each_has_a_name_of_its_own() {
    assert_eq!(14, invariants().collect::<BTreeSet<_>>().len());
}

/// Enough for every kind of fault; the others are played where the core is optimised.
const SCHEDULES: u64 = 200;
