//! The policy around a `tower` service: feature `tower`.

use alloc::boxed::Box;
use core::future::{Future, poll_fn};
use core::mem;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};
use core::time::Duration;

use tower_layer::Layer;
use tower_service::Service;

use super::{Attempt, Classify, Error, Policy};
use crate::call::Report;

/// Guards every request of a service.
///
/// The service is cloned for each call, as its trait asks for, and each attempt gets it ready again: so what limits or
/// balances below sees attempts, not calls. That the service is not ready for the first is told to whoever asks
/// `poll_ready`.
///
/// The request is cloned for each attempt. One that cannot be, or should not be sent twice, is sent once:
/// see [`repeating`](Self::repeating).
///
/// ```
/// use failsoft::tokio::{Policy, layer::FailsoftLayer};
/// use tower_layer::Layer;
/// # use std::{convert::Infallible, future::{Ready, ready}, task::{Context, Poll}};
/// # use tower_service::Service;
/// # #[derive(Clone)]
/// # struct Upper;
/// # impl Service<String> for Upper {
/// #     type Response = String;
/// #     type Error = Infallible;
/// #     type Future = Ready<Result<String, Infallible>>;
/// #     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> { Poll::Ready(Ok(())) }
/// #     fn call(&mut self, text: String) -> Self::Future { ready(Ok(text.to_uppercase())) }
/// # }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::parse(r#"{"retry": {"max_attempts": 3}, "circuit_breaker": {}}"#)?;
/// let mut service = FailsoftLayer::new(policy).layer(Upper);
/// assert_eq!("HELLO", service.call("hello".to_string()).await?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct FailsoftLayer<P = Clones> {
    policy: Policy,
    repeat: P,
}

/// A service that a policy guards; made by [`FailsoftLayer`].
#[derive(Debug, Clone)]
pub struct Failsoft<S, P = Clones> {
    inner: S,
    policy: Policy,
    repeat: P,
}

/// How a request is sent again.
///
/// Any function from `&R` to `Option<R>` is one.
pub trait Repeat<R> {
    /// Another request like this one; `None` if this one can be sent only once. Asked before each attempt.
    fn another(&self, request: &R) -> Option<R>;
}

/// A request is sent again by cloning it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clones;

impl<R: Clone> Repeat<R> for Clones {
    fn another(&self, request: &R) -> Option<R> {
        Some(request.clone())
    }
}

impl<R, F: Fn(&R) -> Option<R>> Repeat<R> for F {
    fn another(&self, request: &R) -> Option<R> {
        self(request)
    }
}

impl FailsoftLayer {
    /// Guards the requests of services by `policy`, and clones them.
    pub const fn new(policy: Policy) -> Self {
        Self { policy, repeat: Clones }
    }
}

impl<P> FailsoftLayer<P> {
    /// The same, but what is sent again is what `repeat` makes of a request. Where that is `None` the call has one attempt,
    /// which the breaker and the limits guard like any other.
    ///
    /// ```
    /// # use failsoft::tokio::{Policy, layer::FailsoftLayer};
    /// enum Request {
    ///     Get(String),
    ///     Upload(std::fs::File),
    /// }
    ///
    /// let policy = Policy::parse(r#"{"retry": {"max_attempts": 3}}"#)?;
    /// let layer = FailsoftLayer::new(policy).repeating(|request: &Request| match request {
    ///     Request::Get(path) => Some(Request::Get(path.clone())),
    ///     Request::Upload(_) => None,
    /// });
    /// # Ok::<(), failsoft::error::ConfigError>(())
    /// ```
    pub fn repeating<Q>(self, repeat: Q) -> FailsoftLayer<Q> {
        FailsoftLayer { policy: self.policy, repeat }
    }
}

impl<S, P: Clone> Layer<S> for FailsoftLayer<P> {
    type Service = Failsoft<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        Failsoft { inner, policy: self.policy.clone(), repeat: self.repeat.clone() }
    }
}

impl<S, P> Failsoft<S, P> {
    /// The policy, to read its breaker.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl<S, R, P> Service<R> for Failsoft<S, P>
where
    S: Service<R> + Clone + Send + 'static,
    S::Future: Send,
    S::Response: Send,
    S::Error: Classify + Send,
    R: Send + 'static,
    P: Repeat<R> + Clone + Send + 'static,
{
    type Response = S::Response;
    type Error = Error<S::Error>;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, Error<S::Error>>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(|error| {
            let report = Report {
                attempt_count: 0,
                attempts: alloc::vec::Vec::new(),
                stop_reason: None,
                elapsed: Duration::ZERO,
            };
            Error::Inner { error, report: Box::new(report) }
        })
    }

    fn call(&mut self, request: R) -> Self::Future {
        // The clone may not be ready; the one that is must be the one that is used.
        let clone = self.inner.clone();
        let mut ready = Some(mem::replace(&mut self.inner, clone.clone()));
        let (policy, repeat) = (self.policy.clone(), self.repeat.clone());
        Box::pin(async move {
            let mut kept = Some(request);
            let sent_last = AtomicBool::new(false);
            let last = &sent_last;
            // By value, so that the service need not be `Sync`.
            let attempt = move |_: Attempt| {
                let request = kept.take();
                kept = request.as_ref().and_then(|request| repeat.another(request));
                last.store(kept.is_none(), Ordering::Relaxed);
                let (was_ready, mut service) =
                    (ready.is_some(), ready.take().unwrap_or_else(|| clone.clone()));
                async move {
                    if !was_ready {
                        poll_fn(|context| service.poll_ready(context)).await?;
                    }
                    match request {
                        Some(request) => service.call(request).await,
                        // Without another request no attempt is made, as `last` says.
                        None => core::future::pending().await,
                    }
                }
            };
            policy.run_while(S::Error::fault, attempt, move || last.load(Ordering::Relaxed)).await
        })
    }
}
