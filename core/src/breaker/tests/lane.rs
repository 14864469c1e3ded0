use super::*;
use crate::breaker::Lane;

#[derive(Debug, PartialEq, Eq)]
enum Way {
    /// Calls pass, and a success has nothing to record.
    Free,
    /// Calls pass, and successes are added up.
    Counted,
    /// The machine is asked.
    Shut,
}

fn way(sim: &Sim) -> Way {
    let lane = sim.breaker.lane();
    assert_eq!(lane, Lane::from_bits(lane.to_bits()));
    match (lane.admits(), lane.counts()) {
        (None, _) => Way::Shut,
        (Some(_), true) => Way::Counted,
        (Some(_), false) => Way::Free,
    }
}

#[test]
fn a_breaker_with_nothing_to_remember_is_free() {
    for config in [config(), counting(), timing(), identical()] {
        let mut sim = Sim::new(config);
        assert_eq!(Way::Free, way(&sim), "{config:?}");
        sim.succeeds(3).ignores(3);
        assert_eq!(Way::Free, way(&sim), "{config:?}");
    }
}

#[test]
fn a_run_of_failures_shuts_the_lane_until_a_success_ends_it() {
    for config in [config(), identical()] {
        let mut sim = Sim::new(config);
        sim.fails(1);
        assert_eq!(Way::Shut, way(&sim), "{config:?}");
        sim.ignores(1);
        assert_eq!(Way::Shut, way(&sim), "{config:?}");
        sim.succeeds(1);
        assert_eq!(Way::Free, way(&sim), "{config:?}");
    }
}

#[test]
fn a_count_window_with_failures_in_it_counts_successes_until_they_have_dropped_out() {
    let mut sim = Sim::new(counting());
    sim.fails(1).succeeds(4);
    assert_eq!(Way::Counted, way(&sim));
    sim.succeeds(1);
    assert_eq!(Way::Free, way(&sim));
}

#[test]
fn a_count_window_beside_identical_failures_is_shut_while_the_run_lasts() {
    let mut sim = Sim::new(BreakerConfig { identical_failures: NonZeroU32::new(4), ..counting() });
    sim.fails(1);
    assert_eq!(Way::Shut, way(&sim));
    sim.succeeds(1);
    assert_eq!(Way::Counted, way(&sim));
}

#[test]
fn a_time_window_has_no_use_for_successes() {
    let mut sim = Sim::new(timing());
    sim.fails(2);
    assert_eq!(Way::Free, way(&sim));
}

#[test]
fn only_a_closed_breaker_has_a_lane() {
    for config in [config(), counting(), timing(), identical()] {
        let mut sim = tripped(config);
        assert_eq!(Way::Shut, way(&sim), "open, {config:?}");
        sim.after(secs(60)).call();
        assert_eq!(Way::Shut, way(&sim), "half-open, {config:?}");
        sim.force(Forced::Open);
        assert_eq!(Way::Shut, way(&sim), "forced open, {config:?}");
        sim.force(Forced::Closed);
        assert_eq!(Way::Free, way(&sim), "forced closed, {config:?}");
    }
}

#[test]
fn the_lanes_ticket_is_as_good_as_the_machines() {
    for config in [config(), counting(), timing()] {
        let mut sim = Sim::new(config);
        for _ in 0..3 {
            let ticket =
                sim.breaker.lane().admits().unwrap_or_else(|| sim.breaker.admit(sim.now).ticket.unwrap());
            sim.settle(ticket, failure(TIMEOUT));
        }
        assert_eq!(StateName::Open, sim.view().state, "{config:?}");
    }
}

#[test]
fn a_lane_from_before_the_trip_is_no_lane_after_it() {
    let mut sim = Sim::new(config());
    let before = sim.breaker.lane();
    sim.fails(3).after(secs(60)).succeeds(1);
    let after = sim.breaker.lane();
    assert_ne!(before, after);
    sim.changes();
    sim.settle(before.admits().unwrap(), failure(TIMEOUT));
    assert_eq!((View::closed(0), 1), (sim.view(), sim.tally().stale));
}

#[test]
fn successes_handed_in_together_are_the_same_as_one_by_one() {
    for successes in [0, 1, 2, 3, 4, 5, 6, 1_000, u32::MAX] {
        for failures in 0..3 {
            let mut together = Sim::new(counting());
            let mut one_by_one = Sim::new(counting());
            together.fails(failures).succeeds(1);
            one_by_one.fails(failures).succeeds(1);
            let ticket = together.breaker.lane().admits().unwrap();
            together.breaker.fold(ticket, successes);
            one_by_one.succeeds(successes.min(10));
            assert_eq!(one_by_one.view(), together.view(), "{failures} failures, {successes} successes");
            one_by_one.fails_if_admitted(2);
            together.fails_if_admitted(2);
            assert_eq!(
                (one_by_one.view(), one_by_one.changes()),
                (together.view(), together.changes()),
                "{failures} failures, {successes} successes"
            );
        }
    }
}

#[test]
fn successes_of_a_lane_that_has_passed_are_not_folded_in() {
    let mut sim = Sim::new(counting());
    sim.fails(1);
    let old = sim.breaker.lane().admits().unwrap();
    sim.fails(2).after(secs(60)).succeeds(1).fails(2);
    sim.breaker.fold(old, 1_000);
    assert_eq!(View::closed(2), sim.view());
}

#[test]
fn the_words_of_lanes_stay_exact_as_doubles() {
    let mut sim = Sim::new(counting());
    for _ in 0..50 {
        sim.force(Forced::Open).reset();
        let bits = sim.breaker.lane().to_bits();
        assert!(bits > 0 && bits < 1 << 52, "{bits}");
    }
}

#[test]
fn a_lane_that_counts_for_somebody_else_is_of_the_same_epoch() {
    let mut sim = Sim::new(config());
    let free = sim.breaker.lane();
    let counting = free.counting();
    assert_eq!([false, true, true], [free, counting, counting.counting()].map(Lane::counts));
    assert_eq!((counting, Lane::SHUT), (counting.counting(), Lane::SHUT.counting()));
    let ticket = counting.admits().unwrap();
    assert_eq!(free.admits(), free.of_same_epoch(ticket));
    sim.reset();
    assert_eq!((None, None), (sim.breaker.lane().of_same_epoch(ticket), Lane::SHUT.of_same_epoch(ticket)));
}

#[test]
fn successes_may_wait_until_the_bucket_ends_where_they_are_counted_at_all() {
    let mut sim = Sim::new(BreakerConfig { window: Window::Time(secs(30)), ..rating() });
    sim.fails(1);
    assert_eq!(Some(sim.now.saturating_add(secs(1))), sim.breaker.lane_ends());
    let mut sim = Sim::new(timing());
    sim.fails(1);
    assert_eq!(None, sim.breaker.lane_ends());
}
