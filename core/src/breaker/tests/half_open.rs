use super::*;

/// A breaker whose open wait is over.
fn waited(config: BreakerConfig) -> Sim {
    let mut sim = tripped(config);
    sim.after(secs(60));
    sim
}

fn probing(at_a_time: u32, to_close: u32) -> BreakerConfig {
    BreakerConfig { half_open_max_calls: count(at_a_time), success_threshold: count(to_close), ..config() }
}

/// mode: half-open stampede
#[test]
fn so_many_probes_are_out_at_a_time_and_no_more() {
    for limit in 1..=5 {
        let mut sim = waited(probing(limit, 1));
        let admitted = (0..1_000).filter(|_| sim.ask().is_ok()).count();
        assert_eq!(limit as usize, admitted);
        assert_eq!(refused(StateName::HalfOpen, 30), sim.ask());
        assert_eq!(["open > half_open: recovery_timeout"], *sim.changes());
    }
}

/// mode: success threshold behaves as one
#[test]
fn it_closes_after_exactly_so_many_successes() {
    for threshold in 1..=5 {
        let mut sim = waited(probing(1, threshold));
        sim.succeeds(threshold - 1);
        assert_eq!(StateName::HalfOpen, sim.view().state, "one of {threshold} is missing");
        sim.changes();
        sim.succeeds(1);
        let expected: &[&str] = if threshold == 1 {
            &["open > half_open: recovery_timeout", "half_open > closed: probes_succeeded"]
        } else {
            &["half_open > closed: probes_succeeded"]
        };
        assert_eq!(
            (expected.to_vec(), View::closed(0)),
            (sim.changes().iter().map(String::as_str).collect(), sim.view())
        );
    }
}

/// mode: failed probe does not reopen
#[test]
fn one_failure_reopens_for_a_full_wait_however_many_probes_succeeded() {
    let mut sim = waited(probing(1, 5));
    sim.succeeds(4).after(secs(7)).fails(1);
    assert_eq!(["open > half_open: recovery_timeout", "half_open > open: probe_failed"], *sim.changes());
    assert_eq!(refused(StateName::Open, 60), sim.ask());
    sim.after(secs(60)).succeeds(4);
    assert_eq!(StateName::HalfOpen, sim.view().state, "the successes before the failure are forgotten");
}

/// mode: failed probe does not reopen
#[test]
fn a_failed_probe_reopens_even_if_the_window_has_emptied() {
    let mut sim = waited(timing());
    assert_eq!(0, sim.view().failures);
    sim.fails(1);
    assert_eq!(["open > half_open: recovery_timeout", "half_open > open: probe_failed"], *sim.changes());
}

#[test]
fn closing_forgets_the_failures_that_tripped() {
    for config in [config(), counting(), timing(), identical()] {
        let mut sim = waited(config);
        sim.succeeds(1).fails(2);
        assert_eq!(View::closed(2), sim.view(), "{config:?}");
    }
}

/// mode: half-open permit lost when the probe is cancelled
/// mode: ignored outcome uses up the probe
#[test]
fn an_ignored_or_cancelled_probe_frees_its_place_and_says_nothing() {
    let mut sim = waited(probing(1, 2));
    sim.ignores(100);
    assert_eq!(["open > half_open: recovery_timeout"], *sim.changes());
    sim.succeeds(1).ignores(1);
    assert_eq!(StateName::HalfOpen, sim.view().state);
    sim.succeeds(1);
    assert_eq!(["half_open > closed: probes_succeeded"], *sim.changes());
}

/// mode: probe that never settles
#[test]
fn a_hung_probe_loses_its_place_to_the_next_caller_when_its_lease_ends() {
    let mut sim = waited(probing(1, 1));
    let _hung = sim.call();
    sim.after(secs(30) - MILLISECOND);
    assert_eq!(Err(Rejection { state: StateName::HalfOpen, retry_after: Some(MILLISECOND) }), sim.ask());
    sim.after(MILLISECOND);
    assert_eq!(Some(Duration::ZERO), sim.view().retry_after);
    assert_eq!((Ok(()), refused(StateName::HalfOpen, 30)), (sim.ask(), sim.ask()));
}

/// mode: probe that never settles
#[test]
fn each_lost_place_comes_back_by_itself() {
    let mut sim = waited(probing(2, 1));
    let _first = sim.call();
    sim.after(secs(10));
    let _second = sim.call();
    assert_eq!(refused(StateName::HalfOpen, 20), sim.ask());
    sim.after(secs(20));
    assert_eq!((Ok(()), refused(StateName::HalfOpen, 10)), (sim.ask(), sim.ask()));
}

#[test]
fn a_probe_whose_place_was_given_away_is_stale_and_counts_as_nothing() {
    for outcome in [Outcome::Success, failure(TIMEOUT), Outcome::Ignored] {
        let mut sim = waited(probing(1, 1));
        let late = sim.call();
        sim.after(secs(30));
        let next = sim.call();
        sim.changes();
        sim.settle(late, outcome);
        assert_eq!(
            (refused(StateName::HalfOpen, 30), true),
            (sim.ask(), sim.changes().is_empty()),
            "{outcome:?}"
        );
        assert_eq!(Tally { rejected: 1, failures: 3, trips: 1, stale: 1 }, sim.tally(), "{outcome:?}");
        sim.settle(next, Outcome::Success);
        assert_eq!(["half_open > closed: probes_succeeded"], *sim.changes(), "{outcome:?}");
    }
}

#[test]
fn a_late_probe_whose_place_nobody_asked_for_is_still_heard() {
    let mut sim = waited(probing(1, 1));
    let late = sim.call();
    sim.after(secs(300)).settle(late, Outcome::Success);
    assert_eq!(
        ["open > half_open: recovery_timeout", "half_open > closed: probes_succeeded"],
        *sim.changes()
    );
}

#[test]
fn a_probe_settles_once() {
    let mut sim = waited(probing(2, 3));
    let probe = sim.call();
    for _ in 0..10 {
        sim.settle(probe, Outcome::Success);
    }
    sim.settle(probe, failure(TIMEOUT));
    assert_eq!(["open > half_open: recovery_timeout"], *sim.changes());
    assert_eq!(Tally { rejected: 0, failures: 3, trips: 1, stale: 10 }, sim.tally());
}

/// mode: late result of a call from before the trip
#[test]
fn results_from_before_the_trip_are_not_results_of_probes() {
    for outcome in [Outcome::Success, failure(TIMEOUT), Outcome::Ignored] {
        let mut sim = Sim::new(probing(2, 1));
        let early = sim.call();
        sim.fails(3).after(secs(60)).call();
        sim.changes();
        sim.settle(early, outcome);
        assert_eq!((StateName::HalfOpen, true), (sim.view().state, sim.changes().is_empty()), "{outcome:?}");
        assert_eq!((Ok(()), refused(StateName::HalfOpen, 30)), (sim.ask(), sim.ask()), "{outcome:?}");
    }
}

/// mode: late result of a call from before the trip
#[test]
fn probes_that_answer_after_the_reopening_change_nothing() {
    let mut sim = waited(probing(3, 1));
    let (slow, slower, failing) = (sim.call(), sim.call(), sim.call());
    sim.settle(failing, failure(TIMEOUT)).after(secs(60)).changes();
    sim.settle(slow, Outcome::Success).call();
    sim.settle(slower, failure(TIMEOUT));
    assert_eq!(["open > half_open: recovery_timeout"], *sim.changes());
    assert_eq!(Tally { rejected: 0, failures: 4, trips: 2, stale: 2 }, sim.tally());
}

#[test]
fn probes_that_answer_after_the_closing_change_nothing() {
    let mut sim = waited(probing(2, 1));
    let (quick, slow) = (sim.call(), sim.call());
    sim.settle(quick, Outcome::Success).settle(slow, failure(TIMEOUT));
    assert_eq!(View::closed(0), sim.view());
    assert_eq!(Tally { rejected: 0, failures: 3, trips: 1, stale: 1 }, sim.tally());
}

#[test]
fn more_places_than_are_reserved_are_still_given_out() {
    let mut sim = waited(probing(1_000, 1));
    let admitted = (0..2_000).filter(|_| sim.ask().is_ok()).count();
    assert_eq!(1_000, admitted);
}

#[test]
fn places_start_over_before_the_one_that_means_a_bystander() {
    use crate::breaker::ticket::{Epoch, next_place};
    let last = (1 << 26) - 2;
    assert_eq!([last, 1], [last - 1, last].map(next_place));
    assert!(!Ticket::new(Epoch::FIRST, last, Instant::default()).is_bystander());
    assert!(Ticket::new(Epoch::FIRST, last + 1, Instant::default()).is_bystander());
}
