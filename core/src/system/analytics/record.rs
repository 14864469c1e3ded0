//! What is told to error analytics, and how it is counted.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::config::AnalyticsConfig;
use super::top::Top;
use super::window::Window;
use crate::classify::{Category, Fault, Verdict};
use crate::redact::redact_within;
use crate::time::Instant;

/// Error analytics of one program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analytics {
    pub(super) config: AnalyticsConfig,
    pub(super) now: Instant,
    pub(super) totals: Totals,
    pub(super) window: Window,
    pub(super) categories: BTreeMap<Category, u64>,
    pub(super) sources: Top<String, ()>,
    pub(super) rules: Top<String, ()>,
    pub(super) codes: Top<String, ()>,
    pub(super) messages: Top<u64, Message>,
    /// The oldest first.
    pub(super) history: VecDeque<Entry>,
}

/// How calls ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Errors of attempts.
    pub errors: u64,
    /// Calls that succeeded in the end.
    pub succeeded: u64,
    /// Calls that failed in the end.
    pub failed: u64,
    /// Attempts of these calls.
    pub attempts: u64,
    /// Attempts beyond the first of their call.
    pub retries: u64,
    /// Calls that had more than one attempt.
    pub retried: u64,
}

/// What is known of a message that came up again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) text: String,
    pub(super) type_name: String,
    pub(super) category: Category,
    pub(super) source: String,
    pub(super) last: Instant,
}

/// An error of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) at: Instant,
    pub(super) source: String,
    pub(super) category: Category,
    pub(super) retryable: bool,
    pub(super) rule: String,
    pub(super) code: String,
    pub(super) type_name: String,
    pub(super) text: String,
}

impl Analytics {
    /// Analytics that have been told nothing.
    pub fn new(config: AnalyticsConfig) -> Self {
        Self {
            config,
            now: Instant::default(),
            totals: Totals::default(),
            window: Window::new(config.window),
            categories: BTreeMap::new(),
            sources: Top::new(config.names()),
            rules: Top::new(config.names()),
            codes: Top::new(config.names()),
            messages: Top::new(config.messages()),
            history: VecDeque::new(),
        }
    }

    /// An attempt at `source`, the name of a part or a dependency, ended in this error. A cancellation and an ignored error
    /// are none.
    pub fn record(&mut self, fault: &Fault, verdict: &Verdict, source: &str, now: Instant) {
        let at = self.advance(now);
        if verdict.category == Category::Cancelled || verdict.ignored {
            return;
        }
        let text = fault.message.as_deref().map(message).unwrap_or_default();
        let code = fault.code.clone().or_else(|| fault.status.map(|status| alloc::format!("{status}")));
        let entry = Entry {
            at,
            source: name(source),
            category: verdict.category,
            retryable: verdict.retryable,
            rule: name(&verdict.rule),
            code: code.as_deref().map(name).unwrap_or_default(),
            type_name: fault.type_name.as_deref().or(fault.name.as_deref()).map(name).unwrap_or_default(),
            text,
        };
        self.totals.errors = self.totals.errors.saturating_add(1);
        let count = self.categories.entry(entry.category).or_default();
        *count = count.saturating_add(1);
        self.sources.count(entry.source.clone(), ());
        self.rules.count(entry.rule.clone(), ());
        if !entry.code.is_empty() {
            self.codes.count(entry.code.clone(), ());
        }
        self.messages.count(same_error(fault, &entry), Message::of(&entry));
        self.remember(entry);
    }

    /// A call succeeded after so many attempts.
    pub fn succeeded(&mut self, attempts: u32, now: Instant) {
        self.totals.succeeded = self.totals.succeeded.saturating_add(1);
        self.ended(false, attempts, now);
    }

    /// So many calls succeeded at their first attempt. Who counts them and hands them in together does so before
    /// [`fills_until`](Self::fills_until), or they are dated too late.
    pub fn succeeded_at_once(&mut self, calls: u64, now: Instant) {
        let now = self.advance(now);
        self.totals.succeeded = self.totals.succeeded.saturating_add(calls);
        self.totals.attempts = self.totals.attempts.saturating_add(calls);
        self.window.record(calls, 0, now);
    }

    /// Until when calls are counted together with the last one that ended; `None` if a call at `now` is the first of its
    /// kind.
    pub fn fills_until(&self, now: Instant) -> Option<Instant> {
        self.window.fills_until(self.now.max(now))
    }

    /// A call failed for good after so many attempts; 0 if it was refused before the first.
    pub fn failed(&mut self, attempts: u32, now: Instant) {
        self.totals.failed = self.totals.failed.saturating_add(1);
        self.ended(true, attempts, now);
    }

    /// The share of failed calls among those that ended within the window, from 0 to 1; `None` with fewer than
    /// `minimum_calls` of them. It is what degradation wants to know.
    pub fn error_rate(&self, now: Instant) -> Option<f64> {
        let (calls, failed) = self.window.counts(self.now.max(now));
        (calls >= u64::from(self.config.minimum_calls.get())).then(|| ratio(failed, calls))
    }

    /// Forgets every error and every count. The window of the error rate is left to expire: what is done about an outage must
    /// not end because somebody tidied up.
    pub fn clear_history(&mut self) {
        self.totals = Totals::default();
        self.categories.clear();
        self.sources.clear();
        self.rules.clear();
        self.codes.clear();
        self.messages.clear();
        self.history.clear();
    }

    pub(super) fn remember(&mut self, entry: Entry) {
        self.history.push_back(entry);
        while self.history.len() > self.config.history() {
            self.history.pop_front();
        }
    }

    pub(super) fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        self.now
    }

    fn ended(&mut self, failed: bool, attempts: u32, now: Instant) {
        let now = self.advance(now);
        let totals = &mut self.totals;
        totals.attempts = totals.attempts.saturating_add(attempts.into());
        totals.retries = totals.retries.saturating_add(attempts.saturating_sub(1).into());
        totals.retried = totals.retried.saturating_add(u64::from(attempts > 1));
        self.window.record(1, u64::from(failed), now);
    }
}

impl Message {
    fn of(entry: &Entry) -> Self {
        Self {
            text: entry.text.clone(),
            type_name: entry.type_name.clone(),
            category: entry.category,
            source: entry.source.clone(),
            last: entry.at,
        }
    }
}

/// The number of this kind of error. Made without its secrets, so that two keys that are wrong are one kind of error, and
/// that nothing can be told of them from the number.
fn same_error(fault: &Fault, entry: &Entry) -> u64 {
    let plain = Fault {
        type_name: Some(entry.type_name.clone()),
        code: Some(entry.code.clone()),
        status: fault.status,
        errno: fault.errno,
        message: Some(entry.text.clone()),
        ..Fault::default()
    };
    plain.fingerprint()
}

/// A name as it is kept.
pub(super) fn name(text: &str) -> String {
    redact_within(text, LONGEST_NAME)
}

/// A message as it is kept.
pub(super) fn message(text: &str) -> String {
    redact_within(text, LONGEST_MESSAGE)
}

/// A share of a whole, from 0 to 1; 0 of nothing.
#[allow(clippy::cast_precision_loss, reason = "a count above 2^53 may lose its last digit in a statistic")]
pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Rules, types and hosts are shorter; what is longer is text in the place of a name.
const LONGEST_NAME: usize = 80;

/// A line of a log on a wide screen.
const LONGEST_MESSAGE: usize = 200;
