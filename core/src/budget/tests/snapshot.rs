use std::string::ToString;
use std::vec;

use super::*;

fn moved(mut budget: Budget, from: Instant, to: Instant) -> Budget {
    let saved = serde_json::to_string(&budget.snapshot(from)).unwrap();
    let mut restored = Budget::new(budget.config());
    restored.restore(&serde_json::from_str(&saved).unwrap(), to).unwrap();
    restored
}

#[test]
fn what_is_saved_is_named_and_versioned() {
    let mut bucket = Budget::new(tokens(10, 5, 1));
    assert!(bucket.withdraw(at(0)).is_granted());
    let saved = serde_json::to_string(&bucket.snapshot(at(0))).unwrap();
    assert_eq!(r#"{"version":1,"state":{"kind":"tokens","balance":5000000}}"#, saved);

    let mut share = Budget::new(ratio(0.5, 1));
    begin(&mut share, 3, at(100));
    assert!(share.withdraw(at(102)).is_granted());
    let half_a_second = Duration::from_millis(500);
    let saved = serde_json::to_string(&share.snapshot(at(102).saturating_add(half_a_second))).unwrap();
    assert_eq!(
        r#"{"version":1,"state":{"kind":"ratio","buckets":[-1000000,0,1500000],"into_bucket":500000000}}"#,
        saved
    );
}

#[test]
fn a_bucket_goes_on_where_it_was() {
    let mut budget = Budget::new(tokens(10, 5, 1));
    assert!(budget.withdraw(at(100)).is_granted());
    let mut restored = moved(budget, at(100), at(3));
    assert_eq!((5 * TOKEN, 1), (restored.balance(at(3)), spend(&mut restored, at(3))));
}

#[test]
fn a_share_forgets_when_it_would_have_on_a_clock_that_just_began() {
    let mut budget = Budget::new(ratio(1.0, 0));
    begin(&mut budget, 2, at(100));
    let later = at(107).saturating_add(Duration::from_millis(300));
    let mut restored = moved(budget, later, at(0));
    let left =
        [2_699, 2_700].map(|millis| restored.balance(at(0).saturating_add(Duration::from_millis(millis))));
    assert_eq!([2 * TOKEN, 0], left);
}

#[test]
fn a_share_restored_at_a_time_gone_by_counts_from_the_latest() {
    let mut budget = Budget::new(ratio(1.0, 0));
    begin(&mut budget, 2, at(200));
    let saved = budget.snapshot(at(200));
    budget.restore(&saved, at(100)).unwrap();
    assert_eq!([2 * TOKEN, 0], [209, 210].map(|second| budget.balance(at(second))));
}

#[test]
fn more_buckets_than_the_time_has_are_left_out() {
    let mut budget = Budget::new(share(Amount::ONE, Amount::ZERO, Duration::from_nanos(3)));
    let state = SavedState::Ratio { buckets: vec![1; 10], into_bucket: 0 };
    budget.restore(&Snapshot { version: 1, state }, at(100)).unwrap();
    assert_eq!(3, budget.balance(at(100)));
}

#[test]
fn a_balance_above_the_capacity_is_cut_to_it() {
    let mut budget = Budget::new(tokens(10, 5, 1));
    let saved = Snapshot { version: 1, state: SavedState::Tokens { balance: u64::MAX } };
    budget.restore(&saved, at(0)).unwrap();
    assert_eq!((10 * TOKEN, true), (budget.balance(at(0)), budget.is_full()));
}

#[test]
fn what_a_hostile_store_says_of_a_share_is_forgotten_after_its_time() {
    for lie in [i64::MIN, -1, i64::MAX] {
        let mut budget = Budget::new(ratio(0.5, 1));
        let state = SavedState::Ratio { buckets: vec![lie; 1_000], into_bucket: u64::MAX };
        budget.restore(&Snapshot { version: 1, state }, at(100)).unwrap();
        begin(&mut budget, 3, at(100));
        let paid = spend(&mut budget, at(100));
        assert_eq!((lie == i64::MAX, lie > 0), (paid > 2, budget.can_withdraw(at(100))), "{lie}");
        assert_eq!(TOKEN, budget.balance(at(111)), "{lie}");
    }
}

#[test]
fn a_bucket_that_cannot_go_lower_grants_nothing() {
    let mut budget = Budget::new(ratio(0.5, 1));
    let state = SavedState::Ratio { buckets: vec![i64::MIN, i64::MAX, i64::MAX], into_bucket: 0 };
    budget.restore(&Snapshot { version: 1, state }, at(100)).unwrap();
    assert_eq!((Withdrawal::Refused, true), (budget.withdraw(at(100)), budget.can_withdraw(at(100))));
    assert!(budget.withdraw(at(101)).is_granted());
}

#[test]
fn a_snapshot_that_is_none_changes_nothing() {
    let mut bucket = Budget::new(tokens(10, 5, 1));
    let mut share = Budget::new(ratio(0.5, 1));
    let (of_bucket, of_share) = (bucket.snapshot(at(0)), share.snapshot(at(0)));
    let newer = Snapshot { version: 2, ..of_bucket.clone() };
    let before = (bucket.clone(), share.clone());
    let answers =
        [bucket.restore(&newer, at(0)), bucket.restore(&of_share, at(0)), share.restore(&of_bucket, at(0))];
    assert_eq!(
        [
            "version: 2 is not known (expected 1)",
            "state.kind: the snapshot is of a ratio budget (expected tokens)",
            "state.kind: the snapshot is of a tokens budget (expected ratio)",
        ],
        answers.map(|answer| answer.unwrap_err().to_string().leak() as &str)
    );
    assert_eq!(before, (bucket, share));
}

#[test]
fn keys_that_nobody_reads_are_refused() {
    for text in [
        r#"{"version":1,"state":{"kind":"tokens","balance":1,"buckets":[]}}"#,
        r#"{"version":1,"state":{"kind":"tokens","balance":1},"name":"llm"}"#,
        r#"{"version":1,"state":{"kind":"tokens","balance":-1}}"#,
        r#"{"version":1,"state":{"kind":"coins","balance":1}}"#,
    ] {
        assert!(serde_json::from_str::<Snapshot>(text).is_err(), "{text}");
    }
}
