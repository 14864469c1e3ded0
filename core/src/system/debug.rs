//! Everything that is known of a program, as one document without secrets.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;
use serde_json::{Map, Value};

use super::analytics::AnalyticsReport;
use super::health::HealthReport;
use super::registry::RegistryTally;
use crate::gather::gathered;
use crate::redact::{redact, redact_within};

/// What somebody wants to see who looks for a fault, or writes a bundle about one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DebugInfo {
    /// The version of this shape; 1.
    pub version: u32,
    /// How well the program is.
    pub health: HealthReport,
    /// What has gone wrong.
    pub analytics: AnalyticsReport,
    /// The level, what it follows from and the last changes; null in a program that does not degrade.
    pub degradation: Value,
    /// The last events, the oldest first, each with how long `ago` it was.
    pub events: Vec<Value>,
    /// How full each registry is, by what it holds.
    pub registries: BTreeMap<String, RegistryTally>,
    /// The state of parts by name, as they tell it themselves.
    parts: Map<String, Value>,
}

impl DebugInfo {
    /// The document, so far without parts.
    pub fn new(health: HealthReport, analytics: AnalyticsReport) -> Self {
        let (degradation, events, registries) = (Value::Null, Vec::new(), BTreeMap::new());
        Self { version: 1, health, analytics, degradation, events, registries, parts: Map::new() }
    }

    /// Adds what a part tells of itself: a snapshot, statistics, a policy. Whatever looks like a secret in it is hidden, and
    /// what lies deeper than 32 levels is left out. A name that is taken is told apart by a number.
    pub fn add(&mut self, name: &str, state: Value) {
        let mut name = redact_within(name, LONGEST_NAME);
        if self.parts.contains_key(&name) {
            name = numbered(&name, |name| self.parts.contains_key(name));
        }
        self.parts.insert(name, without_secrets(state, DEPTH));
    }

    /// The state of parts by name.
    pub const fn parts(&self) -> &Map<String, Value> {
        &self.parts
    }
}

/// A name that is not in the map yet: itself, or with a number.
pub(super) fn unlike<T>(map: &BTreeMap<String, T>, name: String) -> String {
    if map.contains_key(&name) { numbered(&name, |name| map.contains_key(name)) } else { name }
}

fn numbered(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let names = (2_u64..).map(|number| format!("{name} ({number})"));
    names.into_iter().find(|name| !is_taken(name)).unwrap_or_default()
}

pub(super) fn without_secrets(value: Value, depth: u32) -> Value {
    if depth == 0 {
        return Value::from("…");
    }
    match value {
        Value::String(text) => Value::String(redact(&text)),
        Value::Array(items) => items.into_iter().map(|item| without_secrets(item, depth - 1)).collect(),
        Value::Object(fields) => Value::Object(gathered(fields.into_iter().map(|(key, value)| {
            let value = match value {
                Value::String(text) => Value::String(value_of(&key, &text)),
                other => without_secrets(other, depth - 1),
            };
            (redact(&key), value)
        }))),
        plain => plain,
    }
}

/// A text as it may be shown under this key: `{"password": "hunter2"}` is a secret though `hunter2` alone is none.
pub(super) fn value_of(key: &str, text: &str) -> String {
    // The beginning is enough to see it, and short enough not to be cut together with the key.
    let (key, start): (String, String) =
        (key.chars().take(LONGEST_NAME).collect(), text.chars().take(START).collect());
    let named = redact(&format!("{key}: {start}"));
    if named == format!("{}: {}", redact(&key), redact(&start)) {
        redact(text)
    } else {
        String::from("[redacted]")
    }
}

const LONGEST_NAME: usize = 80;
const START: usize = 200;
const DEPTH: u32 = 32;
