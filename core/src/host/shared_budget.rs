//! A retry budget that threads may share.

use super::sync::{AtomicU64, Mutex, Ordering, PoisonError};
use crate::budget::{Budget, BudgetConfig, RestoreError, Snapshot, TokenBudget, Withdrawal};
use crate::time::Instant;

/// A [`Budget`] for threads; it decides what the plain one decides.
///
/// The balance of a bucket of tokens is one word, and that word is all that threads share: a success while it is full
/// is one read of it. A ratio budget must hear of each call: those are counted in a word, and handed in under a lock with the next
/// event, or when time has filled the bucket that they belong to.
///
/// A host that publishes whether successes need to be reported does so when [`succeeded`](Self::succeeded) or
/// [`withdraw`](Self::withdraw) say that this has changed. The answers of two threads may reach it in another order than
/// the changes happened, so what it publishes is [`is_full`](Self::is_full), read under a lock of the host's own.
#[derive(Debug)]
pub struct SharedBudget(Kind);

#[derive(Debug)]
enum Kind {
    Tokens { config: TokenBudget, balance: AtomicU64 },
    Ratio(Ratio),
}

#[derive(Debug)]
struct Ratio {
    budget: Mutex<Budget>,
    /// Calls that began and are not handed in yet.
    begun: AtomicU64,
    /// Until when they need only be counted, in nanoseconds.
    fills_until: AtomicU64,
}

impl Ratio {
    fn with<T>(&self, ask: impl FnOnce(&mut Budget) -> T) -> T {
        // A thread that panicked inside a decision (none should) leaves a budget that is at worst one event behind; refusing
        // every later retry for it would turn a small fault into a large one.
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = self.begun.swap(0, Ordering::Relaxed);
        if begun > 0 {
            budget.began_times(begun);
        }
        let answer = ask(&mut budget);
        // Who reads the one before counts for the next bucket by an instant, or takes the lock in vain.
        self.fills_until.store(budget.fills_until().as_nanos(), Ordering::Relaxed);
        answer
    }
}

impl SharedBudget {
    /// Shares a budget that nothing was taken from yet.
    pub fn new(config: BudgetConfig) -> Self {
        Self(match config {
            BudgetConfig::Tokens(config) => {
                Kind::Tokens { config, balance: AtomicU64::new(config.capacity().millionths()) }
            }
            BudgetConfig::Ratio(_) => Kind::Ratio(Ratio {
                budget: Mutex::new(Budget::new(config)),
                begun: AtomicU64::new(0),
                fills_until: AtomicU64::new(0),
            }),
        })
    }

    /// Its settings.
    pub fn config(&self) -> BudgetConfig {
        match &self.0 {
            Kind::Tokens { config, .. } => BudgetConfig::Tokens(*config),
            Kind::Ratio(ratio) => ratio.with(|budget| budget.config()),
        }
    }

    /// A call goes out for the first time; see [`Budget::began`]. The clock is read only if time means something.
    #[inline]
    pub fn began(&self, now: impl FnOnce() -> Instant) {
        if let Kind::Ratio(ratio) = &self.0 {
            let now = now();
            if now.as_nanos() < ratio.fills_until.load(Ordering::Relaxed) {
                ratio.begun.fetch_add(1, Ordering::Relaxed);
            } else {
                ratio.with(|budget| budget.began(now));
            }
        }
    }

    /// A call succeeded, `retried` or at its first attempt; see [`Budget::succeeded`]. Answers whether that has just made
    /// the budget full.
    #[inline]
    pub fn succeeded(&self, retried: bool) -> bool {
        let Kind::Tokens { config, balance } = &self.0 else { return false };
        // Relaxed throughout: the word is the whole state, and nothing else is made visible by it.
        let before = balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| {
            config.after_success(balance, retried)
        });
        let full = Some(config.capacity().millionths());
        before.is_ok_and(|balance| config.after_success(balance, retried) == full)
    }

    /// Pays for a retry or a hedge, if there is enough; see [`Budget::withdraw`].
    #[inline]
    pub fn withdraw(&self, now: Instant) -> Withdrawal {
        match &self.0 {
            Kind::Ratio(ratio) => ratio.with(|budget| budget.withdraw(now)),
            Kind::Tokens { config, balance } => {
                let taken = balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| {
                    config.after_retry(balance)
                });
                taken.map_or(Withdrawal::Refused, |balance| Withdrawal::Granted {
                    was_full: balance == config.capacity().millionths(),
                })
            }
        }
    }

    /// Whether a retry would be paid for, without paying; see [`Budget::can_withdraw`].
    pub fn can_withdraw(&self, now: Instant) -> bool {
        self.with(|budget| budget.can_withdraw(now))
    }

    /// What may be spent at `now`, in millionths of a token.
    pub fn balance(&self, now: Instant) -> u64 {
        self.with(|budget| budget.balance(now))
    }

    /// Whether successes need not be reported; see [`Budget::is_full`].
    #[inline]
    pub fn is_full(&self) -> bool {
        match &self.0 {
            Kind::Tokens { config, balance } => {
                balance.load(Ordering::Relaxed) == config.capacity().millionths()
            }
            Kind::Ratio(_) => false,
        }
    }

    /// Whether nothing is taken from it at `now`, and nothing earned.
    pub fn is_at_rest(&self, now: Instant) -> bool {
        match self.config() {
            BudgetConfig::Tokens(_) => self.is_full(),
            BudgetConfig::Ratio(config) => self.balance(now) == config.reserve().millionths(),
        }
    }

    /// Whether it must hear of every call when it begins.
    #[inline]
    pub const fn wants_calls(&self) -> bool {
        matches!(self.0, Kind::Ratio(_))
    }

    /// The state as data; see [`Budget::snapshot`].
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        self.with(|budget| budget.snapshot(now))
    }

    /// Takes on a saved state; see [`Budget::restore`].
    pub fn restore(&self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        self.with(|budget| {
            budget.restore(snapshot, now)?;
            if let Kind::Tokens { balance, .. } = &self.0 {
                balance.store(budget.balance(now), Ordering::Relaxed);
            }
            Ok(())
        })
    }

    /// Asks the plain budget, which for tokens is one made of the word as it is now.
    pub(super) fn with<T>(&self, ask: impl FnOnce(&mut Budget) -> T) -> T {
        match &self.0 {
            Kind::Tokens { config, balance } => {
                ask(&mut Budget::of_tokens(*config, balance.load(Ordering::Relaxed)))
            }
            Kind::Ratio(ratio) => ratio.with(ask),
        }
    }
}
