//! What happens to a budget; see the table in the [module](super).

use super::amount::Amount;
use super::config::{BudgetConfig, TokenBudget};
use super::ledger::Ledger;
use crate::time::Instant;

/// A retry budget.
///
/// It is a value without locks: whoever shares it between threads guards it ([`crate::host::SharedBudget`] does).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    pub(super) state: State,
}

/// What a budget remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// The balance in millionths: all there is, so that threads can share it as one word.
    Tokens(TokenBudget, u64),
    Ratio(Ledger),
}

/// The answer to who wants to retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Withdrawal {
    /// Go ahead; it is paid for.
    Granted {
        /// The budget was [full](Budget::is_full) until now: from here on successes must be reported.
        was_full: bool,
    },
    /// Do not retry. Nothing was taken.
    Refused,
}

impl Withdrawal {
    /// Whether the retry may be made.
    pub const fn is_granted(self) -> bool {
        matches!(self, Self::Granted { .. })
    }
}

impl Budget {
    /// A budget that nothing was taken from yet.
    pub fn new(config: BudgetConfig) -> Self {
        let state = match config {
            BudgetConfig::Tokens(tokens) => State::Tokens(tokens, tokens.capacity().millionths()),
            BudgetConfig::Ratio(ratio) => State::Ratio(Ledger::new(ratio)),
        };
        Self { state }
    }

    /// Its settings.
    pub const fn config(&self) -> BudgetConfig {
        match &self.state {
            State::Tokens(config, _) => BudgetConfig::Tokens(*config),
            State::Ratio(ledger) => BudgetConfig::Ratio(ledger.config),
        }
    }

    /// A call goes out for the first time. It earns the ratio, if it is that kind of budget.
    pub fn began(&mut self, now: Instant) {
        match &mut self.state {
            State::Tokens(..) => {}
            State::Ratio(ledger) => ledger.earn(now),
        }
    }

    /// So many calls went out that somebody else has counted, all of them before the time that
    /// [`fills_until`](Self::fills_until) gave out, and no event since then.
    #[cfg_attr(not(feature = "std"), allow(dead_code, reason = "only threads count beside a budget"))]
    pub(crate) fn began_times(&mut self, calls: u64) {
        if let State::Ratio(ledger) = &mut self.state {
            ledger.earn_times(calls);
        }
    }

    /// Until when calls that go out need only be counted.
    #[cfg_attr(not(feature = "std"), allow(dead_code, reason = "only threads count beside a budget"))]
    pub(crate) const fn fills_until(&self) -> Instant {
        match &self.state {
            State::Tokens(..) => Instant::from_nanos(u64::MAX),
            State::Ratio(ledger) => ledger.entries.fills_until(),
        }
    }

    /// A call succeeded, `retried` or at its first attempt. Answers whether that has just made the budget
    /// [full](Self::is_full).
    pub fn succeeded(&mut self, retried: bool) -> bool {
        match &mut self.state {
            State::Ratio(_) => false,
            State::Tokens(config, balance) => {
                let Some(more) = config.after_success(*balance, retried) else { return false };
                *balance = more;
                more == config.capacity().millionths()
            }
        }
    }

    /// Pays for a retry or a hedge, if there is enough.
    pub fn withdraw(&mut self, now: Instant) -> Withdrawal {
        match &mut self.state {
            State::Tokens(config, balance) => {
                let Some(left) = config.after_retry(*balance) else { return Withdrawal::Refused };
                let was_full = *balance == config.capacity().millionths();
                *balance = left;
                Withdrawal::Granted { was_full }
            }
            State::Ratio(ledger) => {
                if ledger.spend(now) {
                    Withdrawal::Granted { was_full: false }
                } else {
                    Withdrawal::Refused
                }
            }
        }
    }

    /// Whether a retry would be paid for, without paying.
    pub fn can_withdraw(&mut self, now: Instant) -> bool {
        self.balance(now) >= self.price().millionths()
    }

    /// What a retry costs.
    pub const fn price(&self) -> Amount {
        match &self.state {
            State::Tokens(config, _) => config.retry_cost(),
            State::Ratio(_) => Amount::ONE,
        }
    }

    /// What may be spent at `now`, in millionths of a token.
    pub fn balance(&mut self, now: Instant) -> u64 {
        match &mut self.state {
            State::Tokens(_, balance) => *balance,
            State::Ratio(ledger) => ledger.balance(now),
        }
    }

    /// Whether a call that succeeds at its first attempt would change nothing, so that it need not be reported at all.
    ///
    /// A ratio budget never is: it wants to hear of each call that begins.
    pub const fn is_full(&self) -> bool {
        match &self.state {
            State::Tokens(config, balance) => *balance == config.capacity().millionths(),
            State::Ratio(_) => false,
        }
    }
}
