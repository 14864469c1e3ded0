use serde_json::Value;

use super::*;
use crate::policy::schema;

const CHECKED_IN: &str = include_str!("../../../policy.schema.json");

#[test]
fn the_schema_is_the_one_that_is_checked_in() {
    let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/policy.schema.json"), &made).unwrap();
        return;
    }
    assert_eq!(made, CHECKED_IN, "run this test with UPDATE=1 and look at what changed");
}

#[test]
fn every_field_is_described() {
    let mut fields = 0;
    visit(&schema(), &mut |path, field| {
        let doc = field["description"].as_str().unwrap_or_default();
        assert!(doc.ends_with('.') && doc.len() > 10, "{path}: {doc:?}");
        fields += 1;
    });
    assert!(fields > 60, "{fields} fields");
}

#[test]
fn every_setting_says_what_happens_without_it() {
    let needless = [
        "attempt", "match", "then", "on_failure", "on_retry", "on_recovery", "on_circuit_open", "message",
        "max_attempts", "duration", "rate", "steps", "name", "enter",
    ];
    let of_a_match = ["type", "name", "code", "status", "category"];
    visit(&schema(), &mut |path, field| {
        let doc = field["description"].as_str().unwrap_or_default();
        let last = path.rsplit('.').next().unwrap();
        let exempt =
            needless.contains(&last) || of_a_match.contains(&last) || doc.starts_with("Another name for");
        assert!(exempt || doc.contains("Default: "), "{path}: {doc}");
    });
}

#[test]
fn no_object_takes_keys_that_nobody_reads() {
    assert_eq!(Value::Bool(false), schema()["additionalProperties"]);
    visit(&schema(), &mut |path, field| {
        for shape in field["anyOf"].as_array().unwrap() {
            let object = if shape["type"] == "array" { &shape["items"] } else { shape };
            // Keys of the user's own are all read.
            if object["type"] == "object" && object["additionalProperties"]["anyOf"].is_null() {
                assert_eq!(Value::Bool(false), object["additionalProperties"], "{path}");
            }
        }
    });
}

#[test]
fn every_field_of_the_schema_is_read_and_takes_null() {
    visit(&schema(), &mut |path, _| {
        if !path.contains("[]") {
            let keys: Vec<&str> = path.split('.').collect();
            let document =
                keys.iter().rev().fold(String::from("null"), |inner, key| format!("{{\"{key}\":{inner}}}"));
            let unknown = problems(&document).into_iter().find(|problem| problem.starts_with("unknown_key"));
            assert_eq!(None, unknown);
        }
    });
}

#[test]
fn the_policy_of_a_step_is_a_policy_in_the_schema_too() {
    let mut found = Vec::new();
    visit(&schema(), &mut |path, field| {
        if field["anyOf"][0] == serde_json::json!({ "$ref": "#" }) {
            found.push(String::from(path));
        }
    });
    assert_eq!(["fallback.steps[].policy", "fallback[].policy"], *{
        found.sort();
        found
    });
}

/// Every field of every object, with its path.
fn visit(schema: &Value, look: &mut impl FnMut(&str, &Value)) {
    fn go(path: &str, object: &Value, look: &mut impl FnMut(&str, &Value)) {
        for (name, field) in object["properties"].as_object().into_iter().flatten() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            look(&path, field);
            for shape in field["anyOf"].as_array().into_iter().flatten() {
                go(&path, shape, look);
                go(&format!("{path}[]"), &shape["items"], look);
                for shape in shape["items"]["anyOf"].as_array().into_iter().flatten() {
                    go(&format!("{path}[]"), shape, look);
                }
                for shape in shape["additionalProperties"]["anyOf"].as_array().into_iter().flatten() {
                    go(&format!("{path}.anything"), shape, look);
                }
            }
        }
    }
    go("", schema, look);
}
