//! The same schedules as backon's, and where they are not: rows of `docs/differences.md`.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use failsoft::backoff::{Curve, Jitter, Schedule};
use failsoft::rng::Rng;

const RETRIES: u32 = 40;

fn ours(first: Duration, most: Duration, base: f32, jitter: Jitter, seed: u64) -> Vec<Duration> {
    let curve = Curve::Exponential { base: base.into() };
    let schedule = Schedule { curve, initial_delay: first, max_delay: most, jitter };
    let mut rng = Rng::from_seed(seed);
    (1..=RETRIES).map(|retry| schedule.delay(retry, Duration::ZERO, &mut rng)).collect()
}

fn theirs(first: Duration, most: Duration, base: f32) -> ExponentialBuilder {
    let builder = ExponentialBuilder::new().with_min_delay(first).with_max_delay(most);
    builder.with_factor(base).without_max_times()
}

fn of_theirs(builder: ExponentialBuilder) -> Vec<Duration> {
    builder.build().take(RETRIES as usize).collect()
}

#[test]
fn an_exponential_schedule_is_backons() {
    let mut draw = Rng::from_seed(1);
    for _ in 0..500 {
        let first = Duration::from_millis(draw.between(1, 5_000));
        let most = first + Duration::from_millis(draw.between(0, 100_000));
        for base in [1.0, 1.5, 2.0, 3.0] {
            let they = of_theirs(theirs(first, most, base));
            for (they, we) in they.iter().zip(ours(first, most, base, Jitter::None, 1)) {
                // backon counts in 32 bits, from one delay to the next.
                let off = they.abs_diff(we).as_secs_f64();
                assert!(off <= 1e-5 * we.as_secs_f64(), "{first:?} to {most:?} by {base}: {they:?}, {we:?}");
            }
        }
    }
}

fn longest(waits: impl Iterator<Item = Vec<Duration>>) -> String {
    let longest = waits.flatten().max().expect("there are waits");
    format!("up to {:.0} s", longest.as_secs_f64())
}

#[test]
fn they_differ_as_the_page_says() {
    let (first, most) = (Duration::from_secs(1), Duration::from_secs(8));
    let jittered = theirs(first, most, 2.0).with_jitter();
    let answers = [
        (
            "jittered waits, with a longest wait of 8 s (`with_jitter`, `jitter: additive`)",
            longest((0..100).map(|seed| of_theirs(jittered.with_jitter_seed(seed)))),
            longest((0..100).map(|seed| ours(first, most, 2.0, Jitter::Additive, seed))),
        ),
        (
            "a first wait of 8 s, with a longest wait of 1 s",
            format!("{:?}", of_theirs(theirs(most, first, 2.0))[0]),
            format!("{:?}", ours(most, first, 2.0, Jitter::None, 1)[0]),
        ),
    ];
    let page = include_str!("../../docs/differences.md");
    for (input, they, we) in &answers {
        let row = format!("| backon | {input} | {they} | {we} | ");
        assert!(page.contains(&row), "not on the page: {row}");
    }
    assert_eq!(answers.len(), page.matches("| backon | ").count());
}
