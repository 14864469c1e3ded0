//! Errors by whose fault they are: your document, or the order of your calls.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

/// Everything that is wrong with one document, found in one reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{}", Lines(.problems))]
pub struct ConfigError {
    /// In the order in which the sections and their settings are read; never empty.
    pub problems: Vec<Problem>,
}

/// One fault of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable word for programs to match on.
    pub code: ProblemCode,
    /// Where it is, such as `retry.max_delay` or `classify.rules[2].match`; empty for the whole document.
    pub path: String,
    /// What was found and what is allowed, in the user's terms.
    pub message: String,
}

/// What kind of fault a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemCode {
    /// The text is no JSON.
    Syntax,
    /// A value of another type than the field has.
    WrongType,
    /// A key that nobody reads.
    UnknownKey,
    /// A word that is not among those allowed.
    UnknownValue,
    /// A number or length outside its range: negative, infinite, not a number, too small or too large.
    OutOfRange,
    /// Two settings that cannot both hold, or the same setting under two names.
    Contradiction,
    /// A field without which the rest has no meaning.
    Missing,
}

impl ProblemCode {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::WrongType => "wrong_type",
            Self::UnknownKey => "unknown_key",
            Self::UnknownValue => "unknown_value",
            Self::OutOfRange => "out_of_range",
            Self::Contradiction => "contradiction",
            Self::Missing => "missing",
        }
    }
}

impl ConfigError {
    /// An error with a single problem.
    pub fn one(code: ProblemCode, path: &str, message: impl Into<String>) -> Self {
        Self { problems: alloc::vec![Problem { code, path: path.to_string(), message: message.into() }] }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

struct Lines<'a>(&'a [Problem]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}
