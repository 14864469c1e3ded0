//! What an entry of a table says.

use alloc::string::String;

use super::verdict::{Category, Verdict};

/// Category and retryability, as the tables pair them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) category: Category,
    pub(super) retryable: bool,
    /// The request was surely not processed: it never left, or was turned away.
    pub(super) unsent: bool,
}

const fn yes(category: Category) -> Meaning {
    Meaning { category, retryable: true, unsent: false }
}

const fn no(category: Category) -> Meaning {
    Meaning { category, retryable: false, unsent: false }
}

const fn unsent(category: Category) -> Meaning {
    Meaning { category, retryable: true, unsent: true }
}

pub(super) const TIMEOUT: Meaning = yes(Category::Timeout);
/// Time ran out before there was a connection to send on.
pub(super) const CONNECT_TIMEOUT: Meaning = unsent(Category::Timeout);
pub(super) const RATE_LIMIT: Meaning = yes(Category::RateLimit);
/// Refused before it was processed.
pub(super) const RATE_LIMIT_REFUSED: Meaning = unsent(Category::RateLimit);
pub(super) const QUOTA: Meaning = no(Category::Quota);
pub(super) const CONNECTION: Meaning = yes(Category::Connection);
/// Refused, unreachable or unresolved: nobody was there to send to.
pub(super) const UNREACHED: Meaning = unsent(Category::Connection);
/// Trust, hostname, expiry, protocol mismatch: as wrong tomorrow as today.
pub(super) const TLS: Meaning = no(Category::Connection);
pub(super) const SERVER: Meaning = yes(Category::Server);
/// The other side says that it did not begin.
pub(super) const SERVER_REFUSED: Meaning = unsent(Category::Server);
/// The other side will never do that.
pub(super) const SERVER_NEVER: Meaning = no(Category::Server);
pub(super) const AUTH: Meaning = no(Category::Auth);
pub(super) const INVALID: Meaning = no(Category::InvalidRequest);
pub(super) const NOT_FOUND: Meaning = no(Category::NotFound);
/// Full for the moment: others give their place back.
pub(super) const BUSY: Meaning = yes(Category::Resource);
/// No place in a pool on our side, so nothing was sent.
pub(super) const POOL: Meaning = unsent(Category::Resource);
/// Full until someone tidies up.
pub(super) const FULL: Meaning = no(Category::Resource);
pub(super) const CONFLICT: Meaning = no(Category::Conflict);
/// Lost a race that will be over the next time.
pub(super) const LOST_RACE: Meaning = yes(Category::Conflict);
pub(super) const CANCELLED: Meaning = no(Category::Cancelled);
pub(super) const OPEN_CIRCUIT: Meaning = no(Category::OpenCircuit);
pub(super) const UNKNOWN: Meaning = no(Category::Unknown);

/// What a piece of evidence said, and which.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) meaning: Meaning,
    pub(super) rule: String,
    pub(super) level: Level,
}

/// How good a piece of evidence is, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Someone asked to stop; nothing overrules it.
    Cancellation,
    /// A code of the provider.
    Code,
    /// An HTTP status.
    Status,
    /// The operating system's number or name for it.
    Errno,
    /// The members of a group.
    Group,
    /// The type or one of its bases.
    Type,
    /// Words of the message, or nothing.
    Words,
}

impl Finding {
    pub(super) fn new(level: Level, meaning: Meaning, rule: impl Into<String>) -> Self {
        Self { meaning, rule: rule.into(), level }
    }

    /// The finding about a cause or a member, told of the outer error.
    pub(super) fn within(mut self, place: &str) -> Self {
        self.rule.insert_str(0, place);
        self
    }

    pub(super) fn verdict(self) -> Verdict {
        let mut verdict = Verdict::new(self.meaning.category, self.meaning.retryable, self.rule);
        verdict.unsent = self.meaning.unsent;
        verdict
    }
}
