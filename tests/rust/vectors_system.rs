//! How the vectors of batches, self-healing, analytics and health are run: by the machines themselves.

use std::num::NonZeroU32;

use failsoft::batch::{Batch, Next};
use failsoft::classify::{Category, Classifier, Fault};
use failsoft::heal::{self, Heal, Misuse};
use failsoft::policy::Policy;
use failsoft::system::{
    Analytics, AnalyticsConfig, BreakerHealth, HealthConfig, HealthInput, LevelHealth, Standing,
};
use failsoft::time::{Instant, duration_from_secs};
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

fn healing(answer: Result<heal::Next<'_>, Misuse>) -> Value {
    match answer {
        Ok(heal::Next::Remedy { number, name }) => json!({ "remedy": name, "number": number }),
        Ok(heal::Next::Retry) => json!("retry"),
        Ok(heal::Next::GiveUp(reason)) => json!({ "give_up": reason }),
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

/// Error analytics, event by event.
pub(crate) fn run_analytics(case: &Value) -> (Value, Value) {
    let config = analytics_config(&case["config"]);
    let mut analytics = Analytics::new(config);
    let classifier = Classifier::default();
    let act = |event: &Value| {
        let now = Instant::from_secs_f64(event["at"].as_f64().expect("a time"));
        match word(event, "do") {
            "error" => {
                let fault = Fault::from_value(event["fault"].clone()).expect("a fault");
                analytics.record(&fault, &classifier.classify(&fault), word(event, "source"), now);
            }
            "succeed" => analytics.succeeded(number(event, "attempts"), now),
            "fail" => analytics.failed(number(event, "attempts"), now),
            "clear" => analytics.clear_history(),
            "rate" => return json!(analytics.error_rate(now)),
            "report" => return only(&event["expect"], &json!(analytics.report(now))),
            "restart" => {
                let saved = json!(analytics.snapshot(now));
                analytics = Analytics::new(config);
                let clock = Instant::from_secs_f64(event["clock"].as_f64().expect("a clock"));
                let saved = serde_json::from_value(saved).expect("a snapshot");
                analytics.restore(&saved, clock).expect("one of our own");
            }
            other => panic!("{other}: nothing happens to analytics by this name"),
        }
        Value::Null
    };
    let found = events(case).iter().map(act).collect();
    (expectations(case), found)
}

/// Of a report the keys that a case expects something of.
fn only(expected: &Value, report: &Value) -> Value {
    let keys = expected.as_object().expect("an expected report").keys();
    keys.map(|key| (key.clone(), report[key].clone())).collect()
}

fn analytics_config(settings: &Value) -> AnalyticsConfig {
    let default = AnalyticsConfig::default();
    let or = |key: &str, default: u32| settings.get(key).map_or(default, |_| number(settings, key));
    AnalyticsConfig {
        history: or("history", default.history),
        window: settings["window"].as_f64().map_or(default.window, duration_from_secs),
        minimum_calls: NonZeroU32::new(or("minimum_calls", default.minimum_calls.get())).expect("not zero"),
        names: or("names", default.names),
        messages: or("messages", default.messages),
    }
}

/// The health of a system.
pub(crate) fn run_health(case: &Value) -> (Value, Value) {
    let input = &case["input"];
    let breakers = input["circuit_breakers"].as_object().into_iter().flatten().map(|(name, state)| {
        let state = serde_json::from_value(state.clone()).expect("a state");
        (name.clone(), BreakerHealth { state, failure_count: 0, last_failure_ago: None, retry_after: None })
    });
    let standing = |level: &Value| match word(level, "standing") {
        "best" => Standing::Best,
        "lowest" => Standing::Lowest,
        _ => Standing::Between,
    };
    let level = input.get("level");
    let report = HealthConfig::default().judge(&HealthInput {
        breakers: breakers.collect(),
        error_rate: input["error_rate"].as_f64(),
        level: level.map(|level| LevelHealth { name: word(level, "name").into(), standing: standing(level) }),
    });
    (case["expect"].clone(), only(&case["expect"], &json!(report)))
}
