//! Who has to wait, for how long, and what becomes of those who give up.

use super::*;

#[test]
fn a_rate_limit_says_when_and_then_lets_go() {
    let mut sim = Sim::new(&limits(LimitsConfig { rate_limit: Some(rate(5)), ..LimitsConfig::default() }));
    sim.goes();
    let mut pass = Pass::default();
    assert_eq!("wait 1 s", told(sim.enter(&mut pass)));
    assert_eq!(
        "wait 0.25 s",
        told(sim.after(Duration::from_millis(750)).enter(&mut pass)),
        "it came too early"
    );
    assert_eq!("go", told(sim.after(Duration::from_millis(250)).enter(&mut pass)));
}

#[test]
fn who_gives_up_waiting_for_the_rate_leaves_it_to_the_next() {
    let mut sim = Sim::new(&limits(LimitsConfig { rate_limit: Some(rate(5)), ..LimitsConfig::default() }));
    sim.goes();
    let mut pass = Pass::default();
    assert_eq!("wait 1 s", told(sim.enter(&mut pass)));
    sim.abandons(&mut pass);
    assert_eq!("wait 1 s", told(sim.enter(&mut Pass::default())));
}

#[test]
fn a_line_moves_up_in_order() {
    let mut sim =
        Sim::new(&limits(LimitsConfig { bulkhead: Some(bulkhead(1, 2)), ..LimitsConfig::default() }));
    let mut inside = sim.goes();
    let (mut first, mut second) = (Pass::default(), Pass::default());
    assert_eq!(
        ("queue Some(10)", "queue Some(10)"),
        (&*told(sim.enter(&mut first)), &*told(sim.enter(&mut second)))
    );
    assert_eq!("refused by bulkhead", told(sim.enter(&mut Pass::default())));
    sim.after(secs(4)).ends(&mut inside, Outcome::Success);
    assert_eq!(("queue Some(6)", "go"), (&*told(sim.enter(&mut second)), &*told(sim.enter(&mut first))));
    assert_eq!((1, 1), sim.inside());
}

#[test]
fn a_wait_in_line_ends() {
    let mut sim =
        Sim::new(&limits(LimitsConfig { bulkhead: Some(bulkhead(1, 1)), ..LimitsConfig::default() }));
    let (_inside, mut waiting) = (sim.goes(), Pass::default());
    assert_eq!("queue Some(10)", told(sim.enter(&mut waiting)));
    assert_eq!("refused by bulkhead", told(sim.after(secs(10)).enter(&mut waiting)));
    assert_eq!((1, 0), sim.inside());
}

#[test]
fn who_was_granted_a_place_and_goes_away_passes_it_on() {
    let mut sim =
        Sim::new(&limits(LimitsConfig { bulkhead: Some(bulkhead(1, 2)), ..LimitsConfig::default() }));
    let mut inside = sim.goes();
    let (mut first, mut second) = (Pass::default(), Pass::default());
    let _ = (sim.enter(&mut first), sim.enter(&mut second));
    sim.ends(&mut inside, Outcome::Success).abandons(&mut first);
    assert_eq!("go", told(sim.enter(&mut second)));
}

#[test]
fn who_has_waited_asks_the_breaker_again() {
    let config = LimitsConfig { bulkhead: Some(bulkhead(1, 1)), ..LimitsConfig::default() };
    let mut sim = Sim::new(&GuardConfig { breaker: Some(touchy()), ..limits(config) });
    let (mut inside, mut waiting) = (sim.goes(), Pass::default());
    assert_eq!("queue Some(10)", told(sim.enter(&mut waiting)));
    sim.ends(&mut inside, Outcome::failure(1));
    assert_eq!(refused(Guard::Breaker(StateName::Open), Some(secs(60))), sim.enter(&mut waiting));
    assert_eq!((0, 0), sim.inside(), "the place that was granted meanwhile is free again");
}
