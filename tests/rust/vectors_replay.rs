//! How the vectors of recorded logs are run.

use std::sync::Arc;

use failsoft::policy::Policy;
use failsoft::system::log::{EventLog, diff, replay};
use serde_json::{Value, json};

/// A log, played again under a policy; or what differs under another one.
pub(crate) fn run(case: &Value) -> (Value, Value) {
    let policy = |document: &Value| Arc::new(Policy::parse(&document.to_string()).expect("a policy"));
    let lines = case["log"].as_array().expect("a log");
    let text: String = lines.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect();
    let found = match EventLog::read(&text) {
        Err(error) => json!({ "error": error.to_string() }),
        Ok(log) => match case.get("other") {
            Some(other) => {
                let differences = diff(&policy(&case["policy"]), &policy(other), &log);
                differences.decisions.iter().map(|decision| decision.seq).collect()
            }
            None => match replay(&policy(&case["policy"]), &log) {
                Ok(replayed) => json!(replayed),
                Err(divergence) => json!(divergence),
            },
        },
    };
    (case["expect"].clone(), found)
}
