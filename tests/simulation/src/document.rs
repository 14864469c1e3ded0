//! Policy documents from a seed.

use serde_json::{Value, json};

use crate::draw::Draw;

/// A policy, with this section of a breaker.
pub(crate) fn policy(draw: &mut Draw, breaker: Option<&Value>) -> Value {
    let mut document = json!({ "retry": retry(draw) });
    let mut section = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            document[name] = value;
        }
    };
    section("circuit_breaker", breaker.cloned());
    section(
        "timeout",
        draw.one_in(3).then(|| json!({"attempt": millis(draw, &[50, 1_000, 20_000]), "growth": 2})),
    );
    section("rate_limit", draw.one_in(4).then(|| rate_limit(draw)));
    section("bulkhead", draw.one_in(3).then(|| bulkhead(draw)));
    section(
        "throttle",
        draw.one_in(6)
            .then(|| json!({"k": draw.pick(&[1.0, 1.5, 2.0]), "window": "30s", "minimum_calls": 3})),
    );
    section("adaptive", draw.one_in(4).then(|| adaptive(draw)));
    section("hedge", draw.one_in(4).then(|| hedge(draw)));
    document
}

/// A chain of steps.
pub(crate) fn chain(draw: &mut Draw) -> Value {
    let steps: Vec<Value> =
        (0..draw.between(1, 4)).map(|step| json!({ "name": format!("step {step}") })).collect();
    let mut chain = json!({ "steps": steps });
    if draw.one_in(2) {
        chain["order"] = draw.pick(&["success", "success_then_latency"]).into();
        chain["minimum_calls"] = 2.into();
        chain["history"] = 8.into();
        chain["explore_every"] = draw.between(1, 4).into();
    }
    json!({ "fallback": chain })
}

/// What a program wants to know of itself.
pub(crate) fn system(draw: &mut Draw) -> Value {
    json!({
        "events": 50,
        "analytics": {"history": 20, "minimum_calls": 3, "window": millis(draw, &[1_000, 60_000])},
        "degradation": {
            "dwell": millis(draw, &[0, 500, 30_000]),
            "stale_after": "2m",
            "triggers": {"error_rate": {"enter": 0.5, "leave": 0.2}, "memory_usage": {"enter": 0.9, "leave": 0.7}},
        },
    })
}

/// A breaker, with or without rates: one that takes on the other kind has not counted what it needs.
pub(crate) fn breaker(draw: &mut Draw, rates: bool) -> Value {
    let mut section = json!({
        "recovery_timeout": millis(draw, &[0, 100, 1_000, 30_000]),
        "max_recovery_timeout": millis(draw, &[30_000, 60_000, 3_600_000]),
        "recovery_growth": draw.pick(&[1.0, 1.0, 1.5, 2.0]),
        "half_open_max_calls": draw.between(1, 3),
        "success_threshold": draw.between(1, 3),
        "probe_timeout": millis(draw, &[100, 2_000, 60_000]),
        "mode": draw.pick(&["normal", "normal", "normal", "normal", "normal", "normal", "shadow", "shadow", "forced_open", "forced_closed"]),
    });
    if draw.one_in(4) {
        section["recovery_jitter"] = draw.pick(&[0.1, 0.5]).into();
    }
    let size = draw.between(4, 8);
    match draw.below(3) {
        0 => section["time_window"] = millis(draw, &[300, 3_000, 60_000]),
        1 => section["count_window"] = size.into(),
        _ if rates => section["count_window"] = size.into(),
        _ => {}
    }
    let threshold = draw.between(1, 4);
    if rates {
        section["minimum_calls"] = draw.between(1, 4).into();
        let slow = draw.one_in(2);
        if slow {
            section["slow_call"] =
                json!({"duration": millis(draw, &[80, 1_000, 10_000]), "rate": draw.pick(&[0.4, 0.5, 1.0])});
        }
        if !slow || draw.one_in(2) {
            section["failure_rate"] = draw.pick(&[0.3, 0.5, 0.6, 1.0]).into();
        }
        if draw.one_in(3) {
            section["failure_threshold"] = threshold.into();
        }
    } else if draw.one_in(4) {
        section["identical_failures"] = draw.between(1, 3).into();
        if draw.one_in(2) {
            section["failure_threshold"] = threshold.into();
        }
    } else {
        section["failure_threshold"] = threshold.into();
    }
    section
}

fn retry(draw: &mut Draw) -> Value {
    let initial = draw.pick(&[0, 1, 100, 2_000]);
    let longest = initial * draw.pick(&[1, 3, 1_000]);
    let mut section = json!({
        "max_attempts": draw.between(1, 6),
        "initial_delay": format!("{initial}ms"),
        "max_delay": format!("{longest}ms"),
        "retry_after_over_cap": draw.pick(&["give_up", "clamp", "ignore"]),
        "retry_open_circuit": draw.one_in(3),
        "idempotent": !draw.one_in(5),
    });
    let strategy = draw.pick(&[
        "constant", "linear", "exponential", "exponential", "fibonacci", "polynomial", "decorrelated",
    ]);
    section["strategy"] = strategy.into();
    if strategy == "exponential" {
        section["exponential_base"] = draw.pick(&[1.0, 2.0, 2.0, 3.5, 1_000_000.0]).into();
    }
    if strategy != "decorrelated" {
        section["jitter"] = draw.pick(&["none", "proportional", "additive", "full", "equal"]).into();
    }
    if draw.one_in(3) {
        section["deadline"] = millis(draw, &[10, 500, 5_000, 300_000]);
    }
    if draw.one_in(4) {
        section["escalate_after"] = draw.between(1, 3).into();
    }
    if draw.one_in(8) {
        section["respect_retry_after"] = false.into();
    }
    match draw.below(4) {
        0 => section["budget"] = false.into(),
        1 | 2 => {
            let cost = draw.between(1, 3);
            section["budget"] = json!({
                "capacity": cost + draw.below(6), "retry_cost": cost, "success_refund": draw.pick(&[0.1, 0.5, 1.0]),
            });
        }
        _ => {
            section["budget"] = json!({
                "kind": "ratio", "ratio": draw.pick(&[0.1, 0.6, 1.0]), "ttl": millis(draw, &[1_000, 10_000, 600_000]),
                "min_retries_per_second": draw.pick(&[0.0, 1.0, 5.0]),
            });
        }
    }
    section
}

fn rate_limit(draw: &mut Draw) -> Value {
    json!({
        "rate": draw.between(1, 7), "per": millis(draw, &[100, 1_000, 30_000]), "burst": draw.between(1, 4),
        "max_wait": millis(draw, &[0, 500, 60_000]),
    })
}

fn bulkhead(draw: &mut Draw) -> Value {
    let queue = draw.below(4);
    let wait = if queue == 0 { json!("0s") } else { millis(draw, &[100, 5_000, 600_000]) };
    json!({"max_concurrent": draw.between(1, 4), "max_queue": queue, "max_wait": wait})
}

fn adaptive(draw: &mut Draw) -> Value {
    let most = draw.between(1, 6);
    json!({"min": 1, "max": most, "initial": draw.between(1, most), "lease": millis(draw, &[500, 30_000])})
}

fn hedge(draw: &mut Draw) -> Value {
    if draw.one_in(2) {
        json!({"delay": millis(draw, &[10, 1_000]), "max_hedges": draw.between(1, 2)})
    } else {
        json!({"percentile": 0.9, "minimum_calls": 2, "max_hedges": 1})
    }
}

fn millis(draw: &mut Draw, of: &[u64]) -> Value {
    format!("{}ms", draw.pick(of)).into()
}
