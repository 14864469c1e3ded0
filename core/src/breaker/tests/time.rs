use super::*;

/// mode: wall clock steps
#[test]
fn a_clock_that_steps_back_changes_no_decision() {
    for config in [config(), counting(), timing(), identical()] {
        let mut steady = Sim::new(config);
        let mut stepping = Sim::new(config);
        for sim in [&mut steady, &mut stepping] {
            sim.fails(2).after(secs(2));
        }
        stepping.back(secs(3_600));
        for sim in [&mut steady, &mut stepping] {
            sim.fails(1);
        }
        assert_eq!((steady.view(), steady.changes()), (stepping.view(), stepping.changes()), "{config:?}");
    }
}

/// mode: wall clock steps
#[test]
fn an_open_wait_neither_shortens_nor_restarts_when_the_clock_steps_back() {
    let mut sim = tripped(config());
    sim.after(secs(20));
    assert_eq!(refused(StateName::Open, 40), sim.ask());
    sim.back(secs(3_600));
    assert_eq!(refused(StateName::Open, 40), sim.ask());
    assert_eq!(Some(secs(40)), sim.view().retry_after);
    sim.after(secs(3_600 + 40));
    assert_eq!(Ok(()), sim.ask());
}

/// mode: wall clock steps
#[test]
fn a_lease_neither_shortens_nor_restarts_when_the_clock_steps_back() {
    let mut sim = tripped(config());
    sim.after(secs(60)).call();
    sim.after(secs(10));
    assert_eq!(refused(StateName::HalfOpen, 20), sim.ask());
    sim.back(secs(3_600));
    assert_eq!(refused(StateName::HalfOpen, 20), sim.ask());
}

#[test]
fn a_breaker_that_half_opened_does_not_read_open_again_when_the_clock_steps_back() {
    let mut sim = tripped(config());
    sim.after(secs(60));
    assert_eq!(3, sim.breaker.failure_count(sim.now));
    sim.back(secs(3_600));
    assert_eq!(StateName::HalfOpen, sim.view().state);
}

/// mode: arithmetic of durations panics
#[test]
fn a_clock_at_its_very_end_does_not_break_anything() {
    let mut sim = Sim::new(config());
    sim.after(Duration::MAX).fails(3);
    assert_eq!(Some(Duration::ZERO), sim.view().retry_after);
    assert_eq!(Ok(()), sim.ask());
}

#[test]
fn a_breaker_works_from_the_very_beginning_of_the_clock() {
    for config in [config(), counting(), timing(), identical()] {
        let mut sim = Sim::new(config);
        sim.back(NOON).fails(2).after(secs(29));
        assert_eq!(View::closed(2), sim.view());
        sim.fails(1);
        assert_eq!(refused(StateName::Open, 60), sim.ask(), "{config:?}");
    }
}
