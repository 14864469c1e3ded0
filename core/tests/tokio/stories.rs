//! One call after the other: retries, limits in time, the breaker, the report.

use std::collections::VecDeque;
use std::sync::Arc;

use failsoft::breaker::{Forced, StateName};
use failsoft::classify::Fault;
use failsoft::tokio::{Attempt, Error, Policy};

use super::support::{Bad, after, policy, seconds, steady, timed, told};

/// Fails with these statuses in turn, then answers with the number of the attempt.
fn failing(statuses: &[u16]) -> impl FnMut(Attempt) -> std::future::Ready<Result<u32, Bad>> {
    let mut statuses: VecDeque<u16> = statuses.iter().copied().collect();
    move |attempt| {
        std::future::ready(statuses.pop_front().map_or(Ok(attempt.number), |status| Err(Bad(status))))
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_is_handed_through_at_once() {
    let (answer, took) = timed(steady("").run(failing(&[]))).await;
    assert_eq!((1, 0), (answer.expect("an answer"), took));
}

#[tokio::test(start_paused = true)]
async fn a_transient_failure_is_retried_after_the_wait() {
    let (answer, took) = timed(steady("").run(failing(&[503, 500]))).await;
    assert_eq!((3, 2), (answer.expect("an answer"), took));
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_comes_out_at_once_and_unchanged() {
    let (answer, took) = timed(steady("").run(failing(&[404]))).await;
    assert_eq!((("inner", Some(404), "permanent"), 0), (told(answer.unwrap_err()), took));
}

#[tokio::test(start_paused = true)]
async fn when_no_attempts_are_left_the_last_error_comes_out() {
    let answer = steady("").run(failing(&[500, 500, 500, 503, 500])).await;
    assert_eq!(("inner", Some(503), "exhausted"), told(answer.unwrap_err()));
}

#[tokio::test(start_paused = true)]
async fn a_server_says_how_long_to_wait() {
    let mut answers = vec![Ok("here"), Err(Fault::http(503, [("retry-after", "7")]))];
    let call = steady("");
    let (answer, took) = timed(call.run(|_| std::future::ready(answers.pop().expect("two attempts")))).await;
    assert_eq!(("here", 7), (answer.expect("an answer"), took));
}

#[test]
fn a_zero_wait_sleeps_nowhere() {
    // Without timers a sleep of whatever length panics.
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let policy = policy(r#"{"retry": {"initial_delay": 0, "budget": false}}"#);
    let answer = runtime.block_on(policy.run(failing(&[500, 500, 500])));
    assert_eq!(4, answer.expect("an answer"));
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_cut_off_at_its_limit() {
    let policy = steady(r#", "timeout": {"attempt": 2}"#);
    let (answer, took) = timed(policy.run(|_| after(60, Err::<(), _>(Bad(500))))).await;
    let error = answer.unwrap_err();
    assert_eq!("attempt 4 timed out after 2s", error.to_string());
    assert_eq!((("timed out", None, "exhausted"), 4 * 2 + 3), (told(error), took));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_knows_its_limit() {
    let policy = steady(r#", "timeout": {"attempt": 2, "growth": 2, "max": 5}"#);
    let mut limits = Vec::new();
    let answer = policy.run(|attempt| {
        limits.push(attempt.timeout);
        std::future::ready(Err::<(), _>(Bad(500)))
    });
    assert!(answer.await.is_err());
    assert_eq!(vec![Some(seconds(2)), Some(seconds(4)), Some(seconds(5)), Some(seconds(5))], limits);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_cuts_an_attempt_off() {
    let policy = policy(r#"{"retry": {"initial_delay": 1, "jitter": "none", "deadline": 5}}"#);
    let (answer, took) = timed(policy.run(|_| after(3, Err::<(), _>(Bad(500))))).await;
    let error = answer.unwrap_err();
    assert_eq!("the deadline has come, after 2 attempts", error.to_string());
    assert_eq!((("deadline", Some(500), "deadline"), 5), (told(error), took));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_would_outlast_the_deadline_is_not_begun() {
    let policy = policy(r#"{"retry": {"initial_delay": 10, "jitter": "none", "deadline": 5}}"#);
    let (answer, took) = timed(policy.run(failing(&[500]))).await;
    assert_eq!((("inner", Some(500), "deadline"), 0), (told(answer.unwrap_err()), took));
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_rejects_and_says_when_to_come_back() {
    let policy = policy(r#"{"circuit_breaker": {"failure_threshold": 2, "recovery_timeout": 30}}"#);
    for _ in 0..2 {
        assert!(policy.run(failing(&[500])).await.is_err());
    }
    tokio::time::advance(seconds(10)).await;
    let error = policy.run(failing(&[])).await.unwrap_err();
    assert_eq!(Some(seconds(20)), error.retry_after());
    assert_eq!("rejected by the circuit breaker: come back in 20s", error.to_string());
    assert_eq!(("circuit_breaker", None, "circuit_open"), told(error));
    assert_eq!(Some(StateName::Open), policy.state());
}

#[tokio::test(start_paused = true)]
async fn a_probe_closes_the_breaker_again() {
    let policy = policy(
        r#"{"circuit_breaker": {"failure_threshold": 1, "success_threshold": 1, "recovery_timeout": 30}}"#,
    );
    assert!(policy.run(failing(&[500])).await.is_err());
    tokio::time::advance(seconds(30)).await;
    assert_eq!(Some(StateName::HalfOpen), policy.state());
    assert_eq!(1, policy.run(failing(&[])).await.expect("a probe"));
    assert_eq!(Some(StateName::Closed), policy.state());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_failure_keeps_the_callers_own_error() {
    let policy = steady(r#", "circuit_breaker": {}"#);
    let others = policy.clone();
    tokio::spawn(async move {
        tokio::time::sleep(seconds(1) / 2).await;
        others.breaker(|breaker, _| breaker.force(Forced::Open));
    });
    let error = policy.run(failing(&[500])).await.unwrap_err();
    assert_eq!(("circuit_breaker", Some(500), "circuit_open"), told(error));
}

#[tokio::test(start_paused = true)]
async fn a_success_has_a_report_for_those_who_ask() {
    let (answer, report) = steady("").run_with_report(failing(&[503])).await;
    let attempts: Vec<_> = report
        .attempts
        .iter()
        .map(|attempt| (attempt.waited, attempt.verdict.as_ref().map(|verdict| verdict.rule.as_str())))
        .collect();
    assert_eq!((2, 2), (answer.expect("an answer"), report.attempt_count));
    assert_eq!(vec![(seconds(0), Some("http.status.503")), (seconds(1), None)], attempts);
    assert_eq!(seconds(1), report.elapsed);
}

#[tokio::test(start_paused = true)]
async fn policies_may_share_a_breaker() {
    let one = policy(r#"{"circuit_breaker": {"failure_threshold": 1}}"#);
    let other = Policy::with_guards(one.settings().clone(), Arc::clone(one.guards()));
    assert!(one.run(failing(&[500])).await.is_err());
    assert!(matches!(other.run(failing(&[])).await, Err(Error::Rejected { .. })));
}

#[tokio::test(start_paused = true)]
async fn one_seed_is_one_sequence_of_waits() {
    let policy = policy(r#"{"retry": {"budget": false}}"#);
    let mut waits = Vec::new();
    for seed in [1, 1, 2] {
        let (_, report) = policy.with_seed(seed).run_with_report(failing(&[500, 500])).await;
        waits.push(report.attempts.iter().map(|attempt| attempt.waited).collect::<Vec<_>>());
    }
    assert_eq!((true, false), (waits[0] == waits[1], waits[1] == waits[2]));
}

#[tokio::test(start_paused = true)]
async fn a_spent_budget_ends_the_retries() {
    let policy = policy(
        r#"{"retry": {"initial_delay": 0, "max_attempts": 9, "budget": {"capacity": 2, "retry_cost": 1, "success_refund": 1}}}"#,
    );
    let error = policy.run(failing(&[500; 9])).await.unwrap_err();
    assert_eq!((3, ("inner", Some(500), "budget")), (error.report().attempt_count, told(error)));
}

#[tokio::test(start_paused = true)]
async fn a_rule_for_timeouts_is_the_same_as_in_other_hosts() {
    let policy = steady(
        r#", "timeout": {"attempt": 1}, "classify": {"rules": [
            {"match": {"type": "failsoft.AttemptTimeoutError"}, "then": "permanent"}]}"#,
    );
    let error = policy.run(|_| after(9, Err::<(), _>(Bad(500)))).await.unwrap_err();
    assert_eq!((1, ("timed out", None, "permanent")), (error.report().attempt_count, told(error)));
}

#[test]
fn what_would_be_ignored_is_refused() {
    let shared = Policy::parse(r#"{"retry": {"budget": {"name": "shared"}}, "batch": {}}"#).unwrap_err();
    let paths: Vec<_> = shared.problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(vec!["batch", "retry.budget.name"], paths);
}

#[tokio::test(start_paused = true)]
async fn a_call_may_be_spawned() {
    let policy = policy(r#"{"retry": {}, "timeout": {"attempt": 1}, "hedge": {"delay": 1}}"#);
    let call = tokio::spawn(async move { policy.run(|_| after(0, Ok::<_, Bad>("here"))).await });
    assert_eq!("here", call.await.expect("no panic").expect("an answer"));
}
