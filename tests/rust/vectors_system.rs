//! How the vectors of batches and self-healing are run: directly, as they have no host of their own.

use failsoft::batch::{Batch, Next};
use failsoft::classify::Category;
use failsoft::heal::{Heal, HealNext, Misuse};
use failsoft::policy::Policy;
use serde_json::{Value, json};

use crate::{events, expectations};

/// A batch, event by event.
pub(crate) fn run_batch(case: &Value) -> (Value, Value) {
    let policy = policy("batch", case);
    let mut batch = Batch::new(policy.batch.expect("a batch section"), number(case, "items"));
    let act = |event: &Value| {
        let index = || number(event, "index");
        match word(event, "do") {
            "next" => match batch.next() {
                Next::Start(index) => json!({ "start": index }),
                Next::Wait => json!("wait"),
                Next::Done => json!("done"),
            },
            "succeed" => json!(batch.succeed(index())),
            "fail" => {
                let category = Category::parse(word(event, "category")).expect("a category");
                json!(batch.fail(index(), category))
            }
            "ignore" => json!(batch.ignore(index())),
            "stop" => {
                batch.stop();
                Value::Null
            }
            "report" => json!(batch.report()),
            other => panic!("{other}: nothing happens to a batch by this name"),
        }
    };
    let found = events(case).iter().map(act).collect();
    (expectations(case), found)
}

/// A call that is healed, event by event.
pub(crate) fn run_heal(case: &Value) -> (Value, Value) {
    let mut heal = Heal::new(policy("heal", case).heal.expect("a heal section"));
    let act = |event: &Value| match word(event, "do") {
        "fail" => healing(heal.failed(event["diagnosis"].as_str())),
        "remedied" => healing(heal.remedied(number(event, "number"))),
        "remedy_failed" => healing(heal.remedy_failed(number(event, "number"))),
        "succeed" => heal.succeeded().map_or_else(misuse, |()| Value::Null),
        "abandon" => heal.abandoned().map_or_else(misuse, |()| Value::Null),
        "left" => json!(heal.remedies_left()),
        "report" => json!(heal.report()),
        other => panic!("{other}: nothing happens to a call by this name"),
    };
    let found = events(case).iter().map(act).collect();
    (expectations(case), found)
}

fn healing(answer: Result<HealNext<'_>, Misuse>) -> Value {
    match answer {
        Ok(HealNext::Remedy { number, name }) => json!({ "remedy": name, "number": number }),
        Ok(HealNext::Retry) => json!("retry"),
        Ok(HealNext::GiveUp(reason)) => json!({ "give_up": reason }),
        Err(error) => misuse(error),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it is what errors are mapped with")]
fn misuse(error: Misuse) -> Value {
    json!({ "misuse": error.to_string() })
}

/// The policy with the case's section of this name.
fn policy(section: &str, case: &Value) -> Policy {
    let document = json!({ section: case[section] }).to_string();
    Policy::parse(&document).unwrap_or_else(|error| panic!("{document}: {error}"))
}

fn word<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().unwrap_or_default()
}

fn number(event: &Value, key: &str) -> u32 {
    let number = event[key].as_u64().and_then(|number| u32::try_from(number).ok());
    number.unwrap_or_else(|| panic!("{event}: {key} is no number"))
}
