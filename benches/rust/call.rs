//! What a whole call costs, with retries, a breaker and a budget: `make bench`.

use std::hint::black_box;
use std::time::Duration;

use backon::{BlockingRetryable, ConstantBuilder, Retryable};
use failsoft::breaker::Lane;
use failsoft::call::{Call, Next};
use failsoft::classify::Fault;
use failsoft::host::{SharedGate, SharedGuards};
use failsoft::policy::Policy;
use failsoft_benches::{
    Broken, Clock, Running, Still, bad, bare, calls, calls_of, good, head, measure, measure_alone, work,
};
use tokio_retry2::RetryError;
use tower::retry::budget::{Budget as _, TpsBudget};
use tower::{Service, ServiceExt, service_fn};
use tower_resilience_retry::RetryLayer;

fn main() {
    let policy = Policy::parse(POLICY).expect("a policy");
    let guards = SharedGuards::new(&policy.guards(), None);
    let (still, running) = (Still, Running::new());

    head("a call that succeeds at once");
    measure("failsoft, by the lane", || calls(bare), || calls(|| by_lane(&guards, still)));
    measure("failsoft, a whole call", || calls(bare), || calls(|| whole(&policy, &guards, still)));
    measure(
        "failsoft, a whole call; with the clock",
        || calls(bare),
        || calls(|| whole(&policy, &guards, running)),
    );
    let host = failsoft::tokio::Policy::parse(POLICY).expect("a policy");
    let fault = |_: &Broken| Fault::default();
    measure(
        "failsoft::tokio",
        || calls_of(async || bare()),
        || calls_of(async || host.run_with(fault, async |_| good()).await),
    );
    measure("backon, blocking", || calls(bare), || calls(|| good.retry(delays()).sleep(|_| ()).call()));
    measure(
        "backon, async",
        || calls_of(async || bare()),
        || calls_of(async || (async || good()).retry(delays()).await),
    );
    measure(
        "tokio-retry2",
        || calls_of(async || bare()),
        || {
            calls_of(async || {
                let delays = std::iter::repeat_n(Duration::ZERO, 2);
                let retry =
                    tokio_retry2::Retry::spawn(delays, async || good().map_err(RetryError::transient));
                retry.await
            })
        },
    );
    measure(
        "tower, Retry and TpsBudget",
        || calls_of(async || bare()),
        || {
            let retries = Retries(TpsBudget::default().into());
            let mut service = tower::retry::Retry::new(retries, service_fn(async |(): ()| good()));
            calls_of(async move || {
                let ready = service.ready().await.expect("a service that is ready");
                ready.call(()).await
            })
        },
    );
    measure(
        "tower-resilience, retry",
        || calls_of(async || bare()),
        || {
            let layer = RetryLayer::<(), u64, Broken>::builder().max_attempts(3).build();
            let mut service = tower::Layer::layer(&layer, service_fn(async |(): ()| good()));
            calls_of(async move || {
                let ready = service.ready().await.expect("a service that is ready");
                ready.call(()).await
            })
        },
    );

    head("a call that succeeds at its second attempt, without the wait");
    let fault = Fault::from_json(FAULT).expect("a fault");
    measure_alone("failsoft, a whole call", calls(bare), calls(|| retried(&policy, &guards, &fault)));
    let mut attempt = 0_u32;
    measure_alone(
        "backon, blocking",
        calls(bare),
        calls(|| {
            let twice = || {
                attempt = attempt.wrapping_add(1);
                if attempt % 2 == 1 { bad() } else { good() }
            };
            twice.retry(delays()).sleep(|_| ()).call()
        }),
    );
}

fn by_lane(guards: &SharedGuards, clock: impl Clock) {
    if let Some(ticket) = guards.lane().admits() {
        black_box(work(black_box(1)));
        guards.succeed(ticket, || clock.now(), |_| {});
    }
}

fn whole(policy: &Policy, guards: &SharedGuards, clock: impl Clock) {
    let mut gate = SharedGate { guards, publish: |_: Lane| {} };
    let mut call = Call::new(black_box(1), clock.now());
    if let Next::Attempt { .. } = call.admit(policy, &mut gate, clock.now()).next {
        black_box(work(black_box(1)));
        call.succeed(&mut gate, clock.now());
    }
}

fn retried(policy: &Policy, guards: &SharedGuards, fault: &Fault) {
    let mut gate = SharedGate { guards, publish: |_: Lane| {} };
    let mut call = Call::new(black_box(1), Still.now());
    while let Next::Attempt { number, .. } = call.admit(policy, &mut gate, Still.now()).next {
        black_box(work(black_box(1)));
        if number > 1 {
            call.succeed(&mut gate, Still.now());
            return;
        }
        black_box(call.fail(policy, &mut gate, fault, Still.now()).next);
    }
    unreachable!("the budget pays for each retry, and the breaker stays closed");
}

fn delays() -> ConstantBuilder {
    ConstantBuilder::new().with_delay(Duration::ZERO).with_max_times(2)
}

#[derive(Clone)]
struct Retries(std::sync::Arc<TpsBudget>);

impl tower::retry::Policy<(), u64, Broken> for Retries {
    type Future = std::future::Ready<()>;

    fn retry(&mut self, (): &mut (), result: &mut Result<u64, Broken>) -> Option<Self::Future> {
        if result.is_ok() {
            self.0.deposit();
            return None;
        }
        self.0.withdraw().then(|| std::future::ready(()))
    }

    fn clone_request(&mut self, (): &()) -> Option<()> {
        Some(())
    }
}

const POLICY: &str = r#"{
    "retry": {"max_attempts": 3, "initial_delay": "100ms", "budget": {}},
    "circuit_breaker": {}
}"#;

const FAULT: &str =
    r#"{"host": "rust", "type": "std::io::Error", "message": "connection refused", "errno": 111}"#;
