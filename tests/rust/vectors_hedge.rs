//! Runs `hedge.json`: one hedge, event by event.

use failsoft::limit::hedge::Hedge;
use failsoft::policy::Policy;
use failsoft::time::{Instant, duration_from_secs};
use serde_json::{Value, json};

pub(crate) fn run(case: &Value) -> (Value, Value) {
    let document = json!({ "hedge": case["hedge"] }).to_string();
    let policy = Policy::parse(&document).unwrap_or_else(|error| panic!("{document}: {error}"));
    let mut hedge = Hedge::new(policy.hedge.expect("a hedge section"));
    let events = case["events"].as_array().expect("events");
    let found = events.iter().map(|event| act(&mut hedge, event)).collect();
    (events.iter().map(|event| event["expect"].clone()).collect(), Value::Array(found))
}

fn act(hedge: &mut Hedge, event: &Value) -> Value {
    let now = Instant::from_secs_f64(event["at"].as_f64().expect("a time"));
    match event["do"].as_str().expect("something to do") {
        "observe" => {
            let latencies = event["latencies"].as_array().expect("latencies");
            for _ in 0..event["times"].as_u64().unwrap_or(1) {
                for latency in latencies {
                    hedge.observe(duration_from_secs(latency.as_f64().expect("a latency")), now);
                }
            }
            json!(hedge.observed(now))
        }
        "delay" => json!(hedge.delay(now).map(|delay| delay.as_secs_f64())),
        "may_hedge" => {
            let already = event["already"].as_u64().and_then(|number| u32::try_from(number).ok());
            json!(hedge.may_hedge(already.expect("a number")))
        }
        "restart" => {
            let snapshot = json!(hedge.snapshot(now)).to_string();
            let clock = Instant::from_secs_f64(event["clock"].as_f64().expect("a time on the new clock"));
            *hedge = Hedge::new(*hedge.config());
            let snapshot = serde_json::from_str(&snapshot).expect("its own snapshot");
            hedge.restore(&snapshot, clock).expect("its own snapshot");
            Value::Null
        }
        other => panic!("nobody knows how to do {other:?}"),
    }
}
