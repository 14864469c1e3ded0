//! Faults that are met again.

use core::cell::Cell;
use std::format;

use super::*;

fn judged() -> Judged {
    Engine::new("{}", &[]).unwrap().judge(UNAVAILABLE).unwrap()
}

/// How often a fault had to be judged, of so many looks at each of the faults in turn.
fn times_judged(known: &Known, faults: &[&str]) -> usize {
    let times = Cell::new(0);
    for fault in faults {
        let judge = || {
            times.set(times.get() + 1);
            Ok(judged())
        };
        known.judge(fault, judge).unwrap();
    }
    times.get()
}

#[test]
fn a_fault_that_was_met_before_is_not_judged_again() {
    assert_eq!(2, times_judged(&Known::default(), &["{}", UNAVAILABLE, "{}", UNAVAILABLE, "{}"]));
}

#[test]
fn the_latest_are_kept_and_no_more() {
    let known = Known::default();
    let many: Vec<_> = (0..16).map(|status| format!(r#"{{"status": {status}}}"#)).collect();
    let all: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(16, times_judged(&known, &all));
    assert_eq!(0, times_judged(&known, &all));
    assert_eq!(1, times_judged(&known, &["{}"]));
    assert_eq!(0, times_judged(&known, &all[1..]));
    assert_eq!(1, times_judged(&known, &all[..1]), "the first made room");
}

#[test]
fn what_is_too_long_is_not_kept() {
    let long = |len: usize| format!("{:len$}", "{}");
    let known = Known::default();
    assert_eq!(1, times_judged(&known, &[&long(4096), &long(4096)]));
    assert_eq!(2, times_judged(&known, &[&long(4097), &long(4097)]));
}

#[test]
fn what_nobody_can_read_is_refused_each_time() {
    let engine = Engine::new("{}", &[]).unwrap();
    let mut call = engine.begin(1, 0.0);
    call.admit(0.0, unpublished);
    for _ in 0..2 {
        let error = call.fail(r#"{"kode": 1}"#, 0.0, unpublished).unwrap_err();
        assert_eq!(["kode"], *paths(&error));
    }
}

#[test]
fn policies_over_the_same_machines_have_opinions_of_their_own() {
    let first = Engine::new(r#"{"retry": {"max_attempts": 2, "initial_delay": 0}}"#, &[]).unwrap();
    let strict = r#"{"retry": {"max_attempts": 2, "initial_delay": 0}, "classify": {"rules": [{"match": {"status": 503}, "then": "permanent"}]}}"#;
    let second = Engine::over(strict, &[], &first).unwrap();
    assert_eq!(
        ["exhausted", "permanent", "exhausted"],
        [&first, &second, &first].map(|engine| fails(engine, 0.0))
    );
}
