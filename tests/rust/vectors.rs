//! Runs the shared vectors; `tests/vectors/README.md` describes their format.
//!
//! Everything goes through the façade, as it does in every other host.

mod vectors_adaptive;
mod vectors_budget;
mod vectors_chains;
mod vectors_hedge;
mod vectors_limits;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use failsoft::breaker::Transition;
use failsoft::facade::{self, Action, Answer, Engine, Guarded};
use failsoft::policy::Policy;
use failsoft_tests::conformance::Account;
use serde_json::{Map, Value, json};

mod vectors_replay;
mod vectors_system;
mod words;

#[test]
fn every_case_of_every_file_answers_as_it_says() {
    if std::env::var_os("UPDATE").is_some() {
        update_explanations();
    }
    let mut failed = Vec::new();
    for name in listed() {
        let run = runner(&name);
        let text = std::fs::read_to_string(vectors().join(&name)).expect("a listed file");
        let mut account = Account::new(name.trim_end_matches(".json"), &text);
        for case in cases(&name) {
            let (expected, found) = run(&case);
            let (expected, found) = (plain(expected), plain(found));
            account.answered(&found);
            if expected != found {
                let description = case["description"].as_str().unwrap_or("a case without a description");
                account.differs(description, &expected, &found);
                failed.push(format!("{name}: {description}\n  expected {expected}\n  found    {found}"));
            }
        }
        account.write();
    }
    assert!(failed.is_empty(), "{} cases failed\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn the_index_lists_every_file_there_is_and_no_other() {
    let mut there: Vec<String> = std::fs::read_dir(vectors())
        .expect("the folder of vectors")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter(|name| {
            Path::new(name).extension().is_some_and(|extension| extension == "json") && name != INDEX
        })
        .collect();
    let mut listed = listed();
    there.sort();
    listed.sort();
    assert_eq!(there, listed);
}

#[test]
fn every_case_has_a_description_of_its_own_and_knows_what_it_expects() {
    for name in listed() {
        let mut seen = BTreeMap::new();
        for (index, case) in cases(&name).iter().enumerate() {
            let description = case["description"].as_str().unwrap_or_default();
            assert!(description.contains(' '), "{name}: case {index}: {description:?}");
            let before = seen.insert(description.to_owned(), index);
            assert_eq!(None, before, "{name}: given twice: {description}");
            assert!(case.get("expect").is_some() || !events(case).is_empty(), "{name}: {description}");
        }
    }
}

#[test]
fn every_action_reason_state_transition_and_problem_appears_in_some_case() {
    let all: String = listed().iter().map(|name| read(&vectors().join(name)).to_string()).collect();
    let words = [
        "attempt", "wait", "stop", "reject", "permanent", "exhausted", "deadline", "circuit_open",
        "retry_after_over_cap", "not_idempotent", "cancelled", "success", "closed", "open", "half_open",
        "forced_open", "forced_closed", "consecutive_failures", "identical_failures", "count_window",
        "time_window", "failure_rate", "slow_call_rate", "budget", "throttled", "rate_limited",
        "bulkhead_full", "concurrency_limited", "recovery_timeout", "probe_failed", "probe_slow",
        "probes_succeeded", "manual", "syntax", "wrong_type", "unknown_key", "unknown_value", "out_of_range",
        "contradiction", "missing", "admitted", "queued", "full", "waiting", "granted", "gone", "rejected",
    ];
    let missing: Vec<&str> = words.into_iter().filter(|word| !all.contains(&format!("\"{word}\""))).collect();
    assert_eq!([""; 0], *missing);
}

type Run = fn(&Value) -> (Value, Value);

/// What a file's cases are run by: each answers with what was expected and what was found.
fn runner(name: &str) -> Run {
    match name {
        "schedule.json" => run_schedule,
        "retry.json" | "breaker.json" | "guards.json" => run_calls,
        "policy_errors.json" => run_policy_errors,
        name if name == "classify.json" || name.starts_with("python_") => run_classify,
        "explain.json" => run_explain,
        "limits.json" => vectors_limits::run,
        "adaptive.json" => vectors_adaptive::run,
        "hedge.json" => vectors_hedge::run,
        "budget.json" => vectors_budget::run,
        "batch.json" => vectors_system::run_batch,
        "heal.json" => vectors_system::run_heal,
        "analytics.json" => vectors_system::run_analytics,
        "health.json" => vectors_system::run_health,
        "replay.json" => vectors_replay::run,
        "fallback.json" => vectors_chains::run_fallback,
        "degradation.json" => vectors_chains::run_degradation,
        _ => panic!("{name}: nobody knows how to run this file"),
    }
}

/// A call that keeps failing; the waits before some of its retries.
fn run_schedule(case: &Value) -> (Value, Value) {
    let document = json!({ "retry": case["retry"] }).to_string();
    let engine = Engine::new(&document, &[]).unwrap_or_else(|error| panic!("{document}: {error}"));
    let wanted: Vec<u64> =
        case["retries"].as_array().expect("retries").iter().filter_map(Value::as_u64).collect();
    let mut call = engine.begin(case["seed"].as_u64().expect("a seed"), 0.0);
    let (mut now, mut waits) = (0.0, Vec::new());
    for retry in 1..=wanted.iter().copied().max().expect("a retry") {
        let _ = call.admit(now, |_| {});
        let answer = call.fail(UNAVAILABLE, now, |_| {}).expect("a fault");
        let wait = answer.seconds.unwrap_or_else(|| panic!("no wait before retry {retry}: {answer:?}"));
        if wanted.contains(&retry) {
            waits.push(wait);
        }
        now += wait;
    }
    (case["expect"].clone(), json!(waits))
}

fn run_explain(case: &Value) -> (Value, Value) {
    let document = case["policy"].to_string();
    let policy = Policy::parse(&document).unwrap_or_else(|error| panic!("{document}: {error}"));
    (case["expect"].clone(), json!(policy.explain()))
}

/// Writes what policies say of themselves anew, to be read in the diff: a case a line, its expectation last.
fn update_explanations() {
    let path = vectors().join("explain.json");
    let text = std::fs::read_to_string(&path).expect("the explanations");
    let lines = text.lines().map(|line| {
        let Some((head, _)) = line.split_once(EXPECT) else { return line.to_owned() };
        let case: Value = serde_json::from_str(&format!("{head}}}")).expect("a case");
        let policy = Policy::parse(&case["policy"].to_string()).expect("a policy");
        let comma = if line.ends_with(',') { "," } else { "" };
        format!("{head}{EXPECT}{}}}{comma}", spaced(&json!(policy.explain()).to_string()))
    });
    let text: String = lines.map(|line| line + "\n").collect();
    // Other tests read the file meanwhile: they find the old one or the new one.
    let new = path.with_extension("new");
    std::fs::write(&new, text)
        .and_then(|()| std::fs::rename(&new, &path))
        .expect("a file that can be written");
}

/// JSON with a space after each comma and colon, as the vectors are written.
fn spaced(json: &str) -> String {
    let (mut text, mut quoted, mut escaped) = (String::new(), false, false);
    for letter in json.chars() {
        text.push(letter);
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ',' | ':' if !quoted => text.push(' '),
            _ => {}
        }
    }
    text
}

fn run_policy_errors(case: &Value) -> (Value, Value) {
    let document = case["text"].as_str().map_or_else(|| case["document"].to_string(), str::to_owned);
    let found = match Policy::parse(&document) {
        Ok(_) => json!([]),
        Err(error) => json!(error.problems),
    };
    (case["expect"].clone(), found)
}

fn run_classify(case: &Value) -> (Value, Value) {
    let classifier = case.get("classify").map_or_else(|| "{}".to_owned(), Value::to_string);
    let verdict = facade::classify(&case["fault"].to_string(), &classifier);
    let verdict = verdict.unwrap_or_else(|error| panic!("{}: {error}", case["description"]));
    (case["expect"].clone(), serde_json::from_str(&verdict).expect("a verdict is JSON"))
}

/// Calls through one engine, event by event.
fn run_calls(case: &Value) -> (Value, Value) {
    let document = case["policy"].to_string();
    let mut world = World {
        engine: Engine::new(&document, &[]).unwrap_or_else(|error| panic!("{document}: {error}")),
        document,
        seed: case["seed"].as_u64().expect("a seed"),
        calls: BTreeMap::new(),
    };
    let events = events(case);
    let found = events.iter().map(|event| world.act(event)).collect();
    (expectations(case), Value::Array(found))
}

struct World {
    document: String,
    engine: Engine,
    seed: u64,
    calls: BTreeMap<String, Guarded>,
}

impl World {
    fn act(&mut self, event: &Value) -> Value {
        let now = event["at"].as_f64().expect("a time");
        let word = |key: &str| event[key].as_str().unwrap_or_default();
        match word("do") {
            "admit" => answer(&self.call(event).admit(now, |_| {})),
            "fail" => {
                let fault = event["fault"].to_string();
                answer(&self.call(event).fail(&fault, now, |_| {}).expect("a fault"))
            }
            "succeed" => changed(self.call(event).succeed(now, |_| {})),
            "abandon" => changed(self.call(event).abandon(now, |_| {})),
            "report" => serde_json::from_str(&self.call(event).report()).expect("a report is JSON"),
            "resume" => {
                let call = self.engine.resume(self.seed, now, self.engine.lane());
                self.calls.insert(label(event), call);
                Value::Null
            }
            "lane" => json!(self.engine.lane() != 0),
            "state" => serde_json::from_str(&self.engine.state(now, |_| {})).expect("a state is JSON"),
            "set" => changed(self.engine.set(word("command"), |_| {}).expect("a command")),
            "restart" => {
                let snapshot = self.engine.snapshot(now, |_| {});
                self.engine = Engine::new(&self.document, &[]).expect("the same policy");
                let clock = event["clock"].as_f64().expect("a time on the new clock");
                self.engine.restore(&snapshot, clock, |_| {}).expect("its own snapshot");
                self.calls.clear();
                Value::Null
            }
            other => panic!("nobody knows how to do {other:?}"),
        }
    }

    /// The call that an event is about; its first event begins it.
    fn call(&mut self, event: &Value) -> &mut Guarded {
        let now = event["at"].as_f64().expect("a time");
        let (engine, seed) = (&self.engine, self.seed);
        self.calls.entry(label(event)).or_insert_with(|| engine.begin(seed, now))
    }
}

fn label(event: &Value) -> String {
    event["call"].as_str().unwrap_or_default().to_owned()
}

/// An answer as the vectors write it: what has no meaning for the action is left out.
fn answer(answer: &Answer) -> Value {
    let action = match answer.action {
        Action::Attempt => "attempt",
        Action::Wait => "wait",
        Action::Stop => "stop",
        Action::Reject => "reject",
    };
    let mut fields = Map::from_iter([("action".to_owned(), json!(action))]);
    if answer.action == Action::Attempt {
        fields.insert("attempt".to_owned(), json!(answer.attempt));
    }
    let optional = [
        ("seconds", answer.seconds.map(|seconds| json!(seconds))),
        ("reason", answer.reason.map(|reason| json!(reason))),
        ("transition", answer.transition.map(|transition| json!(transition))),
    ];
    fields.extend(optional.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    Value::Object(fields)
}

fn changed(transition: Option<Transition>) -> Value {
    transition.map_or_else(|| json!({}), |transition| json!({ "transition": transition }))
}

/// With every number as a double: `1` and `1.0` are the same in JSON.
fn plain(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, plain(value))).collect(),
        other => other,
    }
}

fn expectations(case: &Value) -> Value {
    events(case).iter().map(|event| event["expect"].clone()).collect()
}

fn events(case: &Value) -> Vec<Value> {
    case["events"].as_array().cloned().unwrap_or_default()
}

fn listed() -> Vec<String> {
    let index = read(&vectors().join(INDEX));
    let name = |file: &Value| file["name"].as_str().expect("a file has a name").to_owned();
    index["files"].as_array().expect("a list of files").iter().map(name).collect()
}

fn cases(name: &str) -> Vec<Value> {
    let file = read(&vectors().join(name));
    assert_eq!(json!(1), file["format"], "{name}: the format");
    let cases = file["cases"].as_array().cloned().unwrap_or_default();
    assert!(!cases.is_empty(), "{name} has no cases");
    cases
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

const INDEX: &str = "index.json";
const EXPECT: &str = ", \"expect\": ";
const UNAVAILABLE: &str = r#"{"status":503}"#;
