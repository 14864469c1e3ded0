//! What a Rust program can name, as `tests/surface.json` lists it: a name that comes or goes does so there first.
//!
//! Read off the sources, which are formatted: what is public in a public module's own file, and what that gives out again.

use std::fs;
use std::path::Path;

use failsoft_tests::conformance::root;
use serde_json::{Map, Value, json};

#[test]
fn rust_offers_what_is_listed_and_nothing_else() {
    let listed: Value =
        serde_json::from_str(&fs::read_to_string(root().join("tests/surface.json")).expect("the list"))
            .expect("JSON");
    let offered = modules(&root().join("core/src"), "lib.rs");
    assert!(offered.len() > 15, "{offered:?}");
    let all: Vec<&String> =
        offered.keys().chain(listed["rust"].as_object().expect("modules").keys()).collect();
    for module in all {
        assert_eq!(
            listed["rust"].get(module),
            offered.get(module),
            "{module}: tests/surface.json, then what the sources offer"
        );
    }
}

/// The public modules below a file, and what each offers.
fn modules(folder: &Path, file: &str) -> Map<String, Value> {
    let text = fs::read_to_string(folder.join(file)).expect("a module's file");
    let mut found = Map::new();
    for module in items(&text).into_iter().filter_map(|item| item.strip_prefix("mod ").map(str::to_owned)) {
        let (inner, name) = if folder.join(format!("{module}.rs")).exists() {
            (folder.to_path_buf(), format!("{module}.rs"))
        } else {
            (folder.join(&module), "mod.rs".to_owned())
        };
        let text = fs::read_to_string(inner.join(&name)).expect("a module's file");
        let mut offers: Vec<String> =
            items(&text).into_iter().filter(|item| !item.starts_with("mod ")).collect();
        offers.sort();
        // A type with two bodies, one for each feature, is one name.
        offers.dedup();
        if inner != folder {
            for (below, offers) in modules(&inner, &name) {
                found.insert(format!("{module}::{below}"), offers);
            }
        }
        found.insert(module, json!(offers));
    }
    found
}

/// The names that a file makes public, `mod` before those of modules.
fn items(text: &str) -> Vec<String> {
    let joined = text.replace('\n', " ");
    let again = joined.split(" pub use self::").skip(1).flat_map(|rest| {
        let names = rest.split(';').next().unwrap_or_default();
        let (_, names) = names.split_once("::").unwrap_or_default();
        names.trim_matches(['{', '}']).split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>()
    });
    let own = text.lines().filter_map(|line| line.strip_prefix("pub ")).filter_map(|line| {
        let mut words = line.split([' ', '(', '<', ';', ':', '{']).filter(|word| !word.is_empty());
        let kind = words.by_ref().find(|word| !["const", "async"].contains(word))?;
        match kind {
            "mod" => Some(format!("mod {}", words.next()?)),
            "struct" | "enum" | "trait" | "fn" | "type" | "static" => Some(words.next()?.to_owned()),
            "use" => None,
            // What follows `const` by itself.
            name => Some(name.to_owned()),
        }
    });
    again.chain(own).filter(|name| !name.is_empty()).collect()
}
