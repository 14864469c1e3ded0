//! Attempts side by side: the first that answers wins.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use ::tokio::time::{Sleep, sleep};

use super::Attempt;
use super::drive::{Failure, Late};
use super::run::Run;
use crate::call::Next;

/// Runs an attempt, and a further one beside those under way whenever they are silent for too long, until one answers or
/// there is nothing left to wait for. Whatever is still under way then is dropped.
pub(super) async fn race<'a, T, E, F, A>(
    run: &mut Run<'a>,
    first: Attempt,
    by_deadline: bool,
    hedge_after: Option<Duration>,
    function: &mut F,
    last: &impl Fn() -> bool,
    mut failed: impl FnMut(&mut Run<'a>, u32, Failure<E>) -> Next,
) -> Result<T, Next>
where
    F: FnMut(Attempt) -> A,
    A: Future<Output = Result<T, E>>,
{
    let mut race = Race { racers: Vec::new(), hedge: None };
    race.begin(first, by_deadline, hedge_after, function);
    loop {
        match poll_fn(|context| race.poll(context)).await {
            Event::Answered(number, answer) => {
                run.succeed(number);
                return Ok(answer);
            }
            Event::Failed(number, failure) => match failed(run, number, failure) {
                Next::Race if !race.racers.is_empty() => {}
                next => return Err(next),
            },
            Event::Silence if last() => {}
            Event::Silence => {
                // Not now means not for this attempt: what would be granted later would help less and cost the same.
                if let Some(Next::Attempt { number, timeout, by_deadline, hedge_after }) = run.hedge() {
                    race.begin(Attempt { number, timeout, hedge: true }, by_deadline, hedge_after, function);
                }
            }
        }
    }
}

struct Race<A> {
    racers: Vec<Racer<A>>,
    /// When a further attempt is worth it.
    hedge: Option<Pin<Box<Sleep>>>,
}

struct Racer<A> {
    number: u32,
    attempt: Pin<Box<A>>,
    limit: Option<(Late, Pin<Box<Sleep>>)>,
}

enum Event<T, E> {
    Answered(u32, T),
    Failed(u32, Failure<E>),
    /// Nobody has answered for as long as a hedge waits.
    Silence,
}

impl<A> Race<A> {
    fn begin<F: FnMut(Attempt) -> A>(
        &mut self,
        attempt: Attempt,
        by_deadline: bool,
        hedge_after: Option<Duration>,
        function: &mut F,
    ) {
        let limit = attempt.timeout.map(|limit| (Late { limit, by_deadline }, Box::pin(sleep(limit))));
        self.racers.push(Racer { number: attempt.number, attempt: Box::pin(function(attempt)), limit });
        self.hedge = hedge_after.map(|silence| Box::pin(sleep(silence)));
    }

    /// The next thing that happens, the oldest attempt's first.
    fn poll<T, E>(&mut self, context: &mut Context<'_>) -> Poll<Event<T, E>>
    where
        A: Future<Output = Result<T, E>>,
    {
        let ended = self.racers.iter_mut().enumerate().find_map(|(index, racer)| match racer.poll(context) {
            Poll::Ready(ended) => Some((index, ended)),
            Poll::Pending => None,
        });
        if let Some((index, ended)) = ended {
            let number = self.racers.remove(index).number;
            return Poll::Ready(match ended {
                Ok(answer) => Event::Answered(number, answer),
                Err(failure) => Event::Failed(number, failure),
            });
        }
        let silent = self.hedge.as_mut().is_some_and(|silence| silence.as_mut().poll(context).is_ready());
        if silent {
            self.hedge = None;
            return Poll::Ready(Event::Silence);
        }
        Poll::Pending
    }
}

impl<T, E, A: Future<Output = Result<T, E>>> Racer<A> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<T, Failure<E>>> {
        if let Poll::Ready(answer) = self.attempt.as_mut().poll(context) {
            return Poll::Ready(answer.map_err(Failure::Own));
        }
        let Some((late, limit)) = &mut self.limit else { return Poll::Pending };
        limit.as_mut().poll(context).map(|()| Err(Failure::Late(*late)))
    }
}
