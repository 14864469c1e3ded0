//! Walks the orders in which a few threads can get at what `core/src/host` lets them share.
//!
//! The tests of threads there (`core/src/host/tests.rs`) try what the machine happens to do. loom runs a model again and again,
//! each time with another order of its reads and writes, those that the memory model allows and no processor of ours does
//! among them.
#![cfg(loom)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use failsoft::time::Instant;
use loom::model::Builder;

/// Runs `model` in every order with so few preemptions as `LOOM_MAX_PREEMPTIONS` says, 3 if it says nothing; but no longer than
/// `LOOM_MAX_DURATION` seconds, 30 if it says nothing. Whether it has come to the end is written down.
pub fn in_every_order(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(3);
    let limit = *builder.max_duration.get_or_insert(Duration::from_secs(30));
    builder.max_branches = 10_000;
    // The limit is looked at so often.
    builder.checkpoint_interval = 100;
    let orders = Arc::new(AtomicUsize::new(0));
    let (seen, began) = (Arc::clone(&orders), std::time::Instant::now());
    builder.check(move || {
        seen.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let orders = orders.load(Ordering::Relaxed);
    let end = if began.elapsed() < limit { "all there are" } else { "out of time" };
    println!("{orders} orders, {end}");
    assert!(orders > 10, "only {orders} orders: the model shares nothing that loom sees");
}

/// So many seconds after the beginning.
pub fn at(seconds: u64) -> Instant {
    Instant::default().saturating_add(Duration::from_secs(seconds))
}
