//! Logs that come from anywhere.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString};

use serde_json::{Map, Value};

use super::event_log::{EventLog, NAME, Record, VERSION};
use super::input;
use crate::redact::redact_within;
use crate::time::Instant;

/// Why a text is no log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {field}: {message}")]
pub struct LogError {
    /// The line, from 1.
    pub line: usize,
    /// The field; `line` for the line as a whole.
    pub field: String,
    /// What was found and what is allowed.
    pub message: String,
}

impl EventLog {
    /// Reads what [`lines`](Self::lines) wrote; empty lines are passed over. Nothing is added to a log that was read.
    pub fn read(text: &str) -> Result<Self, LogError> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let (index, line) = lines.next().unwrap_or_default();
        let (origin, dropped) = head(line).map_err(|wrong| wrong.at(index))?;
        let (mut kept, mut expected, mut latest) = (VecDeque::new(), dropped, 0);
        for (index, line) in lines {
            let record = record(line).map_err(|wrong| wrong.at(index))?;
            if record.seq != expected {
                return Err(
                    wrong("seq", format!("{} does not follow (expected {expected})", record.seq)).at(index)
                );
            }
            if record.at < latest {
                return Err(wrong("at", format!("{} is earlier than the line before ({latest})", record.at))
                    .at(index));
            }
            (expected, latest) = (expected.saturating_add(1), record.at);
            kept.push_back(line.to_string());
        }
        Ok(Self::of_lines(kept, dropped, Instant::from_nanos(origin)))
    }
}

/// A field that is wrong.
pub(super) struct Wrong {
    field: String,
    message: String,
}

impl Wrong {
    fn at(self, index: usize) -> LogError {
        LogError { line: index.saturating_add(1), field: self.field, message: self.message }
    }
}

fn wrong(field: &str, message: impl Into<String>) -> Wrong {
    Wrong { field: field.into(), message: message.into() }
}

/// Reads the line of a record.
pub(super) fn record(line: &str) -> Result<Record, Wrong> {
    let fields = object(line, &["v", "seq", "at", "part", "input", "decision"])?;
    let part = match fields.get("part") {
        Some(Value::String(part)) => part.clone(),
        _ => return Err(wrong("part", "expected a text")),
    };
    let value = fields.get("input").cloned().unwrap_or_default();
    let input = input::from_value(&value).map_err(|(field, message)| Wrong { field, message })?;
    let decision = fields.get("decision").cloned().unwrap_or_default();
    Ok(Record { seq: number(&fields, "seq")?, at: number(&fields, "at")?, part, input, decision })
}

/// Reads the line about the log: its origin, and how many records are missing.
fn head(line: &str) -> Result<(u64, u64), Wrong> {
    let fields = object(line, &["v", "log", "origin", "dropped"])?;
    if fields.get("log").and_then(Value::as_str) != Some(NAME) {
        return Err(wrong("log", format!("expected \"{NAME}\"")));
    }
    Ok((number(&fields, "origin")?, number(&fields, "dropped")?))
}

/// An object with exactly these fields, of the version that is known.
fn object(line: &str, fields: &[&str]) -> Result<Map<String, Value>, Wrong> {
    let value: Value = serde_json::from_str(line)
        .map_err(|error| wrong("line", format!("no JSON at column {}", error.column())))?;
    let Value::Object(object) = value else { return Err(wrong("line", "expected an object")) };
    if let Some(key) = object.keys().find(|key| !fields.contains(&key.as_str())) {
        let shown = redact_within(key, LONGEST_NAME);
        return Err(wrong(&shown, format!("unknown field (expected {})", fields.join(", "))));
    }
    if let Some(field) = fields.iter().find(|field| !object.contains_key(**field)) {
        return Err(wrong(field, "missing"));
    }
    let version = number(&object, "v")?;
    if version != VERSION {
        return Err(wrong("v", format!("version {version} is not known (expected {VERSION})")));
    }
    Ok(object)
}

fn number(fields: &Map<String, Value>, field: &str) -> Result<u64, Wrong> {
    let number = fields.get(field).and_then(Value::as_u64);
    number.ok_or_else(|| wrong(field, "expected a whole number that is not negative"))
}

const LONGEST_NAME: usize = 80;
