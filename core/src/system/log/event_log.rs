//! The ring of records.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString};
use core::num::NonZeroU32;

use serde_json::{Value, json};

use super::decision::Decision;
use super::input::{self, Input};
use super::read;
use crate::time::Instant;

/// How much a log holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogConfig {
    /// So many records at most.
    pub most_records: NonZeroU32,
    /// So many bytes of text at most.
    pub most_bytes: NonZeroU32,
}

impl Default for LogConfig {
    /// 16384 records in 4 MiB: a record of a call that answers takes some 150 bytes and that of a failure some 400, so the
    /// records are the bound in good times and the bytes only where faults are long. It is what a process can spare, and
    /// a few minutes of a busy dependency.
    fn default() -> Self {
        Self {
            most_records: NonZeroU32::MIN.saturating_add(16_383),
            most_bytes: NonZeroU32::MIN.saturating_add(4 * 1024 * 1024 - 1),
        }
    }
}

/// One thing that happened, and what followed from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The number of the record, from 0.
    pub seq: u64,
    /// Nanoseconds since the log began.
    pub at: u64,
    /// The name of the part.
    pub part: String,
    /// What happened.
    pub input: Input,
    /// What was decided, as [`Decision::to_value`] has it.
    pub decision: Value,
}

/// The last records of a program, as lines of JSON.
///
/// They are kept as text: that is what they are wanted as, and what their bytes can be counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLog {
    config: LogConfig,
    lines: VecDeque<String>,
    bytes: usize,
    /// The number of the oldest record that is kept.
    first: u64,
    origin: Instant,
}

impl EventLog {
    /// A log without records, which begins at `origin` on the host's clock.
    pub const fn new(config: LogConfig, origin: Instant) -> Self {
        Self { config, lines: VecDeque::new(), bytes: 0, first: 0, origin }
    }

    pub(super) fn of_lines(lines: VecDeque<String>, first: u64, origin: Instant) -> Self {
        let bytes = lines.iter().map(String::len).sum();
        let most = |number: usize| NonZeroU32::MIN.saturating_add(u32::try_from(number).unwrap_or(u32::MAX));
        let config = LogConfig { most_records: most(lines.len()), most_bytes: most(bytes) };
        Self { config, lines, bytes, first, origin }
    }

    /// The settings.
    pub const fn config(&self) -> LogConfig {
        self.config
    }

    /// The reading of the host's clock at which it began.
    pub const fn origin(&self) -> Instant {
        self.origin
    }

    /// How many records were there and are no longer: the oldest go first.
    pub const fn dropped(&self) -> u64 {
        self.first
    }

    /// How many records are kept.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether no record is kept.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The bytes of the records that are kept.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The records that are kept, oldest first.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        self.lines.iter().filter_map(|line| read::record(line).ok())
    }

    /// The log as lines of JSON, each with its line end: first one about the log, then one for each record.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let origin = self.origin.as_nanos();
        let head = json!({ "v": VERSION, "log": NAME, "origin": origin, "dropped": self.first });
        core::iter::once(format!("{head}\n")).chain(self.lines.iter().map(|line| format!("{line}\n")))
    }

    /// The log as text; see [`lines`](Self::lines).
    pub fn to_text(&self) -> String {
        self.lines().collect()
    }

    /// Adds a record; answers with its number and its bytes.
    pub(super) fn push(
        &mut self,
        now: Instant,
        part: &str,
        input: &Input,
        decision: &Decision,
    ) -> (u64, usize) {
        let seq = self.next_seq();
        let at = now.as_nanos().saturating_sub(self.origin.as_nanos());
        let line = json!({
            "v": VERSION,
            "seq": seq,
            "at": at,
            "part": part,
            "input": input::to_value(input),
            "decision": decision.to_value(),
        })
        .to_string();
        let bytes = line.len();
        self.bytes = self.bytes.saturating_add(bytes);
        self.lines.push_back(line);
        while self.is_over() {
            let Some(line) = self.lines.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(line.len());
            self.first = self.first.saturating_add(1);
        }
        (seq, bytes)
    }

    fn next_seq(&self) -> u64 {
        self.first.saturating_add(u64::try_from(self.lines.len()).unwrap_or(u64::MAX))
    }

    fn is_over(&self) -> bool {
        self.lines.len() > self.config.most_records.get() as usize
            || self.bytes > self.config.most_bytes.get() as usize
    }
}

/// The version of the shape of a line.
pub(super) const VERSION: u64 = 1;

/// What the first line says that this is.
pub(super) const NAME: &str = "failsoft";
