//! A policy that guards futures.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::future::Future;
use core::num::NonZeroU32;
use core::str::FromStr;
use core::sync::atomic::{AtomicU64, Ordering};
use std::hash::{BuildHasher, RandomState};

use super::drive::{dated, drive};
use super::lane::OnLane;
use super::run::Run;
use super::{Attempt, Classify, Error, clock};
use crate::breaker::{Breaker, StateName};
use crate::call::Report;
use crate::classify::Fault;
use crate::error::ConfigError;
use crate::guard::Limits;
use crate::host::{Reporter, SharedGuards};
use crate::policy::{self, Explanation};
use crate::time::Instant;

/// A policy with what guards its calls, for futures on a Tokio runtime. A clone guards with the same breaker, budget and
/// limits; so one value may stand in the state of a server and be cloned into each of its tasks.
///
/// ```
/// use failsoft::tokio::{Attempt, Policy};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::parse(r#"{
///     "retry": {"max_attempts": 3, "initial_delay": "200ms"},
///     "circuit_breaker": {"failure_threshold": 5}
/// }"#)?;
///
/// let answer = policy
///     .run(|attempt: Attempt| async move {
///         if attempt.number < 3 { Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)) } else { Ok("here") }
///     })
///     .await?;
/// assert_eq!("here", answer);
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// A call that has to wait or is limited in time panics on a runtime without timers, as `tokio::time` does: see
/// `Builder::enable_time`.
#[derive(Debug, Clone)]
pub struct Policy(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Arc<policy::Policy>,
    /// The same, but nothing is repeated.
    once: policy::Policy,
    guards: Arc<SharedGuards>,
    /// Who is told of its calls.
    reporter: Option<Reporter>,
    /// Whether a call may begin without a clock and without asking anything but the lane.
    laned: bool,
    seeds: AtomicU64,
}

impl Policy {
    /// Reads a policy document, or says everything that is wrong with it. Its machines have seen nothing.
    ///
    /// ```
    /// let wrong = failsoft::tokio::Policy::parse(r#"{"retry": {"jitter": "ful", "max_attempts": 0}}"#);
    /// assert_eq!(2, wrong.unwrap_err().problems.len());
    /// ```
    ///
    /// Sections that are not about single calls (`fallback`, `degradation`, `batch`, `heal`) are refused, and so is the
    /// name of a budget: a [`System`](super::System) shares those, or [`with_guards`](Self::with_guards) does.
    pub fn parse(document: &str) -> Result<Self, ConfigError> {
        let settings = policy::Policy::parse(document)?;
        settings.kept(&["hedge"], NOT_CARRIED_OUT).map(Self::new)
    }

    /// Guards calls by `settings`, as far as they are about single calls. Its machines have seen nothing.
    pub fn new(settings: policy::Policy) -> Self {
        let guards = SharedGuards::new(&settings.guards(), None);
        Self::with_guards(settings, Arc::new(guards))
    }

    /// Guards calls by `settings` with machines that others use too: a breaker for several policies
    /// ([`SharedGuards::sharing`]), a budget for a whole program ([`SharedGuards::new`]).
    pub fn with_guards(settings: impl Into<Arc<policy::Policy>>, guards: Arc<SharedGuards>) -> Self {
        Self::seeded(settings.into(), guards, None, RandomState::new().hash_one(0))
    }

    /// Guards calls by `settings` as one that goes through a part of a system.
    pub(super) fn in_system(settings: policy::Policy, guards: Arc<SharedGuards>, reporter: Reporter) -> Self {
        Self::seeded(Arc::new(settings), guards, Some(reporter), RandomState::new().hash_one(0))
    }

    /// The same policy and guards, with jitter that is the same in every run: for tests and simulations.
    #[must_use]
    pub fn with_seed(&self, seed: u64) -> Self {
        let Inner { settings, guards, reporter, .. } = &*self.0;
        Self::seeded(Arc::clone(settings), Arc::clone(guards), reporter.clone(), seed)
    }

    fn seeded(
        settings: Arc<policy::Policy>,
        guards: Arc<SharedGuards>,
        reporter: Option<Reporter>,
        seed: u64,
    ) -> Self {
        let mut once = (*settings).clone();
        once.retry.max_attempts = NonZeroU32::MIN;
        once.hedge = None;
        let timed = settings.timeout.is_some() || settings.retry.deadline.is_some();
        let laned = !timed && !guards.has_no_lane();
        Self(Arc::new(Inner { settings, once, guards, reporter, laned, seeds: AtomicU64::new(seed) }))
    }

    /// Calls `function` under the policy until it answers, or until nothing more is to be tried.
    ///
    /// It is called once for each attempt and answers with a future of its own. It may change what it has captured
    /// (`FnMut`) even where attempts are raced: it is their futures that run side by side, not the calls that make them.
    ///
    /// What the errors mean is their own to say, by [`Classify`]; for errors of a type that is neither yours nor ours
    /// see [`run_with`](Self::run_with).
    ///
    /// # Cancellation
    ///
    /// Dropping the future at any point ends the call: the attempts under way are dropped, and tickets, permits and places in
    /// lines go back. That is neither a success nor a failure. The same happens when `function` panics.
    ///
    /// # Cost
    ///
    /// While the breaker is closed and healthy, a policy without limits, timeout and deadline costs one read on the way out
    /// and two on the way back: no lock, no clock, no allocation. With them, and after a failure, a call allocates once.
    pub async fn run<T, E, F, A>(&self, function: F) -> Result<T, Error<E>>
    where
        F: FnMut(Attempt) -> A,
        A: Future<Output = Result<T, E>>,
        E: Classify,
    {
        self.run_with(E::fault, function).await
    }

    /// The same as [`run`](Self::run), with a function that says what an error means.
    ///
    /// ```
    /// use failsoft::classify::Fault;
    /// use failsoft::tokio::Policy;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let status = |error: &u16| Fault { status: Some(i64::from(*error)), ..Fault::default() };
    /// let policy: Policy = r#"{"retry": {}}"#.parse().expect("a policy that makes sense");
    /// let answer = policy.run_with(status, |_| async { Err::<(), u16>(404) }).await;
    /// assert_eq!(Some(404), answer.unwrap_err().into_inner());
    /// # }
    /// ```
    pub async fn run_with<T, E, F, A>(&self, fault: impl Fn(&E) -> Fault, function: F) -> Result<T, Error<E>>
    where
        F: FnMut(Attempt) -> A,
        A: Future<Output = Result<T, E>>,
    {
        self.run_while(fault, function, || false).await
    }

    /// The same, where no attempt can be made any more once `last` says so.
    pub(super) async fn run_while<T, E, F, A>(
        &self,
        fault: impl Fn(&E) -> Fault,
        mut function: F,
        last: impl Fn() -> bool,
    ) -> Result<T, Error<E>>
    where
        F: FnMut(Attempt) -> A,
        A: Future<Output = Result<T, E>>,
    {
        let (run, failed) = match OnLane::admitted(self) {
            None => (Run::new(self), None),
            Some(lane) => match function(Attempt::FIRST).await {
                Ok(answer) => {
                    lane.succeed();
                    return Ok(answer);
                }
                Err(error) => {
                    let (run, step) = lane.fail(&dated(fault(&error)), last());
                    (run, Some((error, step)))
                }
            },
        };
        // On the heap, so that a call on a healthy day does not carry what only others need: this future is a fraction of
        // the size, and it is moved before it is polled.
        Box::pin(drive(run, failed, function, fault, last)).await.result()
    }

    /// The same as [`run`](Self::run), and what became of the call: of a success too, which by itself leaves no trace.
    /// The errors hold the same report.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let policy = failsoft::tokio::Policy::parse(r#"{"retry": {}}"#).expect("a policy that makes sense");
    /// let (answer, report) = policy.run_with_report(|_| async { Ok::<_, std::io::Error>(1) }).await;
    /// assert_eq!((1, 1), (answer.unwrap(), report.attempt_count));
    /// # }
    /// ```
    pub async fn run_with_report<T, E, F, A>(&self, function: F) -> (Result<T, Error<E>>, Report)
    where
        F: FnMut(Attempt) -> A,
        A: Future<Output = Result<T, E>>,
        E: Classify,
    {
        let ended = drive(Run::new(self), None, function, E::fault, || false).await;
        let report = ended.report();
        (ended.result(), report)
    }

    /// The settings.
    pub fn settings(&self) -> &policy::Policy {
        &self.0.settings
    }

    /// What the policy does, and what in it cannot work; see [`policy::Policy::explain`].
    pub fn explain(&self) -> Explanation {
        self.0.settings.explain()
    }

    /// The machines, to share them with another policy.
    pub fn guards(&self) -> &Arc<SharedGuards> {
        &self.0.guards
    }

    /// The state of the breaker, if there is one.
    pub fn state(&self) -> Option<StateName> {
        self.breaker(|breaker, now| breaker.state(now))
    }

    /// Reads the breaker, forces it, saves or restores it; `None` if there is none.
    ///
    /// ```
    /// use failsoft::breaker::Forced;
    ///
    /// let policy = failsoft::tokio::Policy::parse(r#"{"circuit_breaker": {}}"#)?;
    /// policy.breaker(|breaker, _| breaker.force(Forced::Open));
    /// assert_eq!(Some(None), policy.breaker(|breaker, now| breaker.retry_after(now)));
    /// # Ok::<(), failsoft::error::ConfigError>(())
    /// ```
    pub fn breaker<R>(&self, act: impl FnOnce(&mut Breaker, Instant) -> R) -> Option<R> {
        let now = clock::now();
        self.0.guards.breaker().map(|breaker| breaker.with(|_| {}, |machine| act(machine, now)))
    }

    /// Reads the limits, or does something with them by hand; `None` if there are none.
    pub fn limits<R>(&self, act: impl FnOnce(&mut Limits, Instant) -> R) -> Option<R> {
        let now = clock::now();
        self.0.guards.with_limits(|limits| act(limits, now))
    }

    /// Who is told of its calls, if it goes through a part of a system.
    pub(super) fn reporter(&self) -> Option<&Reporter> {
        self.0.reporter.as_ref()
    }

    /// The settings for a call that cannot be repeated.
    pub(super) fn once(&self) -> &policy::Policy {
        &self.0.once
    }

    pub(super) fn is_laned(&self) -> bool {
        self.0.laned
    }

    /// Another one for each call: a Weyl sequence, which the generator mixes.
    pub(super) fn next_seed(&self) -> u64 {
        self.0.seeds.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)
    }
}

pub(super) const NOT_CARRIED_OUT: &str = "not carried out for a single call (expected none here)";

impl From<policy::Policy> for Policy {
    fn from(settings: policy::Policy) -> Self {
        Self::new(settings)
    }
}

impl FromStr for Policy {
    type Err = ConfigError;

    fn from_str(document: &str) -> Result<Self, ConfigError> {
        Self::parse(document)
    }
}
