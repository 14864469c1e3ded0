use super::*;

#[test]
fn a_latency_counts_until_the_quarter_it_fell_in_is_a_window_old() {
    let mut sim = Sim::new(config());
    sim.after(secs(9)).observes([100; 10]);
    assert_eq!((10, 10), (sim.observed(), sim.after(secs(31) - NANOSECOND).observed()));
    assert_eq!((0, None), (sim.after(NANOSECOND).observed(), sim.delay()));
}

#[test]
fn quarters_expire_one_by_one() {
    let mut sim = Sim::new(config());
    for calls in [1, 10, 100, 1_000] {
        sim.observes(vec![10; calls]).after(secs(10));
    }
    let left: Vec<u64> = (0..4).map(|_| sim.after(secs(10)).observed()).collect();
    assert_eq!([1_100, 1_000, 0, 0], *left, "the first was gone when the fourth was over");
}

#[test]
fn a_long_silence_forgets_everything_however_long_it_was() {
    for silence in [40, 41, 400, 40_000_000] {
        let mut sim = Sim::new(config());
        sim.observes([100; 50]);
        assert_eq!((0, None), (sim.after(secs(silence)).observed(), sim.delay()), "{silence} s");
        assert_eq!(Some(7), sim.observes([7; 10]).delay());
    }
}

#[test]
fn time_that_went_backwards_has_not_moved() {
    let mut sim = Sim::new(config());
    sim.after(secs(25)).observes([100; 10]).back(secs(3_600)).observes([100; 10]);
    assert_eq!(20, sim.observed());
    sim.after(secs(3_600 + 15) - NANOSECOND);
    assert_eq!((20, 20), (sim.observed(), sim.after(secs(20)).observed()));
    assert_eq!(0, sim.after(NANOSECOND).observed(), "both fell in the quarter from 20 to 30");
}

#[test]
fn any_clock_and_any_window_is_fine() {
    for window in [Duration::ZERO, NANOSECOND, secs(1), Duration::MAX] {
        let When::Percentile(of) = config().when else { panic!("a percentile") };
        let mut hedge = Hedge::new(percentile(Percentile { window, minimum_calls: count(1), ..of }));
        for now in [0, 1, u64::MAX / 2, u64::MAX, 0] {
            hedge.observe(millis(5), Instant::from_nanos(now));
            assert_eq!(Some(5), hedge.delay(Instant::from_nanos(now)).map(|delay| delay.as_millis()));
        }
    }
}
