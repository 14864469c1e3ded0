//! Settings that are taken on while calls go through a part.

use alloc::string::String;

use serde_json::{Value, json};

use super::super::{EventLog, LogConfig, Recorder, replay};
use super::*;

fn opened(document: &Value) -> (Recorder, usize) {
    let mut recorder = Recorder::new(LogConfig::default(), at(0.0));
    let part = recorder.open("search", policy(document), at(0.0));
    (recorder, part)
}

fn threshold(failures: u32) -> Value {
    json!({ "circuit_breaker": { "failure_threshold": failures } })
}

fn follow(policy: Value) -> Input {
    Input::Reconfigured { step: None, policy }
}

/// How the last call ended that failed.
fn failing(recorder: &mut Recorder, part: usize, seconds: f64) -> String {
    fail_once(recorder, part, seconds).decision.to_value().to_string()
}

fn replays(recorder: &Recorder, document: &Value) {
    let log = EventLog::read(&recorder.log().to_text()).expect("a log");
    let replayed = replay(&policy(document), &log).unwrap_or_else(|divergence| panic!("{divergence}"));
    assert_ne!(0, replayed.played);
}

const EXHAUSTED: &str = r#"{"next":{"stop":"exhausted"}}"#;
const OPENED: &str = r#"{"next":{"stop":"exhausted"},"transition":{"from":"closed","reason":"consecutive_failures","to":"open"}}"#;
const UNMOVED: &str = "{}";

#[test]
fn a_breaker_follows_its_new_settings_with_what_it_has_counted() {
    let (mut recorder, part) = opened(&threshold(9));
    let before = failing(&mut recorder, part, 1.0);
    let told = say(&mut recorder, part, follow(threshold(2)), 2.0);
    let after = failing(&mut recorder, part, 3.0);
    assert_eq!((EXHAUSTED, UNMOVED, OPENED), (before.as_str(), told.as_str(), after.as_str()));
    replays(&recorder, &threshold(9));
}

#[test]
fn another_mode_moves_the_breaker_at_once() {
    let (mut recorder, part) = opened(&threshold(9));
    let told = say(&mut recorder, part, follow(json!({ "circuit_breaker": { "mode": "forced_open" } })), 2.0);
    assert_eq!(r#"{"transition":{"from":"closed","reason":"manual","to":"forced_open"}}"#, told);
    replays(&recorder, &threshold(9));
}

#[test]
fn a_call_keeps_to_the_policy_that_it_began_under() {
    let attempts =
        |most: u32| json!({ "retry": { "max_attempts": most, "jitter": "none", "budget": false } });
    let (mut recorder, part) = opened(&attempts(2));
    let old = recorder.begin(part, 1, at(0.0));
    recorder.tell(part, Input::Admit { call: old }, at(0.0));
    say(&mut recorder, part, follow(attempts(1)), 0.5);
    let new = recorder.begin(part, 1, at(1.0));
    recorder.tell(part, Input::Admit { call: new }, at(1.0));
    let mut fails = |call: u64| {
        let fault = fault(json!({ "status": 503 }));
        say(&mut recorder, part, Input::Failed { call, attempt: 1, fault }, 1.0)
    };
    assert_eq!((r#"{"next":{"wait":1000000000}}"#, EXHAUSTED), (fails(old).as_str(), fails(new).as_str()));
    replays(&recorder, &attempts(2));
}

#[test]
fn a_budget_keeps_what_is_in_it_and_follows_its_new_price() {
    let budget = |capacity: u32, cost: u32| {
        let budget = json!({ "capacity": capacity, "retry_cost": cost });
        json!({ "retry": { "max_attempts": 2, "budget": budget } })
    };
    let (mut recorder, part) = opened(&budget(3, 1));
    let told = [1.0, 2.0, 3.0].map(|seconds| {
        let told = failing(&mut recorder, part, seconds);
        let (capacity, cost) = if seconds < 2.0 { (3, 2) } else { (9, 1) };
        say(&mut recorder, part, follow(budget(capacity, cost)), seconds + 0.5);
        told.contains("wait")
    });
    // One of three is spent, then two; and a larger purse is not fuller.
    assert_eq!([true, true, false], told);
    replays(&recorder, &budget(3, 1));
}

#[test]
fn a_document_that_does_not_hold_changes_nothing() {
    let document = json!({
        "circuit_breaker": { "failure_threshold": 2 },
        "fallback": [{ "name": "mirror", "policy": threshold(1) }],
    });
    let (mut recorder, part) = opened(&document);
    let with = |section: &str, value: Value| {
        let mut document = document.clone();
        document[section] = value;
        document
    };
    let cases = [
        (json!([]), "policy: expected an object, found an empty list"),
        (
            with("circuit_breaker", json!({ "failure_threshold": 0 })),
            "policy: circuit_breaker.failure_threshold: ",
        ),
        (
            with("bulkhead", json!({})),
            "policy.bulkhead: cannot be changed while in use (expected what it was)",
        ),
        (with("rate_limit", json!({ "rate": 1 })), "policy.rate_limit: cannot be changed"),
        (with("throttle", json!({})), "policy.throttle: cannot be changed"),
        (with("adaptive", json!({})), "policy.adaptive: cannot be changed"),
        (with("hedge", json!({})), "policy.hedge: cannot be changed"),
        (with("retry", json!({})), "policy.retry.budget: cannot be changed"),
        (with("degradation", json!({})), "policy.degradation: cannot be changed"),
        (with("fallback", json!([{ "name": "mirror" }])), "policy.fallback: cannot be changed"),
        (json!({ "fallback": document["fallback"] }), "policy.circuit_breaker: cannot be changed"),
        (with("name", json!("x".repeat(70_000))), ""),
        (json!(alloc::vec!["some text"; 7_000]), "policy: expected a document of at most 65536 bytes"),
    ];
    for (other, expected) in cases {
        let told = say(&mut recorder, part, follow(other), 1.0);
        let refused = json!({ "refused": expected }).to_string();
        let beginning = refused.trim_end_matches("\"}");
        assert!(expected.is_empty() || told.starts_with(beginning), "{told} is not {expected}");
    }
    let of_nobody = Input::Reconfigured { step: Some("nowhere".into()), policy: threshold(1) };
    assert_eq!(r#""nothing""#, say(&mut recorder, part, of_nobody, 1.0));
    let (one, two) = (failing(&mut recorder, part, 2.0), failing(&mut recorder, part, 3.0));
    assert_eq!((EXHAUSTED, OPENED), (one.as_str(), two.as_str()));
    replays(&recorder, &document);
}

#[test]
fn a_step_follows_a_document_of_its_own() {
    let document = json!({ "fallback": [{ "name": "mirror", "policy": threshold(5) }, { "name": "cache" }] });
    let (mut recorder, part) = opened(&document);
    let mirror = || Some(String::from("mirror"));
    say(&mut recorder, part, Input::Reconfigured { step: mirror(), policy: threshold(1) }, 1.0);
    let call = recorder.begin_step(part, "mirror", 1, at(1.0));
    recorder.tell(part, Input::Admit { call }, at(1.0));
    let fault = fault(json!({ "status": 503 }));
    let told = say(&mut recorder, part, Input::Failed { call, attempt: 1, fault }, 1.0);
    let run = recorder.begin_run(part, at(1.0));
    assert_eq!(
        (OPENED, r#"{"run":{"try":"cache"}}"#),
        (told.as_str(), say(&mut recorder, part, Input::RunNext { run }, 1.0).as_str())
    );
    replays(&recorder, &document);
}

#[test]
fn a_log_that_has_lost_the_new_settings_is_played_under_them_all_the_same() {
    let document = threshold(9);
    let mut recorder = Recorder::new(bounds(24, 1_000_000), at(0.0));
    let part = recorder.open("search", policy(&document), at(0.0));
    let jitter = json!({ "circuit_breaker": {
        "failure_threshold": 2, "recovery_timeout": "10s", "recovery_jitter": 0.5,
    } });
    say(&mut recorder, part, follow(jitter), 0.5);
    for second in 1..60 {
        failing(&mut recorder, part, f64::from(second));
    }
    let text = recorder.log().to_text();
    assert!(text.contains("probe_failed") && !text.contains(r#""on":"reconfigured""#), "{text}");
    replays(&recorder, &document);
}

#[test]
fn secrets_in_a_document_are_not_kept() {
    let (mut recorder, part) = opened(&threshold(9));
    let named =
        json!({ "name": "https://me:swordfish@example.org/", "circuit_breaker": { "failure_threshold": 1 } });
    let told = say(&mut recorder, part, follow(named), 1.0);
    let text = recorder.log().to_text();
    assert_eq!((UNMOVED, false), (told.as_str(), text.contains("swordfish")));
    let opened = failing(&mut recorder, part, 2.0);
    assert_eq!(OPENED, opened);
    replays(&recorder, &threshold(9));
}
