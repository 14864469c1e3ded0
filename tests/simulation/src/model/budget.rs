//! A budget as a list of what was earned and spent.

use failsoft::budget::{Amount, BudgetConfig};

use super::nanos;

/// What a budget should hold, in millionths of a token.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    config: BudgetConfig,
    tokens: i128,
    /// Of a share: when, in tenths of `ttl`, and how much.
    entries: Vec<(i128, i128)>,
    origin: i128,
    now: u64,
}

impl Budget {
    pub(crate) fn new(config: BudgetConfig) -> Self {
        let tokens = match config {
            BudgetConfig::Tokens(tokens) => whole(tokens.capacity()),
            BudgetConfig::Ratio(_) => 0,
        };
        Self { config, tokens, entries: Vec::new(), origin: 0, now: 0 }
    }

    /// The latest that it has heard.
    pub(crate) fn hear(&mut self, now: u64) -> u64 {
        self.now = self.now.max(now);
        self.now
    }

    pub(crate) fn began(&mut self, now: u64) {
        let now = self.hear(now);
        if let BudgetConfig::Ratio(share) = self.config {
            self.entries.push((self.tenth(now), whole(share.ratio())));
        }
    }

    pub(crate) fn succeeded(&mut self, retried: bool) {
        if let BudgetConfig::Tokens(tokens) = self.config {
            let earned = if retried { tokens.retry_cost() } else { tokens.success_refund() };
            self.tokens = (self.tokens + whole(earned)).min(whole(tokens.capacity()));
        }
    }

    /// Whether a retry is paid for.
    pub(crate) fn withdraw(&mut self, now: u64) -> bool {
        let now = self.hear(now);
        let price = self.price();
        if i128::from(self.balance(now)) < price {
            return false;
        }
        match self.config {
            BudgetConfig::Tokens(_) => self.tokens -= price,
            BudgetConfig::Ratio(_) => self.entries.push((self.tenth(now), -price)),
        }
        true
    }

    pub(crate) fn balance(&self, now: u64) -> u64 {
        let sum = match self.config {
            BudgetConfig::Tokens(_) => self.tokens,
            BudgetConfig::Ratio(share) => {
                let length = i128::from(nanos(share.ttl()));
                let reserve = whole(share.min_retries_per_second()) * length / 1_000_000_000;
                let (present, kept) = (self.tenth(now), self.width_and_kept().1);
                let counts = self.entries.iter().filter(|(then, _)| present - then < kept);
                reserve + counts.map(|(_, amount)| amount).sum::<i128>()
            }
        };
        u64::try_from(sum.max(0)).unwrap_or(u64::MAX)
    }

    pub(crate) const fn config(&self) -> BudgetConfig {
        self.config
    }

    pub(crate) fn move_to(&mut self, before: u64, after: u64) {
        self.now = after;
        if before == u64::MAX {
            // The last tenth has no end, so its length is not known: elsewhere it begins anew.
            self.origin = i128::from(after) - self.tenth(before) * self.width_and_kept().0;
            return;
        }
        self.origin += i128::from(after) - i128::from(before);
    }

    fn price(&self) -> i128 {
        match self.config {
            BudgetConfig::Tokens(tokens) => whole(tokens.retry_cost()),
            BudgetConfig::Ratio(_) => 1_000_000,
        }
    }

    fn tenth(&self, now: u64) -> i128 {
        (i128::from(now) - self.origin).div_euclid(self.width_and_kept().0)
    }

    fn width_and_kept(&self) -> (i128, i128) {
        let BudgetConfig::Ratio(share) = self.config else { return (1, 1) };
        let length = i128::from(nanos(share.ttl())).max(1);
        let width = (length + 9) / 10;
        (width, (length + width - 1) / width)
    }
}

fn whole(amount: Amount) -> i128 {
    amount.millionths().into()
}
