//! The policy around a `tower` service.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use failsoft::tokio::Policy;
use failsoft::tokio::layer::FailsoftLayer;
use tower_layer::Layer;
use tower_service::Service;

use super::support::{Bad, after, policy, seconds, timed, told};

/// Fails so often, then answers with what it was asked. It must be ready for each request, and is not ready once.
#[derive(Debug, Default)]
struct Echo {
    failures: Arc<AtomicU32>,
    calls: Arc<AtomicU32>,
    ready: bool,
    broken: bool,
}

impl Clone for Echo {
    /// A clone has to be made ready by itself.
    fn clone(&self) -> Self {
        let (failures, calls) = (Arc::clone(&self.failures), Arc::clone(&self.calls));
        Self { failures, calls, ready: false, broken: self.broken }
    }
}

impl<R: Send + 'static> Service<R> for Echo {
    type Response = R;
    type Error = Bad;
    type Future = Pin<Box<dyn Future<Output = Result<R, Bad>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Bad>> {
        self.ready = true;
        Poll::Ready(if self.broken { Err(Bad(500)) } else { Ok(()) })
    }

    fn call(&mut self, request: R) -> Self::Future {
        assert!(self.ready, "called although it was not made ready");
        self.ready = false;
        self.calls.fetch_add(1, Ordering::Relaxed);
        let fails = self.failures.load(Ordering::Relaxed) > 0;
        if fails {
            self.failures.fetch_sub(1, Ordering::Relaxed);
        }
        Box::pin(after(1, if fails { Err(Bad(503)) } else { Ok(request) }))
    }
}

fn echo(failures: u32) -> Echo {
    Echo { failures: Arc::new(AtomicU32::new(failures)), ..Echo::default() }
}

fn steady() -> Policy {
    policy(
        r#"{"retry": {"initial_delay": 1, "jitter": "none", "strategy": "constant"}, "circuit_breaker": {"failure_threshold": 9}}"#,
    )
}

#[derive(Debug, PartialEq)]
struct Once(&'static str);

#[tokio::test(start_paused = true)]
async fn a_request_is_sent_again() {
    let inner = echo(2);
    let calls = Arc::clone(&inner.calls);
    let mut service = FailsoftLayer::new(steady()).layer(inner);
    poll_fn(|context| Service::<&str>::poll_ready(&mut service, context)).await.expect("it is ready");
    let (answer, took) = timed(service.call("hello")).await;
    assert_eq!(("hello", 5, 3), (answer.expect("an answer"), took, calls.load(Ordering::Relaxed)));
}

/// mode: consumed body or generator retried
#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_cloned_is_sent_once() {
    let inner = echo(2);
    let mut service = FailsoftLayer::new(steady()).repeating(|_: &Once| None).layer(inner);
    poll_fn(|context| service.poll_ready(context)).await.expect("it is ready");
    let (answer, took) = timed(service.call(Once("upload"))).await;
    assert_eq!((("inner", Some(503), "exhausted"), 1), (told(answer.unwrap_err()), took));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_cloned_any_more_has_had_its_last_attempt() {
    let left = Arc::new(AtomicU32::new(1));
    let copies = move |_: &Once| (left.fetch_sub(1, Ordering::Relaxed) == 1).then_some(Once("copy"));
    let mut service = FailsoftLayer::new(steady()).repeating(copies).layer(echo(9));
    poll_fn(|context| service.poll_ready(context)).await.expect("it is ready");
    let error = service.call(Once("original")).await.unwrap_err();
    assert_eq!((2, ("inner", Some(503), "exhausted")), (error.report().attempt_count, told(error)));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_cloned_is_not_raced() {
    let policy = policy(r#"{"retry": {}, "hedge": {"delay": "100ms"}}"#);
    let inner = echo(0);
    let calls = Arc::clone(&inner.calls);
    let mut service = FailsoftLayer::new(policy).repeating(|_: &Once| None).layer(inner);
    poll_fn(|context| service.poll_ready(context)).await.expect("it is ready");
    assert_eq!(Once("upload"), service.call(Once("upload")).await.expect("an answer"));
    assert_eq!(1, calls.load(Ordering::Relaxed));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_not_ready_says_so() {
    let mut service = FailsoftLayer::new(steady()).layer(Echo { broken: true, ..echo(0) });
    let error = poll_fn(|context| Service::<()>::poll_ready(&mut service, context)).await.unwrap_err();
    assert_eq!("not ready", error.to_string());
    assert_eq!(("inner", Some(500), "none"), told(error));
}

#[tokio::test(start_paused = true)]
async fn services_of_one_layer_share_a_breaker() {
    let policy = policy(r#"{"circuit_breaker": {"failure_threshold": 1}}"#);
    let layer = FailsoftLayer::new(policy);
    let (mut one, mut other) = (layer.layer(echo(1)), layer.layer(echo(0)));
    poll_fn(|context| Service::<()>::poll_ready(&mut one, context)).await.expect("it is ready");
    assert!(one.call(()).await.is_err());
    poll_fn(|context| Service::<()>::poll_ready(&mut other, context)).await.expect("it is ready");
    let error = other.call(()).await.unwrap_err();
    assert_eq!(Some(seconds(60)), error.retry_after());
    assert_eq!(("circuit_breaker", None, "circuit_open"), told(error));
}
