//! Error analytics as data for people and dashboards. Times are seconds.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::record::{Analytics, Totals, ratio};
use super::top::Top;
use crate::classify::Category;
use crate::time::Instant;

/// What has gone wrong, and how calls ended. Everything but `recent` and `error_rate` is since the beginning, or since the
/// history was cleared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnalyticsReport {
    /// How calls ended.
    #[serde(flatten)]
    pub totals: Totals,
    /// The share of calls that succeeded, from 0 to 1. 0 before the first, and not null, as document 001 formats it without
    /// asking; so it is with the other two.
    pub success_rate: f64,
    /// Attempts for each call.
    pub average_attempts: f64,
    /// The share of calls that had more than one attempt, from 0 to 1.
    pub retry_rate: f64,
    /// Failed calls among those of the window, from 0 to 1; null with too few.
    pub error_rate: Option<f64>,
    /// What the error rate is made of.
    pub recent: Recent,
    /// Errors of each category that came up.
    pub by_category: BTreeMap<Category, u64>,
    /// Errors of each part or dependency, the most frequent first.
    pub by_source: Vec<Counted>,
    /// Errors by the rule that told their meaning, the most frequent first.
    pub by_rule: Vec<Counted>,
    /// Errors by their code or status, the most frequent first; those without either are left out.
    pub by_code: Vec<Counted>,
    /// The most frequent kinds of error, the most frequent first.
    pub top_messages: Vec<MessageCount>,
    /// The last errors, the oldest first.
    pub history: Vec<HistoryEntry>,
}

/// Calls that ended within the window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Recent {
    /// How long the window is.
    pub window: f64,
    /// Calls that ended.
    pub calls: u64,
    /// Those that failed.
    pub failed: u64,
}

/// How often a name came up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// The name.
    pub name: String,
    /// How often, at most.
    pub count: u64,
    /// By how much that may be too high; 0 unless there are more names than are counted.
    pub over: u64,
}

/// How often a kind of error came up: the same but for the numbers, ids and secrets in its message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MessageCount {
    /// Its message, as it was last.
    pub message: String,
    /// The name of its type, as far as it has one.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What it means, as it was last.
    pub category: Category,
    /// Where it came from last.
    pub source: String,
    /// How often, at most.
    pub count: u64,
    /// By how much that may be too high.
    pub over: u64,
    /// How long ago it came up last.
    pub last_ago: f64,
}

/// One error.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryEntry {
    /// How long ago.
    pub ago: f64,
    /// The part or dependency.
    pub source: String,
    /// What it means.
    pub category: Category,
    /// Whether it was worth a retry.
    pub retryable: bool,
    /// The rule that decided so.
    pub rule: String,
    /// Its code or status; empty if it has neither.
    pub code: String,
    /// The name of its type; empty if it has none.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its message, without secrets and cut to 200 letters.
    pub message: String,
}

impl Analytics {
    /// What has gone wrong, as of `now`.
    pub fn report(&self, now: Instant) -> AnalyticsReport {
        let now = self.now.max(now);
        let ago = |moment: Instant| now.saturating_since(moment).as_secs_f64();
        let totals = self.totals;
        let ended = totals.succeeded.saturating_add(totals.failed);
        let (calls, failed) = self.window.counts(now);
        let messages = self.messages.ranked().into_iter().map(|entry| MessageCount {
            message: entry.data.text.clone(),
            type_name: entry.data.type_name.clone(),
            category: entry.data.category,
            source: entry.data.source.clone(),
            count: entry.count,
            over: entry.over,
            last_ago: ago(entry.data.last),
        });
        let history = self.history.iter().map(|entry| HistoryEntry {
            ago: ago(entry.at),
            source: entry.source.clone(),
            category: entry.category,
            retryable: entry.retryable,
            rule: entry.rule.clone(),
            code: entry.code.clone(),
            type_name: entry.type_name.clone(),
            message: entry.text.clone(),
        });
        AnalyticsReport {
            totals,
            success_rate: ratio(totals.succeeded, ended),
            average_attempts: ratio(totals.attempts, ended),
            retry_rate: ratio(totals.retried, ended),
            error_rate: self.error_rate(now),
            recent: Recent { window: self.window.length().as_secs_f64(), calls, failed },
            by_category: self.categories.clone(),
            by_source: counted(&self.sources),
            by_rule: counted(&self.rules),
            by_code: counted(&self.codes),
            top_messages: messages.collect(),
            history: history.collect(),
        }
    }
}

fn counted(top: &Top<String, ()>) -> Vec<Counted> {
    let ranked = top.ranked().into_iter();
    ranked.map(|entry| Counted { name: entry.key.clone(), count: entry.count, over: entry.over }).collect()
}
