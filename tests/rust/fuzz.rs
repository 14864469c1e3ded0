//! What holds for every input holds for the corpus, and for what little changes make of it.
//!
//! A search of seconds with a stable compiler; `scripts/fuzz.sh` is the long one. The same inputs every time, so that
//! a failure is a failure for everybody.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use failsoft::rng::Rng;

#[path = "../fuzz/src/lib.rs"]
pub mod questions;

use questions::{TARGETS, problems};

/// mode: arithmetic of durations panics
#[test]
fn policies_hold() {
    search("policy", 1_500);
}

#[test]
fn faults_hold() {
    search("fault", 1_500);
}

/// mode: arithmetic of durations panics
/// mode: Retry-After that is no sane wait
#[test]
fn hints_hold() {
    search("hint", 6_000);
}

#[test]
fn events_hold() {
    search("events", 1_500);
}

#[test]
fn guards_hold() {
    search("guards", 1_500);
}

#[test]
fn the_corpus_has_a_folder_for_each_target_and_is_small() {
    let mut folders: Vec<String> = fs::read_dir(root())
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    folders.sort();
    let mut names = TARGETS.map(|(name, _)| name.to_owned());
    names.sort();
    assert_eq!(names.as_slice(), folders);
    let sizes = names.iter().flat_map(|name| corpus(name)).map(|(_, data)| data.len());
    assert!(sizes.clone().all(|size| size <= 4_096) && sizes.sum::<usize>() < 300_000);
}

#[test]
fn an_error_that_tells_a_secret_is_noticed() {
    use failsoft::error::{ConfigError, ProblemCode};
    let document = format!("{{\"name\":\"{}\"}}", problems::SECRET);
    let told = ConfigError::one(ProblemCode::UnknownValue, "name", format!("unknown {}", problems::SECRET));
    let found = catch_unwind(AssertUnwindSafe(|| problems::hold(&document, &told)));
    assert!(found.is_err());
}

/// Asks about every file of a target's corpus, then about `changed` variants of them.
fn search(name: &str, changed: usize) {
    let (_, holds) = TARGETS.into_iter().find(|(target, _)| *target == name).expect("a target");
    let corpus = corpus(name);
    assert!(corpus.len() >= 20, "{name}: only {} files", corpus.len());
    let ask = |origin: &str, data: &[u8]| {
        let held = catch_unwind(AssertUnwindSafe(|| holds(data))).is_ok();
        assert!(held, "{name}, from {origin}: does not hold for b\"{}\"", data.escape_ascii());
    };
    for (path, data) in &corpus {
        ask(path, data);
    }
    let mut rng = Rng::from_seed(1);
    for _ in 0..changed {
        let (path, data) = pick(&corpus, &mut rng);
        let mut data = data.clone();
        for _ in 0..rng.between(1, 4) {
            change(&mut data, &corpus, &mut rng);
        }
        ask(path, &data);
    }
}

/// One small change, as a bad disk, a careless hand or an attacker would make it.
fn change(data: &mut Vec<u8>, corpus: &[(String, Vec<u8>)], rng: &mut Rng) {
    let at = below(data.len() + 1, rng);
    let end = (at + below(24, rng)).min(data.len());
    match rng.between(0, 6) {
        0 => data.insert(at, byte(rng)),
        1 if at < data.len() => data[at] = byte(rng),
        2 if at < data.len() => data[at] ^= 1 << rng.between(0, 7),
        3 => drop(data.drain(at..end)),
        4 => {
            let part = data[at..end].to_vec();
            let to = below(data.len() + 1, rng);
            data.splice(to..to, part);
        }
        5 => {
            let other = &pick(corpus, rng).1;
            let from = below(other.len() + 1, rng);
            let to = (from + below(24, rng)).min(other.len());
            data.splice(at..end, other[from..to].iter().copied());
        }
        _ => {
            let word = WORDS[below(WORDS.len(), rng)];
            data.splice(at..at, word.bytes());
        }
    }
}

/// Every file of a target, by its name.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join(name))
        .expect("a folder of the corpus")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        (name, fs::read(&path).expect("a file"))
    };
    // What a run of libFuzzer left behind, by its hash, is nobody else's input.
    let kept = |name: &str| name.len() != 40 || !name.bytes().all(|byte| byte.is_ascii_hexdigit());
    files.into_iter().map(read).filter(|(name, _)| kept(name)).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

fn pick<'a, T>(from: &'a [T], rng: &mut Rng) -> &'a T {
    &from[below(from.len(), rng)]
}

fn below(length: usize, rng: &mut Rng) -> usize {
    usize::try_from(rng.between(0, length as u64 - 1)).expect("below a length")
}

fn byte(rng: &mut Rng) -> u8 {
    rng.draw().to_le_bytes()[0]
}

const WORDS: [&str; 18] = [
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "18446744073709551616",
    "0.1",
    "\"\"",
    "{}",
    "[]",
    "[[[[[[[[",
    "\\ud800",
    "\u{1}",
    "999999999999",
    "\"now\":",
    "GMT",
    "ms",
    problems::SECRET,
];
