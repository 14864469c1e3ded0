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
    for (name, curve) in [
        ("exponential", Curve::Exponential { base: 2.0 }),
        ("fibonacci", Curve::Fibonacci),
        ("decorrelated", Curve::Decorrelated),
    ] {
        for (jittered, jitter) in [("", Jitter::None), (", full jitter", Jitter::Full)] {
            let schedule = Schedule { curve: curve.clone(), initial_delay: FIRST, max_delay: MOST, jitter };
            let mut rng = Rng::from_seed(1);
            measure_alone(
                &format!("failsoft, {name}{jittered}"),
                calls(|| ()),
                calls(|| {
                    black_box(black_box(&schedule).delay(black_box(5), black_box(FIRST), &mut rng));
                }),
            );
        }
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

const FIRST: Duration = Duration::from_millis(100);
const MOST: Duration = Duration::from_secs(20);
