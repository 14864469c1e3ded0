//! Threads on one budget, and one thread beside the plain budget.

use proptest::prelude::*;

use super::*;
use crate::budget::{Amount, Budget, BudgetConfig, RatioBudget, TokenBudget, Withdrawal};
use crate::host::SharedBudget;

const TOKEN: u64 = 1_000_000;

fn tokens(capacity: u32, retry_cost: u32, success_refund: u32) -> BudgetConfig {
    let [capacity, retry_cost, success_refund] = [capacity, retry_cost, success_refund].map(Amount::whole);
    BudgetConfig::Tokens(TokenBudget::new(capacity, retry_cost, success_refund).expect("a bucket that works"))
}

fn ratio(millionths: u64, min_retries_per_second: u32) -> BudgetConfig {
    let reserve = Amount::whole(min_retries_per_second);
    let ratio = RatioBudget::new(Amount::from_millionths(millionths), reserve, Duration::from_secs(10));
    BudgetConfig::Ratio(ratio.expect("a share that can be spent"))
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Begin,
    Succeed {
        retried: bool,
    },
    Retry,
    /// Saved and restored at once, into another.
    Move,
    /// The clock jumps there.
    Clock(u64),
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => Just(Event::Begin),
        4 => any::<bool>().prop_map(|retried| Event::Succeed { retried }),
        8 => Just(Event::Retry),
        1 => Just(Event::Move),
        3 => (0..60_u64).prop_map(Event::Clock),
    ]
}

fn configs() -> impl Strategy<Value = BudgetConfig> {
    let bucket = (0..9_u32, 1..4_u32, 1..4_u32);
    prop_oneof![
        bucket.prop_map(|(more, cost, refund)| tokens(cost + more, cost, refund)),
        (1..2 * TOKEN, 0..2_u32).prop_map(|(millionths, reserve)| ratio(millionths, reserve)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_decides_what_the_plain_budget_decides(config in configs(), events in prop::collection::vec(events(), 1..120)) {
        let (mut plain, mut shared, mut now) = (Budget::new(config), SharedBudget::new(config), at(1));
        for event in events {
            match event {
                Event::Begin => {
                    plain.began(now);
                    shared.began(|| now);
                }
                Event::Succeed { retried } => prop_assert_eq!(plain.succeeded(retried), shared.succeeded(retried)),
                Event::Retry => prop_assert_eq!(plain.withdraw(now), shared.withdraw(now)),
                Event::Move => {
                    let saved = shared.snapshot(now);
                    prop_assert_eq!(&plain.snapshot(now), &saved);
                    (plain, shared) = (Budget::new(config), SharedBudget::new(config));
                    prop_assert_eq!(Ok(()), shared.restore(&saved, now));
                    prop_assert_eq!(Ok(()), plain.restore(&saved, now));
                }
                Event::Clock(seconds) => now = at(seconds),
            }
            // To ask is an event: what is counted between two of them is to be handed in with the second.
            if matches!(event, Event::Begin | Event::Clock(_)) {
                continue;
            }
            prop_assert_eq!(plain.config(), shared.config());
            prop_assert_eq!(
                (plain.balance(now), plain.can_withdraw(now), plain.is_full()),
                (shared.balance(now), shared.can_withdraw(now), shared.is_full())
            );
        }
    }
}

#[test]
fn threads_that_retry_together_spend_what_there_is_and_no_more() {
    for config in [tokens(200_003, 5, 1), ratio(1, 4_000)] {
        let budget = SharedBudget::new(config);
        let granted = together(|_| (0..20_000).filter(|_| budget.withdraw(at(1)).is_granted()).count());
        assert_eq!(40_000, granted.iter().sum::<usize>(), "{config:?}");
        assert!(!budget.can_withdraw(at(1)));
    }
}

#[test]
fn no_token_is_lost_or_made() {
    // Never empty and never full, so that each event counts.
    let budget = SharedBudget::new(tokens(1_000_000, 5, 1));
    for _ in 0..100_000 {
        assert!(budget.withdraw(at(1)).is_granted());
    }
    together(|thread| {
        for call in 0..20_000 {
            match (thread + call) % 4 {
                0 => assert!(budget.withdraw(at(1)).is_granted()),
                1 => assert!(!budget.succeeded(true)),
                _ => assert!(!budget.succeeded(false)),
            }
        }
    });
    // Of 160 000 events a quarter cost 5, a quarter earned 5 and a half earned 1.
    assert_eq!((500_000 + 80_000) * TOKEN, budget.balance(at(1)));
}

#[test]
fn what_is_granted_at_the_edge_is_what_was_earned() {
    let budget = SharedBudget::new(tokens(50, 5, 1));
    let granted = together(|thread| {
        let mut granted = 0_u64;
        for call in 0..4_000 {
            if (thread + call) % 3 == 0 {
                granted += u64::from(budget.withdraw(at(1)).is_granted());
            } else {
                budget.succeeded(false);
            }
        }
        granted
    });
    let (granted, left) = (granted.iter().sum::<u64>(), budget.balance(at(1)));
    let successes =
        (0..8_u64).map(|thread| (0..4_000).filter(|call| (thread + call) % 3 != 0).count() as u64);
    // What did not fit into a full bucket is lost, so it may be less.
    assert!(granted * 5 * TOKEN + left <= (50 + successes.sum::<u64>()) * TOKEN);
    assert!(granted >= 10 && left <= 50 * TOKEN, "{granted} granted, {left} left");
}

#[test]
fn calls_that_begin_together_all_earn() {
    let budget = SharedBudget::new(ratio(600_000, 0));
    together(|_| (0..1_000).for_each(|_| budget.began(|| at(1))));
    assert_eq!(4_800 * TOKEN, budget.balance(at(1)));
}

#[test]
fn becoming_full_and_ceasing_to_be_take_turns() {
    // Each change is said exactly once: in the end there is one more of one than of the other, or as many.
    let budget = SharedBudget::new(tokens(10, 5, 5));
    let said = together(|thread| {
        let (mut filled, mut left) = (0_i64, 0_i64);
        for call in 0..4_000 {
            if (thread + call) % 2 == 0 {
                left += i64::from(budget.withdraw(at(1)) == Withdrawal::Granted { was_full: true });
            } else {
                filled += i64::from(budget.succeeded(false));
            }
        }
        (filled, left)
    });
    let (filled, left) = said.iter().fold((0, 0), |sum, said| (sum.0 + said.0, sum.1 + said.1));
    assert_eq!(i64::from(!budget.is_full()), left - filled);
    assert!(left > 0);
}

#[test]
fn a_bucket_of_tokens_reads_no_clock() {
    SharedBudget::new(tokens(10, 5, 1)).began(|| panic!("the clock was read"));
}

/// mode: poisoned lock
#[test]
fn a_thread_that_panics_inside_a_decision_stops_nobody_else() {
    let budget = SharedBudget::new(ratio(600_000, 1));
    let panicked =
        thread::scope(|scope| scope.spawn(|| budget.with(|_| panic!("on purpose"))).join().is_err());
    assert!(panicked);
    assert_eq!(Withdrawal::Granted { was_full: false }, budget.withdraw(at(1)));
}
