//! What a call on a healthy day allocates: nothing.

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
fn a_success_allocates_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    for document in LANED.into_iter().chain(TIMED) {
        let policy = Policy::parse(document).expect("a policy that makes sense");
        runtime.block_on(async {
            let call = async || policy.run(|_| async { Ok::<_, std::io::Error>(1) }).await;
            assert!(call().await.is_ok());
            assert_eq!(0, measured(call).await, "{document}");
        });
    }
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
