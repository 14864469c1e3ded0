//! Calls that a breaker turns away before anything else is decided.

use std::string::ToString;

use super::*;

const BREAKER: &str = r#"{"circuit_breaker": {"failure_threshold": 1, "recovery_timeout": 60}}"#;

fn opened(document: &str) -> Engine {
    let engine = Engine::new(document, &[]).unwrap();
    assert_eq!("exhausted", fails(&engine, 100.0));
    engine
}

/// What a call is told that would begin now: in how many seconds to come back, or that it may begin.
fn told(engine: &Engine, now: f64) -> String {
    engine.refuse(now).to_string()
}

/// How many calls it says that it has turned away.
fn rejected(engine: &Engine, now: f64) -> Value {
    value(&engine.state(now, unpublished))["rejected"].clone()
}

#[test]
fn an_open_breaker_says_when_to_come_back_and_counts_it() {
    let engine = opened(BREAKER);
    assert_eq!(["60".to_string(), "0.5".to_string()], [100.0, 159.5].map(|now| told(&engine, now)));
    assert_eq!(2, rejected(&engine, 159.5));
}

#[test]
fn one_that_is_held_open_never_lets_anybody_in_by_itself() {
    let engine = Engine::new(BREAKER, &[]).unwrap();
    engine.set("open", unpublished).unwrap();
    assert_eq!("inf", told(&engine, 1e9));
}

#[test]
fn a_call_that_may_be_admitted_is_not_turned_away_and_takes_no_place() {
    let engine = opened(BREAKER);
    for now in [160.0, 161.0] {
        assert_eq!("NaN", told(&engine, now));
    }
    assert_eq!(Action::Attempt, engine.begin(1, 161.0).admit(161.0, unpublished).action);
    let closed = Engine::new(BREAKER, &[]).unwrap();
    assert_eq!("NaN", told(&closed, 0.0));
}

#[test]
fn while_the_probe_is_out_others_are_turned_away() {
    let engine = opened(BREAKER);
    let _ = engine.begin(1, 160.0).admit(160.0, unpublished);
    assert_eq!(("60".into(), 1.into()), (told(&engine, 160.0), rejected(&engine, 160.0)));
}

#[test]
fn a_call_that_is_to_wait_for_the_breaker_is_not_turned_away() {
    let engine = opened(
        r#"{"circuit_breaker": {"failure_threshold": 1}, "retry": {"max_attempts": 1, "retry_open_circuit": true}}"#,
    );
    assert_eq!("NaN", told(&engine, 100.0));
}
