//! What the next delay costs, beside other schedules: `make bench`.

use std::hint::black_box;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use failsoft::backoff::{Curve, Jitter, Schedule};
use failsoft::rng::Rng;
use failsoft_benches::{calls, head, measure_alone};
use tokio_retry2::strategy::{ExponentialBackoff, jitter};

fn main() {
    head("the next delay");
    for (name, curve, jitter) in [
        ("failsoft, exponential", DOUBLING, Jitter::None),
        ("failsoft, exponential, full jitter", DOUBLING, Jitter::Full),
        ("failsoft, fibonacci, full jitter", Curve::Fibonacci, Jitter::Full),
        ("failsoft, decorrelated", Curve::Decorrelated, Jitter::None),
    ] {
        let schedule = Schedule { curve, initial_delay: FIRST, max_delay: MOST, jitter };
        let mut rng = Rng::from_seed(1);
        measure_alone(
            name,
            calls(|| ()),
            calls(|| black_box(&schedule).delay(black_box(5), black_box(FIRST), &mut rng)),
        );
    }
    let builder = ExponentialBuilder::new().with_min_delay(FIRST).with_max_delay(MOST).without_max_times();
    let mut delays = builder.build();
    measure_alone("backon, exponential", calls(|| ()), calls(|| delays.next()));
    let mut delays = builder.with_jitter().build();
    measure_alone("backon, exponential, additive jitter", calls(|| ()), calls(|| delays.next()));
    let mut delays = ExponentialBackoff::from_millis(100).max_delay(MOST);
    measure_alone("tokio-retry2, exponential", calls(|| ()), calls(|| delays.next()));
    let mut delays = ExponentialBackoff::from_millis(100).max_delay(MOST).map(jitter);
    measure_alone("tokio-retry2, exponential, full jitter", calls(|| ()), calls(|| delays.next()));
}

const DOUBLING: Curve = Curve::Exponential { base: 2.0 };
const FIRST: Duration = Duration::from_millis(100);
const MOST: Duration = Duration::from_secs(20);
