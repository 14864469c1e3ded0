use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::json;

use super::super::{
    Decision, EventLog, Input, LogConfig, Recorder, Replayed, Saved, diff, replay, replay_with,
};
use super::*;
use crate::breaker::Forced;
use crate::call::{Next, StopReason};

fn outage(threshold: u32) -> (Recorder, usize) {
    let policy = policy(&json!({ "circuit_breaker": { "failure_threshold": threshold } }));
    let mut recorder = Recorder::new(LogConfig::default(), at(0.0));
    let part = recorder.open("search", policy, at(0.0));
    (recorder, part)
}

fn decisions(log: &EventLog) -> Vec<(u64, String)> {
    log.records().map(|record| (record.seq, record.decision.to_string())).collect()
}

#[test]
fn each_event_is_a_line_with_its_decision() {
    let (mut recorder, part) = outage(1);
    fail_once(&mut recorder, part, 1.0);
    let text = recorder.log().to_text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        [
            r#"{"dropped":0,"log":"failsoft","origin":7000000123,"v":1}"#,
            r#"{"at":0,"decision":"done","input":{"on":"opened"},"part":"search","seq":0,"v":1}"#,
            r#"{"at":1000000000,"decision":"done","input":{"call":1,"on":"begun","seed":"1"},"part":"search","seq":1,"v":1}"#,
            r#"{"at":1000000000,"decision":{"next":{"attempt":{"by_deadline":false,"hedge_after":null,"number":1,"timeout":null}}},"input":{"call":1,"on":"admit"},"part":"search","seq":2,"v":1}"#,
            r#"{"at":1005000000,"decision":{"next":{"stop":"exhausted"},"transition":{"from":"closed","reason":"consecutive_failures","to":"open"}},"input":{"attempt":1,"call":1,"fault":{"status":503},"on":"failed"},"part":"search","seq":3,"v":1}"#,
        ],
        lines.as_slice()
    );
}

#[test]
fn a_call_that_is_over_hands_out_its_report_once() {
    let (mut recorder, part) = outage(5);
    let answer = fail_once(&mut recorder, part, 1.0);
    let report = answer.report.expect("it is over");
    let again = recorder.tell(part, Input::Admit { call: 1 }, at(2.0));
    assert_eq!((1, Some(StopReason::Exhausted)), (report.attempt_count, report.stop_reason));
    assert_eq!((Decision::Nothing, None), (again.decision, again.report));
}

#[test]
fn another_threshold_diverges_at_the_failure_that_opened_the_breaker() {
    let (mut recorder, part) = outage(3);
    for second in 0..5 {
        fail_once(&mut recorder, part, f64::from(second));
    }
    let log = EventLog::read(&recorder.log().to_text()).expect("a log");
    let same = policy(&json!({ "circuit_breaker": { "failure_threshold": 3 } }));
    assert_eq!(Ok(Replayed { played: 16, skipped: 0, dropped: 0 }), replay(&same, &log));

    let later = policy(&json!({ "circuit_breaker": { "failure_threshold": 4 } }));
    let divergence = replay(&later, &log).expect_err("another policy");
    let opened = r#"{"next":{"stop":"exhausted"},"transition":{"from":"closed","reason":"consecutive_failures","to":"open"}}"#;
    assert_eq!(
        (9, 2_005_000_000, "search", opened, r#"{"next":{"stop":"exhausted"}}"#),
        (
            divergence.seq,
            divergence.at,
            divergence.part.as_str(),
            divergence.expected.as_str(),
            divergence.found.as_str()
        )
    );
}

#[test]
fn a_diff_lists_what_an_incident_would_have_been_under_another_policy() {
    let (mut recorder, part) = outage(3);
    for second in 0..4 {
        fail_once(&mut recorder, part, f64::from(second));
    }
    let policy_of =
        |threshold: u32| policy(&json!({ "circuit_breaker": { "failure_threshold": threshold } }));
    let differences = diff(&policy_of(3), &policy_of(2), recorder.log());
    let differs: Vec<u64> = differences.decisions.iter().map(|decision| decision.seq).collect();
    // The second failure opens it, the third call is refused and so cannot fail; the fourth is refused by both.
    assert_eq!(vec![6, 8, 9, 11], differs);
    assert_eq!(Replayed { played: 13, skipped: 0, dropped: 0 }, differences.replayed);
    assert_eq!(0, diff(&policy_of(3), &policy_of(3), recorder.log()).decisions.len());
}

#[test]
fn a_log_says_how_much_it_holds_and_since_when() {
    let (mut recorder, part) = outage(1);
    fail_once(&mut recorder, part, 1.0);
    let log = recorder.log();
    let bytes: usize = log.to_text().lines().skip(1).map(str::len).sum();
    assert_eq!((4, bytes, false, at(0.0)), (log.len(), log.bytes(), log.is_empty(), log.origin()));
}

#[test]
fn what_a_cause_says_is_kept_and_decided_upon_again() {
    let (mut recorder, part) = outage(1);
    let call = recorder.begin(part, 1, at(0.0));
    recorder.tell(part, Input::Admit { call }, at(0.0));
    let fault = fault(json!({
        "type": "Wrapped",
        "attrs": { "body": { "error": { "code": "overloaded" } } },
        "cause": { "status": 503 },
    }));
    let told = Input::Failed { call, attempt: 1, fault: fault.clone() };
    recorder.tell(part, told.clone(), at(0.0));
    let kept: Vec<Input> = recorder.log().records().map(|record| record.input).collect();
    assert_eq!(Some(&told), kept.last());
}

#[test]
fn secrets_are_not_kept_and_not_decided_upon() {
    let (mut recorder, part) = outage(5);
    let call = recorder.begin(part, 1, at(0.0));
    recorder.tell(part, Input::Admit { call }, at(0.0));
    let fault = fault(json!({
        "message": "denied for password=hunter2hunter2",
        "headers": { "authorization": "Bearer abcdefghijklmnop", "x-api-key": "k-123456789" },
        "attrs": { "password": "swordfish" },
        "cause": { "message": "https://user:swordfish@example.org/" },
        "status": 500,
    }));
    recorder.tell(part, Input::Failed { call, attempt: 1, fault }, at(0.0));
    recorder.tell(part, Input::Degraded { reason: "token=swordfish".into() }, at(0.0));
    let text = recorder.log().to_text();
    for secret in ["hunter2", "abcdefghijklmnop", "k-123456789", "swordfish"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn names_are_told_apart_and_shown_without_secrets() {
    let mut recorder = Recorder::new(LogConfig::default(), at(0.0));
    for name in ["db", "db", "postgres://me:swordfish@db"] {
        recorder.open(name, policy(&json!({})), at(0.0));
    }
    let names: Vec<String> = recorder.log().records().map(|record| record.part).collect();
    assert_eq!(("db", "db (2)"), (names[0].as_str(), names[1].as_str()));
    assert!(!names[2].contains("swordfish"), "{}", names[2]);
}

#[test]
fn a_log_that_overflowed_begins_at_a_checkpoint_taken_when_nobody_was_under_way() {
    let document = json!({ "circuit_breaker": { "failure_threshold": 30 } });
    let mut recorder = Recorder::new(bounds(16, 1_000_000), at(0.0));
    let part = recorder.open("search", policy(&document), at(0.0));
    for second in 0..9 {
        fail_once(&mut recorder, part, f64::from(second));
    }
    let log = recorder.log();
    let first = log.records().find(|record| record.input == Input::Checkpoint).expect("one is kept");
    assert_eq!((16, log.dropped() + 16), (log.len(), decisions(log).last().expect("records").0 + 1));
    assert_eq!(json!(5), first.decision["saved"]["breaker"]["evidence"]["consecutive"]);
    let replayed = replay(&policy(&document), log).expect("the same decisions");
    assert_eq!((first.seq - log.dropped(), log.dropped()), (replayed.skipped, replayed.dropped));
}

#[test]
fn while_a_call_is_under_way_no_checkpoint_is_taken() {
    let mut recorder = Recorder::new(bounds(16, 1_000_000), at(0.0));
    let part = recorder.open("search", policy(&json!({})), at(0.0));
    recorder.begin(part, 1, at(0.0));
    for second in 0..9 {
        fail_once(&mut recorder, part, f64::from(second));
    }
    let replayed = replay(&policy(&json!({})), recorder.log()).expect("nothing differs");
    assert_eq!(Replayed { played: 0, skipped: 16, dropped: 13 }, replayed);
}

#[test]
fn a_part_that_was_silent_for_long_is_replayed_from_where_it_speaks_again() {
    let mut recorder = Recorder::new(bounds(40, 1_000_000), at(0.0));
    let document = json!({ "circuit_breaker": { "failure_threshold": 2 } });
    let rare = recorder.open("rare", policy(&document), at(0.0));
    let busy = recorder.open("busy", policy(&json!({})), at(0.0));
    fail_once(&mut recorder, rare, 0.0);
    for second in 1..20 {
        fail_once(&mut recorder, busy, f64::from(second));
    }
    fail_once(&mut recorder, rare, 20.0);
    let of_rare: Vec<_> = recorder.log().records().filter(|record| record.part == "rare").collect();
    assert_eq!((4, Input::Checkpoint), (of_rare.len(), of_rare[0].input.clone()));
    assert_eq!(Some("open"), of_rare[3].decision["transition"]["to"].as_str());
    let replayed = replay_with(
        |part| if part == "rare" { policy(&document) } else { policy(&json!({})) },
        recorder.log(),
    );
    assert!(replayed.is_ok(), "{replayed:?}");
}

#[test]
fn what_is_larger_than_the_log_is_not_kept() {
    let mut recorder = Recorder::new(bounds(100, 10), at(0.0));
    let part = recorder.open("search", policy(&json!({})), at(0.0));
    fail_once(&mut recorder, part, 0.0);
    let log = recorder.log();
    assert_eq!((0, 0, true), (log.len(), log.bytes(), log.dropped() >= 4));
}

#[test]
fn who_waits_in_the_line_of_the_bulkhead_is_woken_by_name() {
    let document = json!({ "bulkhead": { "max_concurrent": 1, "max_queue": 2 } });
    let mut recorder = Recorder::new(LogConfig::default(), at(0.0));
    let part = recorder.open("search", policy(&document), at(0.0));
    let calls = [recorder.begin(part, 1, at(0.0)), recorder.begin(part, 2, at(0.0))];
    for call in calls {
        recorder.tell(part, Input::Admit { call }, at(0.0));
    }
    let left = recorder.tell(part, Input::Succeeded { call: calls[0], attempt: 1 }, at(0.1));
    assert_eq!(Decision::Over { transition: None, woken: vec![calls[1]] }, left.decision);
    let woken = recorder.tell(part, Input::Admit { call: calls[1] }, at(0.1));
    assert!(
        matches!(woken.decision, Decision::Step { step, .. } if matches!(step.next, Next::Attempt { .. })),
        "{woken:?}"
    );
}

#[test]
fn an_attempt_cannot_be_asked_for_while_one_runs_or_end_twice() {
    let (mut recorder, part) = outage(1);
    let call = recorder.begin(part, 1, at(0.0));
    recorder.tell(part, Input::Admit { call }, at(0.0));
    let again = recorder.tell(part, Input::Admit { call }, at(0.0)).decision;
    let other = recorder.tell(part, Input::Succeeded { call, attempt: 2 }, at(0.0)).decision;
    let done = recorder.tell(part, Input::Succeeded { call, attempt: 1 }, at(0.0)).decision;
    let twice = recorder
        .tell(part, Input::Failed { call, attempt: 1, fault: fault(json!({ "status": 503 })) }, at(0.0))
        .decision;
    assert_eq!([Decision::Nothing, Decision::Nothing], [again, other]);
    assert_eq!((Decision::Over { transition: None, woken: vec![] }, Decision::Nothing), (done, twice));
}

#[test]
fn what_is_done_by_hand_is_part_of_the_log() {
    let document = json!({ "circuit_breaker": {}, "degradation": {} });
    let mut recorder = Recorder::new(LogConfig::default(), at(0.0));
    let part = recorder.open("search", policy(&document), at(0.0));
    let saved = Box::new(Saved { entropy: Some("zz".into()), ..Saved::default() });
    let inputs = [
        Input::Forced { step: None, state: Forced::Open },
        Input::Tick,
        Input::Reset { step: None },
        Input::Observed { metric: "error_rate".into(), value: f64::INFINITY },
        Input::Degraded { reason: "drill".into() },
        Input::Raised,
        Input::Pinned { level: "low".into() },
        Input::Unpinned,
        Input::LevelSet { level: "nowhere".into() },
        Input::Restored { saved },
        Input::Begun { call: 1, step: None, seed: u64::MAX },
        Input::Begun { call: 1, step: None, seed: 2 },
    ];
    let told = |input: Input| recorder.tell(part, input, at(1.0)).decision.to_value().to_string();
    let told: Vec<String> = inputs.into_iter().map(told).collect();
    assert_eq!(
        [
            r#"{"transition":{"from":"closed","reason":"manual","to":"forced_open"}}"#,
            r#"{"level":null,"state":"forced_open"}"#,
            r#"{"transition":{"from":"forced_open","reason":"manual","to":"closed"}}"#,
            r#"{"refused":"error_rate: NaN is out of range (expected a finite number)"}"#,
            r#"{"level":{"cause":{"kind":"manual","reason":"drill"},"from":"full","to":"high"}}"#,
            r#"{"level":{"cause":{"kind":"manual"},"from":"high","to":"full"}}"#,
            r#"{"level":{"cause":{"kind":"pinned"},"from":"full","to":"low"}}"#,
            r#"{"level":null}"#,
            r#"{"refused":"unknown level \"nowhere\" (expected full, high, medium, low or minimal)"}"#,
            r#"{"refused":"entropy: expected a hexadecimal number of at most 16 digits"}"#,
            r#""done""#,
            r#""nothing""#,
        ],
        told.iter().map(String::as_str).collect::<Vec<_>>().as_slice()
    );
    let read = EventLog::read(&recorder.log().to_text()).expect("a log");
    assert_eq!(Ok(Replayed { played: 13, skipped: 0, dropped: 0 }), replay(&policy(&document), &read));
}

#[test]
fn a_part_that_is_not_there_does_nothing() {
    let mut recorder = Recorder::new(LogConfig::default(), at(0.0));
    let call = recorder.begin(3, 1, at(0.0));
    let answer = recorder.tell(3, Input::Admit { call }, at(0.0));
    assert_eq!((Decision::Nothing, None, 0), (answer.decision, answer.report, recorder.log().len()));
}
