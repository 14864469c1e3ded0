//! Behaviour of the classifier.

mod answer;
mod codes;
mod dates;
mod evidence;
mod hints;
mod opinion;
mod prose;
mod protocols;
mod reading;
mod redaction;
mod rules;
mod same_error;
mod shape;
mod vendors;

use super::{Classifier, Fault, Verdict};

/// The fault of a document, which must be readable.
pub(super) fn fault(document: &str) -> Fault {
    Fault::from_json(document).unwrap_or_else(|error| panic!("{error}"))
}

/// What the default classifier makes of a document.
pub(super) fn judged(document: &str) -> Verdict {
    Classifier::default().classify(&fault(document))
}

/// Category, retryability and rule in one line.
pub(super) fn line(verdict: &Verdict) -> alloc::string::String {
    let retry = if verdict.retryable { "retry" } else { "no retry" };
    [verdict.category.name(), retry, verdict.rule.as_str()].join(", ")
}
