//! The settings of a budget, already known to make sense.

use alloc::string::String;
use core::time::Duration;

use super::amount::Amount;
use crate::time::nanos;

/// A budget as a policy names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BudgetSettings {
    /// Policies that name the same budget share it; `None` is one of this policy's own.
    pub name: Option<String>,
    /// What it allows.
    pub config: BudgetConfig,
}

/// How many retries a budget allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetConfig {
    /// Retries cost tokens, successes earn them back.
    Tokens(TokenBudget),
    /// Retries are a share of the calls.
    Ratio(RatioBudget),
}

/// A bucket of tokens that only failures empty. Time has no part in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBudget {
    capacity: Amount,
    retry_cost: Amount,
    success_refund: Amount,
}

/// Retries in proportion to the calls of late, and a reserve for those who make few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatioBudget {
    ratio: Amount,
    min_retries_per_second: Amount,
    ttl: Duration,
}

impl TokenBudget {
    /// A bucket of `capacity` that a retry takes `retry_cost` from and a success without retries adds `success_refund` to.
    ///
    /// `None` for a bucket that could not do its work: a retry that costs nothing (no limit) or more than the capacity
    /// (no retry, ever), or a refund of nothing (once empty, empty for ever).
    pub const fn new(capacity: Amount, retry_cost: Amount, success_refund: Amount) -> Option<Self> {
        let limits = retry_cost.millionths() > 0 && retry_cost.millionths() <= capacity.millionths();
        if limits && success_refund.millionths() > 0 {
            Some(Self { capacity, retry_cost, success_refund })
        } else {
            None
        }
    }

    /// What it starts with, and the most that it holds.
    #[inline]
    pub const fn capacity(&self) -> Amount {
        self.capacity
    }

    /// What a retry costs, and what a call that succeeded after retries earns back.
    #[inline]
    pub const fn retry_cost(&self) -> Amount {
        self.retry_cost
    }

    /// What a call that succeeded at its first attempt earns.
    #[inline]
    pub const fn success_refund(&self) -> Amount {
        self.success_refund
    }

    /// What is left of `balance` after a retry; `None` if it is not enough.
    #[inline]
    pub(crate) const fn after_retry(&self, balance: u64) -> Option<u64> {
        balance.checked_sub(self.retry_cost.millionths())
    }

    /// What a success makes of `balance`; `None` if it is full, and so nothing changes.
    #[inline]
    pub(crate) fn after_success(&self, balance: u64, retried: bool) -> Option<u64> {
        // The rule of the AWS SDKs: who got through after retries gives back what the last of them cost. It was a good one.
        let earned = if retried { self.retry_cost } else { self.success_refund };
        let capacity = self.capacity.millionths();
        (balance < capacity).then(|| balance.saturating_add(earned.millionths()).min(capacity))
    }
}

impl RatioBudget {
    /// `ratio` retries for each call of the last `ttl`, and `min_retries_per_second` × `ttl` besides.
    ///
    /// `None` if it could never allow a retry, or forgets at once: a `ttl` of zero, or a `ratio` of nothing with a reserve
    /// of less than one retry.
    pub fn new(ratio: Amount, min_retries_per_second: Amount, ttl: Duration) -> Option<Self> {
        let budget = Self { ratio, min_retries_per_second, ttl };
        let pays = ratio > Amount::ZERO || budget.reserve() >= Amount::ONE;
        (pays && !ttl.is_zero()).then_some(budget)
    }

    /// What a call earns when it begins; a retry costs 1.
    pub const fn ratio(&self) -> Amount {
        self.ratio
    }

    /// How many retries a second are allowed however few calls there are.
    pub const fn min_retries_per_second(&self) -> Amount {
        self.min_retries_per_second
    }

    /// How long an entry counts, to a tenth of it.
    pub const fn ttl(&self) -> Duration {
        self.ttl
    }

    /// What may be spent within `ttl` without a single call: `min_retries_per_second` × `ttl`.
    pub fn reserve(&self) -> Amount {
        let product = u128::from(self.min_retries_per_second.millionths()) * u128::from(nanos(self.ttl));
        Amount::from_millionths(u64::try_from(product / NANOS_PER_SEC).unwrap_or(u64::MAX))
    }
}

impl Default for BudgetConfig {
    /// Tokens: they need no clock, and cost nothing while all goes well.
    fn default() -> Self {
        Self::Tokens(TokenBudget::default())
    }
}

impl Default for TokenBudget {
    /// 500 tokens, 5 for a retry, 1 for a success: the retry quota of the AWS SDKs' standard mode, which has been tried
    /// against services of every size.
    ///
    /// A hundred retries carry a program through a short fault as if there were no budget, and five successes pay for a
    /// retry that led to nothing. In an outage that lasts, retries end and each call is made once.
    fn default() -> Self {
        Self { capacity: Amount::whole(500), retry_cost: Amount::whole(5), success_refund: Amount::whole(1) }
    }
}

impl Default for RatioBudget {
    /// A fifth of the calls of the last ten seconds, and ten retries a second: the numbers of Finagle's `RetryBudget`.
    ///
    /// A fifth more load is what a dependency near its limit can be expected to bear.
    fn default() -> Self {
        Self {
            ratio: Amount::from_millionths(200_000),
            min_retries_per_second: Amount::whole(10),
            ttl: Duration::from_secs(10),
        }
    }
}

const NANOS_PER_SEC: u128 = 1_000_000_000;
