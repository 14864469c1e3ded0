//! Every state that a small budget can reach, and every event in each of them.

use std::collections::BTreeSet;
use std::vec::Vec;

use super::*;

#[derive(Debug, Clone, Copy)]
enum Event {
    Begin,
    Succeed { retried: bool },
    Retry,
    Tick,
}

const EVENTS: [Event; 5] = [
    Event::Begin,
    Event::Succeed { retried: false },
    Event::Succeed { retried: true },
    Event::Retry,
    Event::Tick,
];

/// A budget and its clock, in nanoseconds.
#[derive(Debug, Clone)]
struct Place {
    budget: Budget,
    now: u64,
}

impl Place {
    fn now(&self) -> Instant {
        Instant::from_nanos(self.now)
    }

    /// What tells it from other states: all that a snapshot knows.
    fn key(&mut self) -> Vec<i128> {
        let now = self.now();
        match self.budget.snapshot(now).state {
            SavedState::Tokens { balance } => Vec::from([balance.into()]),
            SavedState::Ratio { buckets, into_bucket } => {
                core::iter::once(into_bucket.into()).chain(buckets.into_iter().map(i128::from)).collect()
            }
        }
    }

    fn after(&self, event: Event) -> (Self, Option<Withdrawal>) {
        let mut next = self.clone();
        let now = self.now();
        match event {
            Event::Begin => next.budget.began(now),
            Event::Succeed { retried } => {
                next.budget.succeeded(retried);
            }
            Event::Retry => {
                let answer = next.budget.withdraw(now);
                return (next, Some(answer));
            }
            Event::Tick => next.now += 1,
        }
        (next, None)
    }

    /// The same state on a clock of its own.
    fn moved(&self) -> Self {
        let mut budget = Budget::new(self.budget.config());
        let saved = self.budget.clone().snapshot(self.now());
        budget.restore(&saved, Instant::from_nanos(3)).expect("its own kind");
        Self { budget, now: 3 }
    }
}

/// Visits every state that can be reached; `within` says how far the walk goes.
fn walk(config: BudgetConfig, within: impl Fn(&[i128]) -> bool, check: impl Fn(&Place)) -> usize {
    let mut begin = Place { budget: Budget::new(config), now: 1_000 };
    let mut seen = BTreeSet::from([begin.key()]);
    let mut open = Vec::from([begin]);
    while let Some(place) = open.pop() {
        check(&place);
        for event in EVENTS {
            let (mut next, _) = place.after(event);
            let key = next.key();
            if within(&key) && seen.insert(key) {
                open.push(next);
            }
        }
    }
    seen.len()
}

/// What must hold in any state of any budget.
fn holds(place: &Place) {
    let (mut budget, now) = (place.budget.clone(), place.now());
    let (balance, price) = (budget.balance(now), budget.price().millionths());
    let (after, answer) = place.after(Event::Retry);
    let granted = answer.expect("an answer").is_granted();
    assert_eq!((balance >= price, balance >= price), (granted, budget.can_withdraw(now)), "{place:?}");
    assert_eq!(balance - u64::from(granted) * price, after.budget.clone().balance(now), "{place:?}");
    let mut moved = place.moved();
    for event in EVENTS {
        let ((mut here, answer), (mut there, told)) = (place.after(event), moved.after(event));
        assert_eq!((answer, here.key()), (told, there.key()), "{event:?} in {place:?}");
    }
    assert_eq!(place.clone().key(), moved.key(), "{place:?}");
}

#[test]
fn every_bucket_up_to_six_tokens() {
    let mut states = 0;
    for capacity in 1..=6 {
        for (cost, refund) in [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (3, 2)] {
            if cost > capacity {
                continue;
            }
            states += walk(
                tokens(capacity, cost, refund),
                |_| true,
                |place| {
                    holds(place);
                    let mut budget = place.budget.clone();
                    let most = u64::from(capacity) * TOKEN;
                    assert!(budget.balance(place.now()) <= most);
                    assert_eq!(budget.balance(place.now()) == most, budget.is_full());
                    for _ in 0..cost {
                        budget.succeeded(false);
                    }
                    assert!(budget.can_withdraw(place.now()), "{place:?}");
                },
            );
        }
    }
    assert_eq!(136, states);
}

#[test]
fn every_share_of_a_few_buckets() {
    let mut states = 0;
    for (millionths, reserve) in
        [(500_000, 0), (500_000, 1), (1_000_000, 0), (1_000_000, 2), (0, 2), (1_500_000, 1)]
    {
        for ttl in 1..=3 {
            let each_second = Amount::from_millionths((reserve * TOKEN * 1_000_000_000_u64).div_ceil(ttl));
            let config = share(Amount::from_millionths(millionths), each_second, Duration::from_nanos(ttl));
            // At most three calls more than retries in a bucket, or there would be no end.
            let most = i128::from(millionths) * 3;
            states += walk(
                config,
                |key| key.iter().all(|sum| *sum <= most.max(1)),
                |place| {
                    holds(place);
                    let (mut budget, later) = (place.budget.clone(), Instant::from_nanos(place.now + ttl));
                    assert_eq!(
                        (reserve * TOKEN, reserve > 0),
                        (budget.balance(later), budget.can_withdraw(later))
                    );
                    begin(&mut budget, 2, later);
                    assert!(budget.can_withdraw(later), "{place:?}");
                },
            );
        }
    }
    assert_eq!(7_400, states);
}
