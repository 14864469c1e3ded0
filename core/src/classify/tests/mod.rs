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

use core::fmt::Display;
use std::format;
use std::string::{String, ToString};

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
pub(super) fn line(verdict: &Verdict) -> String {
    let retry = if verdict.retryable { "retry" } else { "no retry" };
    [verdict.category.name(), retry, verdict.rule.as_str()].join(", ")
}

/// The line of an error of a type with a code.
pub(super) fn told(type_name: &str, code: impl Display) -> String {
    line(&judged(&format!(r#"{{"type": "{type_name}", "code": "{code}"}}"#)))
}

/// What each of these codes means, where errors of a type have them.
pub(super) fn all(type_name: &str, whose: &str, rows: &[(&str, &[impl Display])]) {
    for (meaning, codes) in rows {
        for code in *codes {
            let code = code.to_string();
            let number = code.strip_prefix("ORA-").map_or(code.as_str(), |code| code.trim_start_matches('0'));
            assert_eq!(format!("{meaning}, {whose}.{number}"), told(type_name, &code), "{code}");
        }
    }
}
