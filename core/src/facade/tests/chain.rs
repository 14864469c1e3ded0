//! Fallback chains.

use serde_json::json;

use super::*;

/// The first step has a breaker that one failure opens, for a minute.
const DOCUMENT: &str = r#"{"fallback": [
    {"name": "premium", "quality": 1, "cost": 0.5, "policy": {"circuit_breaker": {"failure_threshold": 1}}},
    {"name": "cached", "quality": 0.4}
]}"#;
const FORBIDDEN: &str = r#"{"status": 401}"#;

fn chain() -> Chain {
    Chain::new(DOCUMENT).unwrap()
}

#[test]
fn the_first_step_that_answers_serves_the_call() {
    let chain = chain();
    let mut call = chain.begin(0.0);
    assert_eq!((TRY, 0, None), call.next(0.0).unwrap());
    call.fail(0, UNAVAILABLE, 1.0).unwrap();
    assert_eq!((TRY, 1, None), call.next(1.0).unwrap());
    call.succeed(1, 2.0).unwrap();
    let report = value(&call.report());
    assert_eq!(
        (json!("served"), json!({"name": "cached", "quality": 0.4, "cost": 0.0}), json!("server")),
        (
            report["ending"].clone(),
            report["served"].clone(),
            report["passed"][0]["verdict"]["category"].clone()
        )
    );
    let statistics = value(&chain.statistics(2.0));
    assert_eq!(json!("cached"), statistics["last_successful_fallback"]);
}

#[test]
fn a_step_whose_breaker_is_open_is_passed_over() {
    let chain = chain();
    assert_eq!("exhausted", fails(chain.engine(0).unwrap(), 0.0));
    let mut call = chain.begin(1.0);
    assert_eq!((TRY, 1, None), call.next(1.0).unwrap());
    call.fail(1, UNAVAILABLE, 1.0).unwrap();
    assert_eq!((EXHAUSTED, 0, Some(59.0)), call.next(1.0).unwrap());
}

#[test]
fn a_step_whose_breaker_is_held_open_comes_back_nobody_knows_when() {
    let chain = Chain::new(r#"{"fallback": [{"name": "a", "policy": {"circuit_breaker": {}}}]}"#).unwrap();
    chain.engine(0).unwrap().set("open", unpublished).unwrap();
    assert_eq!((ALL_BENCHED, 0, None), chain.begin(0.0).next(0.0).unwrap());
}

#[test]
fn a_step_that_was_refused_is_not_a_failure_of_it() {
    let chain = chain();
    let mut call = chain.begin(0.0);
    assert_eq!((TRY, 0, None), call.next(0.0).unwrap());
    call.refuse(0, Some(3.0), 0.0).unwrap();
    assert_eq!((TRY, 1, None), call.next(0.0).unwrap());
    call.fail(1, UNAVAILABLE, 0.0).unwrap();
    assert_eq!((EXHAUSTED, 0, Some(3.0)), call.next(0.0).unwrap());
    let steps = &value(&chain.statistics(0.0))["steps"];
    assert_eq!((json!(0), json!(1)), (steps[0]["failures"].clone(), steps[1]["failures"].clone()));
}

#[test]
fn what_only_the_caller_can_mend_fails_now() {
    let mut call = chain().begin(0.0);
    assert_eq!((TRY, 0, None), call.next(0.0).unwrap());
    call.fail(0, FORBIDDEN, 0.0).unwrap();
    assert_eq!((FAIL_NOW, 0, None), call.next(0.0).unwrap());
    let leads = |fault| chain().follows(fault).unwrap();
    assert_eq!(
        [false, true, false],
        [FORBIDDEN, UNAVAILABLE, r#"{"host": "python", "type": "asyncio.CancelledError"}"#].map(leads)
    );
}

#[test]
fn a_step_without_a_policy_is_judged_by_the_documents_classifier() {
    let document = r#"{"classify": {"rules": [{"match": {"status": 503}, "then": "auth"}]},
        "fallback": [{"name": "a", "policy": {}}, {"name": "b"}]}"#;
    let mut call = Chain::new(document).unwrap().begin(0.0);
    assert_eq!((TRY, 0, None), call.next(0.0).unwrap());
    call.fail(0, UNAVAILABLE, 0.0).unwrap();
    assert_eq!((TRY, 1, None), call.next(0.0).unwrap());
    call.fail(1, UNAVAILABLE, 0.0).unwrap();
    assert_eq!((FAIL_NOW, 1, None), call.next(0.0).unwrap());
}

#[test]
fn an_abandoned_call_is_over() {
    let mut call = chain().begin(0.0);
    let _ = call.next(0.0).unwrap();
    call.abandon(0.0);
    call.abandon(0.0);
    assert_eq!(json!("abandoned"), value(&call.report())["ending"]);
    assert_eq!("step: the call is over", call.next(0.0).unwrap_err().to_string());
}

#[test]
fn a_chain_can_be_saved_and_restored() {
    let chain = chain();
    let mut call = chain.begin(0.0);
    let _ = call.next(0.0).unwrap();
    call.succeed(0, 1.0).unwrap();
    let other = self::chain();
    other.restore(&chain.snapshot(5.0), 50.0).unwrap();
    assert_eq!(value(&chain.statistics(5.0)), value(&other.statistics(50.0)));
    let wrong = ["{}", "", r#"{"version": 2}"#].map(|snapshot| other.restore(snapshot, 0.0).unwrap_err());
    assert!(wrong.iter().all(|error| paths(error) == ["snapshot"]));
}

#[test]
fn a_chain_tells_its_steps() {
    assert_eq!(
        json!([{"name": "premium", "quality": 1.0, "cost": 0.5}, {"name": "cached", "quality": 0.4, "cost": 0.0}]),
        value(&chain().describe())
    );
    assert!(chain().engine(1).is_none() && chain().engine(7).is_none());
}

#[test]
fn events_out_of_order_change_nothing() {
    let mut call = chain().begin(0.0);
    assert_eq!("step: step 0 is not under way", call.succeed(0, 0.0).unwrap_err().to_string());
    let _ = call.next(0.0).unwrap();
    assert_eq!("step: step 0 is still under way", call.next(0.0).unwrap_err().to_string());
    assert_eq!(
        "step: step 7 does not exist (the chain has 2)",
        call.fail(7, UNAVAILABLE, 0.0).unwrap_err().to_string()
    );
    assert_eq!("step: step 1 is not under way", call.refuse(1, None, 0.0).unwrap_err().to_string());
}

#[test]
fn a_document_without_steps_is_no_chain() {
    let error = Chain::new("{}").unwrap_err();
    assert_eq!("fallback: missing (expected the steps of the chain)", error.to_string());
}

/// S5, S11: steps are parts of the system, and their errors are known there; a call that a step has saved is no failure.
#[test]
fn s11_a_chain_of_a_system_counts_as_one_call() {
    let system = System::new("{}").unwrap();
    let chain = system.chain("images", DOCUMENT, 0.0).unwrap();
    let same = system.chain("images", DOCUMENT, 0.0).unwrap();
    let mut call = chain.begin(0.0);
    let _ = call.next(0.0).unwrap();
    assert_eq!("exhausted", fails(chain.engine(0).unwrap(), 0.0));
    call.fail(0, UNAVAILABLE, 0.0).unwrap();
    let _ = call.next(0.0).unwrap();
    call.succeed(1, 0.0).unwrap();
    let analytics = value(&system.ask(r#"{"do": "analytics"}"#, 0.0).unwrap());
    assert_eq!(
        (json!(1), json!(0), json!(1), json!(2)),
        (
            analytics["succeeded"].clone(),
            analytics["failed"].clone(),
            analytics["errors"].clone(),
            analytics["attempts"].clone()
        )
    );
    let events = value(&system.ask(r#"{"do": "events"}"#, 0.0).unwrap());
    let kinds: Vec<(&str, &str)> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            (event["kind"].as_str().unwrap(), event["part"].as_str().or(event["chain"].as_str()).unwrap())
        })
        .collect();
    assert_eq!([("breaker", "images.premium"), ("chain", "images")], *kinds);
    assert_eq!((TRY, 1, None), same.begin(1.0).next(1.0).unwrap(), "one name is one chain");
}

#[test]
fn a_chain_of_a_system_whose_steps_all_fail_is_one_failed_call() {
    let system = System::new("{}").unwrap();
    let chain = system.chain("images", r#"{"fallback": [{"name": "a"}]}"#, 0.0).unwrap();
    let mut call = chain.begin(0.0);
    let _ = call.next(0.0).unwrap();
    call.fail(0, UNAVAILABLE, 0.0).unwrap();
    assert_eq!((EXHAUSTED, 0, None), call.next(0.0).unwrap());
    let analytics = value(&system.ask(r#"{"do": "analytics"}"#, 0.0).unwrap());
    assert_eq!((json!(0), json!(1)), (analytics["succeeded"].clone(), analytics["failed"].clone()));
}

#[test]
fn what_contradicts_a_part_is_said_in_the_document_of_the_chain() {
    let system = System::new("{}").unwrap();
    let _kept = system
        .engine("images.premium", r#"{"circuit_breaker": {"failure_threshold": 9}}"#, &[], 0.0)
        .unwrap();
    let error = system.chain("images", DOCUMENT, 0.0).unwrap_err();
    assert_eq!(["fallback[0].policy.circuit_breaker"], *paths(&error));
}
