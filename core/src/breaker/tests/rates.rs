use super::*;

/// mode: too few calls or the caller's own errors open the breaker
#[test]
fn a_share_of_failures_trips_once_enough_calls_were_made() {
    let mut sim = Sim::new(rating());
    sim.succeeds(1).fails(2);
    assert_eq!(View::closed(2), sim.view(), "three calls are too few to tell");
    sim.fails(1);
    assert_eq!(["closed > open: failure_rate"], *sim.changes());
}

#[test]
fn exactly_the_rate_trips_and_less_does_not() {
    let mut sim = Sim::new(rating());
    sim.succeeds(6).fails(4);
    assert_eq!(View::closed(4), sim.view());
    sim.fails(1);
    assert_eq!(["closed > open: failure_rate"], *sim.changes());
}

/// mode: too few calls or the caller's own errors open the breaker
#[test]
fn a_success_that_completes_the_minimum_does_not_trip() {
    let mut sim = Sim::new(rating());
    sim.fails(3).succeeds(1);
    assert_eq!(View::closed(3), sim.view());
    sim.fails(1);
    assert_eq!(["closed > open: failure_rate"], *sim.changes());
}

#[test]
fn ignored_calls_are_neither_failures_nor_calls() {
    let mut sim = Sim::new(rating());
    sim.ignores(20).fails(3);
    assert_eq!(Counts { calls: 3, failures: 3, slow: 0 }, sim.counts());
    assert_eq!(View::closed(3), sim.view());
}

#[test]
fn calls_beyond_the_count_window_are_forgotten() {
    let mut sim = Sim::new(rating());
    sim.fails(3).succeeds(7);
    assert_eq!(Counts { calls: 10, failures: 3, slow: 0 }, sim.counts());
    sim.succeeds(2);
    assert_eq!(Counts { calls: 10, failures: 1, slow: 0 }, sim.counts());
}

#[test]
fn a_time_window_forgets_successes_as_it_forgets_failures() {
    let config = BreakerConfig { window: Window::Time(secs(30)), ..rating() };
    let mut sim = Sim::new(config);
    sim.succeeds(9).after(secs(20)).fails(3);
    assert_eq!(Counts { calls: 12, failures: 3, slow: 0 }, sim.counts());
    sim.after(secs(10));
    assert_eq!(Counts { calls: 3, failures: 3, slow: 0 }, sim.counts());
    sim.fails(1);
    assert_eq!(["closed > open: failure_rate"], *sim.changes());
}

#[test]
fn the_share_is_exact_where_binary_fractions_are_not() {
    for (share, failures, calls) in [(0.1, 1, 10), (0.3, 3, 10), (0.6, 6, 10), (0.7, 7, 10), (0.9, 9, 10)] {
        let rate = Rate::new(share).expect("a rate");
        assert_eq!(
            (true, false, false),
            (
                rate.is_reached(failures * 100_000, calls * 100_000),
                rate.is_reached(failures * 100_000 - 1, calls * 100_000),
                rate.is_reached(failures * 100_000, calls * 100_000 + 1)
            ),
            "{share}"
        );
    }
}

#[test]
fn a_share_is_above_nothing_and_up_to_the_whole() {
    for share in [0.0, -0.1, 1.000_001, 0.000_000_4, f64::NAN, f64::INFINITY] {
        assert_eq!(None, Rate::new(share), "{share}");
    }
    assert_eq!(
        (Some(1.0), Some(0.25)),
        (Rate::new(1.0).map(Rate::as_f64), Rate::new(0.25).map(Rate::as_f64))
    );
}

#[test]
fn the_evidence_that_tripped_it_is_kept() {
    let mut sim = Sim::new(BreakerConfig { identical_failures: NonZeroU32::new(5), ..rating() });
    assert_eq!(None, sim.breaker.last_trip());
    sim.succeeds(2).fails(2);
    let counts = Counts { calls: 4, failures: 2, slow: 0 };
    let trip = Trip { reason: Reason::FailureRate, consecutive: 2, identical: 2, counts };
    assert_eq!(Some(trip), sim.breaker.last_trip());
    sim.after(secs(60)).succeeds(1);
    assert_eq!((StateName::Closed, Some(trip)), (sim.view().state, sim.breaker.last_trip()));
}

#[test]
fn each_success_of_a_time_window_is_counted_in_the_bucket_that_it_fell_into() {
    let config = BreakerConfig { window: Window::Time(secs(30)), ..rating() };
    let mut sim = Sim::new(config);
    sim.fails(1);
    let lane = sim.breaker.lane();
    assert_eq!(
        (true, Some(secs(1))),
        (lane.counts(), sim.breaker.lane_ends().map(|ends| ends.saturating_since(sim.now)))
    );
    // Handed in late, as by a host that had no reason to ask earlier.
    sim.after(secs(25)).breaker.fold(lane.admits().expect("a lane"), 5);
    assert_eq!(Counts { calls: 6, failures: 1, slow: 0 }, sim.counts());
    sim.after(secs(5));
    assert_eq!(Counts::default(), sim.counts());
}

#[test]
fn a_time_window_without_a_rate_counts_failures_alone() {
    let mut sim = Sim::new(timing());
    sim.fails(1).succeeds(3);
    assert_eq!(Counts { calls: 1, failures: 1, slow: 0 }, sim.counts());
}
