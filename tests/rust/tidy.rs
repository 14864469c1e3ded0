//! The house rules that a machine can check.

use std::fs;
use std::path::{Path, PathBuf};

/// One file of the repository: its path from the root, and its text.
struct Source {
    path: String,
    text: String,
}

#[test]
fn no_source_file_is_longer_than_four_hundred_lines() {
    let long: Vec<String> = sources()
        .iter()
        // What a script writes is as long as what it is written from.
        .filter(|source| !source.text.starts_with("// Written by scripts/"))
        .map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > 400)
        .map(|(source, lines)| format!("{}: {lines} lines", source.path))
        .collect();
    assert_none(&long);
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not find itself.
    let marks = ["TO DO", "FIX ME", "XX X", "to do!(", "unimple mented!("].map(|mark| mark.replace(' ', ""));
    assert_none(&lines_with(&marks, |_| true));
}

#[test]
fn no_test_is_left_out() {
    let marks = [
        "#[ig nore", "pytest.mark.sk ip(", "pytest.mark.xf ail", "pytest.sk ip(", "unittest.sk ip",
        "it.sk ip(", "test.sk ip(", "describe.sk ip(", ".on ly(",
    ];
    assert_none(&lines_with(&marks.map(|mark| mark.replace(' ', "")), |_| true));
}

/// Who writes `unsafe`, and why that is right. The core forbids it, and nearly all that the bindings need of it is in the libraries that
/// they stand on.
const UNSAFE: &[(&str, &str)] = &[
    (
        "benches/rust/allocations.rs",
        "an allocator that counts is an allocator; each method hands on to the system's",
    ),
    (
        "bindings-python/src/entry.rs",
        "a call of Python's and an exception made and raised, which PyO3 has in dearer forms only: rejections come by the thousand",
    ),
    ("tests/purity/src/lib.rs", "an attribute: a module's only export needs its own name"),
];

#[test]
fn nothing_is_unsafe_but_where_it_is_said_why() {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut found: Vec<String> = sources()
        .into_iter()
        .filter(|source| source.path.rsplit('.').next() == Some("rs") && source.path != "tests/rust/tidy.rs")
        .filter(|source| {
            code(&source.text)
                .any(|(_, line)| line.split(|letter| !is_word(letter)).any(|word| word == "unsafe"))
        })
        .map(|source| source.path)
        .collect();
    found.sort();
    assert_eq!(UNSAFE.iter().map(|(path, _)| (*path).to_owned()).collect::<Vec<_>>(), found);
}

#[test]
fn the_core_forbids_what_is_unsafe() {
    let source = sources().into_iter().find(|source| source.path == "core/src/lib.rs").expect("the core");
    assert!(source.text.contains("\n#![forbid(unsafe_code)]\n"));
}

#[test]
fn no_path_leads_out_of_the_repository() {
    let marks = ["/ho me/", "/wo rk/", "/Us ers/", "/ro ot/"].map(|mark| mark.replace(' ', ""));
    assert_none(&lines_with(&marks, |path| !path.contains("/tests/")));
}

/// A lower layer never imports a higher one, and siblings do not import each other.
///
/// For each part of the core: the other parts that it may name. A host-shaped part comes last; `call` and `policy`
/// know each other, since a call is made through a policy and a policy is made of a call's settings.
const LAYERS: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("rng", &[]),
    ("error", &[]),
    ("search", &[]),
    ("redact", &["search"]),
    ("number", &[]),
    ("gather", &[]),
    ("ring", &["time"]),
    ("classify", &["number", "time", "error", "redact", "search"]),
    ("backoff", &["time", "rng"]),
    ("breaker", &["time", "rng", "ring"]),
    ("budget", &["time"]),
    ("limit", &["time", "rng", "ring"]),
    ("fallback", &["gather", "time", "error", "classify"]),
    ("degrade", &["gather", "number", "time", "error", "redact"]),
    ("batch", &["classify"]),
    ("heal", &["gather", "redact"]),
    ("guard", &["time", "rng", "breaker", "budget", "limit"]),
    ("call", &["time", "rng", "classify", "backoff", "breaker", "budget", "limit", "guard", "policy"]),
    (
        "policy",
        &[
            "gather", "number", "time", "error", "redact", "classify", "backoff", "breaker", "budget",
            "limit", "fallback", "degrade", "batch", "heal", "guard", "call",
        ],
    ),
    (
        "system",
        &[
            "gather", "time", "error", "redact", "classify", "breaker", "budget", "limit", "fallback",
            "degrade", "guard", "policy", "call",
        ],
    ),
    (
        "host",
        &[
            "time", "error", "redact", "classify", "breaker", "budget", "limit", "fallback", "degrade",
            "guard", "policy", "call", "system",
        ],
    ),
    (
        "facade",
        &[
            "time", "error", "redact", "classify", "breaker", "fallback", "degrade", "batch", "heal",
            "guard", "call", "policy", "system", "host",
        ],
    ),
    (
        "tokio",
        &[
            "time", "error", "classify", "breaker", "limit", "fallback", "degrade", "guard", "call",
            "policy", "system", "host",
        ],
    ),
    ("lib", &[]),
];

#[test]
fn no_part_of_the_core_imports_what_lies_above_it() {
    let core = sources().into_iter().filter(|source| source.path.starts_with("core/src/"));
    let mut wrong = Vec::new();
    for source in core.filter(|source| !source.path.contains("/tests")) {
        let part = source.path.trim_start_matches("core/src/");
        let part = part.split(['/', '.']).next().unwrap_or_default();
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == part) else {
            wrong.push(format!("{}: {part} has no place among the layers", source.path));
            continue;
        };
        for (number, line) in code(&source.text) {
            if line.contains("crate::{") {
                wrong.push(format!(
                    "{}:{number}: an import for each part, so that it can be seen here",
                    source.path
                ));
            }
            for named in imports(line) {
                if named != part && !allowed.contains(&named) {
                    wrong.push(format!("{}:{number}: {part} imports {named}", source.path));
                }
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_core_takes_nothing_from_the_host_but_where_it_says_so() {
    let hosts = ["core/src/facade", "core/src/host/", "core/src/tokio/"];
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|source| source.path.starts_with("core/src/") && !source.path.contains("/tests"))
        .filter(|source| !hosts.iter().any(|host| source.path.starts_with(host)))
        .flat_map(|source| {
            let named =
                code(&source.text).filter(|(_, line)| line.contains("std::") && !line.contains("#[doc"));
            named
                .map(|(number, line)| format!("{}:{number}: {}", source.path, line.trim()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_none(&wrong);
}

/// The parts of the crate that a line of code names by their path.
fn imports(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).filter_map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_lowercase() && letter != '_')?;
        rest.get(..end).filter(|part| !part.is_empty())
    })
}

/// The lines of a file that are neither comments nor its own tests, from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let code = lines.take_while(|(_, line)| *line != "mod tests {");
    code.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn lines_with(marks: &[String], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| wanted(&source.path)) {
        for (index, line) in source.text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark.as_str())) {
                found.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
            }
        }
    }
    found
}

/// Every source file that people write.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut folders, mut sources) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository") {
            let path: PathBuf = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !NOT_OURS.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if path.extension().and_then(|end| end.to_str()).is_some_and(|end| ENDINGS.contains(&end))
            {
                let text = fs::read_to_string(&path).expect("a source file is text");
                let path = path
                    .strip_prefix(&root)
                    .expect("inside the repository")
                    .to_string_lossy()
                    .replace('\\', "/");
                sources.push(Source { path, text });
            }
        }
    }
    assert!(sources.len() > 50, "only {} source files were found", sources.len());
    sources
}

fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "{} found\n{}", found.len(), found.join("\n"));
}

const ENDINGS: [&str; 6] = ["rs", "py", "pyi", "ts", "mjs", "js"];
/// Built, downloaded or made.
const NOT_OURS: [&str; 10] = [
    "target", "node_modules", "pkg", "pkg-small", "dist", "build", "__pycache__", "venv", "site-packages",
    "vectors",
];
