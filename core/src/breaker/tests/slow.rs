use super::*;

#[test]
fn a_call_that_takes_as_long_as_the_limit_is_slow() {
    let mut sim = Sim::new(slow());
    sim.takes(secs(8)).takes(secs(8) - Duration::from_nanos(1));
    assert_eq!(Counts { calls: 2, failures: 0, slow: 1 }, sim.counts());
}

#[test]
fn too_many_slow_successes_trip() {
    let mut sim = Sim::new(slow());
    sim.succeeds(2).takes(secs(9));
    assert_eq!(StateName::Closed, sim.view().state);
    sim.takes(secs(9));
    assert_eq!(["closed > open: slow_call_rate"], *sim.changes());
}

#[test]
fn a_failure_that_took_too_long_is_both() {
    let mut sim = Sim::new(slow());
    let ticket = sim.call();
    sim.after(secs(9)).settle(ticket, failure(TIMEOUT));
    assert_eq!(Counts { calls: 1, failures: 1, slow: 1 }, sim.counts());
}

#[test]
fn a_slow_success_ends_a_run_of_failures() {
    let mut sim = Sim::new(BreakerConfig { identical_failures: NonZeroU32::new(3), ..slow() });
    sim.fails(2).takes(secs(9)).fails(2);
    assert_eq!(StateName::Closed, sim.view().state);
}

#[test]
fn calls_that_hang_trip_it_without_ending() {
    let mut sim = Sim::new(slow());
    let hanging: Vec<Ticket> = (0..4).map(|_| sim.call()).collect();
    // The eighth of the limit in which they began is over, and the limit too.
    assert_eq!(Some(secs(9) - Duration::from_nanos(1)), sim.wakes_in());
    sim.after(secs(8)).tick();
    assert_eq!(Counts::default(), sim.counts());
    sim.after(secs(1)).tick();
    assert_eq!(["closed > open: slow_call_rate"], *sim.changes());
    let counts = Counts { calls: 4, failures: 0, slow: 4 };
    assert_eq!(Some(counts), sim.breaker.last_trip().map(|trip| trip.counts));
    for ticket in hanging {
        sim.settle(ticket, failure(TIMEOUT));
    }
    assert_eq!((0, 4), (sim.tally().failures, sim.tally().stale), "they speak of the time before the trip");
}

#[test]
fn the_next_call_notices_what_hangs_where_nobody_ticks() {
    let mut sim = Sim::new(slow());
    for _ in 0..4 {
        sim.call();
    }
    assert_eq!(refused(StateName::Open, 60), sim.after(secs(9)).ask());
    assert_eq!(["closed > open: slow_call_rate"], *sim.changes());
}

#[test]
fn a_call_counted_while_under_way_is_not_counted_again_when_it_ends() {
    let mut sim = Sim::new(slow());
    let ticket = sim.call();
    sim.after(secs(9)).tick();
    assert_eq!(Counts { calls: 1, failures: 0, slow: 1 }, sim.counts());
    sim.settle(ticket, failure(TIMEOUT));
    assert_eq!(Counts { calls: 1, failures: 1, slow: 1 }, sim.counts());
}

#[test]
fn a_call_given_up_is_no_longer_under_way() {
    let mut sim = Sim::new(slow());
    let (early, late) = (sim.call(), sim.call());
    sim.settle(early, Outcome::Ignored).after(secs(9)).tick();
    assert_eq!(Counts { calls: 1, failures: 0, slow: 1 }, sim.counts());
    sim.settle(late, Outcome::Ignored);
    assert_eq!((Counts::default(), None), (sim.counts(), sim.wakes_in()));
}

#[test]
fn a_probe_that_answers_slowly_reopens() {
    let mut sim = Sim::new(BreakerConfig { recovery_timeout: secs(10), ..slow() });
    sim.succeeds(2).takes(secs(9)).takes(secs(9)).after(secs(10)).takes(secs(8));
    assert_eq!(
        [
            "closed > open: slow_call_rate",
            "open > half_open: recovery_timeout",
            "half_open > open: probe_slow"
        ],
        *sim.changes()
    );
}

#[test]
fn a_limit_shorter_than_its_eighths_can_be_is_kept() {
    let half = Rate::new(0.5).expect("a rate");
    let mut sim = Sim::new(BreakerConfig {
        slow_call: Some(SlowCall { duration: Duration::from_nanos(1), rate: half }),
        ..slow()
    });
    sim.succeeds(2).takes(Duration::from_nanos(1)).takes(Duration::from_nanos(1));
    assert_eq!(["closed > open: slow_call_rate"], *sim.changes());
}
