//! Attempts side by side.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use failsoft::tokio::Attempt;

use super::support::{Bad, after, policy, seconds, timed, told};

const HEDGED: &str =
    r#"{"retry": {"initial_delay": 1, "jitter": "none"}, "hedge": {"delay": 2, "max_hedges": 2}}"#;

#[tokio::test(start_paused = true)]
async fn the_first_success_wins() {
    let call = policy(HEDGED);
    let call = call.run(|attempt: Attempt| async move {
        tokio::time::sleep(if attempt.hedge { seconds(1) } else { seconds(60) }).await;
        Ok::<_, Bad>((attempt.number, attempt.hedge))
    });
    let (answer, took) = timed(call).await;
    assert_eq!(((2, true), 3), (answer.expect("an answer"), took));
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_time_needs_no_further_attempt() {
    let begun = AtomicU32::new(0);
    let answer = policy(HEDGED)
        .run(|_| {
            begun.fetch_add(1, Ordering::Relaxed);
            after(1, Ok::<_, Bad>(()))
        })
        .await;
    assert_eq!((true, 1), (answer.is_ok(), begun.into_inner()));
}

#[tokio::test(start_paused = true)]
async fn as_many_race_as_the_policy_says() {
    let (answer, report) = policy(HEDGED).run_with_report(|_| after(30, Ok::<_, Bad>(()))).await;
    assert_eq!((true, 3, seconds(30)), (answer.is_ok(), report.attempt_count, report.elapsed));
}

#[tokio::test(start_paused = true)]
async fn a_failure_leaves_the_others_racing() {
    let call = policy(HEDGED);
    let call = call.run(|attempt: Attempt| async move {
        match attempt.number {
            1 => after(3, Err(Bad(500))).await,
            number => after(5, Ok(number)).await,
        }
    });
    let (answer, took) = timed(call).await;
    assert_eq!((2, 7), (answer.expect("an answer"), took));
}

#[tokio::test(start_paused = true)]
async fn when_all_have_failed_the_call_waits_and_tries_again() {
    let call = policy(r#"{"retry": {"initial_delay": 1, "jitter": "none"}, "hedge": {"delay": 2}}"#);
    let call = call.run(|attempt: Attempt| async move {
        match attempt.number {
            1 | 2 => after(3, Err(Bad(500))).await,
            number => after(0, Ok(number)).await,
        }
    });
    let (answer, took) = timed(call).await;
    assert_eq!((3, 2 + 3 + 1), (answer.expect("an answer"), took));
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_ends_the_race() {
    let call = policy(HEDGED);
    let call = call.run(|attempt: Attempt| async move {
        let took = if attempt.number == 1 { 60 } else { 1 };
        after(took, Err::<(), _>(Bad(404))).await
    });
    let (answer, took) = timed(call).await;
    assert_eq!((("inner", Some(404), "permanent"), 3), (told(answer.unwrap_err()), took));
}

#[tokio::test(start_paused = true)]
async fn each_of_them_has_a_limit_of_its_own() {
    let policy =
        policy(r#"{"retry": {"max_attempts": 1}, "hedge": {"delay": 2}, "timeout": {"attempt": 5}}"#);
    let (answer, took) = timed(policy.run(|_| after(60, Ok::<_, Bad>(())))).await;
    assert_eq!((("timed out", None, "exhausted"), 7), (told(answer.unwrap_err()), took));
}

#[tokio::test(start_paused = true)]
async fn a_loser_is_dropped_as_soon_as_another_has_won() {
    struct Counted(Arc<AtomicU32>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let dropped = Arc::new(AtomicU32::new(0));
    let policy = policy(HEDGED);
    let answer = policy.run(|attempt: Attempt| {
        let counted = Counted(Arc::clone(&dropped));
        async move {
            let took = if attempt.number == 1 { 60 } else { 1 };
            let answer = after(took, Ok::<_, Bad>(())).await;
            drop(counted);
            answer
        }
    });
    assert!(answer.await.is_ok());
    assert_eq!(2, dropped.load(Ordering::Relaxed));
}
