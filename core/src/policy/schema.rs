//! The JSON Schema of policy documents, made by the readers themselves.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::document;
use super::duration;
use super::reader::{Field, Findings, NOTHING, read_object};

/// The JSON Schema (2020-12) of policy documents.
pub fn schema() -> Value {
    let ((), properties) = read_object(String::new(), &NOTHING, &mut Findings::default(), document::describe);
    let mut schema = object(&properties);
    let head = [
        ("$schema", json!("https://json-schema.org/draft/2020-12/schema")),
        ("title", json!("failsoft policy")),
        (
            "$defs",
            json!({ "duration": { "anyOf": [
            { "type": "number", "minimum": 0, "maximum": duration::LONGEST_SECONDS },
            { "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$" },
        ], "description": "Seconds, or a number with its unit." } }),
        ),
    ];
    if let Some(map) = schema.as_object_mut() {
        map.extend(head.map(|(key, value)| (key.into(), value)));
    }
    schema
}

/// A field as it is described.
#[derive(Debug)]
pub(crate) struct Property {
    pub(super) name: &'static str,
    aliases: &'static [&'static str],
    doc: &'static str,
    shape: Shape,
}

/// What values a field takes.
#[derive(Debug)]
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
            Self::Number { least, most } => format!("a number from {least} to {most}"),
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

    fn schema(&self) -> Value {
        let duration = || json!({ "$ref": "#/$defs/duration" });
        match self {
            Self::Duration => duration(),
            Self::Durations => json!({ "type": "array", "items": duration(), "minItems": 1 }),
            Self::Count { least, most } => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Self::Number { least, most } => json!({ "type": "number", "minimum": least, "maximum": most }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Text => json!({ "type": "string" }),
            Self::Texts { least } => {
                let one = json!({ "type": ["string", "number"] });
                json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": least }] })
            }
            Self::Word { names, flag: false } => json!({ "enum": names }),
            Self::Word { names, flag: true } => {
                json!({ "anyOf": [{ "enum": names }, { "type": "boolean" }] })
            }
            Self::Object(properties) => object(properties),
            Self::Objects(properties) => json!({ "type": "array", "items": object(properties) }),
            Self::Words(names) => {
                let one = json!({ "enum": names });
                json!({ "anyOf": [one, { "type": "array", "items": one }] })
            }
            Self::Scalar => json!({ "type": ["string", "number"] }),
            Self::List { of, least } => json!({ "type": "array", "items": of.schema(), "minItems": least }),
            Self::Map(of) => json!({ "type": "object", "additionalProperties": of.or_null() }),
            Self::False => json!({ "const": false }),
            Self::Policy => json!({ "$ref": "#" }),
            Self::OneOf(shapes) => {
                json!({ "anyOf": shapes.iter().map(Self::schema).collect::<Vec<_>>() })
            }
        }
    }

    /// The schema of a value that may be absent.
    fn or_null(&self) -> Value {
        let shapes = if let Self::OneOf(shapes) = self { shapes } else { core::slice::from_ref(self) };
        let shapes = shapes.iter().map(Self::schema).chain([json!({ "type": "null" })]);
        json!({ "anyOf": shapes.collect::<Vec<_>>() })
    }
}

fn object(properties: &[Property]) -> Value {
    let mut fields = Map::new();
    for property in properties {
        let mut schema = property.shape.or_null();
        for (name, alias) in
            core::iter::once((property.name, false)).chain(property.aliases.iter().map(|name| (*name, true)))
        {
            let doc = if alias {
                format!("Another name for `{}`.", property.name)
            } else {
                String::from(property.doc)
            };
            if let Some(map) = schema.as_object_mut() {
                map.insert("description".into(), Value::String(doc));
            }
            fields.insert(name.into(), schema.clone());
        }
    }
    json!({ "type": "object", "additionalProperties": false, "properties": fields })
}

fn or_list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => String::from(*only),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}
