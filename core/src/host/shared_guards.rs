//! All that guards the calls of a policy, for threads.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::task::Waker;
use core::time::Duration;

use super::sync::{AtomicI64, Mutex, MutexGuard, Ordering, PoisonError};
use super::{SharedBreaker, SharedBudget};
use crate::breaker::{Admission, Breaker, Lane, Outcome, StateName, Ticket, Transition};
use crate::budget::{BudgetConfig, Withdrawal};
use crate::guard::{Gate, GuardConfig, Limits, Ungated};
use crate::limit::Permit;
use crate::limit::bulkhead::Place;
use crate::time::Instant;

/// The machines of a policy, each behind its own lock, with one [`Lane`] in front of them.
///
/// On a healthy day a call reads the breaker's word on its way out, and that word and the budget's on its way back. Limits
/// must hear of every call, and so must a budget that is a share of the calls: calls that have those take no lane.
///
/// Guards may share a breaker. Then they share its lane too, which counts as long as the budget of any of them wants
/// to hear of successes.
#[derive(Debug)]
pub struct SharedGuards {
    breaker: Option<Arc<SharedBreaker>>,
    paid: Option<Arc<Paid>>,
    limits: Option<Arc<Mutex<Waiting>>>,
    wanted: Arc<Wanted>,
}

/// What else a lane must be kept for.
#[derive(Debug, Default)]
struct Wanted {
    /// How many there are behind this lane who want to hear of successes.
    by: AtomicI64,
    /// Held while a lane is published where there is no breaker whose lock could be.
    publishing: Mutex<()>,
}

/// A budget behind a lane.
#[derive(Debug)]
struct Paid {
    budget: Arc<SharedBudget>,
    wanted: Arc<Wanted>,
    /// Whether calls of other lanes may change it.
    foreign: bool,
}

#[derive(Debug)]
struct Waiting {
    limits: Limits,
    /// Who waits for a place in the bulkhead's line.
    wakers: BTreeMap<u64, Waker>,
}

impl SharedGuards {
    /// Guards that have seen nothing. With a `budget` it takes the place of their own: who shares one by name hands it in.
    pub fn new(config: &GuardConfig, budget: Option<Arc<SharedBudget>>) -> Self {
        Self::fresh(config, budget, Wanted::default())
    }

    /// The same, for somebody who wants to hear of each success: the lane always counts.
    pub fn heard(config: &GuardConfig, budget: Option<Arc<SharedBudget>>) -> Self {
        Self::fresh(config, budget, Wanted { by: AtomicI64::new(1), ..Wanted::default() })
    }

    fn fresh(config: &GuardConfig, budget: Option<Arc<SharedBudget>>, wanted: Wanted) -> Self {
        let breaker = config.breaker.map(|config| Arc::new(SharedBreaker::new(Breaker::new(config))));
        Self::over(breaker, limits(config), Arc::new(wanted), config.budget, budget)
    }

    /// Guards with the breaker of `other` instead of one of their own.
    pub fn sharing(config: &GuardConfig, budget: Option<Arc<SharedBudget>>, other: &Self) -> Self {
        let wanted = Arc::clone(&other.wanted);
        Self::over(other.breaker.clone(), limits(config), wanted, config.budget, budget)
    }

    /// Guards with the breaker and the limits of `other`, and with a budget of their own or with this one.
    pub fn joining(own: Option<BudgetConfig>, budget: Option<Arc<SharedBudget>>, other: &Self) -> Self {
        Self::over(other.breaker.clone(), other.limits.clone(), Arc::clone(&other.wanted), own, budget)
    }

    fn over(
        breaker: Option<Arc<SharedBreaker>>,
        limits: Option<Arc<Mutex<Waiting>>>,
        wanted: Arc<Wanted>,
        own: Option<BudgetConfig>,
        budget: Option<Arc<SharedBudget>>,
    ) -> Self {
        let foreign = budget.is_some();
        let budget = budget.or_else(|| own.map(|config| Arc::new(SharedBudget::new(config))));
        let paid = budget.map(|budget| Arc::new(Paid::new(budget, Arc::clone(&wanted), foreign)));
        Self { breaker, paid, limits, wanted }
    }

    /// Whether what is published for either must be published for the other, as both have the same breaker. One of them may
    /// have no lane of its own all the same.
    pub fn publishes_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.wanted, &other.wanted)
    }

    /// Whether no other guards share its machines and the breaker is closed: then it can be made anew without anybody being
    /// worse off.
    pub fn is_at_rest(&self, now: Instant) -> bool {
        // A budget that is paid from here keeps the lane as well.
        let own = 1 + usize::from(self.paid.is_some());
        let closed = |breaker: &Arc<SharedBreaker>| {
            breaker.with(|_| {}, |machine| machine.state(now) == StateName::Closed)
        };
        Arc::strong_count(&self.wanted) <= own && self.breaker.as_ref().is_none_or(closed)
    }

    /// Whether calls must ask the machines each time, and take no [`lane`](Self::lane).
    #[inline]
    pub fn has_no_lane(&self) -> bool {
        self.limits().is_some() || self.budget().is_some_and(|budget| budget.wants_calls())
    }

    /// The breaker, to read it or to do something by hand. What changes its lane must be published by
    /// [`publish`](Self::publish) or by the argument of [`SharedBreaker::with`].
    #[inline]
    pub fn breaker(&self) -> Option<&SharedBreaker> {
        self.breaker.as_deref()
    }

    /// The budget, to read it or to share it.
    #[inline]
    pub fn budget(&self) -> Option<&Arc<SharedBudget>> {
        self.paid.as_ref().map(|paid| &paid.budget)
    }

    /// Does something with the limits, if there are any.
    pub fn with_limits<T>(&self, act: impl FnOnce(&mut Limits) -> T) -> Option<T> {
        self.limits().map(|limits| act(&mut lock(limits).limits))
    }

    /// What a library without them need not know how to ask.
    fn limits(&self) -> Option<&Mutex<Waiting>> {
        if cfg!(feature = "full") { self.limits.as_deref() } else { None }
    }

    /// The word for hosts to publish: what a call and its success need not ask about.
    #[inline]
    pub fn lane(&self) -> Lane {
        if self.has_no_lane() {
            return Lane::SHUT;
        }
        self.lane_over(self.breaker.as_ref().map_or(Lane::UNGUARDED, |breaker| breaker.lane()))
    }

    /// The lane that a breaker's own becomes with the budgets beside it.
    #[inline]
    pub fn lane_over(&self, breaker: Lane) -> Lane {
        if self.wanted.by.load(Ordering::Relaxed) > 0 { breaker.counting() } else { breaker }
    }

    /// Publishes the lane as it is now, in the order of all other publications.
    pub fn publish(&self, publish: impl FnOnce(Lane)) {
        if let Some(breaker) = &self.breaker {
            breaker.with(|lane| publish(self.lane_over(lane)), |_| {});
        } else {
            let _publishing = lock(&self.wanted.publishing);
            publish(self.lane_over(Lane::UNGUARDED));
        }
    }

    /// The budget has begun to want to hear of successes, or wants no more. Both happen in turn, and who publishes last
    /// has seen both.
    fn want(&self, more: bool, publish: impl FnOnce(Lane)) {
        if self.paid.as_ref().is_some_and(|paid| !paid.foreign) {
            self.wanted.by.fetch_add(if more { 1 } else { -1 }, Ordering::Relaxed);
            self.publish(publish);
        }
    }

    /// Records the success of a call that was admitted by the [`lane`](Self::lane).
    #[inline]
    pub fn succeed(
        &self,
        ticket: Ticket,
        now: impl FnOnce() -> Instant,
        mut publish: impl FnMut(Lane),
    ) -> Option<Transition> {
        if self.budget().is_some_and(|budget| budget.succeeded(false)) {
            self.want(false, &mut publish);
        }
        let breaker = self.breaker.as_ref()?;
        // It may have been admitted by a lane that counted for the budget's sake.
        let ticket = breaker.lane().of_same_epoch(ticket).unwrap_or(ticket);
        breaker.succeed(ticket, now, |lane| publish(self.lane_over(lane)))
    }

    /// Hands the ticket of a call that was admitted by the [`lane`](Self::lane) back, where it did not succeed.
    pub fn settle(
        &self,
        ticket: Ticket,
        outcome: Outcome,
        now: Instant,
        publish: impl FnOnce(Lane),
    ) -> Option<Transition> {
        let breaker = self.breaker.as_ref()?;
        breaker.settle(ticket, outcome, now, |lane| publish(self.lane_over(lane)))
    }

    /// Whether a place in the bulkhead's line is still waiting at `now`; if so, `waker` is woken when it no longer is.
    pub fn is_waiting(&self, place: Permit, now: Instant, waker: &Waker) -> bool {
        let Some(limits) = self.limits() else { return false };
        let mut waiting = lock(limits);
        let place_in_line =
            waiting.limits.bulkhead().map_or(Place::Gone, |bulkhead| bulkhead.poll(place, now));
        if matches!(place_in_line, Place::Waiting { .. }) {
            waiting.wakers.insert(place.to_bits(), waker.clone());
            true
        } else {
            waiting.wakers.remove(&place.to_bits());
            false
        }
    }

    /// Nobody waits for this place any more.
    pub fn stop_waiting(&self, place: Permit) {
        if let Some(limits) = self.limits() {
            lock(limits).wakers.remove(&place.to_bits());
        }
    }

    fn wake(&self, place: Permit) {
        // The lock is let go before anything of the caller's runs.
        let waker = self.limits().and_then(|limits| lock(limits).wakers.remove(&place.to_bits()));
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Paid {
    fn new(budget: Arc<SharedBudget>, wanted: Arc<Wanted>, foreign: bool) -> Self {
        if foreign {
            wanted.by.fetch_add(1, Ordering::Relaxed);
        }
        Self { budget, wanted, foreign }
    }
}

impl Drop for Paid {
    /// Others that share the lane need not count for a budget that is gone.
    fn drop(&mut self) {
        if self.foreign || (!self.budget.wants_calls() && !self.budget.is_full()) {
            self.wanted.by.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Shared guards together with the host's way to publish their lane.
#[derive(Debug)]
pub struct SharedGate<'a, P> {
    /// The guards.
    pub guards: &'a SharedGuards,
    /// Given each new lane while a lock is held; must not call back.
    pub publish: P,
}

impl<P: FnMut(Lane)> Gate for SharedGate<'_, P> {
    fn admit(&mut self, now: Instant) -> Admission {
        let Self { guards, publish } = self;
        match &guards.breaker {
            Some(breaker) => breaker.admit(|| now, |lane| publish(guards.lane_over(lane))),
            None => Ungated.admit(now),
        }
    }

    fn settle(&mut self, ticket: Ticket, outcome: Outcome, now: Instant) -> Option<Transition> {
        let Self { guards, publish } = self;
        let breaker = guards.breaker.as_ref()?;
        let publish = |lane| publish(guards.lane_over(lane));
        if outcome == Outcome::Success {
            let ticket = breaker.lane().of_same_epoch(ticket).unwrap_or(ticket);
            return breaker.succeed(ticket, || now, publish);
        }
        breaker.settle(ticket, outcome, now, publish)
    }

    fn retry_after(&mut self, now: Instant) -> Option<Duration> {
        let Self { guards, publish } = self;
        guards.breaker.as_ref().map_or(Some(Duration::ZERO), |breaker| {
            breaker.with(|lane| publish(guards.lane_over(lane)), |machine| machine.retry_after(now))
        })
    }

    fn seed(&mut self, seed: u64) {
        let Self { guards, publish } = self;
        if let Some(breaker) = &guards.breaker {
            breaker.with(|lane| publish(guards.lane_over(lane)), |machine| machine.seed(seed));
        }
    }

    fn with_limits<T>(&mut self, act: impl FnOnce(&mut Limits) -> T) -> Option<T> {
        self.guards.with_limits(act)
    }

    fn granted(&mut self, place: Permit) {
        self.guards.wake(place);
    }

    fn began(&mut self, now: Instant) {
        if let Some(budget) = self.guards.budget() {
            budget.began(|| now);
        }
    }

    fn succeeded(&mut self, retried: bool) {
        if self.guards.budget().is_some_and(|budget| budget.succeeded(retried)) {
            self.guards.want(false, &mut self.publish);
        }
    }

    fn withdraw(&mut self, now: Instant) -> bool {
        let Some(budget) = self.guards.budget() else { return true };
        let withdrawal = budget.withdraw(now);
        if withdrawal == (Withdrawal::Granted { was_full: true }) {
            self.guards.want(true, &mut self.publish);
        }
        withdrawal.is_granted()
    }
}

fn limits(config: &GuardConfig) -> Option<Arc<Mutex<Waiting>>> {
    if !cfg!(feature = "full") {
        return None;
    }
    let limits = Limits::new(config.limits)?;
    Some(Arc::new(Mutex::new(Waiting { limits, wakers: BTreeMap::new() })))
}

/// A thread that panicked under the lock (none should) leaves limits that are at worst one event behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
