//! Stories about a budget, in virtual time.

mod amounts;
mod every_state;
mod matrix;
mod model;
mod ratio;
mod ratios;
mod snapshot;
mod tokens;

use core::time::Duration;

use super::*;
use crate::time::Instant;

const TOKEN: u64 = 1_000_000;

fn tokens(capacity: u32, retry_cost: u32, success_refund: u32) -> BudgetConfig {
    let [capacity, retry_cost, success_refund] = [capacity, retry_cost, success_refund].map(Amount::whole);
    BudgetConfig::Tokens(TokenBudget::new(capacity, retry_cost, success_refund).expect("a bucket that works"))
}

/// A share of the calls, with `reserve` retries besides, counted for ten seconds.
fn ratio(ratio: f64, reserve: u32) -> BudgetConfig {
    share(Amount::from_tokens(ratio), Amount::from_millionths(u64::from(reserve) * TOKEN / 10), secs(10))
}

fn share(ratio: Amount, min_retries_per_second: Amount, ttl: Duration) -> BudgetConfig {
    let budget = RatioBudget::new(ratio, min_retries_per_second, ttl);
    BudgetConfig::Ratio(budget.expect("a share that can be spent"))
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn at(seconds: u64) -> Instant {
    Instant::default().saturating_add(secs(seconds))
}

/// So many calls begin.
fn begin(budget: &mut Budget, calls: u32, now: Instant) {
    (0..calls).for_each(|_| budget.began(now));
}

/// How many retries are granted until one is refused, or until nobody believes that one will be.
fn spend(budget: &mut Budget, now: Instant) -> usize {
    (0..100_000).take_while(|_| budget.withdraw(now).is_granted()).count()
}
