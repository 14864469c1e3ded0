//! Whether everything that a checkpoint holds is taken on again, and needed.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::super::{Decision, Input, Saved, Stage};
use super::{at, fault, policy};

type Events = Vec<(f64, Input)>;

/// A call of the part or of a step that is answered after a tenth of a second, or fails then.
fn call(number: u32, seconds: f64, step: Option<&str>, status: Option<u16>) -> Events {
    let call = u64::from(number);
    let ended = match status {
        None => Input::Succeeded { call, attempt: 1 },
        Some(status) => Input::Failed { call, attempt: 1, fault: fault(json!({ "status": status })) },
    };
    vec![
        (seconds, Input::Begun { call, step: step.map(String::from), seed: call * 77 }),
        (seconds, Input::Admit { call }),
        (seconds + 0.1, ended),
    ]
}

/// A run in which the mirror fails and the cache answers.
fn run(run: u64, seconds: f64) -> Events {
    let (mirror, cache) = (String::from("mirror"), String::from("cache"));
    let fault = fault(json!({ "status": 503 }));
    let inputs = [
        Input::RunBegun { run },
        Input::RunNext { run },
        Input::RunFailed { run, step: mirror, fault },
        Input::RunNext { run },
        Input::RunSucceeded { run, step: cache },
    ];
    inputs.into_iter().map(|input| (seconds, input)).collect()
}

fn play(stage: &mut Stage, events: &[(f64, Input)]) -> Vec<String> {
    let told = |(seconds, input): &(f64, Input)| stage.apply(input, at(*seconds)).to_value();
    events.iter().map(told).map(|value| serde_json::to_string(&value).expect("JSON")).collect()
}

/// What is decided after a checkpoint by the machines themselves, by others that took it on, and by others that took it on
/// without one field.
fn three_ways(
    document: &Value,
    before: &[(f64, Input)],
    after: &[(f64, Input)],
    field: &str,
) -> [Vec<String>; 3] {
    let mut stage = Stage::new(policy(document));
    play(&mut stage, before);
    let now = at(before.last().expect("events").0);
    let Decision::Saved(saved) = stage.apply(&Input::Checkpoint, now) else { panic!("no checkpoint") };
    let whole = serde_json::to_value(&saved).expect("JSON");
    let mut part = whole.clone();
    assert!(part.as_object_mut().expect("fields").remove(field).is_some(), "{field} is not in {whole}");
    let taken_on = |saved: Value| {
        let saved: Saved = serde_json::from_value(saved).expect("a checkpoint");
        let mut other = Stage::new(policy(document));
        other.restore(&saved, now).expect("its own checkpoint");
        play(&mut other, after)
    };
    [play(&mut stage, after), taken_on(whole), taken_on(part)]
}

#[test]
fn every_field_of_a_checkpoint_is_taken_on_and_needed() {
    let failing = |numbers: core::ops::Range<u32>, seconds: f64| -> Events {
        numbers.flat_map(|number| call(number, seconds, None, Some(503))).collect()
    };
    let fallback = json!({ "steps": [
        { "name": "mirror", "policy": { "circuit_breaker": { "failure_threshold": 2 } } },
        { "name": "cache" },
    ], "order": "success", "minimum_calls": 1 });
    let threshold = |failures: u32| json!({ "circuit_breaker": { "failure_threshold": failures } });
    let cases = [
        ("breaker", threshold(2), failing(1..2, 1.0), failing(2..3, 2.0)),
        (
            "entropy",
            json!({ "circuit_breaker": {
                "failure_threshold": 1, "recovery_timeout": "10s", "recovery_jitter": 0.5,
            } }),
            failing(1..2, 1.0),
            [failing(2..3, 20.0), failing(3..4, 20.2)].concat(),
        ),
        (
            "budget",
            json!({ "retry": { "max_attempts": 2, "budget": { "capacity": 1, "retry_cost": 1 } } }),
            failing(1..2, 1.0),
            failing(2..3, 1.2),
        ),
        (
            "throttle",
            json!({ "throttle": { "k": 1, "minimum_calls": 1, "max_reject_rate": 1 } }),
            failing(1..30, 1.0),
            failing(30..40, 2.0),
        ),
        (
            "rate_limit",
            json!({ "rate_limit": { "rate": 1, "per": "10s" } }),
            failing(1..2, 1.0),
            failing(2..3, 1.5),
        ),
        (
            "adaptive",
            json!({ "adaptive": { "initial": 2, "backoff_ratio": 0.5 } }),
            failing(1..2, 1.0),
            vec![
                (2.0, Input::Begun { call: 2, step: None, seed: 2 }),
                (2.0, Input::Begun { call: 3, step: None, seed: 3 }),
                (2.0, Input::Admit { call: 2 }),
                (2.0, Input::Admit { call: 3 }),
            ],
        ),
        (
            "hedge",
            json!({ "hedge": { "percentile": 0.5, "minimum_calls": 2 } }),
            [call(1, 1.0, None, None), call(2, 2.0, None, None)].concat(),
            call(3, 3.0, None, None),
        ),
        (
            "degradation",
            json!({ "degradation": {} }),
            vec![(1.0, Input::Degraded { reason: String::from("drill") })],
            vec![(2.0, Input::Raised)],
        ),
        ("chain", json!({ "fallback": fallback }), run(1, 1.0), run(3, 2.0)),
        (
            "steps",
            json!({ "fallback": fallback }),
            [call(1, 1.0, Some("mirror"), Some(503)), call(2, 1.0, Some("mirror"), Some(503))].concat(),
            run(3, 2.0),
        ),
        (
            "policy",
            threshold(5),
            vec![(1.0, Input::Reconfigured { step: None, policy: threshold(1) })],
            failing(1..2, 2.0),
        ),
    ];
    for (field, document, before, after) in cases {
        let [same, taken_on, without] = three_ways(&document, &before, &after, field);
        assert_eq!(same, taken_on, "{field}");
        assert_ne!(same, without, "{field} is idle");
    }
}

#[test]
fn a_checkpoint_that_fits_in_part_is_taken_on_in_part() {
    let document = json!({
        "circuit_breaker": { "failure_threshold": 2 },
        "degradation": {},
        "fallback": [{ "name": "mirror", "policy": { "circuit_breaker": {} } }],
    });
    let mut stage = Stage::new(policy(&document));
    play(&mut stage, &call(1, 1.0, None, Some(503)));
    let Decision::Saved(mut saved) = stage.apply(&Input::Checkpoint, at(2.0)) else {
        panic!("no checkpoint")
    };
    saved.entropy = Some(String::from("none"));
    saved.chain.as_mut().expect("a chain").version = 9;
    saved.steps.get_mut("mirror").and_then(|step| step.breaker.as_mut()).expect("a breaker").version = 8;
    let mut other = Stage::new(policy(&document));
    assert_eq!(
        Err(String::from("entropy: expected a hexadecimal number of at most 16 digits")),
        other.restore(&saved, at(2.0))
    );
    saved.entropy = None;
    assert_eq!(
        Err(String::from("chain.version: 9 is not known (expected 1)")),
        other.restore(&saved, at(2.0))
    );
    saved.chain = None;
    assert_eq!(
        Err(String::from("steps.mirror.breaker.version: 8 is not known (expected 1)")),
        other.restore(&saved, at(2.0))
    );
    let told = play(&mut other, &call(2, 3.0, None, Some(503)));
    assert!(told[2].contains("consecutive_failures"), "the breaker was taken on: {told:?}");
}
