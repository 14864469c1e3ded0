//! How libraries of this kind failed in production (docs/reliability.md), where a runtime takes part.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use failsoft::breaker::StateName;
use failsoft::classify::Fault;
use failsoft::tokio::{Classify, fault_of};

use super::server::{Does, server};
use super::support::{Bad, after, policy, seconds, steady, timed};

/// An error that does not want to be looked at.
struct Hostile {
    panics: bool,
}

impl fmt::Display for Hostile {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert!(!self.panics, "the caller's own");
        Err(fmt::Error)
    }
}

impl fmt::Debug for Hostile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hostile")
    }
}

impl std::error::Error for Hostile {}

impl Classify for Hostile {
    fn fault(&self) -> Fault {
        fault_of(self)
    }
}

/// mode: hostile error object
#[tokio::test(start_paused = true)]
async fn an_error_that_cannot_be_shown_comes_out_all_the_same() {
    let policy = steady("");
    let error = policy.run(|_| after(0, Err::<(), _>(Hostile { panics: false }))).await.unwrap_err();
    assert!(error.into_inner().is_some());
}

/// mode: hostile error object
/// mode: poisoned lock
#[tokio::test(start_paused = true)]
async fn an_error_that_panics_when_it_is_shown_leaves_nothing_held() {
    let policy = policy(
        r#"{"circuit_breaker": {"failure_threshold": 1, "recovery_timeout": 30, "half_open_max_calls": 1},
            "bulkhead": {"max_concurrent": 1}}"#,
    );
    assert!(policy.run(|_| after(0, Err::<(), _>(Bad(500)))).await.is_err());
    tokio::time::advance(seconds(30)).await;
    let probe = policy.clone();
    let ended =
        tokio::spawn(async move { probe.run(|_| after(0, Err::<(), _>(Hostile { panics: true }))).await });
    assert!(ended.await.unwrap_err().is_panic());
    assert!(policy.run(|_| after(0, Ok::<_, Bad>(()))).await.is_ok());
    assert_eq!(Some(StateName::Closed), policy.state());
}

/// mode: probe that never settles
#[tokio::test(start_paused = true)]
async fn a_probe_that_hangs_for_ever_loses_its_place_to_one_caller() {
    let policy = policy(
        r#"{"circuit_breaker": {"failure_threshold": 1, "recovery_timeout": 30, "probe_timeout": 20}}"#,
    );
    assert!(policy.run(|_| after(0, Err::<(), _>(Bad(500)))).await.is_err());
    tokio::time::advance(seconds(30)).await;
    let hanging = policy.clone();
    tokio::spawn(async move { hanging.run(|_| std::future::pending::<Result<(), Bad>>()).await });
    tokio::task::yield_now().await;
    let try_it = || policy.run(|_| after(1, Ok::<_, Bad>("back")));
    assert!(try_it().await.is_err());
    tokio::time::advance(seconds(20)).await;
    let (first, second) = tokio::join!(try_it(), try_it());
    assert_eq!((true, true), (first.is_ok(), second.is_err()));
    assert_eq!(Some(StateName::Closed), policy.state());
}

/// mode: half-open stampede
#[tokio::test(start_paused = true)]
async fn of_a_thousand_tasks_at_the_end_of_the_wait_so_many_pass_as_there_are_places() {
    let policy = policy(
        r#"{"circuit_breaker": {"failure_threshold": 1, "recovery_timeout": 30, "half_open_max_calls": 3,
            "success_threshold": 100}}"#,
    );
    assert!(policy.run(|_| after(0, Err::<(), _>(Bad(500)))).await.is_err());
    tokio::time::advance(seconds(30)).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..1_000 {
        let policy = policy.clone();
        tasks.spawn(async move { policy.run(|_| after(1, Ok::<_, Bad>(()))).await.is_ok() });
    }
    let passed = tasks.join_all().await.into_iter().filter(|passed| *passed).count();
    assert_eq!(3, passed);
}

/// mode: wait that cannot be interrupted
#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_waits_waits_no_longer_and_calls_no_more() {
    let policy = policy(r#"{"retry": {"initial_delay": 3600, "max_delay": 3600, "jitter": "none"}}"#);
    let calls = AtomicU32::new(0);
    let call = policy.run(|_| {
        calls.fetch_add(1, Ordering::Relaxed);
        after(0, Err::<(), _>(Bad(503)))
    });
    let (outcome, took) = timed(tokio::time::timeout(seconds(2), call)).await;
    assert!(outcome.is_err());
    tokio::time::advance(seconds(7200)).await;
    assert_eq!((2, 1), (took, calls.load(Ordering::Relaxed)));
}

/// mode: bound to one event loop
#[test]
fn one_policy_serves_runtimes_one_after_the_other_and_at_once() {
    let policy = policy(r#"{"retry": {"initial_delay": 0, "budget": false}, "circuit_breaker": {}}"#);
    let serve = |policy: failsoft::tokio::Policy| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async move {
            let tried = AtomicU32::new(0);
            let fetch = |_| {
                let first = tried.fetch_add(1, Ordering::Relaxed) == 0;
                async move { if first { Err(Bad(503)) } else { Ok("fresh") } }
            };
            policy.run(fetch).await
        })
    };
    for _ in 0..3 {
        assert_eq!("fresh", serve(policy.clone()).expect("an answer"));
    }
    let threads = [1, 2].map(|_| {
        let policy = policy.clone();
        std::thread::spawn(move || serve(policy).expect("an answer"))
    });
    assert_eq!(["fresh"; 2], threads.map(|thread| thread.join().expect("no panic")));
    assert_eq!(Some(StateName::Closed), policy.state());
}

/// mode: Retry-After that is no sane wait
#[tokio::test]
async fn a_hint_of_a_server_that_is_no_time_is_none_and_one_that_is_too_long_is_not_waited_for() {
    const SAID: [&str; 9] = [
        "HTTP/1.1 503 Busy\r\nretry-after: -5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nretry-after: nan\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nretry-after: 1e999\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nretry-after: inf\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nretry-after: 1_000\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nretry-after: soon\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nretry-after: Thu, 99 Foo 9999 99:99:99 GMT\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nretry-after: 9999999999\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nretry-after: 86400\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ];
    const LINES: [Does; 16] = {
        let mut lines = [Does::Answers(SAID[8]); 16];
        let mut line = 0;
        while line < 14 {
            lines[line] = Does::Answers(SAID[line / 2]);
            line += 1;
        }
        lines[14] = Does::Answers(SAID[7]);
        lines
    };
    let address = server(&LINES).await;
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let policy = policy(
        r#"{"retry": {"max_attempts": 2, "initial_delay": 0, "max_delay": 60, "jitter": "none", "budget": false}}"#,
    );
    let mut told = Vec::new();
    for _ in SAID {
        let error = policy
            .run(|_| async {
                let response =
                    client.get(format!("http://{address}/")).send().await.map_err(|error| error.fault())?;
                Err::<(), _>(Fault::http(response.status().as_u16(), response.headers()))
            })
            .await
            .unwrap_err();
        told.push((error.report().attempt_count, error.stop_reason().map(failsoft::call::StopReason::name)));
    }
    let (own, over) = ((2, Some("exhausted")), (1, Some("retry_after_over_cap")));
    assert_eq!([own, own, own, own, own, own, own, over, over].as_slice(), told);
}
