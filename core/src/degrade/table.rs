//! The default data: document 004's triggers and its table of parameters.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;

use serde_json::Value;

use super::config::Trigger;
use super::ladder::Steps;
use super::rules::{PerLevel, Rule};
use crate::gather::gathered;

/// `error_rate`, `memory_usage` and `cpu_usage` are fractions, `response_time` is in seconds.
pub(super) fn triggers() -> BTreeMap<String, Trigger> {
    let triggers = [("error_rate", 0.1), ("memory_usage", 0.9), ("cpu_usage", 0.95), ("response_time", 30.0)];
    gathered(triggers.map(|(metric, enter)| (metric.to_owned(), Trigger::at(enter))))
}

/// The document's table, and what its example and its advice add to it.
///
/// `resolution` keeps the document's factors. Its example makes 720p of 1080p at 0.9, that is 972 lines: the best rung
/// of the ladder that is not above. `model` is not in the table; the document's example makes `standard` of `premium` at
/// `medium`, and its advice gives `standard` 80 % and `basic` 60 % of the quality, which are `medium` and `low`.
pub(super) fn parameters() -> BTreeMap<String, Rule> {
    let rungs = |names: &[&str]| names.iter().map(|name| Value::from(*name)).collect();
    let rules = [
        ("quality", Rule::Scale { factors: None, fraction: true }),
        (
            "resolution",
            Rule::Ladder {
                rungs: rungs(&["2160p", "1440p", "1080p", "720p", "480p"]),
                steps: Steps::Scale(PerLevel::from([
                    ("full", 1.0),
                    ("high", 0.95),
                    ("medium", 0.9),
                    ("low", 0.8),
                    ("minimal", 0.7),
                ])),
            },
        ),
        ("steps", Rule::Cap(PerLevel::from([("medium", 30.0), ("low", 20.0), ("minimal", 10.0)]))),
        (
            "model",
            Rule::Ladder {
                rungs: rungs(&["premium", "standard", "basic"]),
                steps: Steps::AtMost(PerLevel::from([("medium", "standard"), ("low", "basic")].map(value))),
            },
        ),
        (
            "features",
            Rule::Enable(PerLevel::from(
                [
                    ("full", [Rule::ALL].as_slice()),
                    ("high", &["core", "enhancements"]),
                    ("medium", &["core"]),
                    ("low", &["basic"]),
                    ("minimal", &["essential"]),
                ]
                .map(|(level, features)| (level, features.iter().map(|name| (*name).to_owned()).collect())),
            )),
        ),
    ];
    gathered(rules.map(|(parameter, rule)| (parameter.to_owned(), rule)))
}

fn value((level, rung): (&'static str, &str)) -> (&'static str, Value) {
    (level, Value::from(rung))
}
