use core::time::Duration;
use std::collections::BTreeSet;
use std::format;
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::{Curve, Jitter, Schedule};
use crate::rng::Rng;

const JITTERS: [Jitter; 5] =
    [Jitter::None, Jitter::Proportional, Jitter::Additive, Jitter::Full, Jitter::Equal];

fn curves() -> Vec<Curve> {
    vec![
        Curve::Constant,
        Curve::Linear,
        Curve::Exponential { base: 2.0 },
        Curve::Exponential { base: 1.0 },
        Curve::Exponential { base: 1e300 },
        Curve::Fibonacci,
        Curve::Polynomial { degree: 3 },
        Curve::Decorrelated,
        Curve::List(vec![secs(1), secs(90), secs(4)]),
    ]
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn schedule(curve: Curve, jitter: Jitter) -> Schedule {
    Schedule { curve, initial_delay: secs(1), max_delay: secs(60), jitter }
}

fn plain(curve: Curve) -> Vec<u64> {
    let schedule = schedule(curve, Jitter::None);
    let mut rng = Rng::from_seed(0);
    (1..=8).map(|retry| schedule.delay(retry, Duration::ZERO, &mut rng).as_secs()).collect()
}

#[test]
fn each_curve_grows_as_its_name_says_up_to_the_cap() {
    assert_eq!(vec![1, 1, 1, 1, 1, 1, 1, 1], plain(Curve::Constant));
    assert_eq!(vec![1, 2, 3, 4, 5, 6, 7, 8], plain(Curve::Linear));
    assert_eq!(vec![1, 2, 4, 8, 16, 32, 60, 60], plain(Curve::Exponential { base: 2.0 }));
    assert_eq!(vec![1, 1, 2, 3, 5, 8, 13, 21], plain(Curve::Fibonacci));
    assert_eq!(vec![1, 4, 9, 16, 25, 36, 49, 60], plain(Curve::Polynomial { degree: 2 }));
    assert_eq!(vec![3, 1, 4, 4, 4, 4, 4, 4], plain(Curve::List(vec![secs(3), secs(1), secs(4)])));
}

/// mode: delay overflows before its cap
#[test]
fn any_base_grows_by_multiplication() {
    let delays = |base, retries: [u32; 4]| {
        let schedule = schedule(Curve::Exponential { base }, Jitter::None);
        retries.map(|retry| schedule.delay(retry, Duration::ZERO, &mut Rng::from_seed(0)).as_millis())
    };
    assert_eq!([1_000, 3_000, 9_000, 27_000], delays(3.0, [1, 2, 3, 4]));
    assert_eq!([1_000, 1_500, 2_250, 3_375], delays(1.5, [1, 2, 3, 4]));
    assert_eq!([7_593, 11_390, 17_085, 25_628], delays(1.5, [6, 7, 8, 9]));
    assert_eq!([1_000; 4], delays(0.5, [1, 2, 3, 4]), "a base below 1 is taken as 1");
}

#[test]
fn fibonacci_is_exact_up_to_the_last_number_that_there_is_room_for() {
    let schedule = Schedule {
        curve: Curve::Fibonacci,
        initial_delay: Duration::from_nanos(1),
        max_delay: Duration::from_nanos(u64::MAX),
        jitter: Jitter::None,
    };
    let delay = |retry| schedule.delay(retry, Duration::ZERO, &mut Rng::from_seed(0));
    assert_eq!(
        [12_200_160_415_121_876_738, u64::MAX, u64::MAX].map(Duration::from_nanos),
        [93, 94, 1_000].map(delay)
    );
}

#[test]
fn the_range_is_what_a_draw_can_be() {
    let range = |curve, jitter, retry| schedule(curve, jitter).range(retry);
    let doubling = || Curve::Exponential { base: 2.0 };
    assert_eq!((secs(4), secs(4)), range(doubling(), Jitter::None, 3));
    assert_eq!((secs(2), secs(6)), range(doubling(), Jitter::Proportional, 3));
    assert_eq!((secs(4), secs(6)), range(doubling(), Jitter::Additive, 3));
    assert_eq!(
        (secs(30), secs(60)),
        range(doubling(), Jitter::Additive, 9),
        "below the cap, where it is reached"
    );
    // Three times the longest delay before, from three times the first on.
    let decorrelated = [1, 2, 3, 4].map(|retry| range(Curve::Decorrelated, Jitter::None, retry));
    assert_eq!(
        [(secs(1), secs(3)), (secs(1), secs(9)), (secs(1), secs(27)), (secs(1), secs(60))],
        decorrelated
    );
}

#[test]
fn no_delay_overflows_or_exceeds_the_cap_however_many_attempts_there_were() {
    let retries = (1..=64).chain([1_025, 10_000, u32::MAX]);
    for retry in retries {
        for curve in curves() {
            for jitter in JITTERS {
                let schedule = schedule(curve.clone(), jitter);
                let mut rng = Rng::from_seed(u64::from(retry));
                for previous in [Duration::ZERO, secs(60), Duration::MAX] {
                    let delay = schedule.delay(retry, previous, &mut rng);
                    assert!(delay <= secs(60), "{curve:?} {jitter:?} retry {retry}: {delay:?}");
                }
            }
        }
    }
}

/// mode: jitter lost
#[test]
fn delays_at_the_cap_still_differ() {
    let curves = curves().into_iter().filter(|curve| !matches!(curve, Curve::Constant | Curve::List(_)));
    for curve in curves.filter(|curve| *curve != Curve::Exponential { base: 1.0 }) {
        for jitter in JITTERS.into_iter().filter(|jitter| *jitter != Jitter::None) {
            let schedule = schedule(curve.clone(), jitter);
            let mut rng = Rng::from_seed(3);
            let delays: BTreeSet<_> = (0..100).map(|_| schedule.delay(10_000, secs(60), &mut rng)).collect();
            assert!(delays.len() > 90, "{curve:?} {jitter:?}: {} different delays", delays.len());
        }
    }
}

#[test]
fn a_zero_delay_stays_zero_in_every_shape() {
    for curve in curves().into_iter().filter(|curve| !matches!(curve, Curve::List(_))) {
        for jitter in JITTERS {
            let schedule = Schedule { initial_delay: Duration::ZERO, ..schedule(curve.clone(), jitter) };
            let delay = schedule.delay(10_000, Duration::ZERO, &mut Rng::from_seed(0));
            assert_eq!(Duration::ZERO, delay, "{curve:?} {jitter:?}");
        }
    }
}

#[test]
fn an_empty_list_does_not_wait() {
    let schedule = schedule(Curve::List(vec![]), Jitter::None);
    assert_eq!(Duration::ZERO, schedule.delay(1, Duration::ZERO, &mut Rng::from_seed(0)));
}

/// mode: jitter lost
#[test]
fn clients_that_failed_together_come_back_spread_out() {
    let schedule = schedule(Curve::Exponential { base: 2.0 }, Jitter::Full);
    let mut slots = [0_u32; 100];
    for client in 0..10_000 {
        let delay = schedule.delay(12, secs(60), &mut Rng::from_seed(client));
        slots[(delay.as_millis() / 600).min(99) as usize] += 1;
    }
    let busiest = slots.iter().max().copied();
    assert!(busiest < Some(200), "{busiest:?} of 10 000 clients in one hundredth of the interval");
}

proptest! {
    #[test]
    fn a_draw_stays_inside_the_interval_of_its_jitter(
        retry in 1_u32..200, seed: u64, initial_ms in 0_u64..100_000, max_ms in 0_u64..1_000_000, pick in 0_usize..5,
    ) {
        let (initial_delay, max_delay) = (Duration::from_millis(initial_ms), Duration::from_millis(max_ms));
        let schedule = Schedule { curve: Curve::Fibonacci, initial_delay, max_delay, jitter: Jitter::None };
        let plain = schedule.delay(retry, Duration::ZERO, &mut Rng::from_seed(seed));
        let jitter = JITTERS[pick];
        let delay = Schedule { jitter, ..schedule }.delay(retry, Duration::ZERO, &mut Rng::from_seed(seed));
        let half = Duration::from_nanos(u64::try_from(plain.as_nanos()).unwrap_or(u64::MAX) / 2);
        let above = plain.saturating_add(half).min(max_delay);
        let (low, high) = match jitter {
            Jitter::None => (plain, plain),
            Jitter::Proportional => (half, above),
            Jitter::Additive if above == plain => (half, plain),
            Jitter::Additive => (plain, above),
            Jitter::Full => (Duration::ZERO, plain),
            Jitter::Equal => (half, plain),
        };
        prop_assert!(low <= delay && delay <= high, "{}", format!("{jitter:?}: {low:?} <= {delay:?} <= {high:?}"));
    }

    /// mode: delay overflows before its cap
    #[test]
    fn doubling_is_exact_until_it_saturates(retry in 1_u32..90, initial_ns in 0_u64..=1 << 53) {
        let schedule = Schedule {
            curve: Curve::Exponential { base: 2.0 },
            initial_delay: Duration::from_nanos(initial_ns),
            max_delay: Duration::from_nanos(u64::MAX),
            jitter: Jitter::None,
        };
        let exact = u64::try_from(u128::from(initial_ns) << (retry - 1).min(70)).unwrap_or(u64::MAX);
        let delay = schedule.delay(retry, Duration::ZERO, &mut Rng::from_seed(0));
        prop_assert_eq!(Duration::from_nanos(exact), delay);
    }

    /// mode: delay overflows before its cap
    #[test]
    fn a_curve_without_jitter_never_shrinks(retry in 1_u32..5_000, base in 1.0_f64..20.0, initial_ns in 0_u64..u64::MAX) {
        for curve in [Curve::Linear, Curve::Exponential { base }, Curve::Fibonacci, Curve::Polynomial { degree: 5 }] {
            let schedule = Schedule {
                curve,
                initial_delay: Duration::from_nanos(initial_ns),
                max_delay: Duration::MAX,
                jitter: Jitter::None,
            };
            let mut rng = Rng::from_seed(0);
            let (now, next) =
                (schedule.delay(retry, Duration::ZERO, &mut rng), schedule.delay(retry + 1, Duration::ZERO, &mut rng));
            prop_assert!(now <= next);
        }
    }
}
