use super::*;

#[test]
fn the_default_is_a_fifth_of_the_calls_and_ten_a_second_besides() {
    let mut budget = Budget::new(BudgetConfig::Ratio(RatioBudget::default()));
    assert_eq!(100 * TOKEN, budget.balance(at(1_000)));
    begin(&mut budget, 1_000, at(1_000));
    assert_eq!((300, 0), (spend(&mut budget, at(1_000)), budget.balance(at(1_000))));
}

/// mode: budget starves a cold start
#[test]
fn the_first_call_of_a_fresh_process_may_retry() {
    let mut budget = Budget::new(ratio(0.2, 1));
    budget.began(at(0));
    assert_eq!(1, spend(&mut budget, at(0)));
}

#[test]
fn without_a_reserve_retries_are_earned_first() {
    let mut budget = Budget::new(ratio(0.2, 0));
    begin(&mut budget, 4, at(7));
    assert_eq!(Withdrawal::Refused, budget.withdraw(at(7)));
    budget.began(at(7));
    assert_eq!(Withdrawal::Granted { was_full: false }, budget.withdraw(at(7)));
}

#[test]
fn what_was_earned_is_forgotten_after_its_time() {
    for (later, left) in [(0, 2), (9, 2), (10, 0), (11, 0), (1_000_000, 0)] {
        let mut budget = Budget::new(ratio(1.0, 0));
        begin(&mut budget, 2, at(100));
        assert_eq!(left, spend(&mut budget, at(100 + later)), "after {later} s");
    }
}

#[test]
fn what_was_spent_is_forgotten_after_the_same_time_so_the_reserve_comes_back() {
    let mut budget = Budget::new(ratio(0.0, 3));
    let spent = [100, 109, 110, 119, 120].map(|second| spend(&mut budget, at(second)));
    assert_eq!([3, 0, 3, 0, 3], spent);
}

#[test]
fn the_reserve_comes_back_as_it_was_spent() {
    let mut budget = Budget::new(ratio(0.0, 2));
    assert!(budget.withdraw(at(100)).is_granted());
    assert!(budget.withdraw(at(105)).is_granted());
    let spent = [109, 110, 114, 115].map(|second| spend(&mut budget, at(second)));
    assert_eq!([0, 1, 0, 1], spent);
}

#[test]
fn what_was_earned_goes_before_what_it_was_spent_on() {
    let mut budget = Budget::new(ratio(1.0, 1));
    begin(&mut budget, 5, at(100));
    assert_eq!(6, spend(&mut budget, at(105)));
    // Six were spent within the last ten seconds, and nobody has called since: five more than the reserve allows.
    begin(&mut budget, 5, at(112));
    assert_eq!((0, 0), (budget.balance(at(112)), spend(&mut budget, at(112))));
    begin(&mut budget, 1, at(112));
    assert_eq!(1, spend(&mut budget, at(112)));
}

/// mode: budget starves a cold start
#[test]
fn however_much_was_spent_it_is_as_good_as_new_after_its_time() {
    let mut budget = Budget::new(ratio(0.5, 4));
    begin(&mut budget, 100, at(100));
    assert_eq!(54, spend(&mut budget, at(100)));
    assert_eq!(4 * TOKEN, budget.balance(at(110)));
}

#[test]
fn time_that_went_backwards_has_not_moved() {
    let mut budget = Budget::new(ratio(1.0, 0));
    begin(&mut budget, 3, at(100));
    assert_eq!((3 * TOKEN, 0), (budget.balance(at(5)), budget.balance(at(110))));
    assert_eq!(0, budget.balance(at(100)), "what is forgotten does not come back");
    budget.began(at(0));
    assert_eq!((TOKEN, 0), (budget.balance(at(119)), budget.balance(at(120))));
}

#[test]
fn successes_and_fullness_mean_nothing_to_it() {
    let mut budget = Budget::new(ratio(0.2, 10));
    assert_eq!([false; 3], [budget.succeeded(false), budget.succeeded(true), budget.is_full()]);
    assert_eq!(10 * TOKEN, budget.balance(at(0)));
}

#[test]
fn asking_whether_there_is_enough_takes_nothing() {
    let mut budget = Budget::new(ratio(0.0, 1));
    let asked = [(); 3].map(|()| budget.can_withdraw(at(0)));
    assert_eq!(([true; 3], 1, false), (asked, spend(&mut budget, at(0)), budget.can_withdraw(at(0))));
}

#[test]
fn times_shorter_than_ten_nanoseconds_are_kept_to_the_nanosecond() {
    for nanos in 1..=20 {
        let ttl = Duration::from_nanos(nanos);
        let mut budget = Budget::new(share(Amount::ONE, Amount::ZERO, ttl));
        let begun = Instant::from_nanos(1_000_000);
        budget.began(begun);
        let last = begun.saturating_add(ttl).as_nanos() - 1;
        let after = [last, last + 1 + nanos % 2].map(|now| budget.balance(Instant::from_nanos(now)));
        assert_eq!([TOKEN, 0], after, "{nanos} ns");
    }
}

#[test]
fn no_clock_and_no_amount_is_too_large() {
    let most = Amount::from_millionths(u64::MAX);
    let mut budget = Budget::new(share(most, most, Duration::MAX));
    let end = Instant::from_nanos(u64::MAX);
    for now in [at(0), end, end, at(3)] {
        begin(&mut budget, 3, now);
        assert_eq!((u64::MAX, true), (budget.balance(now), budget.withdraw(now).is_granted()));
    }
    let mut budget = Budget::new(ratio(1.0, 0));
    begin(&mut budget, 2, end);
    assert_eq!(2, spend(&mut budget, end));
}

#[test]
fn a_share_that_could_never_be_spent_cannot_be_made() {
    let made = |ratio, each_second, nanos| {
        let [ratio, each_second] = [ratio, each_second].map(Amount::from_millionths);
        RatioBudget::new(ratio, each_second, Duration::from_nanos(nanos)).is_some()
    };
    let second = 1_000_000_000;
    let answers = [
        made(1, 0, second),
        made(0, 0, second),
        made(0, TOKEN, second),
        made(0, TOKEN, second - 1),
        made(TOKEN, TOKEN, 0),
        made(0, 1, 1_000_000 * second),
    ];
    assert_eq!([true, false, true, false, false, true], answers);
}
