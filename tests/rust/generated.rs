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
use serde_json::{Value, json};

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
    let answers: Vec<(&str, Answers)> = std::thread::scope(|scope| {
        let run = |family: &'static str| {
            let (parts, expected) = (&parts, &expected[family]);
            scope.spawn(move || (family, answered(parts, family, expected)))
        };
        let running: Vec<_> = FAMILIES.iter().map(|family| run(family)).collect();
        running.into_iter().map(|thread| thread.join().expect("a family that was run")).collect()
    });
    let changed: Vec<&str> =
        answers.iter().flat_map(|(_, (_, told))| told.iter().map(String::as_str)).collect();
    assert!(changed.is_empty(), "{} blocks answer otherwise\n{}", changed.len(), changed.join("\n"));
    let lines: Vec<String> =
        answers.iter().map(|(family, (checks, _))| format!(" \"{family}\": {}", json!(checks))).collect();
    let found = format!("{{\n{}\n}}\n", lines.join(",\n"));
    if updating() {
        fs::write(folder().join(CHECKS), found).expect("the checks");
    } else {
        assert_eq!(expected, calls::read(&found), "{CHECKS} has other blocks");
    }
}

/// The check of each block, and what is told of those that are not as expected.
type Answers = (Vec<String>, Vec<String>);

/// Runs a family's cases; the check of each block, and what is told of those that are not as expected.
///
/// The answers are left for the other hosts to compare theirs with. Where they are other ones than expected those that were left
/// before stay, so that this test, too, names a case and both answers.
fn answered(parts: &Parts, family: &str, expected: &Value) -> Answers {
    let text = fs::read_to_string(folder().join(format!("{family}.jsonl"))).expect("the cases");
    let mut account = Account::new(&format!("generated-{family}"), &text);
    let mut lines = Vec::new();
    for case in text.lines() {
        let found = play(parts, family, &calls::read(case));
        account.answered(&found);
        lines.push(canonical(&found));
    }
    let name = format!("{family}.answers.jsonl");
    let before = fs::read_to_string(root().join("target/conformance/rust").join(&name)).unwrap_or_default();
    let before: Vec<&str> = before.lines().collect();
    let found: Vec<String> = lines.chunks(BLOCK).map(|block| check(&block.join("\n"))).collect();
    let mut told = Vec::new();
    for (block, found) in found.iter().enumerate() {
        if updating() || expected[block] == json!(found) {
            continue;
        }
        let mut numbers = (block * BLOCK..lines.len()).take(BLOCK);
        let named = numbers.find_map(|number| {
            let (then, now) = (*before.get(number)?, lines[number].as_str());
            (then != now).then(|| {
                (format!("case {number}: {}", text.lines().nth(number).unwrap_or_default()), then, now)
            })
        });
        let (case, then, now) =
            named.unwrap_or(("a case".into(), expected[block].as_str().unwrap_or("none"), found));
        account.differs(&format!("block {block}, {case}"), &json!(then), &json!(now));
        told.push(format!("{family}: block {block}, {case}\n  expected {then}\n  found    {now}"));
    }
    if told.is_empty() {
        write(&name, &(lines.join("\n") + "\n"));
    }
    account.write();
    (found, told)
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
