//! The parts of a program whose events are kept.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::decision::Decision;
use super::event_log::{EventLog, LogConfig};
use super::input::Input;
use super::stage::Stage;
use crate::call::Report;
use crate::fallback;
use crate::policy::Policy;
use crate::redact::redact_within;
use crate::time::Instant;

/// Parts whose every event is kept in a log, together with what was decided.
///
/// It is a value without locks: threads guard it. A call costs memory until it ends, as without a recorder; parts are
/// those that the program itself names, and stay.
#[derive(Debug, Clone)]
pub struct Recorder {
    log: EventLog,
    parts: Vec<Part>,
    names: BTreeSet<String>,
    /// The number of the call or run that began last.
    last_number: u64,
    latest: Instant,
}

/// An answer to an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What was decided.
    pub decision: Decision,
    /// What became of the call, if it is over now.
    pub report: Option<Report>,
    /// What became of the run through the chain, if it is over now.
    pub run: Option<fallback::Report>,
}

#[derive(Debug, Clone)]
struct Part {
    name: String,
    stage: Stage,
    /// The record from which on it can be replayed.
    start: u64,
    /// How many records, of how many bytes, there have been since.
    since: (u32, usize),
}

impl Recorder {
    /// A recorder without parts, whose log begins at `now`.
    pub const fn new(config: LogConfig, now: Instant) -> Self {
        let log = EventLog::new(config, now);
        Self { log, parts: Vec::new(), names: BTreeSet::new(), last_number: 0, latest: now }
    }

    /// Adds a part, and answers with its number. Its name is shown without secrets and cut to 80 letters; one that is taken is
    /// told apart by a number.
    pub fn open(&mut self, name: &str, policy: Arc<Policy>, now: Instant) -> usize {
        let shown = redact_within(name, LONGEST_NAME);
        let others = (2_u64..).map(|number| format!("{shown} ({number})"));
        let name = core::iter::once(shown.clone()).chain(others).find(|name| !self.names.contains(name));
        let name = name.unwrap_or_default();
        self.names.insert(name.clone());
        let number = self.parts.len();
        self.parts.push(Part { name, stage: Stage::new(policy), start: 0, since: (0, 0) });
        self.note(number, &Input::Opened, now);
        number
    }

    /// A call begins; answers with its number, which no other call of this recorder has. `seed` decides its jitter.
    pub fn begin(&mut self, part: usize, seed: u64, now: Instant) -> u64 {
        let call = self.number();
        self.tell(part, Input::Begun { call, step: None, seed }, now);
        call
    }

    /// A call of a step of the part's chain begins, under the step's own policy.
    pub fn begin_step(&mut self, part: usize, step: &str, seed: u64, now: Instant) -> u64 {
        let call = self.number();
        self.tell(part, Input::Begun { call, step: Some(step.to_string()), seed }, now);
        call
    }

    /// A run through the part's chain begins; answers with its number, which no other run and no call has.
    pub fn begin_run(&mut self, part: usize, now: Instant) -> u64 {
        let run = self.number();
        self.tell(part, Input::RunBegun { run }, now);
        run
    }

    const fn number(&mut self) -> u64 {
        self.last_number = self.last_number.saturating_add(1);
        self.last_number
    }

    /// Something happened to a part; answers with what follows. A part that there is not, does nothing and is not kept.
    pub fn tell(&mut self, part: usize, input: Input, now: Instant) -> Answer {
        let input = input.clean();
        if self.is_due(part) {
            self.note(part, &Input::Checkpoint, now);
        }
        let decision = self.note(part, &input, now);
        let ended = self.parts.get_mut(part).map(|part| part.stage.take_ended());
        let (report, run) = ended.unwrap_or_default();
        Answer { decision, report, run }
    }

    /// What has happened so far.
    pub const fn log(&self) -> &EventLog {
        &self.log
    }

    /// The machines of a part, to look at. What is done to them behind the recorder's back cannot be replayed.
    pub fn stage(&self, part: usize) -> Option<&Stage> {
        self.parts.get(part).map(|part| &part.stage)
    }

    fn note(&mut self, number: usize, input: &Input, now: Instant) -> Decision {
        self.latest = self.latest.max(now);
        let Some(part) = self.parts.get_mut(number) else { return Decision::Nothing };
        let decision = part.stage.apply(input, self.latest);
        let (seq, bytes) = self.log.push(self.latest, &part.name, input, &decision);
        if matches!(input, Input::Opened | Input::Checkpoint) {
            (part.start, part.since) = (seq, (0, 0));
        } else {
            let (records, total) = part.since;
            part.since = (records.saturating_add(1), total.saturating_add(bytes));
        }
        decision
    }

    /// Whether a checkpoint can be taken and is worth it: the last one is gone, or an eighth of the log is about this part
    /// since then. So checkpoints cost an eighth of the records at most, and where there are quiet moments at most a quarter
    /// of what is kept comes before the first one.
    fn is_due(&self, number: usize) -> bool {
        let Some(part) = self.parts.get(number).filter(|part| part.stage.is_quiet()) else { return false };
        let config = self.log.config();
        let (records, bytes) = part.since;
        part.start < self.log.dropped()
            || records >= (config.most_records.get() / 8).max(1)
            || bytes >= (config.most_bytes.get() as usize / 8).max(1)
    }
}

const LONGEST_NAME: usize = 80;
