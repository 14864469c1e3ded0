//! Who may begin when.

use super::*;

#[test]
fn a_burst_may_begin_at_once_and_who_comes_after_it_hears_when_to_come_back() {
    let mut sim = Sim::new(config());
    assert_eq!([NOW, NOW, Err(millis(250)), Err(millis(250))], *sim.asks(4));
    assert_eq!([NOW, Err(millis(250))], *sim.after(millis(250)).asks(2));
}

#[test]
fn a_rejection_is_true_to_the_nanosecond() {
    let mut sim = Sim::new(config());
    let _ = sim.asks(2);
    sim.after(millis(250) - NANOSECOND);
    assert_eq!((Err(NANOSECOND), NOW), (sim.ask(), sim.after(NANOSECOND).ask()));
}

#[test]
fn a_bucket_never_holds_more_than_a_burst_however_long_nobody_came() {
    let mut sim = Sim::new(config());
    let _ = sim.asks(2);
    sim.after(Duration::from_secs(86_400));
    assert_eq!((2, [NOW, NOW, Err(millis(250))].as_slice()), (sim.limiter.available(sim.now), &*sim.asks(3)));
}

#[test]
fn a_call_that_may_wait_is_told_how_long_and_keeps_its_place_in_the_line() {
    let mut sim = Sim::new(patient());
    let expected = [NOW, NOW, Ok(millis(250)), Ok(millis(500)), Err(millis(250))];
    assert_eq!(expected, *sim.asks(5));
    // Whoever comes when the third call begins stands behind the fourth.
    assert_eq!([Ok(millis(500)), Err(millis(250))], *sim.after(millis(250)).asks(2));
}

#[test]
fn what_is_not_waited_for_is_not_taken() {
    let mut sim = Sim::new(patient());
    let _ = sim.asks(100);
    assert_eq!(NOW, sim.after(millis(750)).ask());
}

#[test]
fn a_rate_that_no_nanosecond_divides_is_exact_after_a_day() {
    let per = Duration::from_secs(3);
    let config = RateLimitConfig { rate: count(7), per, burst: count(2), max_wait: Duration::from_secs(1) };
    let mut sim = Sim::new(config);
    // Seven in three seconds are 201 600 in a day; the burst of two comes first.
    for _ in 0..201_601 {
        let wait = sim.ask().expect("a place");
        sim.after(wait);
    }
    let wait = sim.ask().expect("a place");
    assert_eq!(Duration::from_secs(86_400), sim.after(wait).now.saturating_since(NOON));
}

#[test]
fn without_a_burst_no_two_calls_are_closer_than_their_share() {
    let mut sim = Sim::new(RateLimitConfig { burst: count(1), ..RateLimitConfig::per_second(count(3)) });
    let share = Duration::from_nanos(333_333_334);
    assert_eq!([NOW, Err(share)], *sim.asks(2));
    assert_eq!([NOW, Err(share)], *sim.after(share).asks(2));
}

#[test]
fn the_default_burst_is_the_whole_rate_and_nobody_waits() {
    let mut sim = Sim::new(RateLimitConfig::per_second(count(3)));
    assert_eq!([NOW, NOW, NOW, Err(Duration::from_nanos(333_333_334))], *sim.asks(4));
}

#[test]
fn time_that_went_backwards_has_not_moved() {
    let mut sim = Sim::new(config());
    let _ = sim.after(millis(100)).asks(2);
    sim.now = NOON;
    assert_eq!((Err(millis(250)), 0), (sim.ask(), sim.limiter.available(sim.now)));
    assert_eq!(millis(250), sim.limiter.retry_after(sim.now));
}

#[test]
fn asking_when_changes_nothing() {
    let mut sim = Sim::new(patient());
    let _ = sim.asks(4);
    let before = sim.limiter.clone();
    assert_eq!((millis(250), 0), (sim.limiter.retry_after(sim.now), sim.limiter.available(sim.now)));
    assert_eq!(before, sim.limiter);
}

#[test]
fn it_knows_what_it_answered() {
    let mut sim = Sim::new(patient());
    let _ = sim.asks(4);
    let last = sim.after(millis(250)).place();
    sim.cancel(last);
    let _ = sim.asks(2);
    let expected = Tally { admitted: 6, delayed: 4, rejected: 1, cancelled: 1 };
    assert_eq!(expected, sim.limiter.tally());
}
