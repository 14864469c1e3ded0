//! JSON text to a tree, without losing anything: a key given twice is an error, not a guess.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::error::{ConfigError, ProblemCode};
use crate::number::{plain, scientific};
use crate::redact::redact;

/// A JSON value whose objects keep their order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigError> {
        serde_json::from_str(text).map_err(|error| {
            ConfigError::one(
                ProblemCode::Syntax,
                "",
                alloc::format!("not a JSON document: {}", redact(&error_text(&error))),
            )
        })
    }

    /// What was found, for a sentence: short, and without the contents of collections.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Null => "null".into(),
            Self::Flag(flag) => alloc::format!("{flag}"),
            Self::Number(number) if number.abs() >= 1e16 => scientific(*number),
            Self::Number(number) => plain(*number),
            Self::Text(text) => quote(text),
            Self::List(items) if items.is_empty() => "an empty list".into(),
            Self::List(_) => "a list".into(),
            Self::Object(_) => "an object".into(),
        }
    }
}

/// Secrets are taken out before it is cut: half a key is no longer known for one.
fn quote(text: &str) -> String {
    let shown = redact(text);
    match shown.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => alloc::format!("\"{}…\"", shown.get(..end).unwrap_or_default()),
        None => alloc::format!("\"{shown}\""),
    }
}

fn error_text(error: &serde_json::Error) -> String {
    alloc::format!("{error}")
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Grow)
    }
}

struct Grow;

impl<'de> Visitor<'de> for Grow {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Tree, E> {
        Ok(Tree::Flag(flag))
    }

    #[allow(clippy::cast_precision_loss, reason = "JSON numbers are doubles in every other host too")]
    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Number(number as f64))
    }

    #[allow(clippy::cast_precision_loss, reason = "JSON numbers are doubles in every other host too")]
    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
        Ok(Tree::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut object = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Tree::Object(object))
    }
}

const LONGEST_QUOTE: usize = 60;
