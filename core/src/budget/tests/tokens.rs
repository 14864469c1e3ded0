use super::*;

/// mode: budget inert by default
#[test]
fn the_default_is_the_aws_quota_and_is_on() {
    let mut budget = Budget::new(BudgetConfig::default());
    assert_eq!((true, 500 * TOKEN), (budget.is_full(), budget.balance(at(0))));
    assert_eq!((100, 0), (spend(&mut budget, at(0)), budget.balance(at(0))));
}

#[test]
fn a_dependency_that_only_fails_is_retried_no_more_than_the_budget_has() {
    // Every call fails and asks for three retries.
    let mut budget = Budget::new(BudgetConfig::default());
    let mut retries = 0;
    for call in 0..10_000 {
        budget.began(at(call));
        retries += (0..3).take_while(|_| budget.withdraw(at(call)).is_granted()).count();
    }
    assert_eq!(100, retries);
}

/// mode: budget starves a cold start
#[test]
fn the_first_call_of_a_fresh_process_may_retry() {
    assert!(Budget::new(tokens(5, 5, 1)).withdraw(at(0)).is_granted());
}

#[test]
fn five_successes_pay_for_a_retry() {
    let mut budget = Budget::new(tokens(500, 5, 1));
    spend(&mut budget, at(0));
    for _ in 0..4 {
        budget.succeeded(false);
        assert_eq!(Withdrawal::Refused, budget.withdraw(at(0)));
    }
    budget.succeeded(false);
    assert_eq!((true, 0), (budget.withdraw(at(0)).is_granted(), budget.balance(at(0))));
}

#[test]
fn a_success_after_retries_earns_back_what_its_last_retry_cost() {
    let mut budget = Budget::new(tokens(500, 5, 1));
    for _ in 0..2 {
        assert!(budget.withdraw(at(0)).is_granted());
    }
    budget.succeeded(true);
    assert_eq!(495 * TOKEN, budget.balance(at(0)));
}

#[test]
fn a_refusal_takes_nothing() {
    let mut budget = Budget::new(tokens(4, 3, 1));
    assert!(budget.withdraw(at(0)).is_granted());
    assert_eq!((Withdrawal::Refused, TOKEN), (budget.withdraw(at(0)), budget.balance(at(0))));
}

#[test]
fn it_never_holds_more_than_its_capacity() {
    let mut budget = Budget::new(tokens(6, 5, 4));
    assert!(budget.withdraw(at(0)).is_granted());
    assert_eq!((false, true), (budget.succeeded(false), budget.succeeded(true)));
    assert_eq!(6 * TOKEN, budget.balance(at(0)));
}

#[test]
fn becoming_full_and_ceasing_to_be_are_said_once() {
    let mut budget = Budget::new(tokens(4, 2, 1));
    assert!(!budget.succeeded(false), "it was full before");
    assert_eq!(Withdrawal::Granted { was_full: true }, budget.withdraw(at(0)));
    assert_eq!(Withdrawal::Granted { was_full: false }, budget.withdraw(at(0)));
    let said = [false, true, false, false].map(|retried| (budget.succeeded(retried), budget.is_full()));
    assert_eq!([(false, false), (false, false), (true, true), (false, true)], said);
}

#[test]
fn time_means_nothing_to_it() {
    let mut budget = Budget::new(tokens(5, 5, 1));
    assert!(budget.withdraw(at(1_000)).is_granted());
    for now in [0, 1_000, u64::MAX] {
        budget.began(at(now));
        assert_eq!((false, 0), (budget.can_withdraw(at(now)), budget.balance(at(now))));
    }
}

#[test]
fn asking_whether_there_is_enough_takes_nothing() {
    let mut budget = Budget::new(tokens(5, 5, 1));
    let asked = [(); 3].map(|()| budget.can_withdraw(at(0)));
    assert_eq!(([true; 3], 1, false), (asked, spend(&mut budget, at(0)), budget.can_withdraw(at(0))));
}

#[test]
fn a_bucket_that_cannot_do_its_work_cannot_be_made() {
    let made = |capacity, cost, refund| {
        let [capacity, cost, refund] = [capacity, cost, refund].map(Amount::from_millionths);
        TokenBudget::new(capacity, cost, refund).is_some()
    };
    let answers = [made(5, 5, 1), made(5, 6, 1), made(5, 0, 1), made(5, 5, 0), made(0, 0, 1), made(1, 1, 1)];
    assert_eq!([true, false, false, false, false, true], answers);
}

#[test]
fn the_largest_amounts_do_not_overflow() {
    let most = Amount::from_millionths(u64::MAX);
    let mut budget = Budget::new(BudgetConfig::Tokens(TokenBudget::new(most, Amount::ONE, most).unwrap()));
    assert!(budget.withdraw(at(0)).is_granted());
    assert_eq!((true, u64::MAX), (budget.succeeded(false), budget.balance(at(0))));
}
