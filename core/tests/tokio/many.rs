//! Many tasks at once, on several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use failsoft::tokio::Attempt;
use tokio::task::{JoinSet, yield_now};

use super::support::{Bad, policy};

const TASKS: u32 = 1000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_attempt_of_every_task_is_counted() {
    let policy = policy(
        r#"{"retry": {"max_attempts": 3, "initial_delay": 0, "budget": false},
            "circuit_breaker": {"failure_threshold": 1000000, "count_window": 1000000, "failure_rate": 1,
                "minimum_calls": 1000000}}"#,
    );
    let made = Arc::new(AtomicU32::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (policy, made) = (policy.clone(), Arc::clone(&made));
        tasks.spawn(async move {
            policy
                .run(|attempt: Attempt| {
                    made.fetch_add(1, Ordering::Relaxed);
                    async move {
                        yield_now().await;
                        if attempt.number < 3 { Err(Bad(500)) } else { Ok(()) }
                    }
                })
                .await
        });
    }
    let answered = tasks.join_all().await.iter().filter(|answer| answer.is_ok()).count();
    let seen = policy.breaker(|breaker, now| {
        let (counts, tally) = (breaker.counts(now), breaker.tally());
        (counts.calls, counts.failures, tally.stale)
    });
    assert_eq!((1000, 3 * TASKS), (answered, made.load(Ordering::Relaxed)));
    assert_eq!(Some((3 * TASKS, 2 * TASKS, 0)), seen);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn never_more_are_inside_than_the_bulkhead_admits() {
    let policy = policy(r#"{"bulkhead": {"max_concurrent": 7, "max_queue": 1000, "max_wait": "60s"}}"#);
    let (inside, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (policy, inside, most) = (policy.clone(), Arc::clone(&inside), Arc::clone(&most));
        tasks.spawn(async move {
            let call = policy.run(|_| async {
                most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                yield_now().await;
                inside.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, Bad>(())
            });
            call.await.is_ok()
        });
    }
    let answered = tasks.join_all().await.iter().filter(|answered| **answered).count();
    let left = policy
        .limits(|limits, now| limits.bulkhead().map(|bulkhead| (bulkhead.in_flight(), bulkhead.queued(now))));
    assert_eq!((1000, Some(Some((0, 0)))), (answered, left));
    assert!(most.load(Ordering::SeqCst) <= 7);
}
