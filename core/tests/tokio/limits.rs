//! Calls that have to wait for each other.

use super::support::{Bad, after, policy, timed, told};

const ONE_AT_A_TIME: &str = r#"{"bulkhead": {"max_concurrent": 1, "max_queue": 2, "max_wait": 5}}"#;

#[tokio::test(start_paused = true)]
async fn who_waits_in_line_is_woken_when_its_place_is_granted() {
    let policy = policy(ONE_AT_A_TIME);
    let call = || timed(policy.run(|_| after(2, Ok::<_, Bad>(()))));
    let (first, second, third) = tokio::join!(call(), call(), call());
    assert_eq!((2, 4, 6), (first.1, second.1, third.1));
    assert!(first.0.is_ok() && second.0.is_ok() && third.0.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_full_line_rejects_at_once() {
    let policy = policy(ONE_AT_A_TIME);
    let call = || timed(policy.run(|_| after(2, Ok::<_, Bad>(()))));
    let (_, _, _, fourth) = tokio::join!(call(), call(), call(), call());
    assert_eq!((("bulkhead", None, "bulkhead_full"), 0), (told(fourth.0.unwrap_err()), fourth.1));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_the_longest_wait() {
    let policy = policy(ONE_AT_A_TIME);
    let long = policy.run(|_| after(60, Ok::<_, Bad>(())));
    let (_, (refused, took)) = tokio::join!(long, timed(policy.run(|_| after(0, Ok::<_, Bad>(())))));
    assert_eq!((("bulkhead", None, "bulkhead_full"), 5), (told(refused.unwrap_err()), took));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_wait_in_line() {
    let policy = policy(
        r#"{"retry": {"deadline": 3}, "bulkhead": {"max_concurrent": 1, "max_queue": 1, "max_wait": 60}}"#,
    );
    let held = policy.run(|_| after(60, Ok::<_, Bad>(())));
    let (_, (refused, took)) = tokio::join!(held, timed(policy.run(|_| after(0, Ok::<_, Bad>(())))));
    assert_eq!((("bulkhead", None, "bulkhead_full"), 3), (told(refused.unwrap_err()), took));
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_spreads_calls_out() {
    let policy = policy(r#"{"rate_limit": {"rate": 1, "per": 1, "max_wait": 10}}"#);
    let mut ends = Vec::new();
    for _ in 0..3 {
        ends.push(timed(policy.run(|_| after(0, Ok::<_, Bad>(())))).await.1);
    }
    assert_eq!(vec![0, 1, 1], ends);
}

#[tokio::test(start_paused = true)]
async fn a_place_is_free_again_after_a_failure() {
    let policy = policy(r#"{"bulkhead": {"max_concurrent": 1}}"#);
    assert!(policy.run(|_| after(1, Err::<(), _>(Bad(500)))).await.is_err());
    let in_flight = policy.limits(|limits, _| limits.bulkhead().map(|bulkhead| bulkhead.in_flight()));
    assert_eq!(Some(Some(0)), in_flight);
    assert!(policy.run(|_| after(1, Ok::<_, Bad>(()))).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_ratio_budget_hears_of_every_call() {
    let policy = policy(
        r#"{"retry": {"initial_delay": 0, "max_attempts": 2,
            "budget": {"kind": "ratio", "ratio": 0.25, "min_retries_per_second": 0, "ttl": "60s"}}}"#,
    );
    for _ in 0..4 {
        assert!(policy.run(|_| after(0, Ok::<_, Bad>(()))).await.is_ok());
    }
    let mut counts = Vec::new();
    for _ in 0..3 {
        let error = policy.run(|_| after(0, Err::<(), _>(Bad(500)))).await.unwrap_err();
        counts.push(error.report().attempt_count);
    }
    // Four calls and this one pay for one retry, the other two for none yet.
    assert_eq!(vec![2, 1, 1], counts);
}
