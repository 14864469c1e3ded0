use super::*;

fn shadow() -> BreakerConfig {
    BreakerConfig { mode: Mode::Shadow, ..config() }
}

#[test]
fn a_shadow_trips_and_says_so_but_rejects_nobody() {
    let mut sim = Sim::new(shadow());
    sim.fails(3);
    assert_eq!(["closed > open: consecutive_failures"], *sim.changes());
    let bystander = sim.call();
    assert_eq!(
        (View { state: StateName::Open, failures: 3, retry_after: Some(Duration::ZERO) }, 1),
        (sim.view(), sim.tally().rejected)
    );
    sim.settle(bystander, Outcome::Success);
    assert_eq!((StateName::Open, 0), (sim.view().state, sim.tally().stale));
}

#[test]
fn a_shadow_recovers_by_the_calls_that_would_have_been_its_probes() {
    let mut sim = Sim::new(shadow());
    sim.fails(3).after(secs(60));
    let (probe, bystander) = (sim.call(), sim.call());
    sim.settle(bystander, failure(TIMEOUT));
    assert_eq!(StateName::HalfOpen, sim.view().state, "only the probe is heard");
    sim.settle(probe, Outcome::Success);
    assert_eq!(StateName::Closed, sim.view().state);
}

#[test]
fn a_bystander_that_ends_after_the_breaker_closed_is_not_heard() {
    let mut sim = Sim::new(shadow());
    let bystander = sim.fails(3).call();
    sim.after(secs(60)).succeeds(1).settle(bystander, failure(TIMEOUT));
    assert_eq!((View::closed(0), 0), (sim.view(), sim.tally().stale));
}

#[test]
fn a_hand_is_stronger_than_the_shadow() {
    let mut sim = Sim::new(shadow());
    sim.force(Forced::Open);
    assert_eq!(Err(Rejection { state: StateName::ForcedOpen, retry_after: None }), sim.ask());
}

#[test]
fn a_breaker_may_begin_held_until_it_is_reset() {
    for (mode, state) in
        [(Mode::ForcedOpen, StateName::ForcedOpen), (Mode::ForcedClosed, StateName::ForcedClosed)]
    {
        let mut sim = Sim::new(BreakerConfig { mode, ..config() });
        assert_eq!((state, state == StateName::ForcedClosed), (sim.view().state, sim.ask().is_ok()));
        sim.reset();
        assert_eq!(View::closed(0), sim.view());
    }
}
