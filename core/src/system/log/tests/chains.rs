//! Runs through the chain of a part.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::super::{Decision, EventLog, Input, LogConfig, Recorder, Replayed, RunNext, Saved, diff, replay};
use super::*;

/// A mirror that its own breaker guards, and a cache.
fn document() -> Value {
    json!({ "fallback": [
        { "name": "mirror", "quality": 0.75, "cost": 2, "policy": { "circuit_breaker": { "failure_threshold": 1 } } },
        { "name": "cache", "quality": 0.5 },
    ] })
}

fn search() -> (Recorder, usize) {
    let mut recorder = Recorder::new(LogConfig::default(), at(0.0));
    let part = recorder.open("search", policy(&document()), at(0.0));
    (recorder, part)
}

fn step(name: &str) -> String {
    String::from(name)
}

fn failed(run: u64, name: &str, status: u16) -> Input {
    Input::RunFailed { run, step: step(name), fault: fault(json!({ "status": status })) }
}

fn all(recorder: &mut Recorder, part: usize, inputs: impl IntoIterator<Item = Input>) -> Vec<String> {
    inputs.into_iter().map(|input| say(recorder, part, input, 1.0)).collect()
}

/// The log, read again and played again.
fn again(recorder: &Recorder, document: &Value) -> Replayed {
    let log = EventLog::read(&recorder.log().to_text()).expect("a log");
    replay(&policy(document), &log).unwrap_or_else(|divergence| panic!("{divergence}"))
}

#[test]
fn a_run_goes_from_step_to_step_until_one_answers() {
    let (mut recorder, part) = search();
    let run = recorder.begin_run(part, at(1.0));
    let inputs = [
        Input::RunNext { run },
        failed(run, "mirror", 503),
        Input::RunNext { run },
        Input::RunSucceeded { run, step: step("cache") },
    ];
    assert_eq!(
        [
            r#"{"run":{"try":"mirror"}}"#,
            r#""done""#,
            r#"{"run":{"try":"cache"}}"#,
            r#"{"run":{"served":{"cost":0.0,"quality":0.5,"step":"cache"}}}"#,
        ],
        all(&mut recorder, part, inputs).as_slice()
    );
    assert_eq!(Replayed { played: 6, skipped: 0, dropped: 0 }, again(&recorder, &document()));
}

#[test]
fn a_run_that_is_over_hands_out_its_report_once() {
    let (mut recorder, part) = search();
    let run = recorder.begin_run(part, at(1.0));
    recorder.tell(part, Input::RunNext { run }, at(1.0));
    let under_way = recorder.stage(part).and_then(|stage| stage.run_report(run)).expect("it is under way");
    let answer = recorder.tell(part, Input::RunSucceeded { run, step: step("mirror") }, at(2.0));
    let again = recorder.tell(part, Input::RunNext { run }, at(3.0));
    let report = answer.run.expect("it is over");
    assert_eq!((None, Some("served")), (under_way.ending, report.ending));
    assert_eq!((None, Decision::Nothing, None), (answer.report, again.decision, again.run));
    assert_eq!(None, recorder.stage(part).and_then(|stage| stage.run_report(run)));
}

#[test]
fn a_step_whose_own_breaker_is_open_is_passed_over_and_nobody_has_to_say_so() {
    let (mut recorder, part) = search();
    let call = recorder.begin_step(part, "mirror", 7, at(1.0));
    let fault = fault(json!({ "status": 503 }));
    let opened = all(&mut recorder, part, [Input::Admit { call }, Input::Failed { call, attempt: 1, fault }]);
    let run = recorder.begin_run(part, at(1.0));
    let inputs = [Input::RunNext { run }, failed(run, "cache", 503), Input::RunNext { run }];
    assert_eq!(
        (
            r#"{"next":{"stop":"exhausted"},"transition":{"from":"closed","reason":"consecutive_failures","to":"open"}}"#,
            vec![
                step(r#"{"run":{"try":"cache"}}"#),
                step(r#""done""#),
                step(r#"{"run":{"exhausted":{"retry_after":60000000000}}}"#),
            ]
        ),
        (opened[1].as_str(), all(&mut recorder, part, inputs))
    );
    assert_eq!(
        r#"{"level":null,"state":null,"steps":{"mirror":{"state":"open"}}}"#,
        say(&mut recorder, part, Input::Tick, 60.9)
    );
    let half_open = r#"{"level":null,"state":null,"steps":{"mirror":{"state":"half_open","transition":{"from":"open","reason":"recovery_timeout","to":"half_open"}}}}"#;
    assert_eq!(half_open, say(&mut recorder, part, Input::Tick, 61.0));
    let run = recorder.begin_run(part, at(61.0));
    assert_eq!(r#"{"run":{"try":"mirror"}}"#, say(&mut recorder, part, Input::RunNext { run }, 61.0));
    again(&recorder, &document());
}

#[test]
fn every_way_in_which_a_run_can_end_is_said() {
    let (mut recorder, part) = search();
    let refused = |run: u64, name: &str, retry_after: Option<u64>| Input::RunRefused {
        run,
        step: step(name),
        retry_after,
    };
    let told = |recorder: &mut Recorder, inputs: [&dyn Fn(u64) -> Input; 2]| {
        let run = recorder.begin_run(part, at(1.0));
        all(recorder, part, [Input::RunNext { run }]);
        let told = all(recorder, part, inputs.map(|input| input(run)));
        all(recorder, part, [Input::RunNext { run }, failed(run, "cache", 503), refused(run, "cache", None)]);
        let last = say(recorder, part, Input::RunNext { run }, 1.0);
        recorder.tell(part, Input::RunAbandoned { run }, at(1.0));
        [told.concat(), last].concat()
    };
    let next = |run: u64| Input::RunNext { run };
    let found = [
        told(&mut recorder, [&|run| failed(run, "mirror", 401), &next]),
        told(&mut recorder, [&|run| failed(run, "mirror", 503), &next]),
        told(&mut recorder, [&|run| Input::RunAbandoned { run }, &next]),
        told(
            &mut recorder,
            [
                &|run| Input::RunFailed {
                    run,
                    step: step("mirror"),
                    fault: fault(json!({ "type": "CancelledError", "host": "python" })),
                },
                &next,
            ],
        ),
    ];
    assert_eq!(
        [
            r#"{"run":{"fail_now":"mirror"}}"nothing""nothing""#,
            r#""done"{"run":{"try":"cache"}}{"run":{"exhausted":{"retry_after":null}}}"#,
            r#"{"run":"abandoned"}"nothing""nothing""#,
            r#"{"run":"abandoned"}"nothing""nothing""#,
        ],
        found.each_ref().map(String::as_str)
    );
    let run = recorder.begin_run(part, at(1.0));
    let inputs = [
        Input::RunNext { run },
        refused(run, "mirror", Some(2_000_000_000)),
        Input::RunNext { run },
        refused(run, "cache", None),
        Input::RunNext { run },
    ];
    let benched = all(&mut recorder, part, inputs);
    assert_eq!(r#"{"run":{"all_benched":{"retry_after":2000000000}}}"#, benched[4]);
    again(&recorder, &document());
}

#[test]
fn every_input_about_a_run_has_an_answer_in_every_state_of_it() {
    let inputs: [fn(u64) -> Input; 8] = [
        |run| Input::RunBegun { run },
        |run| Input::RunNext { run },
        |run| Input::RunSucceeded { run, step: step("mirror") },
        |run| Input::RunSucceeded { run, step: step("cache") },
        |run| Input::RunSucceeded { run, step: step("nowhere") },
        |run| failed(run, "mirror", 503),
        |run| Input::RunRefused { run, step: step("mirror"), retry_after: None },
        |run| Input::RunAbandoned { run },
    ];
    let states: [(&str, &[usize]); 4] =
        [("unknown", &[]), ("between", &[0]), ("under way", &[0, 1]), ("over", &[0, 7])];
    let nothing = Decision::Nothing;
    let abandoned = Decision::Run(RunNext::Abandoned);
    let mirror = Decision::Run(RunNext::Try { step: step("mirror") });
    let served = Decision::Run(RunNext::Served { step: step("mirror"), quality: 0.75, cost: 2.0 });
    let expected = |state: &str, input: usize| match (state, input) {
        ("unknown" | "over", 0) | ("under way", 5 | 6) => Decision::Done,
        ("between", 1) => mirror.clone(),
        ("under way", 2) => served.clone(),
        ("between" | "under way", 7) => abandoned.clone(),
        _ => nothing.clone(),
    };
    for (state, before) in states {
        for (number, input) in inputs.iter().enumerate() {
            let (mut recorder, part) = search();
            for earlier in before {
                recorder.tell(part, inputs[*earlier](1), at(1.0));
            }
            let found = recorder.tell(part, input(1), at(1.0)).decision;
            assert_eq!(expected(state, number), found, "input {number} of a run that is {state}");
            again(&recorder, &document());
        }
    }
}

#[test]
fn a_part_without_a_chain_and_a_step_without_a_policy_do_nothing() {
    let mut recorder = Recorder::new(LogConfig::default(), at(0.0));
    let part = recorder.open("search", policy(&json!({})), at(0.0));
    let run = recorder.begin_run(part, at(0.0));
    let call = recorder.begin_step(part, "mirror", 1, at(0.0));
    let told = all(&mut recorder, part, [Input::RunNext { run }, Input::Admit { call }]);
    assert_eq!([r#""nothing""#, r#""nothing""#], told.as_slice());
    let (mut recorder, part) = search();
    let call = recorder.begin_step(part, "cache", 1, at(0.0));
    let told = all(&mut recorder, part, [Input::Admit { call }, Input::Reset { step: Some(step("cache")) }]);
    assert_eq!([r#""nothing""#, r#""nothing""#], told.as_slice());
}

#[test]
fn a_breaker_of_a_step_is_held_and_reset_by_hand() {
    let (mut recorder, part) = search();
    let mirror = || Some(step("mirror"));
    let inputs = [
        Input::Forced { step: mirror(), state: crate::breaker::Forced::Open },
        Input::RunBegun { run: 9 },
        Input::RunNext { run: 9 },
        Input::Reset { step: mirror() },
        Input::Reset { step: None },
        Input::RunBegun { run: 10 },
        Input::RunNext { run: 10 },
    ];
    assert_eq!(
        [
            r#"{"transition":{"from":"closed","reason":"manual","to":"forced_open"}}"#,
            r#""done""#,
            r#"{"run":{"try":"cache"}}"#,
            r#"{"transition":{"from":"forced_open","reason":"manual","to":"closed"}}"#,
            r#""nothing""#,
            r#""done""#,
            r#"{"run":{"try":"mirror"}}"#,
        ],
        all(&mut recorder, part, inputs).as_slice()
    );
}

#[test]
fn a_step_is_judged_by_its_own_classifier_if_it_has_a_policy() {
    let teapot = json!({ "rules": [{ "match": { "status": 503 }, "then": "auth" }] });
    let chain = |own: &Value| json!({ "classify": teapot, "fallback": [{ "name": "mirror", "policy": own }, { "name": "cache" }] });
    let told = |document: &Value, name: &str| {
        let mut recorder = Recorder::new(LogConfig::default(), at(0.0));
        let part = recorder.open("search", policy(document), at(0.0));
        let run = recorder.begin_run(part, at(0.0));
        if name == "cache" {
            all(&mut recorder, part, [Input::RunNext { run }, failed(run, "mirror", 503)]);
        }
        all(&mut recorder, part, [Input::RunNext { run }, failed(run, name, 503)]).remove(1)
    };
    let document = chain(&json!({}));
    assert_eq!(
        (r#""done""#, r#"{"run":{"fail_now":"cache"}}"#),
        (told(&document, "mirror").as_str(), told(&document, "cache").as_str())
    );
}

#[test]
fn a_place_in_a_step_s_line_belongs_to_nobody_in_another_line() {
    let line = json!({ "max_concurrent": 1, "max_queue": 1 });
    let document =
        json!({ "bulkhead": line, "fallback": [{ "name": "mirror", "policy": { "bulkhead": line } }] });
    let mut recorder = Recorder::new(LogConfig::default(), at(0.0));
    let part = recorder.open("search", policy(&document), at(0.0));
    let own: Vec<u64> = (0..2).map(|seed| recorder.begin(part, seed, at(0.0))).collect();
    let steps: Vec<u64> = (0..2).map(|seed| recorder.begin_step(part, "mirror", seed, at(0.0))).collect();
    for call in own.iter().chain(&steps) {
        recorder.tell(part, Input::Admit { call: *call }, at(0.0));
    }
    let woken = |recorder: &mut Recorder, call: u64| match recorder
        .tell(part, Input::Succeeded { call, attempt: 1 }, at(0.1))
        .decision
    {
        Decision::Over { woken, .. } => woken,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (vec![steps[1]], vec![own[1]]),
        (woken(&mut recorder, steps[0]), woken(&mut recorder, own[0]))
    );
}

#[test]
fn a_step_with_a_secret_for_a_name_has_a_number_instead() {
    let document = json!({ "fallback": [
        { "name": "step 2" },
        { "name": "postgres://me:swordfish@db" },
    ] });
    let mut recorder = Recorder::new(LogConfig::default(), at(0.0));
    let part = recorder.open("search", policy(&document), at(0.0));
    let run = recorder.begin_run(part, at(0.0));
    let inputs = [
        Input::RunNext { run },
        failed(run, "step 2", 503),
        Input::RunNext { run },
        Input::RunSucceeded { run, step: step("step 3") },
    ];
    let told = all(&mut recorder, part, inputs);
    assert_eq!(r#"{"run":{"try":"step 3"}}"#, told[2]);
    assert!(told[3].contains("served"), "{}", told[3]);
    again(&recorder, &document);
}

#[test]
fn while_a_run_is_under_way_no_checkpoint_is_taken_and_afterwards_the_chain_is_in_it() {
    let document = json!({ "fallback": {
        "steps": [{ "name": "mirror" }, { "name": "cache" }], "order": "success", "minimum_calls": 1,
    } });
    let mut recorder = Recorder::new(bounds(16, 1_000_000), at(0.0));
    let part = recorder.open("search", policy(&document), at(0.0));
    let checkpoints = |recorder: &Recorder| {
        recorder.log().records().filter(|record| record.input == Input::Checkpoint).count()
    };
    let forgotten = recorder.begin_run(part, at(0.0));
    let run_all = |recorder: &mut Recorder| {
        for _ in 0..6 {
            let run = recorder.begin_run(part, at(1.0));
            all(
                recorder,
                part,
                [
                    Input::RunNext { run },
                    failed(run, "mirror", 503),
                    Input::RunNext { run },
                    Input::RunSucceeded { run, step: step("cache") },
                ],
            );
        }
    };
    run_all(&mut recorder);
    let before = checkpoints(&recorder);
    all(&mut recorder, part, [Input::RunAbandoned { run: forgotten }]);
    run_all(&mut recorder);
    let replayed = again(&recorder, &document);
    assert_eq!((0, true), (before, checkpoints(&recorder) > 0 && replayed.played > 8));
    // The mirror is known to fail, in the log that has lost why as well.
    assert!(recorder.log().to_text().contains(r#"{"run":{"try":"cache"}}"#));
}

#[test]
fn a_diff_shows_where_a_chain_without_a_step_would_have_gone() {
    let (mut recorder, part) = search();
    let run = recorder.begin_run(part, at(1.0));
    all(
        &mut recorder,
        part,
        [
            Input::RunNext { run },
            failed(run, "mirror", 503),
            Input::RunNext { run },
            Input::RunSucceeded { run, step: step("cache") },
        ],
    );
    let other = json!({ "fallback": [{ "name": "cache", "quality": 0.5 }] });
    let differences = diff(&policy(&document()), &policy(&other), recorder.log());
    let differs: Vec<(u64, &str)> =
        differences.decisions.iter().map(|decision| (decision.seq, decision.found.as_str())).collect();
    // The cache is tried at once, nobody has heard of the mirror, and what the cache answers is the same.
    assert_eq!(vec![(2, r#"{"run":{"try":"cache"}}"#), (3, r#""nothing""#), (4, r#""nothing""#)], differs);
}

#[test]
fn a_restored_chain_gives_up_the_runs_before_and_keeps_no_more_steps_than_there_may_be() {
    let (mut recorder, part) = search();
    let run = recorder.begin_run(part, at(0.0));
    let names = (0..99).map(|number| (alloc::format!("step {number}"), Saved::default()));
    let inside = Saved { steps: names.clone().collect(), ..Saved::default() };
    let steps = names.map(|(name, _)| (name, inside.clone())).collect();
    let saved = Box::new(Saved { steps, ..Saved::default() });
    let told = all(&mut recorder, part, [Input::Restored { saved }, Input::RunNext { run }]);
    assert_eq!([r#""done""#, r#""nothing""#], told.as_slice());
    let kept = recorder.log().records().find_map(|record| match record.input {
        Input::Restored { saved } => {
            Some((saved.steps.len(), saved.steps.values().all(|step| step.steps.is_empty())))
        }
        _ => None,
    });
    assert_eq!(Some((32, true)), kept);
}
