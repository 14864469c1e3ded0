//! Answers in a form that every host writes alike, and the account of what a host was asked.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

/// JSON with sorted keys and no spaces; a number is an integer below 2⁵³, or its shortest digits and an exponent.
///
/// The shortest digits that name a double are the same in Rust, Python and JavaScript; how they are laid out is not.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            let _ = if number == 0.0 {
                write!(text, "0")
            } else if number.fract() == 0.0 && number.abs() < LARGEST_INTEGER {
                write!(text, "{number:.0}")
            } else {
                write!(text, "{number:e}")
            };
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_canonical(item, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (index, (key, value)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_canonical(value, text);
            }
            text.push('}');
        }
        other => text.push_str(&other.to_string()),
    }
}

/// `into` with what `part` says: objects are joined, anything else takes the place of what was there.
pub fn merge(into: &mut Map<String, Value>, part: &Map<String, Value>) {
    for (key, value) in part {
        match (into.get_mut(key), value) {
            (Some(Value::Object(inner)), Value::Object(more)) => merge(inner, more),
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The check of a text that cases and answers are known by.
pub fn check(text: &str) -> String {
    format!("{:08x}", crc32fast::hash(text.as_bytes()))
}

/// What one host was asked of one family of cases, and how it answered.
#[derive(Debug)]
pub struct Account {
    family: String,
    /// The [`check`] of the cases, so that an account of other cases is not taken for one of these.
    of: String,
    cases: usize,
    calls: u64,
    differences: Vec<Value>,
    seen: BTreeSet<String>,
}

impl Account {
    /// An account of the cases that a file of this text holds.
    pub fn new(family: &str, text: &str) -> Self {
        Self {
            family: family.to_owned(),
            of: check(text),
            cases: 0,
            calls: 0,
            differences: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    /// One more case was run, and this is what it answered.
    pub fn answered(&mut self, found: &Value) {
        self.cases += 1;
        self.calls += found["calls"].as_u64().unwrap_or_default();
        see(found, &mut self.seen);
    }

    /// A case did not answer as it should.
    pub fn differs(&mut self, case: &str, expected: &Value, found: &Value) {
        self.differences.push(json!({ "case": case, "expected": expected, "found": found }));
    }

    /// What the answers named.
    pub const fn seen(&self) -> &BTreeSet<String> {
        &self.seen
    }

    /// Leaves it where `scripts/conformance.mjs` looks for it.
    pub fn write(&self) {
        let account = json!({
            "of": self.of, "cases": self.cases, "calls": self.calls, "differences": self.differences, "seen": self.seen,
        });
        write(&format!("{}.json", self.family), &account.to_string());
    }
}

/// Writes a file among those of this host.
///
/// # Panics
/// Where it cannot be written.
pub fn write(name: &str, text: &str) {
    let folder = root().join("target/conformance/rust");
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join(name), text))
        .unwrap_or_else(|error| panic!("{}: {error}", folder.join(name).display()));
}

/// The folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Adds the words of the product that an answer has in it: actions, reasons, transitions, categories, codes and the like.
fn see(answer: &Value, seen: &mut BTreeSet<String>) {
    match answer {
        Value::Array(items) => items.iter().for_each(|item| see(item, seen)),
        Value::Object(fields) => {
            let word = |key: &str| fields.get(key).and_then(Value::as_str);
            if let (Some(from), Some(to), Some(reason)) = (word("from"), word("to"), word("reason")) {
                seen.insert(format!("transition: {from} > {to}: {reason}"));
            }
            if let (Some("reject"), Some(reason)) = (word("action"), word("reason")) {
                seen.insert(format!("refusal: {reason}"));
            }
            for key in NAMED {
                if let Some(word) = word(key) {
                    seen.insert(format!("{key}: {word}"));
                }
            }
            fields.values().for_each(|value| see(value, seen));
        }
        _ => {}
    }
}

/// The keys whose values are words of the product.
const NAMED: [&str; 10] =
    ["action", "category", "code", "ending", "give_up", "kind", "state", "status", "stop_reason", "why"];
const LARGEST_INTEGER: f64 = 9_007_199_254_740_992.0;
