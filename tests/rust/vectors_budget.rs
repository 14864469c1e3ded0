//! The vectors of budgets: one budget, event by event.

use failsoft::budget::{Budget, Withdrawal};
use failsoft::host::SharedBudget;
use failsoft::policy::Policy;
use failsoft::time::Instant;
use serde_json::{Value, json};

/// Plays a case on the budget that threads share, and beside it on the plain one: they answer alike.
pub(super) fn run(case: &Value) -> (Value, Value) {
    let document = json!({ "retry": { "budget": case["budget"] } }).to_string();
    let policy = Policy::parse(&document).unwrap_or_else(|error| panic!("{document}: {error}"));
    let config = policy.retry.budget.unwrap_or_else(|| panic!("{document}: no budget")).config;
    let (mut plain, mut shared) = (Budget::new(config), SharedBudget::new(config));
    let events = super::events(case);
    let found = events.iter().map(|event| {
        let alone = act_plain(&mut plain, event);
        let together = act_shared(&mut shared, event);
        assert_eq!(alone, together, "{}: {event}", case["description"]);
        together
    });
    let found = found.collect();
    (events.iter().map(|event| event["expect"].clone()).collect(), Value::Array(found))
}

fn act_plain(budget: &mut Budget, event: &Value) -> Value {
    let now = time(event, "at");
    match what(event) {
        "begin" => {
            times(event).for_each(|_| budget.began(now));
            Value::Null
        }
        "succeed" => times(event).map(|_| json!(budget.succeeded(retried(event)))).last().unwrap_or_default(),
        "withdraw" => withdrawal(budget.withdraw(now)),
        "spend" => json!(spend(|| budget.withdraw(now))),
        "can_withdraw" => json!(budget.can_withdraw(now)),
        "balance" => json!(budget.balance(now)),
        "full" => json!(budget.is_full()),
        "restart" => {
            let snapshot = budget.snapshot(now);
            *budget = Budget::new(budget.config());
            budget.restore(&snapshot, time(event, "clock")).expect("its own snapshot");
            Value::Null
        }
        other => panic!("nobody knows how to do {other:?}"),
    }
}

fn act_shared(budget: &mut SharedBudget, event: &Value) -> Value {
    let now = time(event, "at");
    match what(event) {
        "begin" => {
            times(event).for_each(|_| budget.began(|| now));
            Value::Null
        }
        "succeed" => times(event).map(|_| json!(budget.succeeded(retried(event)))).last().unwrap_or_default(),
        "withdraw" => withdrawal(budget.withdraw(now)),
        "spend" => json!(spend(|| budget.withdraw(now))),
        "can_withdraw" => json!(budget.can_withdraw(now)),
        "balance" => json!(budget.balance(now)),
        "full" => json!(budget.is_full()),
        "restart" => {
            let snapshot = budget.snapshot(now);
            *budget = SharedBudget::new(budget.config());
            budget.restore(&snapshot, time(event, "clock")).expect("its own snapshot");
            Value::Null
        }
        other => panic!("nobody knows how to do {other:?}"),
    }
}

fn what(event: &Value) -> &str {
    event["do"].as_str().unwrap_or_default()
}

fn times(event: &Value) -> core::ops::Range<u64> {
    0..event["times"].as_u64().unwrap_or(1)
}

fn retried(event: &Value) -> bool {
    event["retried"].as_bool().unwrap_or(false)
}

fn time(event: &Value, key: &str) -> Instant {
    Instant::from_secs_f64(event[key].as_f64().expect("a time"))
}

fn withdrawal(answer: Withdrawal) -> Value {
    match answer {
        Withdrawal::Granted { was_full } => json!({ "granted": true, "was_full": was_full }),
        Withdrawal::Refused => json!({ "granted": false }),
    }
}

/// How many are granted until one is refused.
fn spend(mut withdraw: impl FnMut() -> Withdrawal) -> usize {
    (0..1_000_000).take_while(|_| withdraw().is_granted()).count()
}
