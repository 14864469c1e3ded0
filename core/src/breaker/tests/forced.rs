use super::*;

#[test]
fn held_open_it_refuses_every_call_and_no_time_changes_that() {
    let mut sim = Sim::new(config());
    sim.force(Forced::Open);
    assert_eq!(["closed > forced_open: manual"], *sim.changes());
    let refusal = Err(Rejection { state: StateName::ForcedOpen, retry_after: None });
    assert_eq!(refusal, sim.ask());
    sim.after(secs(1_000_000));
    assert_eq!(refusal, sim.ask());
    assert_eq!(View { state: StateName::ForcedOpen, failures: 0, retry_after: None }, sim.view());
}

#[test]
fn held_closed_it_admits_every_call_and_counts_none() {
    let mut sim = Sim::new(config());
    sim.force(Forced::Closed).fails(100).succeeds(3);
    assert_eq!(["closed > forced_closed: manual"], *sim.changes());
    let expected = View { state: StateName::ForcedClosed, failures: 0, retry_after: Some(Duration::ZERO) };
    assert_eq!((expected, Tally::default()), (sim.view(), sim.tally()));
}

#[test]
fn forcing_twice_is_forcing_once() {
    let mut sim = Sim::new(config());
    sim.force(Forced::Open).force(Forced::Open);
    assert_eq!(["closed > forced_open: manual"], *sim.changes());
}

#[test]
fn one_hold_replaces_the_other() {
    let mut sim = Sim::new(config());
    sim.force(Forced::Open).force(Forced::Closed).force(Forced::Open);
    let expected = [
        "closed > forced_open: manual",
        "forced_open > forced_closed: manual",
        "forced_closed > forced_open: manual",
    ];
    assert_eq!(expected, *sim.changes());
}

#[test]
fn reset_lets_go_and_forgets_the_failures_before_the_hold() {
    for forced in [Forced::Open, Forced::Closed] {
        let mut sim = Sim::new(config());
        sim.fails(2).force(forced).reset().fails(2);
        assert_eq!(View::closed(2), sim.view(), "{forced:?}");
    }
}

#[test]
fn results_from_before_the_hold_change_nothing_then_or_afterwards() {
    let mut sim = Sim::new(config());
    let tickets: Vec<Ticket> = (0..6).map(|_| sim.call()).collect();
    sim.force(Forced::Closed).settle(tickets[0], failure(TIMEOUT));
    sim.reset();
    for ticket in &tickets[1..] {
        sim.settle(*ticket, failure(TIMEOUT));
    }
    assert_eq!(View::closed(0), sim.view());
    assert_eq!(Tally { stale: 6, ..Tally::default() }, sim.tally());
}

#[test]
fn a_hold_during_recovery_takes_the_probes_places_with_it() {
    let mut sim = tripped(config());
    sim.after(secs(60));
    let probe = sim.call();
    sim.force(Forced::Open).settle(probe, Outcome::Success);
    assert_eq!(["open > half_open: recovery_timeout", "half_open > forced_open: manual"], *sim.changes());
    assert_eq!(StateName::ForcedOpen, sim.view().state);
}

#[test]
fn resetting_a_closed_breaker_is_no_change_of_state() {
    let mut sim = Sim::new(config());
    sim.reset();
    assert!(sim.changes().is_empty());
}
