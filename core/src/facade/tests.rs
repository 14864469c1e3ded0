//! What bindings are handed.

mod chain;
mod known;
mod refusal;
mod system;
mod work;

use std::string::String;
use std::vec::Vec;

use serde_json::Value;

use super::*;

const UNAVAILABLE: &str = r#"{"status": 503}"#;

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Where it is wrong.
fn paths(error: &ConfigError) -> Vec<&str> {
    error.problems.iter().map(|problem| problem.path.as_str()).collect()
}

fn unpublished(_: u64) {}

/// A call that fails at each of its attempts at once; why it ended.
fn fails(engine: &Engine, now: f64) -> &'static str {
    let mut call = engine.begin(1, now);
    let mut answer = call.admit(now, unpublished);
    loop {
        answer = match answer.action {
            Action::Attempt => call.fail(UNAVAILABLE, now, unpublished).unwrap(),
            Action::Wait => call.admit(now, unpublished),
            Action::Stop | Action::Reject => return answer.reason.unwrap().name(),
        };
    }
}

#[test]
fn what_nobody_carries_out_is_refused_and_what_the_driver_does_is_not() {
    let document = r#"{"hedge": {}, "fallback": [{"name": "a"}], "degradation": {}, "batch": {},
        "heal": {"remedies": {"a": ["b"]}}, "retry": {"budget": {"name": "all"}}}"#;
    let refused = |carries: &[&str]| -> Vec<String> {
        let error = Engine::new(document, carries).unwrap_err();
        assert!(
            error
                .problems
                .iter()
                .all(|problem| { problem.message == "not carried out by this host (expected none here)" })
        );
        paths(&error).into_iter().map(String::from).collect()
    };
    let all = ["hedge", "fallback", "degradation", "batch", "heal", "retry.budget.name"];
    assert_eq!(
        (Vec::from(all.map(String::from)), Vec::from(["heal".into()])),
        (refused(&[]), {
            let others: Vec<&str> = all.into_iter().filter(|section| *section != "heal").collect();
            refused(&others)
        })
    );
    assert!(Engine::new(document, &all).is_ok());
}
