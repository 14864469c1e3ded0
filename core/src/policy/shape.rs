//! What fields of a document take, for error messages and for the schema.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::duration;
use super::reader::Field;
use crate::number::plain;

/// A field as it is described.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "describe"),
    allow(dead_code, reason = "only descriptions ask for more than the name")
)]
pub(crate) struct Property {
    pub(super) name: &'static str,
    pub(super) aliases: &'static [&'static str],
    pub(super) doc: &'static str,
    pub(super) shape: Shape,
}

/// What values a field takes.
#[derive(Debug)]
#[cfg_attr(not(feature = "describe"), allow(dead_code, reason = "only descriptions look into objects"))]
pub(super) enum Shape {
    Duration,
    Durations,
    Count {
        least: u32,
        most: u32,
    },
    Number {
        least: f64,
        most: f64,
    },
    Flag,
    Text,
    Texts {
        least: usize,
    },
    Word {
        names: Vec<&'static str>,
        flag: bool,
    },
    Object(Vec<Property>),
    Objects(Vec<Property>),
    /// Some of these words; one may stand for a list of itself.
    Words(Vec<&'static str>),
    /// A text or a number.
    Scalar,
    /// At least so many.
    List {
        of: Box<Shape>,
        least: usize,
    },
    /// An object whose keys are the user's own.
    Map(Box<Shape>),
    /// Switched off.
    False,
    /// A whole policy document.
    Policy,
    /// Any of these.
    OneOf(Vec<Shape>),
}

impl Property {
    pub(super) fn new(field: &Field, shape: Shape) -> Self {
        Self { name: field.name, aliases: field.aliases, doc: field.doc, shape }
    }
}

impl Shape {
    /// What is allowed, for error messages.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::Duration => duration::EXPECTED.into(),
            Self::Durations => format!("a list of durations, each {}", duration::EXPECTED),
            Self::Count { least, most } => format!("a whole number from {least} to {most}"),
            Self::Number { least, most } => format!("a number from {} to {}", plain(*least), plain(*most)),
            Self::Flag => "true or false".into(),
            Self::Text => "text".into(),
            Self::Texts { least: 0 } => "text or a list of texts".into(),
            Self::Texts { .. } => "text or a list of at least one text".into(),
            Self::Word { names, flag } => {
                let words: Vec<&str> = names.iter().copied().chain(flag.then_some("true")).collect();
                let words = if *flag { words.into_iter().chain(["false"]).collect() } else { words };
                or_list(&words)
            }
            Self::Object(_) => "an object".into(),
            Self::Objects(_) => "a list of objects".into(),
            Self::Words(names) => or_list(names),
            Self::Scalar => "text or a number".into(),
            Self::List { of, least } => format!("a list of at least {least}, each {}", of.expected()),
            Self::Map(of) => format!("an object, each value {}", of.expected()),
            Self::False => "false".into(),
            Self::Policy => "a policy document".into(),
            Self::OneOf(shapes) => {
                let each: Vec<String> = shapes.iter().map(Self::expected).collect();
                each.join(", or ")
            }
        }
    }

    /// What an unknown value of field `name` is called.
    pub(super) fn noun(&self, name: &'static str) -> &'static str {
        match self {
            Self::Duration | Self::Durations => "duration",
            _ if name == "unknown" => "verdict",
            _ => name,
        }
    }
}

fn or_list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => String::from(*only),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}
