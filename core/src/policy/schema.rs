//! The JSON Schema of policy documents, made by the readers themselves.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::document;
use super::duration;
use super::reader::describe;
use super::shape::{Property, Shape};

/// The JSON Schema (2020-12) of policy documents.
pub fn schema() -> Value {
    let mut schema = object(&describe(document::read));
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

impl Shape {
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
