use super::*;

#[test]
fn the_failure_that_reaches_the_threshold_trips_and_none_before_it() {
    let mut sim = Sim::new(config());
    sim.fails(2);
    assert_eq!((View::closed(2), true), (sim.view(), sim.changes().is_empty()));
    sim.fails(1);
    assert_eq!(["closed > open: consecutive_failures"], *sim.changes());
    assert_eq!(View { state: StateName::Open, failures: 3, retry_after: Some(secs(60)) }, sim.view());
}

#[test]
fn a_success_starts_the_count_of_failures_in_a_row_over() {
    let mut sim = Sim::new(config());
    sim.fails(2).succeeds(1).fails(2);
    assert_eq!((View::closed(2), true), (sim.view(), sim.changes().is_empty()));
}

#[test]
fn an_ignored_outcome_neither_adds_to_a_run_of_failures_nor_ends_it() {
    let mut sim = Sim::new(config());
    sim.fails(2).ignores(10);
    assert_eq!(View::closed(2), sim.view());
    sim.fails(1);
    assert_eq!(["closed > open: consecutive_failures"], *sim.changes());
}

#[test]
fn failures_of_the_same_kind_in_a_row_trip() {
    let mut sim = Sim::new(identical());
    sim.fails_with(&[REFUSED, TIMEOUT, TIMEOUT]);
    assert!(sim.changes().is_empty());
    sim.fails_with(&[TIMEOUT]);
    assert_eq!(["closed > open: identical_failures"], *sim.changes());
}

#[test]
fn failures_of_different_kinds_are_not_identical_however_many() {
    let mut sim = Sim::new(identical());
    for _ in 0..50 {
        sim.fails_with(&[TIMEOUT, TIMEOUT, REFUSED]);
    }
    assert!(sim.changes().is_empty());
}

#[test]
fn a_success_starts_the_count_of_identical_failures_over() {
    let mut sim = Sim::new(identical());
    sim.fails(2).succeeds(1).fails(2);
    assert!(sim.changes().is_empty());
}

#[test]
fn failures_of_kind_zero_are_a_kind_like_any_other() {
    let mut sim = Sim::new(identical());
    sim.fails_with(&[0, 0]);
    assert!(sim.changes().is_empty());
    sim.fails_with(&[0]);
    assert_eq!(["closed > open: identical_failures"], *sim.changes());
}

#[test]
fn identical_failures_are_named_when_both_conditions_hold_at_once() {
    let both = BreakerConfig { identical_failures: NonZeroU32::new(3), ..config() };
    let mut sim = Sim::new(both);
    sim.fails(3);
    assert_eq!(["closed > open: identical_failures"], *sim.changes());
}

#[test]
fn a_count_window_trips_on_failures_that_are_not_in_a_row() {
    let mut sim = Sim::new(counting());
    sim.fails(1).succeeds(1).fails(1).succeeds(1);
    assert_eq!(View::closed(2), sim.view());
    sim.fails(1);
    assert_eq!(["closed > open: count_window"], *sim.changes());
}

#[test]
fn a_count_window_forgets_the_call_that_drops_out_of_it() {
    let mut sim = Sim::new(counting());
    sim.fails(2).succeeds(3);
    assert_eq!(View::closed(2), sim.view());
    sim.succeeds(1);
    assert_eq!(View::closed(1), sim.view());
    sim.succeeds(1);
    assert_eq!(View::closed(0), sim.view());
    sim.fails(2);
    assert_eq!((View::closed(2), true), (sim.view(), sim.changes().is_empty()));
}

#[test]
fn an_ignored_outcome_takes_no_place_in_a_count_window() {
    let mut sim = Sim::new(counting());
    sim.fails(2).ignores(100);
    assert_eq!(View::closed(2), sim.view());
}

#[test]
fn a_count_window_longer_than_a_machine_word_counts_to_its_end() {
    let mut sim = Sim::new(BreakerConfig { window: Window::Count(count(130)), ..config() });
    sim.fails(1).succeeds(128).fails(1);
    assert_eq!(View::closed(2), sim.view());
    sim.succeeds(1);
    assert_eq!(View::closed(1), sim.view());
    sim.succeeds(128);
    assert_eq!(View::closed(1), sim.view());
    sim.succeeds(1);
    assert_eq!(View::closed(0), sim.view());
}

#[test]
fn a_time_window_trips_on_failures_within_it_whatever_succeeds_between() {
    let mut sim = Sim::new(timing());
    sim.fails(1).succeeds(9).after(secs(10)).fails(1).succeeds(9).after(secs(10));
    assert_eq!(View::closed(2), sim.view());
    sim.fails(1);
    assert_eq!(["closed > open: time_window"], *sim.changes());
}

#[test]
fn a_time_window_forgets_a_failure_when_it_is_as_old_as_the_window() {
    let mut sim = Sim::new(timing());
    sim.fails(2).after(secs(30) - MILLISECOND);
    assert_eq!(View::closed(2), sim.view());
    sim.after(MILLISECOND);
    assert_eq!(View::closed(0), sim.view());
}

/// mode: window miscounts
#[test]
fn a_time_window_is_exact_to_one_bucket() {
    let mut sim = Sim::new(timing());
    sim.after(secs(1) - MILLISECOND).fails(2).after(secs(29));
    assert_eq!(View::closed(2), sim.view());
    sim.after(MILLISECOND);
    assert_eq!(View::closed(0), sim.view());
}

/// mode: window miscounts
#[test]
fn a_time_window_that_was_idle_for_long_remembers_nothing() {
    for idle in [secs(30), secs(31), secs(59), secs(60), secs(3_000), secs(1_000_000_000)] {
        let mut sim = Sim::new(timing());
        sim.fails(2).after(idle).fails(2);
        assert_eq!(View::closed(2), sim.view(), "after {idle:?}");
        assert!(sim.changes().is_empty(), "after {idle:?}");
    }
}

#[test]
fn a_breaker_without_any_threshold_never_trips() {
    let mut sim = Sim::new(BreakerConfig { failure_threshold: None, ..config() });
    sim.fails(1_000);
    assert_eq!((View::closed(1_000), true), (sim.view(), sim.changes().is_empty()));
}

#[test]
fn reset_forgets_the_failures_of_a_closed_breaker() {
    for config in [config(), counting(), timing(), identical()] {
        let mut sim = Sim::new(config);
        sim.fails(2).reset().fails(2);
        assert_eq!((View::closed(2), true), (sim.view(), sim.changes().is_empty()), "{config:?}");
    }
}

#[test]
fn failures_are_tallied_and_dated() {
    let mut sim = Sim::new(config());
    assert_eq!(None, sim.breaker.last_failure());
    sim.fails(1).after(secs(5)).fails(1);
    let second = sim.now;
    sim.after(secs(5)).succeeds(1).ignores(1);
    assert_eq!(Some(second), sim.breaker.last_failure());
    assert_eq!(Tally { failures: 2, ..Tally::default() }, sim.tally());
}
