//! How a call ends that was not answered.

use alloc::boxed::Box;
use alloc::string::ToString;
use core::fmt;
use core::time::Duration;

use super::Classify;
use crate::call::{Report, StopReason};
use crate::classify::Fault;
use crate::guard::{Guard, Refusal};

/// Why there is no answer. The caller's own error is inside, unchanged; it is also the [source](std::error::Error::source),
/// so that whoever walks the chain finds it.
///
/// ```
/// use failsoft::tokio::{Error, Policy};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let policy = Policy::parse(r#"{"retry": {"max_attempts": 2}}"#).expect("a policy that makes sense");
/// let down = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
///
/// match policy.run(|_| async { Err::<(), _>(down()) }).await {
///     Ok(()) => unreachable!(),
///     Err(Error::Rejected { refusal, .. }) => println!("come back in {:?}", refusal.retry_after),
///     Err(error) => {
///         assert_eq!("gave up after 2 attempts: exhausted", error.to_string());
///         assert_eq!(Some(down().kind()), error.into_inner().map(|own| own.kind()));
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error<E> {
    /// The function failed, and nothing more is to be tried; the report's `stop_reason` says why not.
    Inner {
        /// The caller's own error, of the last attempt.
        error: E,
        /// What became of the call.
        report: Box<Report>,
    },
    /// The last attempt took longer than the policy's `timeout` allows.
    TimedOut {
        /// The limit of that attempt.
        limit: Duration,
        /// The last error of the caller's own, if an earlier attempt failed with one.
        last: Option<E>,
        /// What became of the call.
        report: Box<Report>,
    },
    /// The deadline of the call came, during an attempt or before one could begin.
    Deadline {
        /// The last error of the caller's own, if an earlier attempt failed with one.
        last: Option<E>,
        /// What became of the call.
        report: Box<Report>,
    },
    /// The attempt was not let out: by an open breaker, or by a limit.
    Rejected {
        /// By whom, and when to come back.
        refusal: Refusal,
        /// The last error of the caller's own, if an earlier attempt failed with one.
        last: Option<E>,
        /// What became of the call.
        report: Box<Report>,
    },
}

impl<E> Error<E> {
    /// What became of the call: attempts, waits, verdicts, and why it ended.
    pub const fn report(&self) -> &Report {
        match self {
            Self::Inner { report, .. }
            | Self::TimedOut { report, .. }
            | Self::Deadline { report, .. }
            | Self::Rejected { report, .. } => report,
        }
    }

    /// Why the call ended; `None` only if it has not begun, because a service was never ready.
    pub const fn stop_reason(&self) -> Option<StopReason> {
        self.report().stop_reason
    }

    /// When to come back: as a breaker or limit of ours says, or else as the server did.
    pub fn retry_after(&self) -> Option<Duration> {
        if let Self::Rejected { refusal, .. } = self {
            return refusal.retry_after;
        }
        self.report().attempts.last()?.verdict.as_ref()?.retry_after
    }

    /// The last error of the caller's own; `None` if no attempt ended with one.
    pub const fn inner(&self) -> Option<&E> {
        match self {
            Self::Inner { error, .. } => Some(error),
            Self::TimedOut { last, .. } | Self::Deadline { last, .. } | Self::Rejected { last, .. } => {
                last.as_ref()
            }
        }
    }

    /// The last error of the caller's own, to be kept.
    pub fn into_inner(self) -> Option<E> {
        match self {
            Self::Inner { error, .. } => Some(error),
            Self::TimedOut { last, .. } | Self::Deadline { last, .. } | Self::Rejected { last, .. } => last,
        }
    }
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.report().attempt_count;
        let attempts = if count == 1 { "attempt" } else { "attempts" };
        match self {
            Self::Inner { .. } if count == 0 => f.write_str("not ready"),
            Self::Inner { report, .. } => {
                let reason = report.stop_reason.map_or("under way", StopReason::name);
                write!(f, "gave up after {count} {attempts}: {reason}")
            }
            Self::TimedOut { limit, .. } => write!(f, "attempt {count} timed out after {limit:?}"),
            Self::Deadline { .. } => write!(f, "the deadline has come, after {count} {attempts}"),
            Self::Rejected { refusal, .. } => {
                write!(f, "rejected by the {}", in_words(refusal.by))?;
                refusal.retry_after.map_or(Ok(()), |wait| write!(f, ": come back in {wait:?}"))
            }
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner().map(|error| error as _)
    }
}

/// One policy around another: the outer one judges what the inner one could not mend.
impl<E: Classify> Classify for Error<E> {
    fn fault(&self) -> Fault {
        let type_name = match self {
            Self::Inner { error, .. } => return error.fault(),
            Self::TimedOut { .. } => "failsoft.AttemptTimeoutError",
            Self::Deadline { .. } => "failsoft.DeadlineExceededError",
            Self::Rejected { refusal, .. } => match refusal.by {
                Guard::Breaker(_) => "failsoft.CircuitBreakerOpenError",
                Guard::RateLimit | Guard::Throttle => "failsoft.RateLimitedError",
                Guard::Bulkhead | Guard::Adaptive => "failsoft.BulkheadFullError",
            },
        };
        super::faults::own(type_name, self.to_string())
    }
}

const fn in_words(guard: Guard) -> &'static str {
    match guard {
        Guard::Breaker(_) => "circuit breaker",
        Guard::Throttle => "throttle",
        Guard::RateLimit => "rate limit",
        Guard::Bulkhead => "bulkhead",
        Guard::Adaptive => "adaptive limit",
    }
}
