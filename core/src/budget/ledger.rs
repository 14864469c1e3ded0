//! The balance of a ratio budget.

use super::amount::Amount;
use super::config::RatioBudget;
use super::ring::Ring;
use crate::time::Instant;

/// The reserve, and what was earned and spent within `ttl`.
///
/// What was spent is forgotten after `ttl` as well: so within any `ttl` there are at most `ratio` × calls + reserve
/// retries, which is all that there is to know, and however much was spent, the reserve is back after `ttl`. (A reserve
/// that refills drop by drop would have to remember which of the two a retry was paid from.) What was earned goes before
/// what it was spent on, so the sum may be below nothing for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ledger {
    pub(super) config: RatioBudget,
    pub(super) entries: Ring,
    ratio: i64,
    reserve: i128,
}

impl Ledger {
    pub(super) fn new(config: RatioBudget) -> Self {
        Self {
            config,
            entries: Ring::new(config.ttl()),
            ratio: i64::try_from(config.ratio().millionths()).unwrap_or(i64::MAX),
            reserve: config.reserve().millionths().into(),
        }
    }

    pub(super) fn earn(&mut self, now: Instant) {
        self.entries.enter(self.ratio, now);
    }

    /// So many calls more began while the newest entries were the newest.
    pub(super) fn earn_times(&mut self, calls: u64) {
        let earned = i64::try_from(calls).ok().and_then(|calls| self.ratio.checked_mul(calls));
        // Where one by one some would still fit, more calls were counted than anybody makes.
        self.entries.enter_newest(earned.unwrap_or(i64::MAX));
    }

    pub(super) fn balance(&mut self, now: Instant) -> u64 {
        let balance = self.reserve + self.entries.sum(now);
        u64::try_from(balance.max(0)).unwrap_or(u64::MAX)
    }

    /// What cannot be written down is not granted.
    pub(super) fn spend(&mut self, now: Instant) -> bool {
        self.balance(now) >= Amount::ONE.millionths() && self.entries.enter(-PRICE, now)
    }
}

#[allow(clippy::cast_possible_wrap, reason = "one token is a million")]
const PRICE: i64 = Amount::ONE.millionths() as i64;
