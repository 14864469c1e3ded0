//! What a limit costs a call, beside other limits: `make bench`.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::time::Duration;

use failsoft::breaker::{Lane, Outcome};
use failsoft::guard::{Ending, GuardConfig, LimitsConfig, Pass};
use failsoft::host::{SharedGate, SharedGuards};
use failsoft::limit::adaptive::{self, AdaptiveConfig};
use failsoft::limit::bulkhead::{BulkheadConfig, Entry};
use failsoft::limit::rate::RateLimitConfig;
use failsoft::limit::throttle::ThrottleConfig;
use failsoft::rng::Rng;
use failsoft_benches::{Clock, Running, Still, calls, head, measure};
use governor::clock::FakeRelativeClock;
use governor::{Quota, RateLimiter};
use tokio::sync::Semaphore;

fn main() {
    head("a call begins under a rate limit");
    for (name, running) in [("failsoft", false), ("failsoft; with the clock", true)] {
        let guards = guards(LimitsConfig { rate_limit: Some(no_limit()), ..LimitsConfig::default() });
        if running {
            let clock = Running::new();
            measure(name, || calls(|| ()), || calls(|| acquire(&guards, clock)));
        } else {
            measure(name, || calls(|| ()), || calls(|| acquire(&guards, Still)));
        }
    }
    let clock = FakeRelativeClock::default();
    let limiter = RateLimiter::direct_with_clock(Quota::per_second(NonZeroU32::MAX), clock);
    measure("governor", || calls(|| ()), || calls(|| limiter.check().is_ok()));
    let limiter = RateLimiter::direct(Quota::per_second(NonZeroU32::MAX));
    measure("governor; with the clock", || calls(|| ()), || calls(|| limiter.check().is_ok()));

    head("a call is rejected by a rate limit");
    let one =
        RateLimitConfig { per: Duration::from_secs(3_600), ..RateLimitConfig::per_second(NonZeroU32::MIN) };
    let guards_of_one = guards(LimitsConfig { rate_limit: Some(one), ..LimitsConfig::default() });
    acquire(&guards_of_one, Still);
    measure("failsoft", || calls(|| ()), || calls(|| acquire(&guards_of_one, Still)));
    let quota = Quota::with_period(Duration::from_secs(3_600)).expect("a period");
    let limiter = RateLimiter::direct_with_clock(quota, FakeRelativeClock::default());
    let _ = limiter.check();
    measure("governor", || calls(|| ()), || calls(|| limiter.check().is_ok()));

    head("a call enters and leaves");
    let ten = guards(LimitsConfig { bulkhead: Some(BulkheadConfig::default()), ..LimitsConfig::default() });
    measure("failsoft, bulkhead", || calls(|| ()), || calls(|| inside(&ten)));
    let semaphore = Semaphore::new(10);
    measure("tokio, Semaphore", || calls(|| ()), || calls(|| semaphore.try_acquire()));
    let learning =
        guards(LimitsConfig { adaptive: Some(AdaptiveConfig::default()), ..LimitsConfig::default() });
    measure("failsoft, adaptive limit", || calls(|| ()), || calls(|| adapted(&learning)));
    let sparing =
        guards(LimitsConfig { throttle: Some(ThrottleConfig::default()), ..LimitsConfig::default() });
    let mut rng = Rng::from_seed(1);
    throttled(&sparing, Still, &mut rng);
    measure(
        "failsoft, throttle",
        || calls(|| ()),
        || {
            let mut rng = Rng::from_seed(1);
            let sparing = &sparing;
            calls(move || throttled(sparing, Still, &mut rng))
        },
    );
    let clock = Running::new();
    measure(
        "failsoft, throttle; with the clock",
        || calls(|| ()),
        || {
            let mut rng = Rng::from_seed(1);
            let sparing = &sparing;
            calls(move || throttled(sparing, clock, &mut rng))
        },
    );
    let all = guards(LimitsConfig {
        rate_limit: Some(no_limit()),
        bulkhead: Some(BulkheadConfig::default()),
        adaptive: Some(AdaptiveConfig::default()),
        throttle: Some(ThrottleConfig::default()),
        hedge: None,
    });
    measure(
        "failsoft, all four at once",
        || calls(|| ()),
        || {
            let mut rng = Rng::from_seed(1);
            let all = &all;
            calls(move || passed(all, &mut rng))
        },
    );
}

fn guards(limits: LimitsConfig) -> SharedGuards {
    SharedGuards::new(&GuardConfig { limits, ..GuardConfig::default() }, None)
}

/// A rate that is never reached.
fn no_limit() -> RateLimitConfig {
    RateLimitConfig::per_second(NonZeroU32::MAX)
}

fn acquire(guards: &SharedGuards, clock: impl Clock) {
    let now = clock.now();
    let answer = guards.with_limits(|limits| limits.rate_limit().map(|limiter| limiter.acquire(now).is_ok()));
    black_box(answer);
}

fn inside(guards: &SharedGuards) {
    let now = Still.now();
    let entry = guards.with_limits(|limits| limits.bulkhead().map(|bulkhead| bulkhead.enter(now)));
    if let Some(Some(Entry::Admitted(permit))) = black_box(entry) {
        black_box(
            guards.with_limits(|limits| limits.bulkhead().and_then(|inside| inside.leave(permit, now))),
        );
    }
}

fn adapted(guards: &SharedGuards) {
    let now = Still.now();
    let entry = guards.with_limits(|limits| limits.adaptive().map(|adaptive| adaptive.enter(now)));
    if let Some(Some(Ok(permit))) = black_box(entry) {
        guards.with_limits(|limits| {
            limits.adaptive().map(|inside| inside.leave(permit, adaptive::Outcome::Success, now))
        });
    }
}

fn throttled(guards: &SharedGuards, clock: impl Clock, rng: &mut Rng) {
    let now = clock.now();
    let entry =
        guards.with_limits(|limits| limits.throttle().map(|throttle| throttle.admit(now, rng).is_ok()));
    black_box(entry);
    guards.with_limits(|limits| limits.throttle().map(|throttle| throttle.settle(true, now)));
}

fn passed(guards: &SharedGuards, rng: &mut Rng) {
    let (mut gate, mut pass) = (SharedGate { guards, publish: |_: Lane| {} }, Pass::default());
    let entry = pass.enter(&mut gate, Still.now(), rng);
    let _ = black_box(entry);
    pass.leave(&mut gate, Ending::Settled(Outcome::Success), Still.now());
}
