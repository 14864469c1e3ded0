//! Makes the corpus that the search for broken promises begins with, from the vectors.
//!
//! `cargo run -p failsoft-tests --example seeds` adds what is new; it takes nothing away, for an input that once
//! found something stays.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use failsoft::breaker::{BreakerConfig, Mode, Window};
use failsoft::policy::Policy;
use serde_json::Value;

#[path = "../fuzz/src/lib.rs"]
pub mod questions;

use questions::events::{STEPS, Step};
use questions::{guards, hint, problems};

fn main() {
    let mut seeds = Seeds::default();
    policies(&mut seeds);
    faults(&mut seeds);
    hints(&mut seeds);
    events(&mut seeds);
    guards(&mut seeds);
    seeds.write();
}

/// Inputs by target and name.
#[derive(Default)]
struct Seeds(BTreeMap<(&'static str, String), Vec<u8>>);

impl Seeds {
    fn add(&mut self, target: &'static str, description: &str, data: impl Into<Vec<u8>>) {
        let letters =
            description.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' });
        let name: String = letters.take(36).collect();
        self.0.entry((target, name.trim_matches('-').to_owned())).or_insert(data.into());
    }

    fn write(&self) {
        for ((target, name), data) in &self.0 {
            let folder = here().join("fuzz/corpus").join(target);
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join(name), data).expect("a file");
        }
    }
}

/// What a policy says of itself, and one of every kind of problem in every section.
fn policies(seeds: &mut Seeds) {
    for case in cases("explain.json") {
        seeds.add("policy", text(&case["description"]), case["policy"].to_string());
    }
    let mut seen = BTreeSet::new();
    for case in cases("policy_errors.json") {
        let Some(problem) = case["expect"].as_array().and_then(|problems| problems.first()) else { continue };
        let path = text(&problem["path"]).split(['.', '[']).next().unwrap_or_default();
        if seen.insert((problem["code"].to_string(), path.to_owned())) {
            let document =
                case["text"].as_str().map_or_else(|| case["document"].to_string(), ToOwned::to_owned);
            seeds.add("policy", text(&case["description"]), document);
        }
    }
    for (name, document) in [
        ("a secret as a value", r#"{"retry": {"jitter": "SECRET"}}"#),
        (
            "a secret as a key",
            r#"{"retry": {"SECRET": 1}, "circuit_breaker": {"recovery_timeout": "SECRET"}}"#,
        ),
        (
            "a secret late in a text",
            r#"{"retry": {"strategy": "words that take up much of what is shown, and SECRET"}}"#,
        ),
    ] {
        seeds.add("policy", name, document.replace("SECRET", problems::SECRET));
    }
}

/// One fault for each family of rules.
fn faults(seeds: &mut Seeds) {
    let mut seen = BTreeSet::new();
    for case in cases("classify.json") {
        let rule = text(&case["expect"]["rule"]).to_owned();
        let family: Vec<&str> = rule.split('.').take(2).filter(|part| part.parse::<u32>().is_err()).collect();
        let hinted = case["expect"]["retry_after"].is_number();
        if seen.len() < MOST && seen.insert((family.first().map(ToString::to_string), hinted, rule.len() % 3))
        {
            seeds.add("fault", text(&case["description"]), case["fault"].to_string());
        }
    }
    for (name, document) in [
        ("a secret as a key", r#"{"SECRET": 1, "message": "no"}"#),
        ("a secret as the name of a header", r#"{"headers": {"SECRET": {}}}"#),
        (
            "a secret late in a key",
            r#"{"attrs": 1, "words that take up much of what is shown, and more, SECRET": 1}"#,
        ),
        ("a secret where a fault belongs", r#"{"cause": "SECRET", "errors": ["SECRET"], "status": true}"#),
        (
            "numbers that are none",
            r#"{"status": NaN, "errno": -Infinity, "message": "\ud83d \ude00", "code": 1e400}"#,
        ),
        ("deep", &format!("{}null{}", r#"{"cause":"#.repeat(150), "}".repeat(150))),
    ] {
        seeds.add("fault", name, document.replace("SECRET", problems::SECRET));
    }
}

/// Every way to ask for a wait.
fn hints(seeds: &mut Seeds) {
    for case in cases("classify.json") {
        let (fault, name) = (&case["fault"], text(&case["description"]));
        let now = fault["now"].as_f64().unwrap_or(0.0);
        for (header, value) in fault["headers"].as_object().into_iter().flatten() {
            let header = header.to_ascii_lowercase();
            let input = value.as_str().and_then(|value| hint::input(&header, now, value));
            if let Some(input) = input {
                seeds.add("hint", &format!("{header} {name}"), input);
            }
        }
        if case["expect"]["retry_after"].is_number() && fault["headers"].is_null() {
            let message = fault["message"].as_str().and_then(|message| hint::input("message", now, message));
            if let Some(input) = message {
                seeds.add("hint", &format!("said {name}"), input);
            }
        }
    }
    let dates = [
        "Sun, 06 Nov 2033 08:49:37 GMT", "Sunday, 06-Nov-33 08:49:37 GMT", "Sun Nov  6 08:49:37 2033",
        "Tue, 29 Feb 2028 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT",
        "2033-11-06T08:49:37.5+02:00",
    ];
    for (number, date) in (1..).zip(dates) {
        for place in ["retry-after", "date", "x-ratelimit-reset"] {
            let input = hint::input(place, 1.7e9, date).expect("a known place");
            seeds.add("hint", &format!("{place} date {number}"), input);
        }
    }
    for (place, value) in [
        ("retryDelay", "1m30.5s"),
        ("retry_after_ms", "1500"),
        ("details", r#"[{"retryDelay": {"seconds": 3, "nanos": 5}}]"#),
    ] {
        seeds.add("hint", place, hint::input(place, 0.0, value).expect("a known place"));
    }
}

/// What happens to breakers and calls.
fn events(seeds: &mut Seeds) {
    for (file, every) in [("breaker.json", 2), ("retry.json", 4)] {
        for (number, case) in (0..).zip(cases(file)).filter(|(number, _)| number % every == 0) {
            let policy = Policy::parse(&case["policy"].to_string()).expect("a policy");
            let mut data = settings(&policy.breaker.unwrap_or_default(), number).to_vec();
            let (mut labels, mut clock) = (Vec::new(), 0.0);
            for event in case["events"].as_array().into_iter().flatten() {
                let label = event["call"].as_str().unwrap_or_default();
                let call = labels.iter().position(|known| *known == label).unwrap_or_else(|| {
                    labels.push(label);
                    labels.len() - 1
                });
                let at = event["at"].as_f64().unwrap_or(clock);
                pass(&mut data, at - clock);
                clock = at;
                let call = u8::try_from(call % 4).unwrap_or(0);
                data.extend([what(event), call + 4 * (number % 8)]);
            }
            seeds.add("events", text(&case["description"]), data);
        }
    }
}

/// Calls that meet in each of the machines, and in all of them.
fn guards(seeds: &mut Seeds) {
    for (name, has) in SECTIONS {
        for (manner, events) in MANNERS {
            for how in [0, 2, 4, 8] {
                // Of every setting a middling one, and time limits for half of them.
                let mut data = vec![13; guards::SETTINGS];
                (data[0], data[4]) = (has, how);
                if how < 4 {
                    (data[2], data[3]) = (0, 0);
                }
                data.extend(events.iter().flat_map(|(what, arg)| [*what, *arg]));
                seeds.add("guards", &format!("{name} {manner} {how}"), data);
            }
        }
    }
}

fn settings(config: &BreakerConfig, number: u8) -> [u8; 16] {
    let byte = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
    let half_seconds = |length: Duration| u8::try_from(length.as_millis() / 500).unwrap_or(u8::MAX);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "these casts saturate")]
    let share = |share: f64| (share * 255.0) as u8;
    let (window, size) = if let Window::Count(size) = config.window {
        (1, byte(size.get()))
    } else if let Window::Time(length) = config.window {
        (2, half_seconds(length))
    } else {
        (0, 0)
    };
    [
        config.failure_threshold.map_or(0, |threshold| byte(threshold.get())),
        config.identical_failures.map_or(0, |threshold| byte(threshold.get())),
        window + 3 * (number % 6),
        size,
        half_seconds(config.recovery_timeout),
        byte(config.half_open_max_calls.get()),
        byte(config.success_threshold.get()),
        half_seconds(config.probe_timeout),
        config.failure_rate.map_or(0, |rate| share(rate.as_f64())),
        byte(config.minimum_calls.get()),
        config.slow_call.map_or(0, |slow| half_seconds(slow.duration)),
        share((config.recovery_growth.as_f64() - 1.0) / 25.5),
        half_seconds(config.max_recovery_timeout),
        config.recovery_jitter.map_or(0, |jitter| share(jitter.as_f64())),
        u8::from(config.mode == Mode::Shadow),
        number % 2,
    ]
}

/// Lets time pass, in the steps that there are, with events that do nothing.
fn pass(data: &mut Vec<u8>, seconds: f64) {
    let mut left = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    for _ in 0..16 {
        let steps = (0..).zip(STEPS).filter_map(|(number, step)| match step {
            Step::On(nanos) => Some((Duration::from_nanos(nanos), number)),
            Step::Back(_) | Step::To(_) => None,
        });
        let Some((length, step)) = steps.filter(|(length, _)| *length <= left).max() else { return };
        if length < Duration::from_millis(1) {
            return;
        }
        left -= length;
        data.extend([step << 4 | NOTHING, 1]);
    }
}

fn what(event: &Value) -> u8 {
    match (text(&event["do"]), event["command"].as_str()) {
        ("admit" | "resume", _) => 0,
        ("fail", _) => 4,
        ("succeed", _) => 8,
        ("abandon", _) => 9,
        ("set", Some("open")) => 11,
        ("set", Some("closed")) => 12,
        ("set", _) => 13,
        ("restart", _) => 14,
        _ => NOTHING,
    }
}

fn cases(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(here().join("vectors").join(file)).expect("a file of vectors");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    file["cases"].as_array().expect("cases").clone()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// An event that changes nothing.
const NOTHING: u8 = 0xa;
const MOST: usize = 60;

/// By the bits that ask for them.
const SECTIONS: [(&str, u8); 7] = [
    ("rate limit", 1),
    ("bulkhead", 2),
    ("throttle", 4),
    ("adaptive", 8),
    ("hedge", 16),
    ("breaker", 96),
    ("all", 127),
];

/// What happens, with how the clock moves before it in the upper half, and to which of the four calls.
const MANNERS: [(&str, &[(u8, u8)]); 4] = [
    (
        "busy",
        &[
            (0, 0),
            (0, 1),
            (0, 2),
            (0, 3),
            (7, 0),
            (0x27, 1),
            (0, 1),
            (0, 0),
            (0x48, 2),
            (0, 3),
            (7, 3),
            (0, 2),
        ],
    ),
    (
        "failing",
        &[(0, 0), (4, 0), (0x50, 0), (4, 0), (0, 1), (4, 1), (0x60, 1), (0x70, 0), (4, 8), (0x80, 0), (4, 0)],
    ),
    (
        "racing",
        &[
            (0, 0),
            (0x31, 0),
            (0x31, 0),
            (4, 4),
            (1, 0),
            (8, 4),
            (14, 1),
            (0x22, 1),
            (9, 1),
            (14, 1),
            (0x17, 1),
        ],
    ),
    (
        "restarted",
        &[
            (0, 0),
            (0, 1),
            (0, 2),
            (15, 0),
            (0, 3),
            (7, 0),
            (4, 1),
            (0x49, 2),
            (11, 0),
            (0, 2),
            (13, 0),
            (15, 1),
        ],
    ),
];
