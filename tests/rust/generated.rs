//! Runs the generated cases; `tests/generated/README.md` describes them.

#[path = "generated/calls.rs"]
mod calls;
#[path = "generated/chains.rs"]
mod chains;
#[path = "generated/draw.rs"]
mod draw;
#[path = "generated/parts.rs"]
mod parts;
#[path = "generated/systems.rs"]
mod systems;

use std::fs;
use std::path::PathBuf;

use failsoft::facade::{self, Engine};
use failsoft_tests::conformance::{Account, canonical, check, root, write};
use serde_json::{Map, Value, json};

use crate::parts::{Parts, index};

#[test]
fn the_cases_are_those_that_are_drawn() {
    let parts = parts();
    for family in FAMILIES {
        let cases: Vec<String> = draw::cases(&parts, family).iter().map(Value::to_string).collect();
        let drawn = cases.join("\n") + "\n";
        let path = folder().join(format!("{family}.jsonl"));
        if updating() {
            fs::write(&path, &drawn).expect("a file that can be written");
        }
        let there = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            there == drawn,
            "{family}.jsonl is not what is drawn: UPDATE=1 cargo test -p failsoft-tests --test generated"
        );
    }
}

#[test]
fn every_block_of_cases_answers_as_it_did() {
    let parts = parts();
    let expected: Value = fs::read_to_string(folder().join(CHECKS))
        .map(|text| serde_json::from_str(&text).expect("the checks are JSON"))
        .unwrap_or_default();
    let found: Vec<(&str, Vec<String>)> = std::thread::scope(|scope| {
        let run = |family: &'static str| {
            let (parts, expected) = (&parts, &expected[family]);
            scope.spawn(move || (family, answered(parts, family, expected)))
        };
        let running: Vec<_> = FAMILIES.iter().map(|family| run(family)).collect();
        running.into_iter().map(|thread| thread.join().expect("a family that was run")).collect()
    });
    if updating() {
        let lines: Vec<String> =
            found.iter().map(|(family, blocks)| format!(" \"{family}\": {}", json!(blocks))).collect();
        fs::write(folder().join(CHECKS), format!("{{\n{}\n}}\n", lines.join(",\n"))).expect("the checks");
    } else {
        let found: Map<String, Value> =
            found.into_iter().map(|(family, blocks)| (family.to_owned(), json!(blocks))).collect();
        let other = |family: &&&str| found[**family] != expected[**family];
        let changed: Vec<String> = FAMILIES
            .iter()
            .filter(other)
            .map(|family| format!("{family}: {}", blocks_that_differ(&found[*family], &expected[*family])))
            .collect();
        assert!(changed.is_empty(), "the answers of these blocks are other ones\n{}", changed.join("\n"));
    }
}

/// Runs a family's cases, and leaves what they answered; the check of each block.
fn answered(parts: &Parts, family: &str, expected: &Value) -> Vec<String> {
    let text = fs::read_to_string(folder().join(format!("{family}.jsonl"))).expect("the cases");
    let mut account = Account::new(&format!("generated-{family}"), &text);
    let mut lines = Vec::new();
    for case in text.lines() {
        let found = play(parts, family, &calls::read(case));
        account.answered(&found);
        lines.push(canonical(&found));
    }
    write(&format!("{family}.answers.jsonl"), &(lines.join("\n") + "\n"));
    let found: Vec<String> = lines.chunks(BLOCK).map(|block| check(&block.join("\n"))).collect();
    let differs = |(block, found): &(usize, &String)| !updating() && expected[block] != json!(found);
    for (block, found) in found.iter().enumerate().filter(differs) {
        account.differs(&format!("block {block}"), &expected[block], &json!(found));
    }
    account.write();
    found
}

fn blocks_that_differ(found: &Value, expected: &Value) -> String {
    let blocks = found.as_array().expect("checks").iter().enumerate();
    let other = blocks.filter(|(block, found)| expected[block] != **found);
    let told: Vec<String> = other
        .map(|(block, _)| format!("block {block} (lines {} to {})", block * BLOCK + 1, (block + 1) * BLOCK))
        .collect();
    told.join(", ")
}

fn play(parts: &Parts, family: &str, case: &Value) -> Value {
    match family {
        "classify" => classify(parts, case),
        "schedules" => calls::schedule(parts, case),
        "calls" => calls::play(parts, case),
        "documents" => document(parts, case),
        "chains" => chains::play(parts, case),
        "systems" => systems::play(parts, case),
        _ => systems::batch(parts, case),
    }
}

fn classify(parts: &Parts, case: &Value) -> Value {
    let mut fault = parts.joined("evidence", &case[0]);
    if case[1] != json!([]) {
        fault["cause"] = parts.joined("evidence", &case[1]);
    }
    let classifier = parts.list("classifiers")[index(&case[2])].to_string();
    calls::read(&facade::classify(&fault.to_string(), &classifier).expect("a fault and a classifier"))
}

/// Everything that is wrong with a document, or what it says of itself.
fn document(parts: &Parts, case: &Value) -> Value {
    let document = if case[0].is_number() {
        let text = parts.list("texts")[index(&case[0])].as_str().expect("a text");
        text.chars().take(index(&case[1])).collect()
    } else {
        parts.document("documents", &case[0])
    };
    match Engine::new(&document, calls::CARRIES) {
        Ok(engine) => {
            json!({ "explains": calls::read(&engine.explain()), "describes": calls::read(&engine.describe()) })
        }
        Err(error) => json!({ "problems": error.problems }),
    }
}

fn parts() -> Parts {
    Parts::read(&fs::read_to_string(folder().join("parts.json")).expect("the parts"))
}

fn folder() -> PathBuf {
    root().join("tests/generated")
}

fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

const FAMILIES: &[&str] = &["classify", "schedules", "calls", "documents", "chains", "systems", "batches"];
const BLOCK: usize = 64;
const CHECKS: &str = "checks.json";
