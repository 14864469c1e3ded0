use super::*;

/// The same limit in another process, whose clock began at another time.
fn moved(sim: &mut Sim, uptime: Duration) -> Sim {
    let text = serde_json::to_string(&sim.limit.snapshot(sim.now)).unwrap();
    let snapshot: Snapshot = serde_json::from_str(&text).unwrap();
    let mut other = Sim::new(*sim.limit.config());
    other.now = Instant::from_nanos(0).saturating_add(uptime);
    other.limit.restore(&snapshot, other.now).unwrap();
    other
}

#[test]
fn a_restored_limit_decides_as_the_original() {
    for uptime in [Duration::ZERO, secs(3), secs(864_000)] {
        let mut here = Sim::new(config());
        here.each(3, Outcome::Failure).each(2, Outcome::Success);
        let calls = here.calls(7);
        here.end(calls, Outcome::Success);
        let mut there = moved(&mut here, uptime);
        let story = |sim: &mut Sim| {
            let mut told = vec![sim.height()];
            for outcome in [Outcome::Success, Outcome::Failure, Outcome::Success, Outcome::Ignored] {
                let calls = sim.calls(5);
                told.push(sim.after(secs(1)).end(calls, outcome).height());
            }
            (told, sim.view(), sim.limit.tally())
        };
        assert_eq!(story(&mut here), story(&mut there), "{uptime:?}");
    }
}

#[test]
fn calls_in_flight_stay_behind_and_their_permits_are_stale() {
    let mut sim = Sim::new(config());
    let early = sim.calls(10);
    let snapshot = sim.limit.snapshot(sim.now);
    sim.limit.restore(&snapshot, sim.now).unwrap();
    assert_eq!((10, 0), sim.view());
    sim.calls(10);
    sim.end(early, Outcome::Failure);
    assert_eq!(((10, 10), 10), (sim.view(), sim.limit.tally().stale));
}

#[test]
fn a_failure_after_the_move_is_heard_in_full() {
    let mut here = Sim::new(config());
    let calls = here.calls(10);
    here.ends(calls[0], Outcome::Failure);
    let snapshot = here.limit.snapshot(here.now);
    here.limit.restore(&snapshot, here.now).unwrap();
    here.each(1, Outcome::Failure);
    assert_eq!("8.00", here.height());
}

#[test]
fn a_lease_that_ended_before_the_snapshot_is_in_it() {
    let mut sim = Sim::new(config());
    sim.call();
    sim.after(secs(30));
    let snapshot = sim.limit.snapshot(sim.now);
    assert_eq!((9, 1), (snapshot.limit, snapshot.tally.lapsed));
}

#[test]
fn the_shape_is_pinned() {
    let mut sim = Sim::new(config());
    sim.each(1, Outcome::Failure);
    let calls = sim.calls(9);
    sim.end(calls, Outcome::Success).ask().unwrap();
    let expected = "{\"version\":1,\"limit\":9,\"fraction\":2329922217,\
                    \"tally\":{\"rejected\":0,\"failures\":1,\"lapsed\":0,\"stale\":0}}";
    assert_eq!(expected, serde_json::to_string(&sim.limit.snapshot(sim.now)).unwrap());
}

#[test]
fn an_unknown_version_is_refused_and_nothing_happens() {
    let mut sim = Sim::new(config());
    sim.each(1, Outcome::Failure).calls(2);
    let before = sim.limit.clone();
    let snapshot = Snapshot { version: 2, limit: 12, fraction: 0, tally: Tally::default() };
    let error = sim.limit.restore(&snapshot, sim.now).unwrap_err();
    assert_eq!(
        (RestoreError::Version(2), "version: 2 is not known (expected 1)"),
        (error.clone(), &*error.to_string())
    );
    assert_eq!(before, sim.limit);
}

#[test]
fn what_is_no_snapshot_is_not_read_as_one() {
    let tally = "{\"rejected\":0,\"failures\":0,\"lapsed\":0,\"stale\":0}";
    for text in [
        String::from("null"),
        String::from("{}"),
        format!("{{\"version\":1,\"limit\":-1,\"fraction\":0,\"tally\":{tally}}}"),
        format!("{{\"version\":1,\"limit\":4294967296,\"fraction\":0,\"tally\":{tally}}}"),
        format!("{{\"version\":1,\"limit\":1,\"fraction\":0.5,\"tally\":{tally}}}"),
        String::from("{\"version\":1,\"limit\":1,\"fraction\":0,\"tally\":{}}"),
        format!("{{\"version\":1,\"limit\":1,\"fraction\":0,\"tally\":{tally},\"extra\":1}}"),
    ] {
        assert!(serde_json::from_str::<Snapshot>(&text).is_err(), "{text}");
    }
}

#[test]
fn no_snapshot_from_a_broken_store_leads_out_of_the_bounds_or_overflows() {
    let most = Tally { rejected: u64::MAX, failures: u64::MAX, lapsed: u64::MAX, stale: u64::MAX };
    for (limit, height) in [(0, "2.00"), (1, "2.00"), (u32::MAX, "12.00")] {
        let mut sim = Sim::new(config());
        let snapshot = Snapshot { version: 1, limit, fraction: u32::MAX, tally: most };
        sim.limit.restore(&snapshot, Instant::from_nanos(u64::MAX)).unwrap();
        assert_eq!(height, sim.height());
        let call = sim.call();
        sim.ends(call, Outcome::Failure).ends(call, Outcome::Failure);
        sim.calls(20);
        assert_eq!(most, sim.limit.tally());
    }
}
