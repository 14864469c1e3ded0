//! Every state that a small budget can reach, and every event in each of them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::tests::page::{self, Table, grouped};

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
    a_clock_that_steps_back_has_not_moved(place);
    the_last_reading_of_a_clock_is_one_like_others(place);
}

fn a_clock_that_steps_back_has_not_moved(place: &Place) {
    let mut still = place.clone();
    still.key();
    let back = Place { now: still.now - 3, ..still.clone() };
    for event in EVENTS.into_iter().filter(|event| !matches!(event, Event::Tick)) {
        let ((still, answer), (back, told)) = (still.after(event), back.after(event));
        assert_eq!((answer, still.budget), (told, back.budget), "{event:?} in {place:?}");
    }
}

/// Nothing overflows, a retry is granted exactly if there is enough, and what there is can be moved to another clock.
fn the_last_reading_of_a_clock_is_one_like_others(place: &Place) {
    let end = Place { now: u64::MAX, ..place.clone() };
    for event in EVENTS.into_iter().filter(|event| !matches!(event, Event::Tick)) {
        let (mut after, _) = end.after(event);
        let (balance, price) = (after.budget.balance(after.now()), after.budget.price().millionths());
        let (_, answer) = after.after(Event::Retry);
        assert_eq!(Some(balance >= price), answer.map(Withdrawal::is_granted), "{event:?} in {place:?}");
        let mut moved = after.moved();
        assert_eq!(balance, moved.budget.balance(moved.now()), "{event:?} in {place:?}");
    }
}

/// mode: budget starves a cold start
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
    assert_eq!(BUCKET_STATES, states);
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
    assert_eq!(SHARED_STATES, states);
}

#[test]
fn machines_budget_page_is_what_the_walk_finds() {
    let bucket = shown(tokens(4, 2, 1), |_| true);
    let ttl = Duration::from_nanos(1);
    let config = share(Amount::from_tokens(0.5), Amount::whole(1_000_000_000), ttl);
    // At most one token more than the reserve, and nothing older than the present bucket.
    let most = i128::from(TOKEN);
    let shared = shown(config, |key| {
        key.iter().take(2).all(|sum| *sum <= most) && key.iter().skip(2).all(|sum| *sum == 0)
    });
    let page = HEAD
        .replace("DIAGRAM", bucket.diagram("4").trim_end())
        .replace("TABLE OF TOKENS", bucket.render(order).trim_end())
        .replace("TABLE OF A SHARE", shared.render(order).trim_end())
        .replace("MANY_OTHERS", &grouped(SHARED_STATES))
        .replace("MANY", &grouped(BUCKET_STATES));
    page::check("budget", &page);
}

/// What each event leads to, in every state.
fn shown(config: BudgetConfig, within: impl Fn(&[i128]) -> bool) -> Table {
    let table = RefCell::new(Table::new(&COLUMNS));
    walk(config, &within, |place| {
        let name = |place: &Place| {
            let left = place.budget.clone().balance(place.now());
            Amount::from_millionths(left).to_string()
        };
        let table = &mut *table.borrow_mut();
        for (column, event) in COLUMNS.iter().zip(EVENTS) {
            let (mut next, answer) = place.after(event);
            if let Event::Tick = event {
                next.now += 1_000;
            }
            let (from, to, key) = (name(place), name(&next), next.key());
            let moved = if to == from { String::from("–") } else { format!("**{to}**") };
            let cell = match answer {
                // States with more than that are not shown.
                _ if !within(&key) => String::from("more"),
                Some(Withdrawal::Refused) => String::from("refused"),
                Some(Withdrawal::Granted { .. }) => format!("granted: {moved}"),
                None => moved,
            };
            table.saw(&from, column, cell);
            if to != from {
                table.changed(&from, &to, column);
            }
        }
    });
    let table = table.into_inner();
    assert_eq!(Vec::<String>::new(), table.ambiguous());
    table
}

/// The fullest first.
fn order(state: &str) -> i64 {
    let millionths = state.parse::<f64>().expect("an amount") * -1_000_000.0;
    #[allow(clippy::cast_possible_truncation, reason = "a few tokens")]
    let order = millionths as i64;
    order
}

const BUCKET_STATES: usize = 136;
const SHARED_STATES: usize = 7_400;
const COLUMNS: [&str; 5] =
    ["a call begins", "succeeds at once", "succeeds after retries", "wants to retry", "the ttl passes"];
const HEAD: &str = "# The retry budget, state by state

Written by a test that walks the real machine through every state it can reach (`core/src/budget/tests/every_state.rs`);
`UPDATE=1 cargo test -p failsoft machines` writes it anew. The rules in words are in `core/src/budget/mod.rs`.

A state is what may be spent, in tokens. The state that follows is **bold**; a dash is an event that changes nothing.

## A bucket of tokens

Four tokens; a retry costs two, and a success at the first attempt earns one.

DIAGRAM

TABLE OF TOKENS

## A share of the calls

Half a retry for each call and a reserve of one, as long as no more than two tokens are left.

TABLE OF A SHARE

## What was walked

MANY states of buckets of up to six tokens at every price and refund up to three, and MANY_OTHERS states of six
shares whose entries are spread over up to three ages. Checked in every state:

- A retry is granted exactly if there is enough, costs its price, and a refusal costs nothing.
- There is never more than the capacity, and *full* is said exactly when it is.
- Successes pay for a retry in the end, from the emptiest bucket as well; after the `ttl` a share has its reserve again.
- A clock that steps back has not moved, and the last reading that there is is one like others.
- A budget restored on another clock from its snapshot gives the same answer to every event that follows.
";
