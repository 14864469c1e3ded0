//! The reference of policy documents is made of the same readers that read them.
//!
//! `UPDATE=1 cargo test -p failsoft-tests --test reference` writes it anew.

use std::fmt::Write;

use serde_json::Value;

#[test]
fn the_reference_of_policy_documents_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/policy.md");
    let made = reference();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).expect("docs/policy.md can be written");
    }
    let written = std::fs::read_to_string(path).expect("docs/policy.md can be read");
    assert!(
        made == written,
        "docs/policy.md is out of date: UPDATE=1 cargo test -p failsoft-tests --test reference"
    );
}

fn reference() -> String {
    let mut text = String::from(include_str!("../../docs/policy.head.md"));
    section(&mut text, "", &failsoft::policy::schema());
    text
}

fn section(text: &mut String, path: &str, schema: &Value) {
    let properties = schema["properties"].as_object().expect("a section has properties");
    let title = if path.is_empty() { "The document" } else { path };
    let _ = write!(text, "\n## {title}\n\n| key | values | |\n|---|---|---|\n");
    let mut inner = Vec::new();
    for (name, property) in properties {
        let doc = property["description"].as_str().unwrap_or_default();
        if doc.starts_with(ALIAS) {
            continue;
        }
        let others: Vec<String> = properties
            .iter()
            .filter(|(_, other)| other["description"] == format!("{ALIAS} `{name}`."))
            .map(|(other, _)| format!("`{other}`"))
            .collect();
        let also = if others.is_empty() { String::new() } else { format!(" Also: {}.", others.join(", ")) };
        let dot = if path.is_empty() { "" } else { "." };
        let shapes: Vec<&Value> = shapes(property).collect();
        let each: Vec<String> = shapes.iter().map(|shape| values(shape)).collect();
        let _ = writeln!(text, "| `{name}` | {} | {doc}{also} |", each.join(", or "));
        for shape in shapes {
            objects(&format!("{path}{dot}{name}"), shape, &mut inner);
        }
    }
    for (path, schema) in inner {
        section(text, &path, &schema);
    }
}

/// What a property may be, `null` aside.
fn shapes(property: &Value) -> impl Iterator<Item = &Value> {
    property["anyOf"].as_array().into_iter().flatten().filter(|shape| shape["type"] != "null")
}

/// The objects that a value is or holds, with their paths.
fn objects(path: &str, shape: &Value, found: &mut Vec<(String, Value)>) {
    if shape["properties"].is_object() {
        found.push((path.into(), shape.clone()));
    }
    for of in [&shape["items"], &shape["additionalProperties"]] {
        let path = if of == &shape["items"] { format!("{path}[]") } else { format!("{path}.*") };
        if of["properties"].is_object() {
            found.push((path.clone(), of.clone()));
        }
        for shape in shapes(of) {
            objects(&path, shape, found);
        }
    }
}

fn values(shape: &Value) -> String {
    let word = |value: &Value| format!("`{}`", value.as_str().unwrap_or_default());
    if let Some(words) = shape["enum"].as_array() {
        return words.iter().map(word).collect::<Vec<_>>().join(", ");
    }
    if let Some(other) = shape["$ref"].as_str() {
        return if other == "#" { "policy document" } else { "duration" }.into();
    }
    if let Some(options) = shape["anyOf"].as_array() {
        if let [one, list] = options.as_slice()
            && list["items"] == *one
        {
            return format!("{}, or a list of them", values(one));
        }
        let options = options.iter().filter(|option| option["type"] != "null");
        return options.map(values).collect::<Vec<_>>().join(", or ");
    }
    if shape["const"] == false {
        return "false".into();
    }
    match (shape["type"].as_str(), shape["minimum"].as_f64(), shape["maximum"].as_f64()) {
        (Some("integer"), Some(least), Some(most)) if most < f64::from(u32::MAX - 1) => {
            format!("whole number, {least} to {most}")
        }
        (Some("integer"), Some(least), _) => format!("whole number from {least}"),
        (Some("number"), Some(least), Some(most)) => format!("number, {least} to {most}"),
        (Some("array"), ..) if shape["items"]["properties"].is_object() => "list of objects".into(),
        (Some("array"), ..) => format!("list, each {}", values(&shape["items"])),
        (Some("boolean"), ..) => "true or false".into(),
        (Some("string"), ..) => "text".into(),
        (Some("object"), ..) if shape["additionalProperties"].is_object() => {
            format!("object, each value {}", values(&shape["additionalProperties"]))
        }
        (Some("object"), ..) => "object".into(),
        _ => "text or number".into(),
    }
}

const ALIAS: &str = "Another name for";
