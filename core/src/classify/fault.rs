//! What a host saw go wrong, as plain data.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

/// The facts of one error. Every field may be missing; nothing here is trusted to be well-formed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fault {
    /// Which kind of host saw it: `python`, `node`, `browser`, `http`, `grpc` or `rust`.
    pub host: Option<String>,
    /// The qualified name of the error's type, such as `httpx.ConnectTimeout`.
    pub type_name: Option<String>,
    /// JavaScript's `error.name`, such as `AbortError`.
    pub name: Option<String>,
    /// The names of the type's bases, nearest first, the type itself left out.
    pub bases: Vec<String>,
    /// The error's text.
    pub message: Option<String>,
    /// An HTTP status.
    pub status: Option<i64>,
    /// A code with a name: `ECONNRESET`, `UNAVAILABLE`, SQLSTATE `23505`, `insufficient_quota`.
    pub code: Option<String>,
    /// The operating system's error number; negative in Node.
    pub errno: Option<i64>,
    /// The operation that the operating system refused, such as `connect`.
    pub syscall: Option<String>,
    /// Response headers; names are matched without case.
    pub headers: BTreeMap<String, String>,
    /// What the error itself carries: body, details, sqlstate, reason, trailing metadata.
    pub attrs: BTreeMap<String, Value>,
    /// The members of a group of errors.
    pub errors: Vec<Fault>,
    /// The error that explicitly caused this one.
    pub cause: Option<Box<Fault>>,
    /// The wall clock in seconds since 1970, for HTTP dates and reset times.
    pub now: Option<f64>,
}

/// How many causes and nested groups are looked at; what lies deeper changes nothing.
pub(super) const DEPTH: usize = 32;

/// How many bases of a type are looked at: no sane type has more.
const BASES: usize = 64;

/// What is longer is no name of a type.
const NAME: usize = 512;

impl Fault {
    /// One of which nothing but a text is known.
    pub(super) fn of_text(text: &str) -> Self {
        Self { message: Some(text.into()), ..Self::default() }
    }

    /// The type and its bases, the most specific first.
    pub(super) fn type_names(&self) -> impl Iterator<Item = &str> {
        self.type_name
            .iter()
            .chain(self.bases.iter().take(BASES))
            .map(String::as_str)
            .filter(|name| name.len() <= NAME)
    }

    /// The type, JavaScript's name for it, and the bases.
    pub(super) fn all_names(&self) -> impl Iterator<Item = &str> {
        let bases = self.bases.iter().take(BASES);
        self.type_name
            .iter()
            .chain(self.name.iter())
            .chain(bases)
            .map(String::as_str)
            .filter(|name| name.len() <= NAME)
    }

    /// Whether the type or a base has this last part.
    pub(super) fn is_a(&self, last: &str) -> bool {
        self.all_names().any(|name| last_part(name) == last)
    }

    /// Whether a qualified name of the type or a base contains this word, in lower case: the way to know
    /// which library an error comes from when its own module has been renamed or vendored.
    pub(super) fn comes_from(&self, library: &str) -> bool {
        self.all_names().any(|name| contains_without_case(name, library))
    }

    /// The value of a header, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// What the error carries as text under this key.
    pub(super) fn attr_text(&self, key: &str) -> Option<&str> {
        self.attrs.get(key)?.as_str()
    }

    /// What the error carries as a whole number under this key.
    pub(super) fn attr_number(&self, key: &str) -> Option<i64> {
        match self.attrs.get(key)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The error and its explicit causes, outermost first, up to [`DEPTH`].
    pub(super) fn chain(&self) -> impl Iterator<Item = &Fault> {
        core::iter::successors(Some(self), |fault| fault.cause.as_deref()).take(DEPTH)
    }

    /// Whether this code is the error's own, in its body or the name of its errno.
    pub(super) fn has_code(&self, wanted: &str) -> bool {
        self.code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(wanted))
            || super::codes::collect(self).iter().any(|code| code.eq_ignore_ascii_case(wanted))
            || self
                .errno
                .and_then(super::os_numbers::name_of)
                .is_some_and(|name| name.eq_ignore_ascii_case(wanted))
    }
}

/// What stands behind the last dot (or `::`) of a qualified name.
pub(super) fn last_part(name: &str) -> &str {
    let dot = name.bytes().rposition(|byte| matches!(byte, b'.' | b':'));
    dot.and_then(|dot| name.get(dot + 1..)).unwrap_or(name)
}

/// Whether `text` contains `word`, which is in lower case.
pub(super) fn contains_without_case(text: &str, word: &str) -> bool {
    let Some(initial) = word.as_bytes().first() else { return false };
    // Most places are ruled out by one byte; this is asked some fifty times for each fault.
    let fits = |part: &[u8]| {
        part.first().is_some_and(|first| first.to_ascii_lowercase() == *initial)
            && part.eq_ignore_ascii_case(word.as_bytes())
    };
    text.as_bytes().windows(word.len()).any(fits)
}
