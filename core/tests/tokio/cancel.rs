//! Calls that are dropped, at each point at which they can be, and calls that panic.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use failsoft::breaker::{Forced, StateName};
use failsoft::tokio::{Attempt, Policy};

use super::support::{Bad, after, policy, seconds};

/// A future that is dropped when it has been polled so often.
struct Dropped<F> {
    inner: Option<Pin<Box<F>>>,
    polls: u32,
}

impl<F: Future> Future for Dropped<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            self.inner = None;
        }
        self.polls = self.polls.saturating_sub(1);
        match &mut self.inner {
            None => Poll::Ready(None),
            Some(inner) => inner.as_mut().poll(context).map(Some),
        }
    }
}

/// Drops `call` after each number of polls up to its end, on a policy of its own each time, and looks at that.
async fn at_every_point<C: Future>(
    make: impl Fn() -> Policy,
    call: impl Fn(Policy) -> C,
    check: impl AsyncFn(&Policy, u32),
) -> u32 {
    for polls in 0.. {
        let policy = make();
        let inner = Some(Box::pin(call(policy.clone())));
        let ended = Dropped { inner, polls }.await.is_some();
        check(&policy, polls).await;
        if ended {
            return polls;
        }
    }
    0
}

async fn nothing_is_held(policy: &Policy, polls: u32) {
    let held = policy
        .limits(|limits, now| limits.bulkhead().map(|bulkhead| (bulkhead.in_flight(), bulkhead.queued(now))));
    assert_eq!(Some(Some((0, 0))), held, "after {polls} polls");
    let next = policy.run(|_| after(0, Ok::<_, Bad>("here"))).await;
    assert!(next.is_ok(), "after {polls} polls: {next:?}");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_leaves_the_bulkhead_at_every_point() {
    let make = || {
        policy(
            r#"{"retry": {"initial_delay": 1, "budget": false}, "timeout": {"attempt": 9},
                "bulkhead": {"max_concurrent": 1}}"#,
        )
    };
    let call = |policy: Policy| async move {
        policy.run(|attempt: Attempt| after(1, if attempt.number < 4 { Err(Bad(500)) } else { Ok(()) })).await
    };
    let points = at_every_point(make, call, async |policy, polls| nothing_is_held(policy, polls).await).await;
    assert!(points >= 7, "four attempts and three waits, but {points} points");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_leaves_the_line_at_every_point() {
    let make = || policy(r#"{"bulkhead": {"max_concurrent": 1, "max_queue": 1, "max_wait": 60}}"#);
    let call = |policy: Policy| async move {
        let held = policy.run(|_| after(5, Ok::<_, Bad>(())));
        let waiting = policy.run(|_| after(5, Ok::<_, Bad>(())));
        tokio::join!(held, waiting)
    };
    let points = at_every_point(make, call, async |policy, polls| nothing_is_held(policy, polls).await).await;
    assert!(points >= 3, "{points} points");
}

#[tokio::test(start_paused = true)]
async fn a_place_that_was_granted_to_a_dropped_call_passes_on() {
    let policy = policy(r#"{"bulkhead": {"max_concurrent": 1, "max_queue": 2, "max_wait": 60}}"#);
    let run = || policy.run(|_| after(5, Ok::<_, Bad>(())));
    let (mut first, mut second) = (Box::pin(run()), Box::pin(run()));
    let third = {
        let policy = policy.clone();
        let mut third = Box::pin(async move { policy.run(|_| after(5, Ok::<_, Bad>("third"))).await });
        let mut begin = |context: &mut Context<'_>| {
            let pending = first.as_mut().poll(context).is_pending()
                && second.as_mut().poll(context).is_pending()
                && third.as_mut().poll(context).is_pending();
            Poll::Ready(pending)
        };
        assert!(std::future::poll_fn(&mut begin).await);
        tokio::spawn(third)
    };
    assert!(first.await.is_ok());
    // Its place is granted now, and it never hears of it.
    drop(second);
    assert_eq!("third", third.await.expect("no panic").expect("an answer"));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_race_holds_nothing_at_every_point() {
    let make = || {
        policy(
            r#"{"retry": {"initial_delay": 1, "budget": false}, "hedge": {"delay": 1, "max_hedges": 2},
                "bulkhead": {"max_concurrent": 3}}"#,
        )
    };
    let call = |policy: Policy| async move {
        policy.run(|attempt: Attempt| after(5, if attempt.number < 5 { Err(Bad(500)) } else { Ok(()) })).await
    };
    let points = at_every_point(make, call, async |policy, polls| nothing_is_held(policy, polls).await).await;
    assert!(points >= 8, "{points} points");
}

/// mode: half-open permit lost when the probe is cancelled
#[tokio::test(start_paused = true)]
async fn a_dropped_probe_gives_its_place_back_at_every_point() {
    let make = || {
        policy(
            r#"{"retry": {"initial_delay": 1, "budget": false},
                "circuit_breaker": {"failure_threshold": 1, "recovery_timeout": 30, "half_open_max_calls": 1,
                    "success_threshold": 1}}"#,
        )
    };
    let call = |policy: Policy| async move {
        let failed = policy.run(|_| after(0, Err::<(), _>(Bad(500)))).await;
        tokio::time::sleep(seconds(30)).await;
        (failed.is_err(), policy.run(|_| after(5, Ok::<_, Bad>(()))).await.is_ok())
    };
    let points = at_every_point(make, call, async |policy, polls| {
        if policy.state() == Some(StateName::Open) {
            tokio::time::sleep(seconds(30)).await;
        }
        let next = policy.run(|_| after(0, Ok::<_, Bad>("here"))).await;
        assert!(next.is_ok(), "after {polls} polls: {next:?}");
        assert_eq!(Some(StateName::Closed), policy.state());
    });
    assert!(points.await >= 3);
}

/// mode: cancellation counted or retried
#[tokio::test(start_paused = true)]
async fn a_call_dropped_on_the_lane_is_neither_success_nor_failure() {
    let policy = policy(r#"{"circuit_breaker": {"failure_threshold": 1}}"#);
    let dropped = tokio::time::timeout(seconds(1), policy.run(|_| after(60, Err::<(), _>(Bad(500))))).await;
    assert!(dropped.is_err());
    let tally = policy.breaker(|breaker, _| breaker.tally()).expect("a breaker");
    assert_eq!((0, 0, 0), (tally.failures, tally.stale, tally.trips));
}

/// mode: poisoned lock
#[tokio::test(start_paused = true)]
async fn a_panic_leaves_nothing_held_and_nothing_poisoned() {
    let policy = policy(
        r#"{"circuit_breaker": {"failure_threshold": 1, "recovery_timeout": 30, "half_open_max_calls": 1},
            "bulkhead": {"max_concurrent": 1}}"#,
    );
    assert!(policy.run(|_| after(0, Err::<(), _>(Bad(500)))).await.is_err());
    tokio::time::advance(seconds(30)).await;
    let probe = policy.clone();
    let panicked = tokio::spawn(async move {
        probe
            .run(async |_| -> Result<(), Bad> {
                tokio::task::yield_now().await;
                panic!("the caller's own")
            })
            .await
    });
    assert!(panicked.await.unwrap_err().is_panic());
    nothing_is_held(&policy, 0).await;
}

/// mode: poisoned lock
#[tokio::test(start_paused = true)]
async fn a_panic_on_the_lane_leaves_the_breaker_in_use() {
    let policy = policy(r#"{"circuit_breaker": {}}"#);
    let panicking = policy.clone();
    let panicked = tokio::spawn(async move {
        panicking.run(|_| -> std::future::Ready<Result<(), Bad>> { panic!("the caller's own") }).await
    });
    assert!(panicked.await.is_err());
    policy.breaker(|breaker, _| breaker.force(Forced::Closed));
    let policy = Arc::new(policy);
    assert!(policy.run(|_| after(0, Ok::<_, Bad>(()))).await.is_ok());
}
