//! Who is asked first, and what a refusal gives back.

use super::*;

#[test]
fn without_any_machine_everybody_goes() {
    let mut sim = Sim::new(&GuardConfig::default());
    let mut pass = sim.goes();
    sim.ends(&mut pass, Outcome::failure(1));
    assert_eq!((Some(Duration::ZERO), true), (sim.guards.retry_after(sim.now), sim.guards.withdraw(sim.now)));
}

#[test]
fn an_open_breaker_refuses_before_a_limit_is_touched() {
    let config =
        LimitsConfig { rate_limit: Some(rate(0)), bulkhead: Some(bulkhead(1, 0)), ..LimitsConfig::default() };
    let mut sim = Sim::new(&GuardConfig { breaker: Some(touchy()), ..limits(config) });
    sim.fails().after(secs(5));
    let entry = sim.enter(&mut Pass::default());
    assert_eq!(refused(Guard::Breaker(StateName::Open), Some(secs(55))), entry);
    assert_eq!(((0, 0), 1), (sim.inside(), sim.available()));
}

#[test]
fn a_probe_that_a_limit_refuses_leaves_its_place_to_the_next() {
    let config = LimitsConfig { bulkhead: Some(bulkhead(1, 0)), ..LimitsConfig::default() };
    let mut sim = Sim::new(&GuardConfig { breaker: Some(touchy()), ..limits(config) });
    let mut lasting = sim.goes();
    sim.guards.breaker.as_mut().expect("a breaker").settle(
        crate::breaker::Ticket::from_bits(1 << 26),
        Outcome::failure(1),
        sim.now,
    );
    assert_eq!(refused(Guard::Bulkhead, None), sim.after(secs(60)).enter(&mut Pass::default()));
    sim.abandons(&mut lasting);
    sim.goes();
}

#[test]
fn a_bulkhead_that_is_full_gives_the_rate_back_that_nobody_used() {
    let config =
        LimitsConfig { rate_limit: Some(rate(0)), bulkhead: Some(bulkhead(1, 0)), ..LimitsConfig::default() };
    let mut sim = Sim::new(&limits(config));
    let _lasting = sim.goes();
    assert_eq!(refused(Guard::Bulkhead, None), sim.after(secs(1)).enter(&mut Pass::default()));
    assert_eq!(1, sim.available());
}

#[test]
fn the_rate_of_a_call_that_went_out_is_spent_however_it_ends() {
    let mut sim = Sim::new(&limits(LimitsConfig { rate_limit: Some(rate(0)), ..LimitsConfig::default() }));
    let mut pass = sim.goes();
    sim.abandons(&mut pass);
    assert_eq!(refused(Guard::RateLimit, Some(secs(1))), sim.enter(&mut Pass::default()));
}

#[test]
fn a_pass_that_was_left_holds_nothing() {
    let config = LimitsConfig { bulkhead: Some(bulkhead(1, 0)), ..LimitsConfig::default() };
    let mut sim = Sim::new(&GuardConfig { breaker: Some(touchy()), ..limits(config) });
    let mut pass = sim.goes();
    sim.ends(&mut pass, Outcome::Success);
    let _other = sim.goes();
    sim.ends(&mut pass, Outcome::failure(1)).abandons(&mut pass);
    assert_eq!((1, 0), sim.inside());
    assert_eq!(Some(Duration::ZERO), sim.guards.retry_after(sim.now), "nothing was counted");
}

#[test]
fn a_success_raises_the_adaptive_limit_and_an_attempt_given_up_does_not() {
    let one = NonZeroU32::MIN;
    let config = LimitsConfig {
        adaptive: Some(AdaptiveConfig { initial: one, ..AdaptiveConfig::default() }),
        ..LimitsConfig::default()
    };
    let mut sim = Sim::new(&limits(config));
    let limit = |sim: &mut Sim| {
        let now = sim.now;
        sim.guards.limits.as_mut().and_then(|limits| limits.adaptive()).expect("an adaptive limit").limit(now)
    };
    let mut pass = sim.goes();
    sim.abandons(&mut pass);
    assert_eq!(1, limit(&mut sim));
    let mut pass = sim.goes();
    sim.ends(&mut pass, Outcome::Success);
    assert_eq!(2, limit(&mut sim));
}

#[test]
fn a_breaker_that_is_a_gate_by_itself_draws_its_jitter_from_what_it_is_given() {
    let mut breaker = Breaker::new(touchy());
    let mut gate = breaker.clone();
    breaker.seed(7);
    Gate::seed(&mut gate, 7);
    assert_eq!(breaker, gate);
    assert_ne!(Breaker::new(touchy()), gate);
}
