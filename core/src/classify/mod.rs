//! What an error means: fault in, verdict out.
//!
//! Structured facts beat text. In order: the user's rules, cancellation, what the server says explicitly,
//! provider codes, the HTTP status, the operating system's code, the type and its bases, the explicit cause,
//! and the words of the message last. Nothing here fails: what cannot be read is no evidence.

mod answer;
mod codes;
mod curl;
mod dates;
mod default;
mod durations;
mod fault;
mod fingerprint;
mod grpc;
mod http;
mod instruction;
mod keyword;
mod list;
mod meaning;
mod names;
mod names_table;
mod os;
mod os_numbers;
mod os_table;
mod protocols;
mod read;
mod rule;
mod said;
mod sql;
mod sql_vendors;
mod stops;
mod stores;
mod text;
mod types;
mod types_table;
mod verdict;
mod wait;
mod walk;
mod words;
mod words_table;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

pub use self::fault::Fault;
pub use self::rule::{Match, Rule, StatusPattern, Then};
pub use self::verdict::{Category, Status, Verdict};

/// Decides what faults mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Classifier {
    /// Who decides where no rule of the user's fits.
    pub kind: Kind,
    /// Whether an error of which nothing can be told is retried. Not by default: a repeated mistake costs
    /// more than one failure too many.
    pub retry_unknown: bool,
    /// The user's own rules; the first that fits decides.
    pub rules: Vec<Rule>,
}

/// Who decides where no rule of the user's fits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// The tables of this library.
    #[default]
    Default,
    /// Keywords of the message, as in the error-recovery primitive: simple, and often wrong.
    Keyword,
    /// Nobody: everything but cancellation is unknown.
    None,
}

impl Classifier {
    /// What `fault` means.
    pub fn classify(&self, fault: &Fault) -> Verdict {
        let built_in = self.built_in(fault);
        let fitting = self.rules.iter().enumerate().find(|(_, rule)| rule.matches.fits(fault, &built_in));
        match fitting {
            Some((_, rule)) if rule.then.retryable() && is_final(&built_in) => built_in,
            Some((index, rule)) => rule.apply(index, &built_in),
            None => built_in,
        }
    }

    fn built_in(&self, fault: &Fault) -> Verdict {
        let mut verdict = match self.kind {
            Kind::Default => default::judge(fault).verdict(),
            kind => simple(kind, fault),
        };
        // Only where nothing decided: an error that is called permanent by name is not an unknown one.
        if self.retry_unknown && (verdict.rule == "unknown" || verdict.rule.ends_with(".unknown")) {
            verdict = Verdict::new(Category::Unknown, true, verdict.rule);
        }
        verdict.retry_after = wait::find(fault);
        verdict
    }
}

/// Cancellation, and what Python raises past every handler of errors, is somebody's wish and not an error: no rule
/// may turn it into another try.
fn is_final(verdict: &Verdict) -> bool {
    verdict.category == Category::Cancelled || verdict.rule == stops::EXIT
}

/// The classifiers without tables of their own; cancellation is cancellation for each of them.
fn simple(kind: Kind, fault: &Fault) -> Verdict {
    if let Some(cancelled) = stops::cancellation(fault) {
        return cancelled.verdict();
    }
    let by_keyword = if kind == Kind::Keyword { keyword::classify(fault) } else { None };
    by_keyword.unwrap_or_else(|| Verdict::new(Category::Unknown, false, "unknown"))
}

impl Kind {
    /// Every word that [`Kind::parse`] takes.
    pub const NAMES: [&'static str; 3] = ["default", "keyword", "none"];

    /// Reads the word of a policy document.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "default" => Some(Self::Default),
            "keyword" => Some(Self::Keyword),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    /// The word for it in a policy document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Keyword => "keyword",
            Self::None => "none",
        }
    }
}
