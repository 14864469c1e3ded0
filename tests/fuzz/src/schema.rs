//! As much of JSON Schema as the schema of policy documents uses.

use std::sync::OnceLock;

use serde_json::Value;

/// Whether a policy document is as the schema says.
pub fn allows(document: &Value) -> bool {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let root = SCHEMA.get_or_init(failsoft::policy::schema);
    fits(root, root, document)
}

fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    let Some(rules) = schema.as_object() else { panic!("no schema: {schema}") };
    rules.iter().all(|(rule, of)| match rule.as_str() {
        "$ref" => fits(root, root.pointer(of.as_str().unwrap().trim_start_matches('#')).unwrap(), value),
        "anyOf" => of.as_array().unwrap().iter().any(|schema| fits(root, schema, value)),
        "const" => of == value,
        "enum" => of.as_array().unwrap().contains(value),
        "type" => match of {
            Value::Array(types) => types.iter().any(|name| is(name, value)),
            name => is(name, value),
        },
        "minimum" => value.as_f64().is_none_or(|number| number >= of.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|number| number <= of.as_f64().unwrap()),
        "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= of.as_u64().unwrap()),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| fits(root, of, item))),
        "pattern" => value.as_str().is_none_or(is_duration),
        "properties" => value.as_object().is_none_or(|fields| {
            fields.iter().all(|(key, value)| of.get(key).is_none_or(|schema| fits(root, schema, value)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|fields| {
            let mut others = fields.iter().filter(|(key, _)| schema["properties"].get(*key).is_none());
            others.all(|(_, value)| *of != Value::Bool(false) && fits(root, of, value))
        }),
        "$schema" | "$defs" | "title" | "description" => true,
        other => panic!("the schema has a rule that is not known here: {other}"),
    })
}

fn is(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("a type that is not known here: {other}"),
    }
}

/// The one pattern there is: `^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$`.
fn is_duration(text: &str) -> bool {
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(part) && ["ms", "s", "m", "h", "d"].contains(&&text[number.len()..])
}
