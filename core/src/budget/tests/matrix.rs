//! The table in the module's documentation, played: every event in every state of both kinds.

use std::format;
use std::string::{String, ToString};

use super::*;

const EVENTS: [&str; 6] =
    ["begins", "succeeds", "succeeds after retries", "retries", "asks", "waits for the ttl"];

/// The balance after an event, and what was answered.
fn after(budget: &Budget, event: &str) -> String {
    let (mut budget, mut now) = (budget.clone(), at(100));
    let mut answer = String::new();
    match event {
        "begins" => budget.began(now),
        "succeeds" => answer = full(budget.succeeded(false)),
        "succeeds after retries" => answer = full(budget.succeeded(true)),
        "retries" => {
            answer = match budget.withdraw(now) {
                Withdrawal::Granted { was_full: true } => ": yes, was full".to_string(),
                Withdrawal::Granted { was_full: false } => ": yes".to_string(),
                Withdrawal::Refused => ": no".to_string(),
            }
        }
        "asks" => answer = format!(": {}", if budget.can_withdraw(now) { "yes" } else { "no" }),
        _ => now = at(110),
    }
    format!("{}{answer}", Amount::from_millionths(budget.balance(now)))
}

fn full(has_become: bool) -> String {
    if has_become { ": full".to_string() } else { String::new() }
}

fn plays(states: &[(&str, Budget, [&str; 6])]) {
    for (state, budget, expected) in states {
        assert_eq!(*expected, EVENTS.map(|event| after(budget, event)), "{state}");
    }
}

#[test]
fn every_event_in_every_state_of_a_bucket() {
    let with = |balance: u64| {
        let mut budget = Budget::new(tokens(10, 5, 1));
        let state = SavedState::Tokens { balance: balance * TOKEN };
        budget.restore(&Snapshot { version: 1, state }, at(100)).expect("its own kind");
        budget
    };
    plays(&[
        ("full", with(10), ["10", "10", "10", "5: yes, was full", "10: yes", "10"]),
        ("almost full", with(9), ["9", "10: full", "10: full", "4: yes", "9: yes", "9"]),
        ("one retry left", with(5), ["5", "6", "10: full", "0: yes", "5: yes", "5"]),
        ("a little left", with(4), ["4", "5", "9", "4: no", "4: no", "4"]),
        ("empty", with(0), ["0", "1", "5", "0: no", "0: no", "0"]),
    ]);
}

#[test]
fn every_event_in_every_state_of_a_share() {
    let with = |calls, retries| {
        let mut budget = Budget::new(ratio(0.5, 1));
        begin(&mut budget, calls, at(100));
        (0..retries).for_each(|_| assert!(budget.withdraw(at(100)).is_granted()));
        budget
    };
    plays(&[
        ("fresh", with(0, 0), ["1.5", "1", "1", "0: yes", "1: yes", "1"]),
        ("earned", with(4, 0), ["3.5", "3", "3", "2: yes", "3: yes", "1"]),
        ("a little left", with(1, 1), ["1", "0.5", "0.5", "0.5: no", "0.5: no", "1"]),
        ("spent", with(2, 2), ["0.5", "0", "0", "0: no", "0: no", "1"]),
    ]);
}
