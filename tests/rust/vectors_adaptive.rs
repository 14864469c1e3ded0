//! Runs `adaptive.json`: one limit, event by event.

use std::collections::BTreeMap;

use failsoft::limit::Permit;
use failsoft::limit::adaptive::{Adaptive, Outcome};
use failsoft::policy::Policy;
use failsoft::time::Instant;
use serde_json::{Value, json};

pub(crate) fn run(case: &Value) -> (Value, Value) {
    let document = json!({ "adaptive": case["adaptive"] }).to_string();
    let policy = Policy::parse(&document).unwrap_or_else(|error| panic!("{document}: {error}"));
    let config = policy.adaptive.expect("an adaptive section");
    let mut world = World { limit: Adaptive::new(config), permits: BTreeMap::new() };
    let events = case["events"].as_array().expect("events");
    let found = events.iter().map(|event| world.act(event)).collect();
    (events.iter().map(|event| event["expect"].clone()).collect(), Value::Array(found))
}

struct World {
    limit: Adaptive,
    permits: BTreeMap<String, Permit>,
}

impl World {
    fn act(&mut self, event: &Value) -> Value {
        let now = Instant::from_secs_f64(event["at"].as_f64().expect("a time"));
        let call = event["call"].as_str().unwrap_or_default();
        match event["do"].as_str().expect("something to do") {
            "enter" => match self.limit.enter(now) {
                Ok(permit) => {
                    assert!(permit.to_bits() < 1 << 52, "{permit:?} does not fit a double");
                    self.permits.insert(call.to_owned(), permit);
                    json!({ "admitted": true })
                }
                Err(rejection) => {
                    json!({ "admitted": false, "limit": rejection.limit, "in_flight": rejection.in_flight })
                }
            },
            "leave" => {
                let permit = event["permit"].as_u64().map_or_else(|| self.permits[call], Permit::from_bits);
                let outcome = match event["outcome"].as_str() {
                    Some("success") => Outcome::Success,
                    Some("failure") => Outcome::Failure,
                    Some("ignored") => Outcome::Ignored,
                    other => panic!("{other:?} is no outcome"),
                };
                self.limit.leave(permit, outcome, now);
                self.view(now)
            }
            "look" => self.view(now),
            "tally" => json!(self.limit.tally()),
            "restart" => {
                let snapshot = json!(self.limit.snapshot(now)).to_string();
                let clock = Instant::from_secs_f64(event["clock"].as_f64().expect("a time on the new clock"));
                self.limit = Adaptive::new(*self.limit.config());
                let snapshot = serde_json::from_str(&snapshot).expect("its own snapshot");
                self.limit.restore(&snapshot, clock).expect("its own snapshot");
                Value::Null
            }
            other => panic!("nobody knows how to do {other:?}"),
        }
    }

    fn view(&mut self, now: Instant) -> Value {
        json!({ "limit": self.limit.limit(now), "in_flight": self.limit.in_flight(now) })
    }
}
