//! What comes out, and what errors mean.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use failsoft::classify::{Category, Classifier, Fault, Verdict};
use failsoft::tokio::{Classify, Error, fault_of};

use super::support::{Bad, after, policy, steady, told};

fn judged(error: &(impl Classify + ?Sized)) -> Verdict {
    Classifier::default().classify(&error.fault())
}

#[derive(Debug, thiserror::Error)]
#[error("no weather")]
struct NoWeather(#[source] io::Error);

impl Classify for NoWeather {
    fn fault(&self) -> Fault {
        fault_of(self)
    }
}

#[tokio::test(start_paused = true)]
async fn the_callers_own_error_is_the_source() {
    let error = steady("").run(|_| after(0, Err::<(), _>(Bad(400)))).await.unwrap_err();
    let source = error.source().and_then(|source| source.downcast_ref::<Bad>());
    assert_eq!(Some(&Bad(400)), source);
    assert_eq!("gave up after 1 attempt: permanent", error.to_string());
}

#[tokio::test(start_paused = true)]
async fn errors_of_any_type_can_be_run_and_told_apart() {
    type Anything = Box<dyn std::error::Error + Send + Sync>;
    let answer = steady("")
        .run(|attempt| async move {
            if attempt.number == 1 {
                Err(Anything::from(io::Error::from(ErrorKind::ConnectionReset)))
            } else {
                Err(Anything::from("no such luck"))
            }
        })
        .await;
    let error: Error<Anything> = Result::<(), _>::unwrap_err(answer);
    assert_eq!(2, error.report().attempt_count);
    assert_eq!(Some("no such luck".to_owned()), error.into_inner().map(|own| own.to_string()));
}

/// mode: retry hammers an open breaker and hides the cause
#[tokio::test(start_paused = true)]
async fn a_policy_does_not_retry_what_another_one_refused() {
    let inner = policy(r#"{"circuit_breaker": {"mode": "forced_open"}}"#);
    let error = steady("").run(|_| inner.run(|_| after(0, Ok::<_, Bad>(())))).await.unwrap_err();
    let verdict = error.report().attempts[0].verdict.clone().expect("a verdict");
    assert_eq!((1, Category::OpenCircuit), (error.report().attempt_count, verdict.category));
}

#[tokio::test(start_paused = true)]
async fn a_policy_around_another_judges_what_came_out_of_that() {
    let inner = policy(r#"{"retry": {"max_attempts": 2, "initial_delay": 0}}"#);
    let mut statuses = vec![500, 500, 500, 404];
    let error = steady("")
        .run(|_| {
            let mut mine = statuses.split_off(statuses.len() / 2);
            let inner = inner.clone();
            async move { inner.run(|_| std::future::ready(Err::<(), _>(Bad(mine.remove(0))))).await }
        })
        .await
        .unwrap_err();
    assert_eq!(1, error.report().attempt_count);
    assert_eq!(("inner", Some(404), "permanent"), told(error.into_inner().expect("the inner policy's")));
}

#[tokio::test]
async fn errors_of_the_standard_library_are_known_by_their_kind() {
    let mut seen = Vec::new();
    for kind in [
        ErrorKind::ConnectionRefused,
        ErrorKind::ConnectionReset,
        ErrorKind::TimedOut,
        ErrorKind::UnexpectedEof,
        ErrorKind::NotFound,
        ErrorKind::PermissionDenied,
        ErrorKind::InvalidInput,
        ErrorKind::Other,
    ] {
        let verdict = judged(&io::Error::from(kind));
        seen.push((verdict.category, verdict.retryable));
    }
    let expected = [
        (Category::Connection, true),
        (Category::Connection, true),
        (Category::Timeout, true),
        (Category::Connection, true),
        (Category::NotFound, false),
        (Category::Auth, false),
        (Category::InvalidRequest, false),
        (Category::Unknown, false),
    ];
    assert_eq!(expected.as_slice(), seen);
}

#[tokio::test]
async fn a_number_of_the_system_is_evidence() {
    let verdict = judged(&io::Error::from_raw_os_error(104));
    assert_eq!((Category::Connection, true), (verdict.category, verdict.retryable));
}

#[tokio::test]
async fn what_an_error_was_made_of_is_looked_at() {
    let reset = io::Error::from(ErrorKind::ConnectionReset);
    let verdict = judged(&NoWeather(io::Error::other(NoWeather(reset))));
    assert_eq!((Category::Connection, true), (verdict.category, verdict.retryable));
    assert_eq!(
        Some("tokio::errors::NoWeather"),
        NoWeather(ErrorKind::Other.into()).fault().type_name.as_deref()
    );
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_the_callers_own_is_one() {
    let elapsed = tokio::time::timeout(std::time::Duration::ZERO, std::future::pending::<()>()).await;
    let verdict = judged(&elapsed.unwrap_err());
    assert_eq!((Category::Timeout, true), (verdict.category, verdict.retryable));
}

/// mode: hostile error object
#[tokio::test]
async fn a_text_without_end_is_cut() {
    #[derive(Debug, thiserror::Error)]
    #[error("{}", "é".repeat(1_000_000))]
    struct Long;
    let message = fault_of(&Long).message.expect("a message");
    assert_eq!(8192, message.len());
}

/// mode: endless chain of causes
#[tokio::test]
async fn a_chain_without_end_is_cut() {
    #[derive(Debug)]
    struct Endless;
    impl std::fmt::Display for Endless {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("again")
        }
    }
    impl std::error::Error for Endless {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&Endless)
        }
    }
    let fault = fault_of(&Endless);
    let depth = std::iter::successors(Some(&fault), |fault| fault.cause.as_deref()).count();
    assert_eq!(17, depth);
}
