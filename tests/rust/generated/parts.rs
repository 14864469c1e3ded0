//! What cases are put together from: `tests/generated/parts.json`.

use failsoft_tests::conformance::{canonical, merge};
use serde_json::{Map, Value, json};

/// The file, read.
pub(crate) struct Parts(pub(crate) Value);

impl Parts {
    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.0[name].as_array().unwrap_or_else(|| panic!("parts.json has no {name}"))
    }

    /// The parts of these numbers in one document, a later one over an earlier one.
    pub(crate) fn joined(&self, name: &str, numbers: &Value) -> Value {
        let mut whole = Map::new();
        for number in numbers.as_array().expect("numbers of parts") {
            let part = &self.list(name)[index(number)];
            merge(&mut whole, part.as_object().expect("a part is an object"));
        }
        Value::Object(whole)
    }

    /// The same as text, as every host writes it.
    pub(crate) fn document(&self, name: &str, numbers: &Value) -> String {
        canonical(&self.joined(name, numbers))
    }

    /// The parts of a policy document that need not be right: those that are, and those that are wrong in themselves.
    pub(crate) fn read(text: &str) -> Self {
        let mut parts: Value = serde_json::from_str(text).expect("the parts are JSON");
        let list = |name: &str| parts[name].as_array().cloned().unwrap_or_default();
        parts["documents"] = json!([list("policies"), list("wrong")].concat());
        Self(parts)
    }

    pub(crate) fn seconds(&self, letter: char) -> f64 {
        self.list("waits")[digit(letter)].as_f64().expect("seconds")
    }

    /// The fault that an outcome of a script stands for.
    pub(crate) fn fault(&self, outcome: char) -> String {
        if outcome == '~' {
            self.0["limit"].to_string()
        } else {
            self.list("faults")[digit(outcome)].to_string()
        }
    }
}

pub(crate) fn index(number: &Value) -> usize {
    number.as_u64().and_then(|number| usize::try_from(number).ok()).expect("a number")
}

pub(crate) fn digit(letter: char) -> usize {
    letter.to_digit(36).unwrap_or_else(|| panic!("{letter} is no digit")) as usize
}

/// A script's tokens: what to do, and with what.
pub(crate) fn tokens(script: &Value) -> Vec<(char, char)> {
    let letters: Vec<char> = script.as_str().expect("a script").chars().collect();
    letters.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}
