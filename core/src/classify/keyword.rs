//! The classifier of the error-recovery primitive (document 002), word for word: keywords anywhere in the
//! text of the error, in the order of its list, and everything else is permanent.
//!
//! It is kept because people know it. It takes "disk quota exceeded on network share" for a network error and
//! a port 50345 for a 503; the default classifier does not.

use alloc::string::String;

use super::fault::Fault;
use super::verdict::{Category, Verdict};
use crate::search::has;

/// Keyword, category and whether to retry, in the order of the document.
const TABLE: [(&str, Category, bool); 12] = [
    ("connection", Category::Connection, true),
    ("timeout", Category::Timeout, true),
    ("network", Category::Connection, true),
    ("rate limit", Category::RateLimit, true),
    ("too many requests", Category::RateLimit, true),
    ("429", Category::RateLimit, true),
    ("memory", Category::Resource, false),
    ("disk", Category::Resource, false),
    ("resource", Category::Resource, false),
    ("temporary", Category::Server, true),
    ("unavailable", Category::Server, true),
    ("503", Category::Server, true),
];

/// What the first keyword of the table that occurs says.
pub(super) fn classify(fault: &Fault) -> Option<Verdict> {
    // Letter by letter, not `to_lowercase`: its rule for the last letter of a Greek word has tables of its own.
    let message = fault.message.as_deref()?.chars().flat_map(char::to_lowercase).collect::<String>();
    let (keyword, category, retryable) = TABLE.into_iter().find(|(keyword, ..)| has(&message, keyword))?;
    Some(Verdict::new(category, retryable, alloc::format!("keyword.{keyword}")))
}
