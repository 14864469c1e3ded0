use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

use super::super::{EventLog, LogConfig, Recorder, replay};
use super::*;

const HEAD: &str = r#"{"v":1,"log":"failsoft","origin":5,"dropped":0}"#;

fn line(seq: u64, at: u64, input: &str) -> String {
    format!(r#"{{"v":1,"seq":{seq},"at":{at},"part":"p","input":{input},"decision":"done"}}"#)
}

fn wrong(text: &str) -> String {
    EventLog::read(text).expect_err("no log").to_string()
}

#[test]
fn what_is_no_log_is_told_by_line_and_field() {
    let opened = line(0, 0, r#"{"on":"opened"}"#);
    let after = |line: &str| wrong(&format!("{HEAD}\n\n{opened}\n{line}\n"));
    let cases = [
        (wrong(""), "line 1: line: no JSON at column 0"),
        (wrong("[]"), "line 1: line: expected an object"),
        (
            wrong(r#"{"v":2,"log":"failsoft","origin":0,"dropped":0}"#),
            "line 1: v: version 2 is not known (expected 1)",
        ),
        (wrong(r#"{"v":1,"log":"other","origin":0,"dropped":0}"#), "line 1: log: expected \"failsoft\""),
        (wrong(r#"{"v":1,"log":"failsoft","origin":0}"#), "line 1: dropped: missing"),
        (
            wrong(r#"{"v":1,"log":"failsoft","origin":-1,"dropped":0}"#),
            "line 1: origin: expected a whole number that is not negative",
        ),
        (
            wrong(r#"{"v":1,"log":"failsoft","origin":0,"dropped":0,"x":1}"#),
            "line 1: x: unknown field (expected v, log, origin, dropped)",
        ),
        (after(&line(2, 0, r#"{"on":"tick"}"#)), "line 4: seq: 2 does not follow (expected 1)"),
        (after(r#"{"v":1}"#), "line 4: seq: missing"),
        (after("nonsense"), "line 4: line: no JSON at column 2"),
        (
            after(&line(1, 0, r#"{"on":"observed","metric":"m","value":"high"}"#)),
            "line 4: input: invalid type: string \"high\", expected f64",
        ),
        (
            after(&line(1, 0, r#"{"on":"begun","call":1,"seed":"xyz"}"#)),
            "line 4: input.seed: seed: expected a hexadecimal number of at most 16 digits",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(expected, found);
    }
    let unknown = after(&line(1, 0, r#"{"on":"exploded"}"#));
    assert!(
        unknown.starts_with("line 4: input: unknown variant `exploded`, expected one of `opened`"),
        "{unknown}"
    );
    let extra = after(&line(1, 0, r#"{"on":"admit","call":1,"more":1}"#));
    assert!(extra.starts_with("line 4: input.more: unknown field `more`"), "{extra}");
    let back =
        wrong(&format!("{HEAD}\n{}\n{}\n", line(0, 9, r#"{"on":"opened"}"#), line(1, 8, r#"{"on":"tick"}"#)));
    assert_eq!("line 3: at: 8 is earlier than the line before (9)", back);
}

#[test]
fn a_text_that_was_damaged_anywhere_is_read_or_refused_but_never_breaks() {
    let mut recorder = Recorder::new(bounds(9, 10_000), at(0.0));
    let policy = policy(
        &json!({ "circuit_breaker": {}, "retry": {}, "rate_limit": { "rate": 3 }, "degradation": {}, "fallback": [{ "name": "mirror", "policy": {} }] }),
    );
    let part = recorder.open("search", Arc::clone(&policy), at(0.0));
    for second in 0..3 {
        fail_once(&mut recorder, part, f64::from(second));
    }
    let run = recorder.begin_run(part, at(3.0));
    recorder.tell(part, Input::RunNext { run }, at(3.0));
    recorder.tell(part, Input::RunRefused { run, step: "mirror".into(), retry_after: Some(7) }, at(3.0));
    recorder.tell(part, Input::RunAbandoned { run }, at(3.0));
    recorder.tell(part, Input::Reconfigured { step: Some("mirror".into()), policy: json!({}) }, at(3.0));
    recorder.tell(part, Input::Tick, at(3.0));
    recorder.begin_step(part, "mirror", 9, at(3.0));
    let text = recorder.log().to_text();
    for place in (0..text.len()).step_by(2) {
        for sign in ["", "9", "\"", "{", "-", "99999999999999999999"] {
            let (Some(before), Some(after)) = (text.get(..place), text.get(place + 1..)) else { continue };
            if let Ok(log) = EventLog::read(&format!("{before}{sign}{after}")) {
                // Whether the decisions are the same is not asked here.
                replay(&policy, &log).ok();
            }
        }
    }
}

#[test]
fn a_log_without_records_is_one() {
    let log = Recorder::new(LogConfig::default(), at(0.0)).log().clone();
    let read = EventLog::read(&log.to_text()).expect("a log");
    assert_eq!((true, log.origin(), 0), (read.is_empty(), read.origin(), read.dropped()));
}
