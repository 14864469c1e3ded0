use super::*;

#[test]
fn every_call_is_refused_and_told_when_to_come_back() {
    let mut sim = tripped(config());
    assert_eq!(refused(StateName::Open, 60), sim.ask());
    sim.after(secs(59));
    assert_eq!(refused(StateName::Open, 1), sim.ask());
    assert_eq!(Tally { rejected: 2, failures: 3, trips: 1, stale: 0 }, sim.tally());
}

/// mode: open for ever
#[test]
fn the_call_at_the_end_of_the_wait_is_a_probe_and_none_before_it() {
    let mut sim = tripped(config());
    sim.after(secs(60) - MILLISECOND);
    assert_eq!(Err(Rejection { state: StateName::Open, retry_after: Some(MILLISECOND) }), sim.ask());
    sim.after(MILLISECOND);
    assert_eq!(Ok(()), sim.ask());
    assert_eq!(["open > half_open: recovery_timeout"], *sim.changes());
}

#[test]
fn a_wait_that_is_over_reads_half_open_before_anyone_has_asked() {
    let mut sim = tripped(config());
    sim.after(secs(60));
    let expected = View { state: StateName::HalfOpen, failures: 3, retry_after: Some(Duration::ZERO) };
    assert_eq!((expected, true), (sim.view(), sim.changes().is_empty()));
}

/// mode: late result of a call from before the trip
/// mode: success of an old call closes an open breaker
#[test]
fn results_from_before_the_trip_change_nothing() {
    for outcome in [Outcome::Success, failure(TIMEOUT), Outcome::Ignored] {
        let mut sim = Sim::new(config());
        let early = sim.call();
        sim.fails(3).changes();
        let before = sim.view();
        sim.settle(early, outcome);
        assert_eq!((before, true), (sim.view(), sim.changes().is_empty()), "{outcome:?}");
        assert_eq!(Tally { rejected: 0, failures: 3, trips: 1, stale: 1 }, sim.tally(), "{outcome:?}");
    }
}

#[test]
fn a_late_failure_does_not_prolong_the_wait() {
    let mut sim = Sim::new(config());
    let early = sim.call();
    sim.fails(3).after(secs(50)).settle(early, failure(TIMEOUT));
    assert_eq!(Some(secs(10)), sim.view().retry_after);
    assert_eq!(Some(sim.now.saturating_since(Instant::default()) - secs(50)), since_epoch(&sim));
}

/// mode: transition repeated under a race
#[test]
fn calls_that_fail_together_trip_once() {
    let mut sim = Sim::new(config());
    let tickets: Vec<Ticket> = (0..10).map(|_| sim.call()).collect();
    for ticket in tickets {
        sim.settle(ticket, failure(TIMEOUT));
    }
    assert_eq!(["closed > open: consecutive_failures"], *sim.changes());
    assert_eq!(Tally { rejected: 0, failures: 3, trips: 1, stale: 7 }, sim.tally());
}

#[test]
fn a_recovery_timeout_of_zero_admits_the_next_call_as_a_probe() {
    let mut sim = tripped(BreakerConfig { recovery_timeout: Duration::ZERO, ..config() });
    assert_eq!(Ok(()), sim.ask());
    assert_eq!(["open > half_open: recovery_timeout"], *sim.changes());
}

#[test]
fn reset_closes_an_open_breaker_at_once() {
    let mut sim = tripped(config());
    sim.reset();
    assert_eq!(["open > closed: manual"], *sim.changes());
    assert_eq!((View::closed(0), Ok(())), (sim.view(), sim.ask()));
}

#[test]
fn made_up_tickets_are_stale() {
    let mut sim = tripped(config());
    let before = sim.view();
    for bits in [0, 1, 1 << 26, 2 << 26, (2 << 26) + 1, u64::MAX] {
        for outcome in [Outcome::Success, failure(TIMEOUT), Outcome::Ignored] {
            sim.settle(Ticket::from_bits(bits), outcome);
        }
    }
    assert_eq!((before, true), (sim.view(), sim.changes().is_empty()));
    assert_eq!(Tally { rejected: 0, failures: 3, trips: 1, stale: 18 }, sim.tally());
}

fn since_epoch(sim: &Sim) -> Option<Duration> {
    sim.breaker.last_failure().map(|then| then.saturating_since(Instant::default()))
}
