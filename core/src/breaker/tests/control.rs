use super::*;

#[test]
fn a_run_of_failures_survives_other_settings() {
    let mut sim = Sim::new(config());
    sim.fails(2).reconfigure(BreakerConfig { recovery_timeout: secs(5), ..config() }).fails(1);
    assert_eq!(Some(secs(5)), sim.view().retry_after);
}

#[test]
fn a_lower_threshold_is_compared_at_the_next_failure() {
    let mut sim = Sim::new(config());
    sim.fails(2).reconfigure(BreakerConfig { failure_threshold: NonZeroU32::new(1), ..config() });
    assert_eq!(View::closed(2), sim.view());
    assert_eq!(StateName::Open, sim.fails(1).view().state);
}

#[test]
fn a_count_window_keeps_its_newest_calls() {
    let sized = |size| BreakerConfig { window: Window::Count(count(size)), ..rating() };
    let mut sim = Sim::new(sized(10));
    sim.succeeds(4).fails(3).succeeds(1).reconfigure(sized(4));
    assert_eq!(Counts { calls: 4, failures: 3, slow: 0 }, sim.counts());
    sim.succeeds(2).reconfigure(sized(100));
    assert_eq!(Counts { calls: 4, failures: 1, slow: 0 }, sim.counts());
}

#[test]
fn a_time_window_keeps_what_another_length_still_holds() {
    let long = |seconds| BreakerConfig { window: Window::Time(secs(seconds)), ..rating() };
    let mut sim = Sim::new(long(300));
    sim.fails(1).after(secs(120)).fails(1).after(secs(20)).succeeds(1);
    sim.reconfigure(long(30));
    assert_eq!(Counts { calls: 2, failures: 1, slow: 0 }, sim.counts());
    sim.after(secs(10));
    assert_eq!(Counts { calls: 1, failures: 0, slow: 0 }, sim.counts());
}

#[test]
fn a_window_of_another_kind_begins_empty() {
    let mut sim = Sim::new(counting());
    sim.fails(2).reconfigure(timing());
    assert_eq!(View::closed(0), sim.view());
}

#[test]
fn a_run_that_the_lane_may_have_ended_is_forgotten() {
    let mut sim = Sim::new(timing());
    sim.fails(2);
    assert!(sim.breaker.lane().admits().is_some_and(|_| !sim.breaker.lane().counts()));
    sim.reconfigure(config());
    assert_eq!(View::closed(0), sim.view());
}

#[test]
fn a_success_on_the_lane_ends_a_run_from_before_the_window() {
    let mut sim = Sim::new(config());
    sim.fails(2).reconfigure(counting());
    let lane = sim.breaker.lane();
    assert!(lane.counts());
    sim.breaker.fold(lane.admits().expect("a lane"), 1);
    sim.reconfigure(config());
    assert_eq!(View::closed(0), sim.view());
}

#[test]
fn an_open_wait_goes_on_but_no_longer_than_the_longest_there_is_now() {
    let mut sim = tripped(config());
    sim.reconfigure(BreakerConfig { recovery_timeout: secs(200), ..config() });
    assert_eq!(Some(secs(60)), sim.view().retry_after);
    let short = BreakerConfig { recovery_timeout: secs(5), max_recovery_timeout: secs(10), ..config() };
    assert_eq!(Some(secs(10)), sim.reconfigure(short).view().retry_after);
}

#[test]
fn probes_and_their_successes_stay() {
    let needs = |successes| BreakerConfig { success_threshold: count(successes), ..config() };
    let mut sim = Sim::new(needs(5));
    let probe = sim.fails(3).after(secs(60)).succeeds(3).call();
    sim.reconfigure(needs(2)).settle(probe, Outcome::Success);
    assert_eq!(StateName::Closed, sim.view().state);
}

#[test]
fn with_more_probes_out_than_places_the_lease_that_frees_one_is_told() {
    let places = |places| BreakerConfig { half_open_max_calls: count(places), ..config() };
    let mut sim = Sim::new(places(2));
    sim.fails(3).after(secs(60)).call();
    sim.after(secs(10)).call();
    sim.reconfigure(places(1));
    assert_eq!(Some(secs(30)), sim.view().retry_after);
    assert_eq!(Err(Some(secs(30))), sim.ask().map_err(|rejection| rejection.retry_after));
}

#[test]
fn successes_of_probes_that_fewer_settings_have_room_for_are_forgotten() {
    let needs = |successes| BreakerConfig { success_threshold: count(successes), ..config() };
    let mut sim = Sim::new(needs(5));
    sim.fails(3).after(secs(60)).succeeds(3).reconfigure(needs(2)).reconfigure(needs(5)).succeeds(3);
    assert_eq!(StateName::HalfOpen, sim.view().state);
    assert_eq!(StateName::Closed, sim.succeeds(1).view().state);
}

#[test]
fn calls_that_hang_are_noticed_under_other_settings_with_the_same_slow_limit() {
    let mut sim = Sim::new(slow());
    let _hanging: Vec<Ticket> = (0..4).map(|_| sim.call()).collect();
    sim.reconfigure(BreakerConfig { recovery_timeout: secs(5), ..slow() }).after(secs(9)).tick();
    assert_eq!(["closed > open: slow_call_rate"], *sim.changes());
}

#[test]
fn results_under_way_are_stale_if_the_slow_limit_has_changed() {
    let mut sim = Sim::new(slow());
    let ticket = sim.call();
    sim.reconfigure(config()).settle(ticket, failure(TIMEOUT));
    assert_eq!((View::closed(0), 1), (sim.view(), sim.tally().stale));
}

#[test]
fn another_mode_holds_or_lets_go() {
    let mode = |mode| BreakerConfig { mode, ..config() };
    let mut sim = Sim::new(config());
    sim.reconfigure(mode(Mode::ForcedOpen))
        .reconfigure(mode(Mode::ForcedClosed))
        .reconfigure(mode(Mode::Shadow));
    let expected = [
        "closed > forced_open: manual",
        "forced_open > forced_closed: manual",
        "forced_closed > closed: manual",
    ];
    assert_eq!(expected, *sim.changes());
    sim.fails(3).reconfigure(config());
    assert_eq!((refused(StateName::Open, 60), StateName::Open), (sim.ask(), sim.view().state));
}

#[test]
fn the_same_mode_leaves_a_hand_where_it_is() {
    let mut sim = Sim::new(config());
    sim.force(Forced::Open).reconfigure(counting());
    assert_eq!(StateName::ForcedOpen, sim.view().state);
}

#[test]
fn a_call_that_began_before_a_reset_is_stale_after_it() {
    let mut sim = Sim::new(slow());
    let before = sim.call();
    let after = sim.reset().call();
    sim.settle(before, failure(TIMEOUT)).after(secs(9)).tick();
    assert_eq!((Counts { calls: 1, failures: 0, slow: 1 }, 1), (sim.counts(), sim.tally().stale));
    sim.settle(after, Outcome::Success);
    assert_eq!(1, sim.tally().stale);
}

#[test]
fn a_shorter_window_drops_what_is_just_as_old_as_it_is_long() {
    let mut sim = Sim::new(BreakerConfig { window: Window::Time(secs(60)), ..config() });
    sim.fails(2).after(secs(29)).reconfigure(timing());
    assert_eq!(View::closed(2), sim.view());
    let mut sim = Sim::new(BreakerConfig { window: Window::Time(secs(60)), ..config() });
    sim.fails(2).after(secs(30)).reconfigure(timing());
    assert_eq!(View::closed(0), sim.view());
}
