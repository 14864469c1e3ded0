//! Runs `limits.json`: a limit made of its section of a policy, event by event.

use std::collections::BTreeMap;
use std::time::Duration;

use failsoft::limit::Permit;
use failsoft::limit::bulkhead::{Bulkhead, BulkheadConfig, Entry, Place};
use failsoft::limit::rate::{RateLimitConfig, RateLimiter};
use failsoft::limit::throttle::{Fraction, Throttle, ThrottleConfig};
use failsoft::policy::Policy;
use failsoft::rng::Rng;
use failsoft::time::Instant;
use serde_json::{Value, json};

pub(crate) fn run(case: &Value) -> (Value, Value) {
    let name = case["limit"].as_str().expect("the name of a limit");
    let document = json!({ name: case["settings"] }).to_string();
    let policy = Policy::parse(&document).unwrap_or_else(|error| panic!("{document}: {error}"));
    let mut limit: Box<dyn Limit> = match (policy.rate_limit, policy.bulkhead, policy.throttle) {
        (Some(config), ..) => {
            Box::new(Rate { config, limiter: RateLimiter::new(config), places: Calls::new() })
        }
        (_, Some(config), _) => {
            Box::new(Hull { config, bulkhead: Bulkhead::new(config), permits: Calls::new() })
        }
        (.., Some(config)) => {
            let rng = Rng::from_seed(case["seed"].as_u64().expect("a seed"));
            Box::new(Throttled { config, throttle: Throttle::new(config), rng })
        }
        _ => panic!("{name} is no limit"),
    };
    let events = case["events"].as_array().expect("events");
    let found = events.iter().map(|event| limit.act(event)).collect();
    (events.iter().map(|event| event["expect"].clone()).collect(), Value::Array(found))
}

trait Limit {
    fn act(&mut self, event: &Value) -> Value;
}

/// What the calls of a case hold, by their labels.
type Calls = BTreeMap<String, Permit>;

struct Rate {
    config: RateLimitConfig,
    limiter: RateLimiter,
    places: Calls,
}

impl Limit for Rate {
    fn act(&mut self, event: &Value) -> Value {
        let now = time(event, "at");
        match word(event) {
            "acquire" => match self.limiter.acquire(now) {
                Ok(place) => {
                    self.places.insert(label(event), place.permit);
                    json!({ "wait": place.wait.as_secs_f64() })
                }
                Err(rejection) => json!({ "retry_after": rejection.retry_after.as_secs_f64() }),
            },
            "cancel" => json!(self.limiter.cancel(held(&self.places, event))),
            "state" => json!({
                "available": self.limiter.available(now), "retry_after": self.limiter.retry_after(now).as_secs_f64(),
            }),
            "tally" => json!(self.limiter.tally()),
            "restart" => {
                let snapshot = json!(self.limiter.snapshot(now));
                self.limiter = RateLimiter::new(self.config);
                let snapshot = serde_json::from_value(snapshot).expect("its own snapshot");
                self.limiter.restore(&snapshot, time(event, "clock")).expect("its own snapshot");
                Value::Null
            }
            other => panic!("nobody knows how to do {other:?}"),
        }
    }
}

struct Hull {
    config: BulkheadConfig,
    bulkhead: Bulkhead,
    permits: Calls,
}

impl Limit for Hull {
    fn act(&mut self, event: &Value) -> Value {
        let now = time(event, "at");
        match word(event) {
            "enter" => match self.bulkhead.enter(now) {
                Entry::Admitted(permit) => {
                    self.permits.insert(label(event), permit);
                    json!("admitted")
                }
                Entry::Queued { place, longest_wait } => {
                    self.permits.insert(label(event), place);
                    json!({ "queued": longest_wait.as_ref().map(Duration::as_secs_f64) })
                }
                Entry::Full => json!("full"),
            },
            "leave" => {
                let granted = self.bulkhead.leave(held(&self.permits, event), now);
                self.name(granted)
            }
            "forget" => {
                let granted = self.bulkhead.forget(held(&self.permits, event), now);
                self.name(granted)
            }
            "poll" => match self.bulkhead.poll(held(&self.permits, event), now) {
                Place::Waiting { position } => json!({ "waiting": position }),
                Place::Granted => json!("granted"),
                Place::Gone => json!("gone"),
            },
            "state" => {
                json!({ "queued": self.bulkhead.queued(now), "in_flight": self.bulkhead.in_flight() })
            }
            "tally" => json!(self.bulkhead.tally()),
            "restart" => {
                let snapshot = json!(self.bulkhead.snapshot(now));
                self.bulkhead = Bulkhead::new(self.config);
                let snapshot = serde_json::from_value(snapshot).expect("its own snapshot");
                self.bulkhead.restore(&snapshot, time(event, "clock")).expect("its own snapshot");
                Value::Null
            }
            other => panic!("nobody knows how to do {other:?}"),
        }
    }
}

impl Hull {
    /// The label of the call that was granted a permit.
    fn name(&self, granted: Option<Permit>) -> Value {
        let name = |(label, permit): (&String, &Permit)| (Some(*permit) == granted).then(|| json!(label));
        self.permits.iter().find_map(name).unwrap_or_default()
    }
}

struct Throttled {
    config: ThrottleConfig,
    throttle: Throttle,
    rng: Rng,
}

impl Limit for Throttled {
    fn act(&mut self, event: &Value) -> Value {
        let now = time(event, "at");
        match word(event) {
            "admit" => match self.throttle.admit(now, &mut self.rng) {
                Ok(()) => json!("admitted"),
                Err(rejection) => json!({ "rejected": share(rejection.probability) }),
            },
            "settle" => {
                let accepted = event["accepted"].as_bool().expect("accepted or not");
                for _ in 0..event["times"].as_u64().unwrap_or(1) {
                    self.throttle.settle(accepted, now);
                }
                Value::Null
            }
            "state" => {
                json!({ "chance": share(self.throttle.reject_probability(now)), "counts": self.throttle.counts(now) })
            }
            "tally" => json!(self.throttle.tally()),
            "restart" => {
                let snapshot = json!(self.throttle.snapshot(now));
                self.throttle = Throttle::new(self.config);
                let snapshot = serde_json::from_value(snapshot).expect("its own snapshot");
                self.throttle.restore(&snapshot, time(event, "clock")).expect("its own snapshot");
                Value::Null
            }
            other => panic!("nobody knows how to do {other:?}"),
        }
    }
}

fn share(fraction: Fraction) -> Value {
    json!([fraction.numerator, fraction.denominator])
}

fn time(event: &Value, key: &str) -> Instant {
    Instant::from_secs_f64(event[key].as_f64().expect("a time"))
}

fn word(event: &Value) -> &str {
    event["do"].as_str().unwrap_or_default()
}

fn label(event: &Value) -> String {
    event["call"].as_str().unwrap_or_default().to_owned()
}

/// What the call of an event holds, or a number that nobody gave out.
fn held(calls: &Calls, event: &Value) -> Permit {
    calls.get(&label(event)).copied().unwrap_or(Permit::from_bits(u64::MAX))
}
