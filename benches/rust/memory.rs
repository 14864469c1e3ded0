//! How large a breaker is, and what a call costs beside many others: `make bench`.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use circuitbreaker_rs::{CircuitBreaker as CircuitBreakerRs, DefaultPolicy};
use failsoft::breaker::{Breaker, BreakerConfig, Lane, Rate, SlowCall, Window};
use failsoft::host::SharedBreaker;
use failsoft::rng::Rng;
use failsoft::system::{Part, Registry, RegistryConfig};
use failsoft::time::Instant;
use failsoft_benches::{Broken, Clock, Heap, Still, bare, calls, head, heap_of, measure_alone, work};
use recloser::Recloser;
use tower::service_fn;
use tower_resilience_circuitbreaker::CircuitBreakerLayer;

fn main() {
    sizes();
    beside_others();
    by_name();
}

/// What the memory of a machine makes of many breakers is in the bare case: the reading of one word of as much memory.
fn beside_others() {
    head("a call that succeeds, through any of many breakers");
    for count in COUNTS {
        let breakers: Vec<SharedBreaker> = (0..count).map(|_| shared(BreakerConfig::default())).collect();
        let words: Vec<[u64; SIZE]> = (0..count).map(|_| [1; SIZE]).collect();
        let any = || {
            let mut rng = Rng::from_seed(1);
            move || usize::try_from(rng.between(0, u64::from(count) - 1)).unwrap_or(0)
        };
        let (mut this, mut that) = (any(), any());
        measure_alone(
            &format!("failsoft, {count}"),
            calls(|| {
                black_box(words.get(this()).map(|words| words[0]));
                bare();
            }),
            calls(|| breakers.get(that()).map(guarded)),
        );
    }
}

/// A thread asks a registry of its own, without a lock.
fn by_name() {
    head("a call that succeeds, through a breaker that is found by its name");
    for count in COUNTS {
        let most = NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let mut registry = Registry::new(RegistryConfig { most, ..RegistryConfig::default() });
        let names: Vec<String> = (0..count).map(|number| format!("service-{number:06}.internal")).collect();
        for name in &names {
            let breaker = Named(Arc::new(shared(BreakerConfig::default())));
            registry.get_or_add(name, Still.now(), || breaker).expect("a place");
        }
        let any = || {
            let mut rng = Rng::from_seed(1);
            move || usize::try_from(rng.between(0, u64::from(count) - 1)).unwrap_or(0)
        };
        let (mut this, mut that) = (any(), any());
        measure_alone(
            &format!("failsoft, {count}"),
            calls(|| {
                black_box(names.get(this()).map(String::len));
                bare();
            }),
            calls(|| {
                let name = names.get(that())?;
                let Named(breaker) = registry.get(name, Still.now())?;
                guarded(&Arc::clone(breaker));
                Some(())
            }),
        );
    }
}

struct Named(Arc<SharedBreaker>);

impl Part for Named {
    fn may_go(&self, _: Instant) -> bool {
        true
    }
}

fn sizes() {
    println!("\n| one breaker | bytes | blocks |\n|---|---:|---:|");
    let count = |calls: u32| Window::Count(NonZeroU32::MIN.saturating_add(calls - 1));
    let with = |window| BreakerConfig { window, ..BreakerConfig::default() };
    let minute = Duration::from_secs(60);
    let slow_call = Rate::new(0.5).map(|rate| SlowCall { duration: minute, rate });
    for (name, config) in [
        ("failsoft, consecutive failures", BreakerConfig::default()),
        ("failsoft, count window of 100", with(count(100))),
        ("failsoft, count window of 1000", with(count(1_000))),
        ("failsoft, time window", with(Window::Time(minute))),
        ("failsoft, slow calls in a count window of 100", BreakerConfig { slow_call, ..with(count(100)) }),
    ] {
        size(name, || Box::new(shared(config)));
    }
    size("recloser, ring of 100", || Box::new(Recloser::custom().closed_len(100).build()));
    size("recloser, ring of 1000", || Box::new(Recloser::custom().closed_len(1_000).build()));
    size("failsafe, success rate or consecutive", || Box::new(failsafe::Config::new().build()));
    size("circuitbreaker-rs", || {
        let builder = CircuitBreakerRs::<DefaultPolicy, Broken>::builder().with_error_type::<Broken>();
        Box::new(builder.build())
    });
    size("tower-resilience, count window of 100", || {
        let layer = CircuitBreakerLayer::builder().build().expect("sensible settings");
        Box::new(layer.layer_fn(service_fn(async |(): ()| Ok::<(), Broken>(()))))
    });
}

fn size<T>(name: &str, make: impl FnOnce() -> Box<T>) {
    let (_made, Heap { blocks, bytes }) = heap_of(make);
    println!("| {name} | {bytes} | {blocks} |");
}

fn shared(config: BreakerConfig) -> SharedBreaker {
    SharedBreaker::new(Breaker::new(config))
}

fn guarded(breaker: &SharedBreaker) {
    if let Ok(ticket) = breaker.admit(|| Still.now(), publish).ticket {
        black_box(work(black_box(1)));
        breaker.succeed(ticket, || Still.now(), publish);
    }
}

fn publish(_: Lane) {}

const SIZE: usize = size_of::<SharedBreaker>() / 8;

const COUNTS: [u32; 4] = [1, 100, 10_000, 100_000];
