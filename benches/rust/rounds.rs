//! Many short rounds, each beside a round of the bare case: on a noisy machine the least of many differences
//! says more than one long mean.

use std::time::Instant;

/// Measures `case` against `bare`, both run `calls` times a round, and prints nanoseconds a call.
#[allow(clippy::cast_precision_loss, reason = "counts and nanoseconds of a benchmark are far below 2⁵³")]
#[allow(clippy::disallowed_methods, reason = "a benchmark is a host: it has to read a clock")]
pub fn measure(name: &str, calls: u32, mut bare: impl FnMut(), mut case: impl FnMut()) {
    let round = |act: &mut dyn FnMut()| {
        let start = Instant::now();
        for _ in 0..calls {
            act();
        }
        start.elapsed().as_nanos() as f64 / f64::from(calls)
    };
    let (mut bares, mut cases) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bares.push(round(&mut bare));
        cases.push(round(&mut case));
    }
    bares.sort_by(f64::total_cmp);
    cases.sort_by(f64::total_cmp);
    let at = |sorted: &[f64], index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    println!(
        "{name:<44} {:>8.1} {:>8.1}",
        at(&cases, 0) - at(&bares, 0),
        at(&cases, ROUNDS / 2) - at(&bares, ROUNDS / 2)
    );
}

/// Prints the table's head.
pub fn head() {
    println!("{:<44} {:>8} {:>8}", "ns over bare", "min", "median");
}

const ROUNDS: usize = 60;
