//! A walk through what an error carries.

use serde_json::Value;

/// Parts that describe the question, not the answer; and headers, which are read on their own.
const SKIPPED: [&str; 12] = [
    "request", "config", "headers", "options", "input", "params", "query", "trailing_metadata", "metadata",
    "trailers", "url", "args",
];

pub(super) const LONGEST_BODY: usize = 65_536;

/// A search for a text.
pub(super) struct Walk<'a> {
    /// How many values may still be looked at.
    pub(super) budget: usize,
    /// Whether what describes the question is looked at too.
    pub(super) everything: bool,
    /// Is shown each text with the key that it lies under, until it says that it has seen enough.
    pub(super) look: &'a mut dyn FnMut(&str, &str) -> bool,
}

impl Walk<'_> {
    /// Whether enough has been seen in a value, so many levels deep.
    pub(super) fn finds(&mut self, key: &str, value: &Value, levels: usize) -> bool {
        let is_skipped = || SKIPPED.iter().any(|skipped| skipped.eq_ignore_ascii_case(key));
        if self.budget == 0 || levels == 0 || (!self.everything && is_skipped()) {
            return false;
        }
        self.budget -= 1;
        match value {
            Value::Object(fields) => fields.iter().any(|(key, value)| self.finds(key, value, levels - 1)),
            Value::Array(items) => items.iter().any(|item| self.finds(key, item, levels - 1)),
            Value::String(text) if looks_like_json(text) => {
                serde_json::from_str::<Value>(text).is_ok_and(|body| self.finds(key, &body, levels - 1))
            }
            Value::String(text) => (self.look)(key, text),
            _ => false,
        }
    }
}

fn looks_like_json(text: &str) -> bool {
    text.len() <= LONGEST_BODY && text.trim_start().starts_with(['{', '['])
}
