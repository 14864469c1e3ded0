//! The words that answers are made of, from the types themselves: `tests/words.json`, which `scripts/conformance.mjs` looks for in
//! what every host has answered.

use failsoft::breaker::{Reason, StateName};
use failsoft::call::StopReason;
use failsoft::classify::{Category, Status};
use failsoft::fallback::Why;
use failsoft::guard::Guard;
use failsoft::heal::GiveUp;
use failsoft::system::HealthStatus;
use failsoft_tests::conformance::root;
use serde_json::{Value, json};

#[test]
fn the_words_are_those_of_the_types() {
    let path = root().join("tests/words.json");
    let groups: Vec<String> = groups().iter().map(|group| format!("  {group}")).collect();
    let made = format!("{{\n \"groups\": [\n{}\n ]\n}}\n", groups.join(",\n"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).expect("a file that can be written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == made, "tests/words.json: UPDATE=1 cargo test -p failsoft-tests --test vectors words");
}

#[test]
fn every_code_of_a_problem_is_known_here() {
    let source = std::fs::read_to_string(root().join("core/src/error.rs")).expect("the file of the codes");
    let (_, names) = source.split_once("pub const fn name").expect("the names of the codes");
    let (names, _) = names.split_once("impl ConfigError").expect("the end of the codes");
    let written: Vec<&str> = names.lines().filter_map(|line| line.split('"').nth(1)).collect();
    assert_eq!(CODES.to_vec(), written);
}

/// Every variant of a type. One that is left out does not compile.
macro_rules! every {
    ($type:ident: $($variant:ident),+) => {{
        const fn known(one: $type) -> bool {
            match one {
                $($type::$variant => true,)+
            }
        }
        let all = [$($type::$variant),+];
        assert!(all.into_iter().all(known));
        all
    }};
}

/// The words that these are written as.
macro_rules! named {
    ($all:expr) => {
        $all.iter().map(|one| json!(one).as_str().expect("a word").to_owned()).collect::<Vec<String>>()
    };
}

fn groups() -> Vec<Value> {
    let states = every!(StateName: Closed, Open, HalfOpen, ForcedOpen, ForcedClosed);
    let stops = every!(StopReason: Success, Permanent, Exhausted, Deadline, Budget, CircuitOpen, Throttled, RateLimited,
        BulkheadFull, ConcurrencyLimited, RetryAfterOverCap, NotIdempotent, Cancelled);
    let statuses = every!(Status: Transient, Permanent, Degraded);
    let whys = every!(Why: Benched, Failed, Ignored, Abandoned);
    let give_ups = every!(GiveUp: NoDiagnosis, UnknownDiagnosis, NoRemedyLeft, MaxRemedies);
    let health = every!(HealthStatus: Healthy, Degraded, Unhealthy);
    vec![
        group("what a call is told to do", &worded("action", &["attempt", "wait", "stop", "reject"])),
        group("categories", &worded("category", &named!(Category::ALL))),
        group("how lasting an error is", &worded("status", &named!(statuses))),
        group("why a call ended", &worded("stop_reason", &named!(stops))),
        group("who refuses an attempt", &worded("refusal", &refusals())),
        group("states of a breaker", &worded("state", &named!(states))),
        group("transitions of a breaker", &transitions(&states)),
        group("codes of problems", &worded("code", &CODES.map(str::to_owned))),
        group("how a run through a chain ended", &worded("ending", &ENDINGS)),
        group("why a step did not answer", &worded("why", &named!(whys))),
        group("what systems note, and why levels change", &worded("kind", &KINDS)),
        group("how well a system is", &worded("status", &named!(health))),
        json!({
            "about": "why a call is not healed", "words": worded("give_up", &named!(give_ups)),
            "only": ["rust", "python"], "why": "JavaScript has no healing",
        }),
    ]
}

fn group(about: &str, words: &[String]) -> Value {
    json!({ "about": about, "words": words })
}

/// What refuses, in the words of answers.
fn refusals() -> Vec<String> {
    let all = [
        Guard::Breaker(StateName::Open),
        Guard::Throttle,
        Guard::RateLimit,
        Guard::Bulkhead,
        Guard::Adaptive,
    ];
    let known = |guard: &Guard| match guard {
        Guard::Breaker(_) | Guard::Throttle | Guard::RateLimit | Guard::Bulkhead | Guard::Adaptive => true,
    };
    assert!(all.iter().all(known));
    named!(all.map(StopReason::from))
}

/// Every transition that the table in `breaker/mod.rs` has, by the reasons: one that is left out does not compile.
fn transitions(states: &[StateName]) -> Vec<String> {
    use StateName::{Closed, ForcedClosed, ForcedOpen, HalfOpen, Open};
    let reasons = every!(Reason: ConsecutiveFailures, IdenticalFailures, CountWindow, TimeWindow, FailureRate, SlowCallRate,
        RecoveryTimeout, ProbeFailed, ProbeSlow, ProbesSucceeded, Manual);
    let by_hand = || {
        let ends = [Closed, ForcedOpen, ForcedClosed];
        let pairs = states.iter().flat_map(move |from| ends.map(|to| (*from, to)));
        pairs.filter(|(from, to)| from != to).collect()
    };
    let mut words = Vec::new();
    for reason in reasons {
        let pairs: Vec<(StateName, StateName)> = match reason {
            Reason::ConsecutiveFailures
            | Reason::IdenticalFailures
            | Reason::CountWindow
            | Reason::TimeWindow
            | Reason::FailureRate
            | Reason::SlowCallRate => vec![(Closed, Open)],
            Reason::RecoveryTimeout => vec![(Open, HalfOpen)],
            Reason::ProbeFailed | Reason::ProbeSlow => vec![(HalfOpen, Open)],
            Reason::ProbesSucceeded => vec![(HalfOpen, Closed)],
            Reason::Manual => by_hand(),
        };
        words.extend(
            pairs
                .iter()
                .map(|(from, to)| format!("transition: {} > {}: {}", from.name(), to.name(), reason.name())),
        );
    }
    words
}

fn worded(key: &str, words: &[impl AsRef<str>]) -> Vec<String> {
    words.iter().map(|word| format!("{key}: {}", word.as_ref())).collect()
}

const CODES: [&str; 7] =
    ["syntax", "wrong_type", "unknown_key", "unknown_value", "out_of_range", "contradiction", "missing"];
/// Of `fallback::Ending`.
const ENDINGS: [&str; 5] = ["served", "exhausted", "all_benched", "failed_now", "abandoned"];
/// Of `system::Event` and `degrade::Cause`.
const KINDS: [&str; 8] = ["breaker", "call", "chain", "level", "trigger", "restored", "manual", "pinned"];
