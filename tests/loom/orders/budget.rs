//! Threads on one retry budget.

use std::sync::Arc;
use std::time::Duration;

use failsoft::budget::{Amount, BudgetConfig, RatioBudget, TokenBudget, Withdrawal};
use failsoft::host::SharedBudget;
use failsoft_loom::{at, in_every_order};

use super::together;

fn tokens(capacity: u32) -> Arc<SharedBudget> {
    let [capacity, cost, refund] = [capacity, 5, 5].map(Amount::whole);
    let tokens = TokenBudget::new(capacity, cost, refund).expect("a bucket that works");
    Arc::new(SharedBudget::new(BudgetConfig::Tokens(tokens)))
}

/// A retry for each call of the last ten seconds.
fn ratio() -> Arc<SharedBudget> {
    let ratio = RatioBudget::new(Amount::whole(1), Amount::whole(0), Duration::from_secs(10));
    Arc::new(SharedBudget::new(BudgetConfig::Ratio(ratio.expect("a share that can be spent"))))
}

#[test]
fn threads_spend_what_there_is_and_no_more() {
    in_every_order(|| {
        let budget = tokens(20);
        let granted = together(&budget, |budget, _| {
            [(); 2].map(|()| budget.withdraw(at(1)).is_granted()).iter().filter(|granted| **granted).count()
        });
        assert_eq!((4, 0), (granted.iter().sum::<usize>(), budget.balance(at(1))));
    });
}

#[test]
fn becoming_full_and_ceasing_to_be_take_turns() {
    in_every_order(|| {
        let budget = tokens(10);
        let said = together(&budget, |budget, _| {
            let left = budget.withdraw(at(1)) == Withdrawal::Granted { was_full: true };
            i32::from(left) - i32::from(budget.succeeded(false))
        });
        assert_eq!(i32::from(!budget.is_full()), said.iter().sum::<i32>());
    });
}

#[test]
fn every_call_that_begins_earns() {
    in_every_order(|| {
        let budget = ratio();
        together(&budget, |budget, thread| {
            budget.began(|| at(1));
            if thread == 0 {
                budget.balance(at(1));
            } else {
                budget.began(|| at(1));
            }
        });
        assert_eq!(5_000_000, budget.balance(at(1)));
    });
}

#[test]
fn what_calls_have_earned_is_spent_once() {
    in_every_order(|| {
        let budget = ratio();
        budget.began(|| at(1));
        let spent = together(&budget, |budget, thread| {
            if thread == 2 {
                budget.began(|| at(1));
            }
            u64::from(budget.withdraw(at(1)).is_granted())
        });
        let left = budget.balance(at(1)) / 1_000_000;
        assert_eq!(2, spent.iter().sum::<u64>() + left);
    });
}
