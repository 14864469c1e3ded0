//! The loop of a call: does what the core answers.

use alloc::boxed::Box;
use alloc::format;
use core::future::Future;
use core::time::Duration;

use ::tokio::time;

use super::error::Error;
use super::line::in_line;
use super::race::race;
use super::run::Run;
use super::{Attempt, clock, faults};
use crate::call::{Next, Report, Step};
use crate::classify::Fault;
use crate::guard::Refusal;

/// A call that is over.
pub(super) struct Ended<'a, T, E> {
    run: Run<'a>,
    end: End<T, E>,
}

enum End<T, E> {
    Answered(T),
    Stopped(Failures<E>),
    Rejected(Refusal, Option<E>),
}

/// What went wrong last: of the caller's own errors, and whether a limit came after that.
pub(super) struct Failures<E> {
    own: Option<E>,
    late: Option<Late>,
}

/// An attempt that was cut off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Late {
    pub(super) limit: Duration,
    /// Whether that was what was left of the deadline.
    pub(super) by_deadline: bool,
}

/// What an attempt ended with, if not with an answer.
pub(super) enum Failure<E> {
    Own(E),
    Late(Late),
}

/// Plays a call to its end. `failed` is how its first attempt ended, if that was made already; `last` says whether no
/// attempt can be made after the one that just failed.
pub(super) async fn drive<T, E, F, A>(
    mut run: Run<'_>,
    failed: Option<(E, Step)>,
    mut function: F,
    fault: impl Fn(&E) -> Fault,
    last: impl Fn() -> bool,
) -> Ended<'_, T, E>
where
    F: FnMut(Attempt) -> A,
    A: Future<Output = Result<T, E>>,
{
    let mut failures = Failures { own: None, late: None };
    let mut next = match failed {
        None => run.admit(),
        Some((error, step)) => {
            failures.own = Some(error);
            step.next
        }
    };
    loop {
        next = match next {
            Next::Attempt { number, timeout, by_deadline, hedge_after } => {
                let attempt = Attempt { number, timeout, hedge: false };
                let ended = if hedge_after.is_some() {
                    race(
                        &mut run,
                        attempt,
                        by_deadline,
                        hedge_after,
                        &mut function,
                        &last,
                        |run, number, failure| failures.note(run, number, failure, &fault, last()),
                    )
                    .await
                } else {
                    match limited(function(attempt), timeout, by_deadline).await {
                        Ok(answer) => {
                            run.succeed(number);
                            Ok(answer)
                        }
                        Err(failure) => Err(failures.note(&mut run, number, failure, &fault, last())),
                    }
                };
                match ended {
                    Ok(answer) => return Ended { run, end: End::Answered(answer) },
                    Err(next) => next,
                }
            }
            Next::Wait(wait) => {
                if !wait.is_zero() {
                    time::sleep(wait).await;
                }
                run.admit()
            }
            Next::Queue(longest) => {
                if let Some(place) = run.place() {
                    in_line(run.policy().guards(), place, longest).await;
                }
                run.admit()
            }
            // Nobody is left to race with: the race is over when its last attempt has answered.
            Next::Race => run.admit(),
            Next::Stop(_) => return Ended { run, end: End::Stopped(failures) },
            Next::Rejected(refusal) => {
                return Ended { run, end: End::Rejected(refusal, failures.own) };
            }
        };
    }
}

/// The attempt, cut off after its limit.
async fn limited<T, E>(
    attempt: impl Future<Output = Result<T, E>>,
    timeout: Option<Duration>,
    by_deadline: bool,
) -> Result<T, Failure<E>> {
    let Some(limit) = timeout else { return attempt.await.map_err(Failure::Own) };
    match time::timeout(limit, attempt).await {
        Ok(answer) => answer.map_err(Failure::Own),
        Err(_) => Err(Failure::Late(Late { limit, by_deadline })),
    }
}

impl<E> Failures<E> {
    /// Tells the core of a failure, and keeps it for the caller.
    pub(super) fn note(
        &mut self,
        run: &mut Run<'_>,
        number: u32,
        failure: Failure<E>,
        fault: impl Fn(&E) -> Fault,
        last: bool,
    ) -> Next {
        let fault = match failure {
            Failure::Own(error) => {
                let fault = fault(&error);
                (self.own, self.late) = (Some(error), None);
                dated(fault)
            }
            Failure::Late(late) => {
                self.late = Some(late);
                late.fault()
            }
        };
        run.fail(number, &fault, last).next
    }
}

impl Late {
    fn fault(self) -> Fault {
        let type_name =
            if self.by_deadline { "failsoft.DeadlineExceededError" } else { "failsoft.AttemptTimeoutError" };
        faults::own(type_name, format!("attempt timed out after {:?}", self.limit))
    }
}

/// A server's dates mean nothing without one of our own.
pub(super) fn dated(mut fault: Fault) -> Fault {
    if fault.now.is_none() && !fault.headers.is_empty() {
        fault.now = clock::wall();
    }
    fault
}

impl<T, E> Ended<'_, T, E> {
    pub(super) fn report(&self) -> Report {
        self.run.report()
    }

    pub(super) fn result(self) -> Result<T, Error<E>> {
        let failures = match self.end {
            End::Answered(answer) => return Ok(answer),
            End::Rejected(refusal, last) => {
                return Err(Error::Rejected { refusal, last, report: Box::new(self.run.report()) });
            }
            End::Stopped(failures) => failures,
        };
        let report = Box::new(self.run.report());
        Err(match failures {
            Failures { own: Some(error), late: None } => Error::Inner { error, report },
            Failures { own: last, late: Some(Late { limit, by_deadline: false }) } => {
                Error::TimedOut { limit, last, report }
            }
            Failures { own: last, .. } => Error::Deadline { last, report },
        })
    }
}
