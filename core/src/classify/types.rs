//! What the type of an error and its bases say, by class name: modules are renamed, names stay.

use alloc::format;

use super::fault::{DEPTH, Fault, last_part};
use super::meaning::{
    AUTH, CONFLICT, CONNECTION, Finding, INVALID, Level, Meaning, NOT_FOUND, POOL, TIMEOUT, TLS,
};
use super::text::Text;
use super::types_table::{EXACT, QUALIFIED, SAYS_LITTLE, VAGUE, WRAPPERS};
use super::{http, names};

/// What a fault's names say, the most specific first.
pub(super) fn find(fault: &Fault) -> Option<Finding> {
    if is_wrapper(fault) {
        return None;
    }
    fault.all_names().find_map(|name| {
        let last = last_part(name);
        if let Some((known, meaning)) = qualified(name, last) {
            return Some(Finding::new(Level::Type, meaning, format!("type.{known}")));
        }
        // A line that is no status is of another protocol. What has none at all was closed too early.
        if last == "BadStatusLine" {
            let empty = fault.message.as_deref().unwrap_or_default().trim_matches(['\'', '"']).is_empty();
            let meaning = if empty { CONNECTION } else { TLS };
            return Some(Finding::new(Level::Errno, meaning, "type.BadStatusLine"));
        }
        if SAYS_LITTLE.contains(last) || (last == "InternalError" && is_of_engine_or_database(fault)) {
            return None;
        }
        // In JavaScript no name has a module before it, but ours have a base.
        if last == "DeadlineExceededError" && fault.is_a("FailsoftError") {
            let meaning = Meaning { retryable: false, ..TIMEOUT };
            return Some(Finding::new(Level::Type, meaning, "type.DeadlineExceededError"));
        }
        // IndexedDB opened the transaction for reading; a Redis replica is something else.
        if last == "ReadOnlyError" && fault.is_a("DOMException") {
            return Some(Finding::new(Level::Type, INVALID, "type.ReadOnlyError"));
        }
        // Mongoose found another version of the document than the one it was to save.
        if last == "VersionError" && fault.comes_from("mongoose") {
            return Some(Finding::new(Level::Type, CONFLICT, "type.VersionError"));
        }
        // Redis' clients also call it so where there is no lock to give back or to prolong.
        if last == "LockError" && fault.message.as_deref().is_some_and(is_misused_lock) {
            return Some(Finding::new(Level::Type, CONFLICT, "type.LockError"));
        }
        if last == "ProgrammingError"
            && let Some(meaning) = of_object(fault)
        {
            return Some(Finding::new(Level::Type, meaning, "type.ProgrammingError"));
        }
        if let Some((known, meaning)) = exact(last) {
            return Some(Finding::new(Level::Type, meaning, format!("type.{known}")));
        }
        let family = names::family(last)?;
        let words = family.words.replace(' ', "_");
        // `class InvalidAudienceError(InvalidTokenError)`: what was invalid, a base may say.
        if family.is_vague() && is_about_credentials(fault) {
            return Some(Finding::new(Level::Type, AUTH, format!("type.*{words}*")));
        }
        // Who asks a pool that he has closed himself asks in vain.
        if family.meaning == POOL
            && fault.message.as_deref().is_some_and(|text| Text::split(text).has("is closed"))
        {
            return Some(Finding::new(Level::Type, INVALID, "type.PoolError"));
        }
        // `class BadTimeoutSetting(ValueError)` is a mistake of the program, whatever its name is about.
        if family.meaning.retryable && is_programming_error(fault) {
            return Some(Finding::new(Level::Type, INVALID, "type.ValueError"));
        }
        Some(Finding::new(Level::Type, family.meaning, format!("type.*{words}*")))
    })
}

/// Whether the type is the name of a mere wrapper.
pub(super) fn is_wrapper(fault: &Fault) -> bool {
    fault.type_name.as_deref().is_some_and(|name| WRAPPERS.contains(last_part(name)))
}

fn is_misused_lock(message: &str) -> bool {
    let text = Text::new(message);
    ["cannot release", "cannot extend", "cannot reacquire"].iter().any(|phrase| text.has(phrase))
}

/// A programming error of the DB API may be a table that is missing or there already: only the text tells.
fn of_object(fault: &Fault) -> Option<Meaning> {
    let text = Text::split(fault.message.as_deref()?);
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| text.has(phrase));
    // A column or a function that is missing is a mistake in the statement.
    if has(&["column", "function", "syntax", "parameter"])
        || !has(&["table", "view", "schema", "database", "object", "relation"])
    {
        return None;
    }
    if has(&["does not exist", "doesn t exist", "no such", "not found", "invalid object name"]) {
        return Some(NOT_FOUND);
    }
    has(&["already exists"]).then_some(CONFLICT)
}

/// What the names say when nothing else says anything: the database's and the client's collective names.
pub(super) fn find_vague(fault: &Fault) -> Option<Finding> {
    // A file does not hang up, and who has answered did not either.
    let answered = fault.is_a("HTTPError") && http::status(fault).is_some();
    if answered || fault.chain().any(|link| link.comes_from("sqlite")) {
        return None;
    }
    fault.all_names().map(last_part).find_map(|last| {
        let (known, meaning) = VAGUE.iter().find(|(known, _)| *known == last)?;
        Some(Finding::new(Level::Words, *meaning, format!("type.{known}")))
    })
}

/// What the name of a type says that stands in a text: `ConcurrentModificationException: item changed`.
pub(super) fn find_in_text(message: &str) -> Option<Finding> {
    let words = message.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).take(512);
    let names =
        words.filter(|word| word.len() >= 8 && (word.ends_with("Error") || word.ends_with("Exception")));
    names.filter(|word| !SAYS_LITTLE.contains(word) && !WRAPPERS.contains(word)).find_map(|word| {
        let known = exact(word);
        let (meaning, said) = known.map(|(name, meaning)| (meaning, name)).or_else(|| {
            let family = names::family(word)?;
            Some((family.meaning, family.words))
        })?;
        Some(Finding::new(Level::Words, meaning, format!("words.type.{}", said.replace(' ', "_"))))
    })
}

/// Databases call any error of theirs internal, and Firefox a stack that ran over.
fn is_of_engine_or_database(fault: &Fault) -> bool {
    fault.is_a("DatabaseError") || fault.host.as_deref() == Some("browser")
}

fn is_about_credentials(fault: &Fault) -> bool {
    let families = fault.bases.iter().filter_map(|base| names::family(last_part(base)));
    families.take(DEPTH).any(|family| family.meaning == AUTH)
}

fn is_programming_error(fault: &Fault) -> bool {
    let has = |wanted: &str| fault.bases.iter().any(|base| last_part(base) == wanted);
    (has("ValueError") || has("TypeError") || has("LookupError")) && !has("OSError")
}

fn qualified(name: &str, last: &str) -> Option<(&'static str, Meaning)> {
    let found = QUALIFIED
        .iter()
        .find(|(module, known, _)| *known == last && name != last && name.starts_with(module));
    found.map(|(_, known, meaning)| (*known, *meaning))
}

fn exact(last: &str) -> Option<(&'static str, Meaning)> {
    EXACT.iter().find_map(|(meaning, names)| Some((names.find(last)?, *meaning)))
}
