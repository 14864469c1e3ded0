//! What a limit does for a server that can be overloaded; the figures are in the [module](super::super).
//!
//! A worker needs 10 ms for a request, so ten of them can do 1000 a second.

use core::ops::Range;

use super::gradient::Gradient;
use super::server::{Figures, Limiter, Scenario, Second, Unlimited, figures, run};
use super::*;
use crate::rng::Rng;

const EVEN: fn(u64, &mut Rng) -> u64 = |_, rng| rng.between(5_000, 15_000);

/// Half of the workers are gone from the tenth second to the twentieth, and then are too few.
const HALVED: Scenario = Scenario {
    seconds: 30,
    calls: |_| 800,
    workers: |second| if (10..20).contains(&second) { 5 } else { 10 },
    service: EVEN,
    patience: secs(1),
};

/// From the tenth second on there is twice as much to do as can be done.
const OVERLOADED: Scenario = Scenario {
    seconds: 40,
    calls: |second| if second < 10 { 700 } else { 2_000 },
    workers: |_| 10,
    service: EVEN,
    patience: secs(1),
};

/// Nobody works from the tenth second to the fifteenth.
const DOWN: Scenario = Scenario {
    seconds: 25,
    calls: |_| 700,
    workers: |second| if (10..15).contains(&second) { 0 } else { 10 },
    service: EVEN,
    patience: secs(1),
};

/// One request in twenty takes thirty times as long as the others, and there is no overload.
const MIXED: Scenario = Scenario {
    seconds: 30,
    calls: |_| 1_000,
    workers: |_| 15,
    service: |_, rng| {
        if rng.between(1, 20) == 1 { rng.between(100_000, 200_000) } else { rng.between(2_000, 8_000) }
    },
    patience: secs(1),
};

/// From the tenth second on a request takes four times as long, and there are workers enough.
const SLOWER: Scenario = Scenario {
    seconds: 20,
    calls: |_| 1_000,
    workers: |_| 200,
    service: |second, rng| EVEN(second, rng) * if second < 10 { 1 } else { 4 },
    patience: secs(1),
};

fn plain() -> Adaptive {
    Adaptive::new(AdaptiveConfig::default())
}

/// What is slower than a tenth of a second counts as a failure.
fn strict() -> Adaptive {
    let latency_threshold = Some(Duration::from_millis(100));
    Adaptive::new(AdaptiveConfig { latency_threshold, ..AdaptiveConfig::default() })
}

/// The whole story, once for each seed.
fn told<L: Limiter>(scenario: &Scenario, limiter: fn() -> L) -> [Vec<Second>; 2] {
    [1, 2].map(|seed| run(scenario, &mut limiter(), seed))
}

/// The figures of these seconds are as they should be, whatever the seed.
fn assert_all(told: &[Vec<Second>; 2], seconds: Range<usize>, holds: impl Fn(&Figures) -> bool) {
    let figures = told.each_ref().map(|told| figures(&told[seconds.clone()]));
    assert!(figures.iter().all(holds), "{seconds:?}: {figures:#?}");
}

#[test]
fn without_a_limit_a_server_that_was_too_weak_for_a_while_answers_nobody_in_time_for_long_after() {
    assert_all(&told(&HALVED, || Unlimited), 20..30, |seen| seen.goodput < 50 && seen.timed_out > 750);
}

#[test]
fn with_a_limit_it_does_what_it_can_and_is_itself_again_at_once() {
    for limiter in [plain, strict] {
        let told = told(&HALVED, limiter);
        assert_all(&told, 0..10, |seen| seen.goodput > 780 && seen.p99 < 25);
        assert_all(&told, 10..20, |seen| seen.goodput > 490 && seen.timed_out < 5);
        assert_all(&told, 21..30, |seen| seen.goodput > 780 && seen.p99 < 25);
    }
}

#[test]
fn a_threshold_keeps_answers_soon_under_lasting_overload() {
    assert_all(&told(&OVERLOADED, plain), 30..40, |seen| seen.goodput > 980 && seen.median > 150);
    assert_all(&told(&OVERLOADED, strict), 30..40, |seen| seen.goodput > 980 && seen.p99 <= 105);
}

#[test]
fn a_server_that_is_down_is_left_alone_and_used_again_when_it_is_up() {
    for limiter in [plain, strict] {
        let told = told(&DOWN, limiter);
        assert_all(&told, 11..15, |seen| seen.goodput == 0 && seen.timed_out < 30);
        assert_all(&told, 16..25, |seen| seen.goodput > 670 && seen.rejected < 20);
    }
}

#[test]
fn requests_that_are_slow_by_nature_do_not_starve_the_others() {
    assert_all(&told(&MIXED, plain), 10..30, |seen| seen.rejected < 10);
    assert_all(&told(&MIXED, strict), 10..30, |seen| seen.rejected < 50);
}

#[test]
fn the_gradient_gets_used_to_overload() {
    let told = told(&OVERLOADED, Gradient::new);
    assert_all(&told, 12..15, |seen| seen.median < 50);
    assert_all(&told, 35..40, |seen| seen.median > 70);
}

#[test]
fn the_gradient_takes_a_slower_server_for_an_overloaded_one() {
    assert_all(&told(&SLOWER, Gradient::new), 11..20, |seen| seen.rejected > 150);
    assert_all(&told(&SLOWER, strict), 11..20, |seen| seen.rejected < 10);
}
