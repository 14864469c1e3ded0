//! Error analytics as data: to survive a restart.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::record::{Analytics, Entry, Message, Totals, message, name};
use super::report::Counted;
use super::top::{self, Top};
use super::window::{BUCKETS, Bucket};
use crate::classify::Category;
use crate::time::{Instant, nanos};

/// What is known, with every time in nanoseconds relative to the moment of the snapshot, and no configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of this shape; 1.
    pub version: u32,
    /// How calls ended.
    pub totals: Totals,
    /// The calls of the window, the newest first.
    pub buckets: Vec<SavedBucket>,
    /// Errors by category.
    pub categories: BTreeMap<Category, u64>,
    /// Errors by source.
    pub sources: Vec<Counted>,
    /// Errors by rule.
    pub rules: Vec<Counted>,
    /// Errors by code.
    pub codes: Vec<Counted>,
    /// Errors by message.
    pub messages: Vec<SavedMessage>,
    /// The last errors, the oldest first.
    pub history: Vec<SavedEntry>,
}

/// A share of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedBucket {
    /// For how much longer it counts.
    pub remaining: u64,
    /// Calls that ended.
    pub calls: u64,
    /// Those that failed.
    pub failed: u64,
}

/// A kind of error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedMessage {
    /// What makes it the same error again, in hexadecimal digits.
    pub fingerprint: String,
    /// How often it came up.
    pub count: u64,
    /// By how much that may be too high.
    pub over: u64,
    /// Its message.
    pub message: String,
    /// The name of its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What it means.
    pub category: Category,
    /// Where it came from.
    pub source: String,
    /// How long ago it came up last.
    pub ago: u64,
}

/// An error of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedEntry {
    /// How long ago.
    pub ago: u64,
    /// Where it came from.
    pub source: String,
    /// What it means.
    pub category: Category,
    /// Whether it was worth a retry.
    pub retryable: bool,
    /// The rule that decided so.
    pub rule: String,
    /// Its code or status.
    pub code: String,
    /// The name of its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its message.
    pub message: String,
}

/// Why a snapshot could not be restored. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Made by a version that this one does not know.
    #[error("version: {0} is not known (expected 1)")]
    Version(u32),
    /// A fingerprint that is no hexadecimal number of 64 bits.
    #[error("messages: \"{0}\" is no fingerprint")]
    Fingerprint(String),
}

impl Analytics {
    /// What is known, as of `now`.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let now = self.now.max(now);
        let ago = |moment: Instant| nanos(now.saturating_since(moment));
        let bucket = |bucket: &Bucket| SavedBucket {
            remaining: nanos(bucket.expires.saturating_since(now)),
            calls: bucket.calls,
            failed: bucket.failed,
        };
        let messages = self.messages.entries().iter().map(|entry| SavedMessage {
            fingerprint: format!("{:016x}", entry.key),
            count: entry.count,
            over: entry.over,
            message: entry.data.text.clone(),
            type_name: entry.data.type_name.clone(),
            category: entry.data.category,
            source: entry.data.source.clone(),
            ago: ago(entry.data.last),
        });
        let history = self.history.iter().map(|entry| SavedEntry {
            ago: ago(entry.at),
            source: entry.source.clone(),
            category: entry.category,
            retryable: entry.retryable,
            rule: entry.rule.clone(),
            code: entry.code.clone(),
            type_name: entry.type_name.clone(),
            message: entry.text.clone(),
        });
        Snapshot {
            version: VERSION,
            totals: self.totals,
            buckets: self.window.live(now).map(bucket).collect(),
            categories: self.categories.clone(),
            sources: saved(&self.sources),
            rules: saved(&self.rules),
            codes: saved(&self.codes),
            messages: messages.collect(),
            history: history.collect(),
        }
    }

    /// Takes on what was saved, as of `now`.
    ///
    /// Nothing exceeds the configured bounds, and every text is redacted anew, so that a snapshot from a broken or hostile
    /// store costs no more than one of our own and brings no secret in. Errors from before this host's clock began are dated to
    /// its beginning.
    pub fn restore(&mut self, snapshot: &Snapshot, now: Instant) -> Result<(), RestoreError> {
        if snapshot.version != VERSION {
            return Err(RestoreError::Version(snapshot.version));
        }
        let mut messages = Vec::new();
        let now = self.now.max(now);
        let before = |ago: u64| Instant::from_nanos(now.as_nanos().saturating_sub(ago));
        for saved in snapshot.messages.iter().take(self.config.messages()) {
            let key = u64::from_str_radix(&saved.fingerprint, 16)
                .map_err(|_| RestoreError::Fingerprint(name(&saved.fingerprint)))?;
            let data = Message {
                text: message(&saved.message),
                type_name: name(&saved.type_name),
                category: saved.category,
                source: name(&saved.source),
                last: before(saved.ago),
            };
            messages.push(top::Entry { key, count: saved.count, over: saved.over.min(saved.count), data });
        }
        self.now = now;
        self.totals = snapshot.totals;
        self.categories.clone_from(&snapshot.categories);
        self.messages.refill(messages.into_iter());
        refill(&mut self.sources, &snapshot.sources, self.config.names());
        refill(&mut self.rules, &snapshot.rules, self.config.names());
        refill(&mut self.codes, &snapshot.codes, self.config.names());
        self.restore_window(&snapshot.buckets);
        self.history.clear();
        let beyond = snapshot.history.len().saturating_sub(self.config.history());
        for saved in snapshot.history.iter().skip(beyond) {
            self.remember(Entry {
                at: before(saved.ago),
                source: name(&saved.source),
                category: saved.category,
                retryable: saved.retryable,
                rule: name(&saved.rule),
                code: name(&saved.code),
                type_name: name(&saved.type_name),
                text: message(&saved.message),
            });
        }
        Ok(())
    }

    /// No bucket counts for longer than the window, and none has more failures than calls. They are sorted anew: the newest
    /// one is the one that is filled on.
    fn restore_window(&mut self, saved: &[SavedBucket]) {
        let mut buckets: Vec<SavedBucket> = saved.iter().take(BUCKETS).copied().collect();
        buckets.sort_by_key(|bucket| core::cmp::Reverse(bucket.remaining));
        let (now, length) = (self.now, self.window.length());
        self.window.refill(buckets.into_iter().map(|bucket| Bucket {
            expires: now.saturating_add(Duration::from_nanos(bucket.remaining).min(length)),
            calls: bucket.calls,
            failed: bucket.failed.min(bucket.calls),
        }));
    }
}

/// In the order of their places, not by rank: which of equals gives way to a newcomer is part of the state.
fn saved(top: &Top<String, ()>) -> Vec<Counted> {
    let count = |entry: &top::Entry<String, ()>| Counted {
        name: entry.key.clone(),
        count: entry.count,
        over: entry.over,
    };
    top.entries().iter().map(count).collect()
}

fn refill(top: &mut Top<String, ()>, saved: &[Counted], most: usize) {
    top.refill(saved.iter().take(most).map(|saved| top::Entry {
        key: name(&saved.name),
        count: saved.count,
        over: saved.over.min(saved.count),
        data: (),
    }));
}

const VERSION: u32 = 1;
