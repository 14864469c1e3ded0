//! What a call on a healthy day allocates: nothing, or once where it is limited.

use std::future::Future as _;

use failsoft::tokio::Policy;

const LANED: [&str; 3] = [
    r#"{"retry": {}}"#,
    r#"{"retry": {}, "circuit_breaker": {}}"#,
    r#"{"retry": {}, "circuit_breaker": {"failure_rate": 0.5, "time_window": "60s"}}"#,
];

const TIMED: [&str; 2] = [
    r#"{"retry": {"deadline": 9}, "timeout": {"attempt": 2}, "circuit_breaker": {}}"#,
    r#"{"retry": {}, "bulkhead": {}, "circuit_breaker": {}}"#,
];

#[test]
fn a_success_that_takes_the_lane_allocates_nothing() {
    for document in LANED {
        assert_eq!(0, allocations(document), "{document}");
    }
}

#[test]
fn a_success_that_has_to_ask_or_is_limited_in_time_allocates_once() {
    for document in TIMED {
        assert_eq!(1, allocations(document), "{document}");
    }
}

fn allocations(document: &str) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let policy = Policy::parse(document).expect("a policy that makes sense");
    runtime.block_on(async {
        let call = async || policy.run(|_| async { Ok::<_, std::io::Error>(1) }).await;
        assert!(call().await.is_ok());
        measured(call).await
    })
}

/// How often a call allocates; it answers at its first poll.
async fn measured<T>(call: impl AsyncFn() -> T) -> u64 {
    std::future::poll_fn(|context| {
        let count = allocation_counter::measure(|| {
            let mut call = std::pin::pin!(call());
            assert!(call.as_mut().poll(context).is_ready());
        });
        std::task::Poll::Ready(count.count_total)
    })
    .await
}
