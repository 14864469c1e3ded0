//! Calls through everything that can stand between them and their dependency.

use core::num::NonZeroU8;

use failsoft::policy::Policy;
use serde_json::{Value, json};

use super::bytes::Bytes;
use super::{events, interleaved};

/// However calls through one policy follow and overtake each other, all machines keep their promises.
pub fn holds(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let document = document(&mut bytes).to_string();
    let policy = Policy::parse(&document).unwrap_or_else(|error| panic!("{document}: {error}"));
    interleaved::hold(&policy, &policy.guards(), &events::events(bytes));
}

/// So many bytes say what the policy is; the others are events.
pub const SETTINGS: usize = 20;

/// Every sequence of bytes is a policy: the first says which sections it has, each other one of their settings.
fn document(bytes: &mut Bytes<'_>) -> Value {
    let has = bytes.take();
    let mut take = || bytes.take();
    let (attempts, deadline, timeout, how) = (take(), take(), take(), take());
    let mut document = json!({"retry": {
        "max_attempts": 1 + attempts % 6,
        "initial_delay": half_seconds(attempts >> 3),
        "idempotent": how & 1 == 0,
        "retry_open_circuit": how & 2 != 0,
    }});
    if let Some(deadline) = NonZeroU8::new(deadline) {
        document["retry"]["deadline"] = half_seconds(deadline.get());
    }
    if let Some(timeout) = NonZeroU8::new(timeout) {
        document["timeout"] = json!({"attempt": half_seconds(timeout.get())});
    }
    let (capacity, cost) = (take(), take());
    match how >> 2 & 3 {
        0 => document["retry"]["budget"] = false.into(),
        1 => {
            document["retry"]["budget"] = json!({
                "capacity": 1 + capacity % 8 + cost % 4, "retry_cost": 1 + cost % 4, "success_refund": 0.5,
            });
        }
        2 => {
            document["retry"]["budget"] = json!({
                "kind": "ratio", "ratio": f64::from(1 + capacity % 16) / 8.0, "ttl": 1 + cost % 16,
                "min_retries_per_second": f64::from(capacity >> 4) / 4.0,
            });
        }
        _ => {}
    }
    let (rate, burst, wait) = (take(), take(), take());
    if has & 1 != 0 {
        document["rate_limit"] = json!({
            "rate": 1 + rate % 16, "per": half_seconds(1 + (rate >> 4)), "burst": 1 + burst % 8, "max_wait": half_seconds(wait),
        });
    }
    let (places, wait) = (take(), take());
    if has & 2 != 0 {
        document["bulkhead"] = json!({
            "max_concurrent": 1 + places % 4, "max_queue": places >> 4, "max_wait": half_seconds(wait.max(1)),
        });
    }
    let (k, rejected) = (take(), take());
    if has & 4 != 0 {
        document["throttle"] = json!({
            "k": 1.0 + f64::from(k % 16) / 8.0, "window": 1 + (k >> 4), "max_reject_rate": f64::from(rejected) / 255.0,
            "minimum_calls": k % 4,
        });
    }
    let (height, latency) = (take(), take());
    if has & 8 != 0 {
        document["adaptive"] =
            json!({"max": 1 + height % 8, "min": 1, "initial": 1, "lease": 1 + (height >> 3)});
        if latency % 4 == 1 {
            document["adaptive"]["latency_threshold"] = 0.5.into();
        }
    }
    let (hedges, share) = (take(), take());
    if has & 16 != 0 {
        document["hedge"] = json!({"max_hedges": 1 + hedges % 3});
        if hedges & 4 != 0 {
            document["hedge"]["delay"] = half_seconds(hedges >> 3);
        }
        if share > 0 {
            document["hedge"]["percentile"] = (0.1 + f64::from(share) / 300.0).into();
            document["hedge"]["minimum_calls"] = (1 + share % 8).into();
        }
    }
    let (threshold, recovery) = (take(), take());
    if has & 32 != 0 {
        document["circuit_breaker"] = json!({
            "failure_threshold": 1 + threshold % 4, "recovery_timeout": half_seconds(recovery), "probe_timeout": 5,
            "half_open_max_calls": 1 + (threshold >> 2) % 4,
        });
        if has & 64 != 0 {
            document["circuit_breaker"]["time_window"] = 30.into();
        }
    }
    document
}

fn half_seconds(number: u8) -> Value {
    (f64::from(number) / 2.0).into()
}
