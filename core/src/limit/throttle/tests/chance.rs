//! What the chance of a rejection is.

use super::*;

#[test]
fn the_chance_is_what_goes_beyond_twice_the_accepts() {
    let mut sim = Sim::new(bare());
    for (accepted, refused, expected) in [
        (4, 0, (0, 1)),
        (0, 4, (0, 1)),
        (0, 1, (1_000, 10_000)),
        (0, 10, (11_000, 20_000)),
        (7, 0, (4_000, 27_000)),
    ] {
        assert_eq!(expected, sim.accepted(accepted).refused(refused).chance());
    }
}

#[test]
fn a_dependency_that_accepts_half_of_its_calls_is_not_throttled() {
    assert_eq!((0, 1), Sim::new(config()).accepted(500).refused(500).chance());
}

#[test]
fn a_larger_factor_is_more_patient_and_a_smaller_one_less() {
    let with =
        |k| Sim::new(ThrottleConfig { k: Thousandths::new(k), ..bare() }).accepted(40).refused(60).chance();
    assert_eq!([(0, 1), (40_000, 101_000), (60_000, 101_000)], [2_500, 1_500, 1_000].map(with));
}

#[test]
fn a_factor_that_would_reject_calls_of_a_healthy_dependency_is_taken_as_one() {
    let mut sim = Sim::new(ThrottleConfig { k: Thousandths::new(500), ..bare() });
    assert_eq!(((0, 1), Thousandths::ONE), (sim.accepted(100).chance(), sim.throttle.config().k));
}

#[test]
fn too_few_calls_say_nothing() {
    let mut sim = Sim::new(config());
    assert_eq!(((0, 1), Ok(())), (sim.refused(3).chance(), sim.admit()));
    assert_eq!((4_000, 5_000), sim.refused(1).chance());
}

#[test]
fn some_calls_go_out_whatever_happened() {
    let mut sim = Sim::new(config());
    sim.refused(1_000_000);
    assert_eq!((900, 1_000), sim.chance());
    let admitted = (0..10_000).filter(|_| sim.admit().is_ok()).count();
    assert!((900..1_100).contains(&admitted), "{admitted} of 10000");
}

#[test]
fn a_rate_above_one_is_one_and_a_rate_of_nothing_rejects_nobody() {
    let rate = |rate| ThrottleConfig { max_reject_rate: Thousandths::new(rate), ..config() };
    assert_eq!((9_000, 10_000), Sim::new(rate(5_000)).refused(9).chance());
    let mut sim = Sim::new(rate(0));
    sim.refused(1_000);
    assert!((0..1_000).all(|_| sim.admit().is_ok()));
}

#[test]
fn a_rejection_says_how_likely_it_was_and_counts_as_a_request_only() {
    let mut sim = Sim::new(ThrottleConfig { minimum_calls: 0, ..bare() });
    sim.refused(999_999);
    let probability = Fraction { numerator: 999_999_000, denominator: 1_000_000_000 };
    assert_eq!(Err(Rejection { probability }), sim.admit());
    assert!((probability.as_f64() - 0.999_999).abs() < 1e-12);
    assert_eq!(
        ((1_000_000, 0), Tally { rejected: 1, accepted: 0, refused: 999_999 }),
        (sim.counts(), sim.throttle.tally())
    );
}

#[test]
fn calls_that_have_not_settled_yet_say_nothing() {
    let mut sim = Sim::new(config());
    assert!((0..1_000).all(|_| sim.admit().is_ok()));
    assert_eq!((0, 0), sim.counts());
}

#[test]
fn nothing_is_drawn_where_there_is_nothing_to_decide() {
    let mut sim = Sim::new(config());
    sim.accepted(10).admit().unwrap();
    assert_eq!(Rng::from_seed(7), sim.rng);
    let _ = sim.refused(20).admit();
    assert_ne!(Rng::from_seed(7), sim.rng);
}

#[test]
fn what_happened_a_window_ago_is_forgotten_bucket_by_bucket() {
    let mut sim = Sim::new(config());
    sim.refused(10).after(secs(1)).refused(5);
    assert_eq!((15, 0), sim.after(secs(29) - NANOSECOND).counts());
    assert_eq!((5, 0), sim.after(NANOSECOND).counts());
    assert_eq!((0, 0), sim.after(secs(1)).counts());
}

#[test]
fn after_an_idle_window_everything_is_admitted() {
    let mut sim = Sim::new(config());
    sim.refused(1_000_000);
    for idle in [30, 60, 86_400] {
        assert!((0..1_000).all(|_| sim.clone().after(secs(idle)).admit().is_ok()), "{idle} s");
    }
}

#[test]
fn time_that_went_backwards_has_not_moved() {
    let mut sim = Sim::new(config());
    sim.refused(10).after(secs(20)).refused(5);
    sim.now = NOON;
    assert_eq!((15, 0), sim.counts());
    assert_eq!((7, 0), sim.refused(2).after(secs(30)).counts());
}

#[test]
fn numbers_become_the_nearest_thousandth() {
    let numbers = [2.0, 1.2344, 1.2346, 0.9, f64::NAN, -1.0, f64::INFINITY];
    let expected = [2_000, 1_234, 1_235, 900, 0, 0, u32::MAX];
    assert_eq!(expected, numbers.map(|number| Thousandths::nearest(number).get()));
    assert_eq!([0.9, 2.0].map(f64::to_bits), [900, 2_000].map(|of| Thousandths::new(of).as_f64().to_bits()));
}

#[test]
fn the_defaults_are_the_books_with_a_tenth_that_always_goes_out() {
    let expected = ThrottleConfig {
        k: Thousandths::new(2_000),
        window: secs(120),
        max_reject_rate: Thousandths::new(900),
        minimum_calls: 10,
    };
    assert_eq!(expected, ThrottleConfig::default());
}
