//! Fault documents in, leniently: a host that meets a strange error must still get an answer about it.
//!
//! `null` means absent wherever it stands; a number may come as text and text as a number; of a header with
//! several values the first counts. What remains an error is what a program got wrong: a key that nobody
//! reads, an object where a list belongs.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::{Map, Value};

use super::fault::{DEPTH, Fault};
use crate::error::{ConfigError, Problem, ProblemCode};
use crate::number;

/// Every key of a fault document.
const KEYS: &str =
    "host, type, name, bases, message, status, code, errno, syscall, headers, attrs, errors, cause or now";

/// How deeply nested a text may be before the inner part is taken as absent; below what the parser itself
/// bears.
const TEXT_DEPTH: usize = 100;

/// What is shown of a key.
const LONGEST_KEY: usize = 60;

/// How many members of a group are read.
const MEMBERS: usize = 256;

impl Fault {
    /// Reads a fault document; every problem in it is reported at once. Causes and groups nested too deeply
    /// are left out.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let parsed = serde_json::from_str(text).or_else(|_| serde_json::from_str(&mended(text)));
        let value: Value = parsed.map_err(|error| {
            let message = format!("no JSON at line {}, column {}", error.line(), error.column());
            ConfigError::one(ProblemCode::Syntax, "", message)
        })?;
        Self::from_value(value)
    }

    /// Reads a fault document that has been parsed already.
    pub fn from_value(value: Value) -> Result<Self, ConfigError> {
        let mut reader = Reader::default();
        let fault = reader.fault(value, "", 0);
        if reader.problems.is_empty() { Ok(fault) } else { Err(ConfigError { problems: reader.problems }) }
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn fault(&mut self, value: Value, path: &str, depth: usize) -> Fault {
        let mut fault = Fault::default();
        let Some(fields) = self.object(value, path) else { return fault };
        for (key, value) in fields {
            if value.is_null() {
                continue;
            }
            let at = join(path, &key);
            match key.as_str() {
                "host" => fault.host = self.text(value, &at),
                "type" => fault.type_name = self.text(value, &at),
                "name" => fault.name = self.text(value, &at),
                "bases" => fault.bases = self.texts(value, &at),
                "message" => fault.message = self.text(value, &at),
                "status" => self.status(value, &at, &mut fault),
                "code" => fault.code = self.text(value, &at),
                "errno" => self.errno(value, &at, &mut fault),
                "syscall" => fault.syscall = self.text(value, &at),
                "headers" => fault.headers = self.headers(value, &at),
                "attrs" => {
                    if let Some(attrs) = self.object(value, &at) {
                        // The error's own keys do not replace what `status` or `errno` had to put there.
                        for (key, value) in attrs {
                            fault.attrs.insert(key, value);
                        }
                    }
                }
                "errors" => fault.errors = self.members(value, &at, depth),
                "cause" if depth < DEPTH => fault.cause = Some(Box::new(self.fault(value, &at, depth + 1))),
                "cause" => {}
                "now" => fault.now = self.number(&value, &at).filter(|now| now.is_finite()),
                _ => {
                    self.report(ProblemCode::UnknownKey, &at, format!("unknown key (expected {KEYS})"));
                }
            }
        }
        fault
    }

    /// A word in the place of a status is a provider's (`"status": "RESOURCE_EXHAUSTED"`), so it is kept as
    /// such.
    fn status(&mut self, value: Value, path: &str, fault: &mut Fault) {
        match value {
            Value::String(text) if number::parse(text.trim()).is_none() => {
                fault.attrs.entry("status".to_string()).or_insert(Value::String(text));
            }
            value => fault.status = self.number(&value, path).and_then(whole),
        }
    }

    fn errno(&mut self, value: Value, path: &str, fault: &mut Fault) {
        match value {
            Value::String(text) if number::parse(text.trim()).is_none() => {
                fault.attrs.entry("errno".to_string()).or_insert(Value::String(text));
            }
            value => fault.errno = self.number(&value, path).and_then(whole),
        }
    }

    fn members(&mut self, value: Value, path: &str, depth: usize) -> Vec<Fault> {
        let Value::Array(members) = value else {
            self.wrong(path, &value, "a list of faults");
            return Vec::new();
        };
        if depth >= DEPTH {
            return Vec::new();
        }
        let present = members.into_iter().enumerate().filter(|(_, member)| !member.is_null());
        present
            .take(MEMBERS)
            .map(|(index, member)| self.fault(member, &format!("{path}[{index}]"), depth + 1))
            .collect()
    }

    fn headers(&mut self, value: Value, path: &str) -> BTreeMap<String, String> {
        let mut headers = BTreeMap::new();
        for (name, value) in self.object(value, path).unwrap_or_default() {
            let first = match value {
                Value::Array(values) => values.into_iter().find(|value| !value.is_null()),
                value => Some(value),
            };
            if let Some(value) = first.filter(|value| !value.is_null()) {
                let at = join(path, &name);
                if let Some(text) = self.text(value, &at) {
                    headers.insert(name, text);
                }
            }
        }
        headers
    }

    fn texts(&mut self, value: Value, path: &str) -> Vec<String> {
        match value {
            Value::Array(items) => {
                let present = items.into_iter().enumerate().filter(|(_, item)| !item.is_null());
                present.filter_map(|(index, item)| self.text(item, &format!("{path}[{index}]"))).collect()
            }
            value => self.text(value, path).into_iter().collect(),
        }
    }

    fn text(&mut self, value: Value, path: &str) -> Option<String> {
        match value {
            Value::String(text) => Some(text),
            Value::Number(number) => match number.as_f64().and_then(whole) {
                Some(whole) if number.is_f64() => Some(whole.to_string()),
                _ => Some(number.to_string()),
            },
            value => {
                self.wrong(path, &value, "text or a number");
                None
            }
        }
    }

    fn number(&mut self, value: &Value, path: &str) -> Option<f64> {
        match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => number::parse(text.trim()),
            value => {
                self.wrong(path, value, "a number");
                None
            }
        }
    }

    fn object(&mut self, value: Value, path: &str) -> Option<Map<String, Value>> {
        match value {
            Value::Object(fields) => Some(fields),
            Value::Null => None,
            value => {
                self.wrong(path, &value, "an object");
                None
            }
        }
    }

    /// The value itself stays out of the message: it may be a header with a credential.
    fn wrong(&mut self, path: &str, found: &Value, expected: &str) {
        let found = match found {
            Value::Null => "null",
            Value::Bool(true) => "`true`",
            Value::Bool(false) => "`false`",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.report(ProblemCode::WrongType, path, format!("found {found} (expected {expected})"));
    }

    fn report(&mut self, code: ProblemCode, path: &str, message: String) {
        self.problems.push(Problem { code, path: path.to_string(), message });
    }
}

/// Secrets are taken out before it is cut: half a key is no longer known for one.
fn join(path: &str, key: &str) -> String {
    // Nothing at all would be the place of the whole document.
    let key = if key.is_empty() { "\"\"" } else { key };
    let key: String = crate::redact::redact(key).chars().take(LONGEST_KEY).collect();
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

#[allow(clippy::cast_possible_truncation, reason = "only numbers that are whole and in range are cast")]
fn whole(number: f64) -> Option<i64> {
    const SAFE: f64 = 9_007_199_254_740_992.0;
    if !(-SAFE..=SAFE).contains(&number) {
        return None;
    }
    let cast = number as i64;
    #[allow(clippy::cast_precision_loss, clippy::float_cmp, reason = "both are exact below 2^53")]
    let exact = cast as f64 == number;
    exact.then_some(cast)
}

/// The same text without what hosts write although it is no JSON, or more of it than a parser bears: `NaN`
/// and `Infinity` (Python), half a surrogate pair (everyone), and what is nested too deeply.
fn mended(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let part = match letter {
            '"' => string(rest),
            'N' | 'I' | '-' => {
                ["NaN", "-Infinity", "Infinity"].into_iter().find(|word| rest.starts_with(word))
            }
            _ => None,
        };
        let len = part.map_or(letter.len_utf8(), str::len);
        let (now, behind) = rest.split_at_checked(len).unwrap_or((rest, ""));
        let deep = depth > TEXT_DEPTH;
        match letter {
            '{' | '[' => {
                depth += 1;
                let next = if depth <= TEXT_DEPTH { now } else { "null" };
                kept.push_str(if deep { "" } else { next });
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                kept.push_str(if deep { "" } else { now });
            }
            _ if deep => {}
            '"' => push_mended(&mut kept, now),
            _ if part.is_some() => kept.push_str("null"),
            _ => kept.push_str(now),
        }
        rest = behind;
    }
    kept
}

/// The string at the head of the text, with its quotes.
fn string(text: &str) -> Option<&str> {
    let mut escaped = false;
    let end = text.bytes().enumerate().skip(1).find(|(_, byte)| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    });
    text.get(..end?.0 + 1)
}

/// Half a surrogate pair is no character; the others come over unchanged.
fn push_mended(kept: &mut String, string: &str) {
    let mut rest = string;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, ""));
        kept.push_str(before);
        let len = match (surrogate(escape), surrogate(escape.get(6..).unwrap_or_default())) {
            (Some(true), Some(false)) => 12,
            (Some(_), _) => {
                kept.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            _ => 2,
        };
        let (now, behind) = escape.split_at_checked(len).unwrap_or((escape, ""));
        kept.push_str(now);
        rest = behind;
    }
    kept.push_str(rest);
}

/// Whether the text begins with the escape of half a pair, and then whether of the first half.
fn surrogate(text: &str) -> Option<bool> {
    let code = u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()?;
    (0xd800..0xe000).contains(&code).then_some(code < 0xdc00)
}
