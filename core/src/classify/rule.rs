//! A user's own rules: what they match and what they say.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::fault::Fault;
use super::text::Text;
use super::verdict::{Category, Status, Verdict};

/// One rule of a user: faults that match are what `then` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Which faults it is about.
    pub matches: Match,
    /// What they mean.
    pub then: Then,
    /// How long to wait, whatever the server said; without it the server's hint stands.
    pub retry_after: Option<Duration>,
}

impl Rule {
    /// A rule that leaves the server's hint alone.
    pub fn new(matches: Match, then: Then) -> Self {
        Self { matches, then, retry_after: None }
    }

    /// The same rule with a wait of its own.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// What this rule, the `index`th of its list, makes of a fault that it matches.
    pub(super) fn apply(&self, index: usize, built_in: &Verdict) -> Verdict {
        let retryable = self.then.retryable();
        let category = if let Then::Category(category) = self.then { category } else { built_in.category };
        let mut verdict = Verdict::new(category, retryable, alloc::format!("rules[{index}]"));
        if self.then == Then::Degraded {
            verdict.status = Status::Degraded;
        }
        verdict.ignored = self.then == Then::Ignore;
        verdict.unsent = built_in.unsent;
        verdict.retry_after = self.retry_after.or(built_in.retry_after);
        verdict
    }
}

/// What a rule looks at. Every list that is not empty must have an entry that fits; a match without any
/// entry fits every fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Match {
    /// The type or one of its bases, by full qualified name or by the last part of it. Types of the
    /// cause do not count: a rule about `KeyError` is not about what was raised because of one.
    pub types: Vec<String>,
    /// JavaScript's `error.name`.
    pub names: Vec<String>,
    /// A code of the operating system, of a library or of the provider, without case.
    pub codes: Vec<String>,
    /// HTTP statuses.
    pub statuses: Vec<StatusPattern>,
    /// Whole words of the message, without case.
    pub messages: Vec<String>,
    /// What the built-in classifier says.
    pub categories: Vec<Category>,
}

impl Match {
    /// A match by type name.
    pub fn types<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self { types: names.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// A match by `error.name`.
    pub fn names<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// A match by code.
    pub fn codes<S: Into<String>>(codes: impl IntoIterator<Item = S>) -> Self {
        Self { codes: codes.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// A match by HTTP status.
    pub fn statuses(statuses: impl IntoIterator<Item = StatusPattern>) -> Self {
        Self { statuses: statuses.into_iter().collect(), ..Self::default() }
    }

    /// A match by words of the message.
    pub fn messages<S: Into<String>>(phrases: impl IntoIterator<Item = S>) -> Self {
        Self { messages: phrases.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// A match by what the built-in classifier says.
    pub fn categories(categories: impl IntoIterator<Item = Category>) -> Self {
        Self { categories: categories.into_iter().collect(), ..Self::default() }
    }

    /// Whether `fault`, which the built-in classifier calls `built_in`, is one of those meant.
    pub fn fits(&self, fault: &Fault, built_in: &Verdict) -> bool {
        any(&self.types, |wanted| fault.type_names().any(|name| same_type(name, wanted)))
            && any(&self.names, |wanted| fault.name.as_deref() == Some(wanted.as_str()))
            && any(&self.codes, |wanted| fault.has_code(wanted))
            && any(&self.statuses, |pattern| fault.status.is_some_and(|status| pattern.fits(status)))
            && self.says(fault)
            && any(&self.categories, |&category| category == built_in.category)
    }

    fn says(&self, fault: &Fault) -> bool {
        if self.messages.is_empty() {
            return true;
        }
        let text = Text::new(fault.message.as_deref().unwrap_or_default());
        self.messages.iter().any(|phrase| text.contains(&Text::new(phrase)))
    }
}

fn any<T>(list: &[T], fits: impl FnMut(&T) -> bool) -> bool {
    list.is_empty() || list.iter().any(fits)
}

fn same_type(name: &str, wanted: &str) -> bool {
    name == wanted || super::fault::last_part(name) == wanted
}

/// One status, or a class of a hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusPattern {
    /// This status only.
    Exact(u16),
    /// All that begin with this digit: `5` is `5xx`.
    Class(u8),
}

impl StatusPattern {
    /// Reads `503` or `5xx`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match text.as_bytes() {
            [digit @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] => Some(Self::Class(digit - b'0')),
            [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9'] => text.parse().ok().map(Self::Exact),
            _ => None,
        }
    }

    /// Whether a status is one of those meant.
    pub fn fits(self, status: i64) -> bool {
        match self {
            Self::Exact(exact) => i64::from(exact) == status,
            Self::Class(digit) => i64::from(digit) * 100 <= status && status < (i64::from(digit) + 1) * 100,
        }
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(status) => write!(f, "{status}"),
            Self::Class(digit) => write!(f, "{digit}xx"),
        }
    }
}

/// What a user's rule says about the faults that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Worth another try; the category is the built-in classifier's.
    Transient,
    /// Will not go away by itself; the category is the built-in classifier's.
    Permanent,
    /// The call worked, with less than was asked for: neither a failure nor worth a retry.
    Degraded,
    /// Neither success nor failure for a breaker, and not retried.
    Ignore,
    /// An error of this category, with what is usual for it.
    Category(Category),
}

impl Then {
    /// Every word that [`Then::parse`] takes.
    pub const NAMES: [&'static str; 17] = [
        "transient", "permanent", "degraded", "ignore", "timeout", "rate_limit", "quota", "connection",
        "server", "auth", "invalid_request", "not_found", "resource", "conflict", "cancelled",
        "open_circuit", "unknown",
    ];

    /// Reads the word of a policy document.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "transient" => Self::Transient,
            "permanent" => Self::Permanent,
            "degraded" => Self::Degraded,
            "ignore" => Self::Ignore,
            _ => Self::Category(Category::parse(word)?),
        })
    }

    /// The word for it in a policy document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Permanent => "permanent",
            Self::Degraded => "degraded",
            Self::Ignore => "ignore",
            Self::Category(category) => category.name(),
        }
    }

    /// Whether it asks for another try.
    pub const fn retryable(self) -> bool {
        match self {
            Self::Transient => true,
            Self::Permanent | Self::Degraded | Self::Ignore => false,
            Self::Category(category) => category.usually_retryable(),
        }
    }
}
