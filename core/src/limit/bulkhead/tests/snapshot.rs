//! Moves to another process, which nobody inside survives.

use std::string::ToString;

use super::*;

#[test]
fn the_counts_survive_and_nobody_else() {
    let mut here = Sim::new(config());
    let permits = here.enters(5);
    here.leave(permits[0]);
    let text = serde_json::to_string(&here.bulkhead.snapshot(here.now)).unwrap();
    let mut there = Sim::new(config());
    there.bulkhead.restore(&serde_json::from_str(&text).unwrap(), Instant::default()).unwrap();
    assert_eq!(here.bulkhead.tally(), there.bulkhead.tally());
    assert_eq!(((0, 0), "admitted"), (there.view(), there.ask()));
}

#[test]
fn numbers_from_before_a_restore_are_stale() {
    let mut sim = Sim::new(config());
    let permits = sim.enters(4);
    let snapshot = sim.bulkhead.snapshot(sim.now);
    sim.bulkhead.restore(&snapshot, sim.now).unwrap();
    assert_eq!([Place::Gone; 4], *sim.polls(&permits));
    let inside = sim.enters(5);
    for stale in permits {
        assert_eq!((None, None), (sim.leave(stale), sim.forget(stale)));
    }
    assert_eq!([Place::Granted, Place::Granted, waiting(1), waiting(2), waiting(3)], *sim.polls(&inside));
}

#[test]
fn the_shape_is_pinned() {
    let mut sim = Sim::new(config());
    sim.enters(3);
    let expected = "{\"version\":1,\"tally\":{\"admitted\":2,\"queued\":1,\"granted\":0,\"timed_out\":0,\
                    \"forgotten\":0,\"rejected\":0,\"stale\":0}}";
    assert_eq!(expected, serde_json::to_string(&sim.bulkhead.snapshot(sim.now)).unwrap());
}

#[test]
fn those_whose_wait_is_over_are_counted_before_they_are_left_behind() {
    let mut sim = Sim::new(config());
    sim.enters(3);
    sim.after(secs(10));
    assert_eq!(1, sim.bulkhead.snapshot(sim.now).tally.timed_out);
}

#[test]
fn an_unknown_version_is_refused_and_nothing_happens() {
    let mut sim = Sim::new(config());
    sim.enters(3);
    let before = sim.bulkhead.clone();
    let snapshot = Snapshot { version: 2, tally: Tally::default() };
    let error = sim.bulkhead.restore(&snapshot, sim.now).unwrap_err();
    assert_eq!("version: 2 is not known (expected 1)", error.to_string());
    assert_eq!((RestoreError::Version(2), before), (error, sim.bulkhead));
}

#[test]
fn what_is_no_snapshot_is_not_read_as_one() {
    for text in
        ["null", "{}", "{\"version\":1}", "{\"version\":1,\"tally\":{}}", "{\"version\":1,\"tally\":[]}"]
    {
        assert!(serde_json::from_str::<Snapshot>(text).is_err(), "{text}");
    }
}

#[test]
fn counts_at_their_end_stay_there() {
    let most = u64::MAX;
    let tally = Tally {
        admitted: most,
        queued: most,
        granted: most,
        timed_out: most,
        forgotten: most,
        rejected: most,
        stale: most,
    };
    let mut sim = Sim::new(config());
    sim.bulkhead.restore(&Snapshot { version: 1, tally }, sim.now).unwrap();
    let permits = sim.enters(5);
    sim.ask();
    sim.leave(permits[0]);
    sim.forget(permits[1]);
    sim.leave(permits[0]);
    sim.after(secs(10)).view();
    assert_eq!(tally, sim.bulkhead.tally());
}
