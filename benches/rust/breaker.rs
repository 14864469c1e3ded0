//! What a breaker costs a call, beside other breakers: `make bench`.

use std::num::NonZeroU32;
use std::time::Duration;

use circuitbreaker_rs::{CircuitBreaker as CircuitBreakerRs, DefaultPolicy};
use failsafe::CircuitBreaker as _;
use failsafe::backoff::constant;
use failsafe::failure_policy::consecutive_failures;
use failsoft::breaker::{Breaker, BreakerConfig, Lane, Outcome, Rate, SlowCall, Window};
use failsoft::host::SharedBreaker;
use failsoft_benches::{Broken, Clock, Running, Still, bad, calls, calls_of, good, head, measure, mixed};
use recloser::Recloser;
use tower::{Service, ServiceExt, service_fn};
use tower_resilience_circuitbreaker::CircuitBreakerLayer;

fn main() {
    let (still, running) = (Still, Running::new());
    head("a call that succeeds");
    for (name, config) in RULES {
        let breaker = shared(config());
        measure(name, || calls(good), || calls(|| guarded(&breaker, still, good)));
        if breaker.lane() == Lane::SHUT || breaker.with(publish, |breaker| breaker.lane_ends()).is_some() {
            let name = format!("{name}; with the clock");
            measure(&name, || calls(good), || calls(|| guarded(&breaker, running, good)));
        }
    }
    peers(good);
    head("a call of which one in fifty fails");
    for (name, config) in RULES {
        let breaker = shared(config());
        measure(name, || calls(mixed), || calls(|| guarded(&breaker, still, mixed)));
    }
    peers(mixed);
    rejections();
    trips();
}

type Rule = (&'static str, fn() -> BreakerConfig);

const RULES: [Rule; 5] = [
    ("failsoft, consecutive failures", BreakerConfig::default),
    ("failsoft, count window", count_window),
    ("failsoft, failure rate in a count window", || rate(count_window())),
    ("failsoft, failure rate in a time window", || rate(time_window())),
    ("failsoft, slow calls in a count window", || slow(count_window())),
];

/// The same through others. tower-resilience has a time window, too; it goes through all calls in it each time, so that its
/// price is a matter of how many there are.
fn peers<R: Fn() -> Result<u64, Broken> + Copy + Send + Sync + 'static>(result: R) {
    let breaker = Recloser::custom().closed_len(100).build();
    measure("recloser, ring of 100", || calls(result), || calls(|| breaker.call(result)));
    let policy = consecutive_failures(5, constant(MINUTE));
    let breaker = failsafe::Config::new().failure_policy(policy).build();
    measure("failsafe, consecutive failures", || calls(result), || calls(|| breaker.call(result)));
    let breaker = failsafe::Config::new().build();
    measure("failsafe, success rate or consecutive", || calls(result), || calls(|| breaker.call(result)));
    let breaker = circuit_breaker_rs();
    measure("circuitbreaker-rs", || calls(result), || calls(|| breaker.call(result)));
    for (name, layer) in [
        ("tower-resilience, consecutive failures", CircuitBreakerLayer::builder().consecutive_failures(5)),
        ("tower-resilience, failure rate in a count window", CircuitBreakerLayer::builder()),
        (
            "tower-resilience, slow calls in a count window",
            CircuitBreakerLayer::builder().slow_call_duration_threshold(MINUTE),
        ),
    ] {
        let layer = layer.build().expect("sensible settings");
        let breaker = layer.layer_fn(service_fn(move |(): ()| async move { result() }));
        measure(
            name,
            || calls_of(async || result()),
            || {
                let mut breaker = breaker.clone();
                calls_of(async move || breaker.ready().await.expect("a breaker that is ready").call(()).await)
            },
        );
    }
}

fn rejections() {
    head("a call that is rejected");
    let (still, running) = (Still, Running::new());
    let nothing = || calls(|| ());
    let breaker = shared(BreakerConfig { failure_threshold: NonZeroU32::new(1), ..BreakerConfig::default() });
    guarded(&breaker, still, bad);
    measure("failsoft", nothing, || calls(|| breaker.admit(|| still.now(), publish)));
    measure("failsoft; with the clock", nothing, || calls(|| breaker.admit(|| running.now(), publish)));
    let breaker = Recloser::custom().closed_len(1).open_wait(MINUTE).build();
    while !matches!(breaker.call(bad), Err(recloser::Error::Rejected)) {}
    measure("recloser", nothing, || calls(|| breaker.call(good)));
    let policy = consecutive_failures(1, constant(MINUTE));
    let breaker = failsafe::Config::new().failure_policy(policy).build();
    let _ = breaker.call(bad);
    measure("failsafe", nothing, || calls(|| breaker.call(good)));
    let breaker = circuit_breaker_rs();
    breaker.force_open();
    measure("circuitbreaker-rs", nothing, || calls(|| breaker.call(good)));
    let layer = CircuitBreakerLayer::builder().consecutive_failures(1).build().expect("sensible settings");
    let breaker = layer.layer_fn(service_fn(async |(): ()| bad()));
    let service = || {
        let mut breaker = breaker.clone();
        calls_of(async move || breaker.ready().await.expect("a breaker that is ready").call(()).await)
    };
    service()(1);
    measure("tower-resilience", || calls_of(async || ()), service);
}

/// Open, half-open, and open again: the wait is over at once.
fn trips() {
    head("a probe that fails, and the trip");
    let breaker = shared(BreakerConfig {
        failure_threshold: NonZeroU32::new(1),
        recovery_timeout: Duration::ZERO,
        ..BreakerConfig::default()
    });
    measure("failsoft", || calls(bad), || calls(|| guarded(&breaker, Still, bad)));
    let breaker = Recloser::custom().closed_len(1).half_open_len(1).open_wait(Duration::ZERO).build();
    measure("recloser", || calls(bad), || calls(|| breaker.call(bad)));
    let policy = consecutive_failures(1, constant(Duration::ZERO));
    let breaker = failsafe::Config::new().failure_policy(policy).build();
    measure("failsafe", || calls(bad), || calls(|| breaker.call(bad)));
}

fn shared(config: BreakerConfig) -> SharedBreaker {
    SharedBreaker::new(Breaker::new(config))
}

fn guarded(
    breaker: &SharedBreaker,
    clock: impl Clock,
    act: impl Fn() -> Result<u64, Broken>,
) -> Option<Result<u64, Broken>> {
    let ticket = breaker.admit(|| clock.now(), publish).ticket.ok()?;
    let result = act();
    if result.is_ok() {
        breaker.succeed(ticket, || clock.now(), publish);
    } else {
        breaker.settle(ticket, Outcome::failure(1), clock.now(), publish);
    }
    Some(result)
}

fn count_window() -> BreakerConfig {
    BreakerConfig { window: Window::Count(hundred()), ..BreakerConfig::default() }
}

fn time_window() -> BreakerConfig {
    BreakerConfig { window: Window::Time(MINUTE), ..BreakerConfig::default() }
}

fn rate(config: BreakerConfig) -> BreakerConfig {
    BreakerConfig { failure_threshold: None, failure_rate: Rate::new(0.5), ..config }
}

fn slow(config: BreakerConfig) -> BreakerConfig {
    let slow_call = Rate::new(0.5).map(|rate| SlowCall { duration: MINUTE, rate });
    BreakerConfig { failure_threshold: None, slow_call, ..config }
}

fn hundred() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(99)
}

fn circuit_breaker_rs() -> CircuitBreakerRs<DefaultPolicy, Broken> {
    CircuitBreakerRs::<DefaultPolicy, Broken>::builder().with_error_type::<Broken>().build()
}

fn publish(_: Lane) {}

const MINUTE: Duration = Duration::from_secs(60);
