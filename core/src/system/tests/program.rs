//! What a system is told, and what follows.

use super::*;
use crate::breaker::{Reason as Tripped, Transition};
use crate::call::{AttemptRecord, Report, StopReason};
use crate::classify::{Classifier, Fault, Verdict};
use crate::fallback;
use crate::time::Instant;

pub(super) fn at(seconds: u64) -> Instant {
    Instant::default().saturating_add(Duration::from_secs(seconds))
}

pub(super) fn system() -> System {
    System::new(SystemConfig::default()).unwrap()
}

fn verdict(status: u16) -> (Fault, Verdict) {
    let fault = Fault { status: Some(status.into()), ..Fault::default() };
    let verdict = Classifier::default().classify(&fault);
    (fault, verdict)
}

/// A call of so many attempts, all of which but a successful one failed with a 503.
pub(super) fn call(stop_reason: StopReason, attempts: u32) -> Report {
    let record = |number: u32| AttemptRecord {
        number,
        started: Duration::ZERO,
        waited: Duration::ZERO,
        hedge: false,
        verdict: (stop_reason != StopReason::Success || number < attempts).then(|| verdict(503).1),
    };
    Report {
        attempt_count: attempts,
        attempts: (1..=attempts).map(record).collect(),
        stop_reason: Some(stop_reason),
        elapsed: Duration::ZERO,
    }
}

fn told(system: &System, now: Instant) -> Vec<serde_json::Value> {
    system.events(0).map(|noted| noted.told(now)).collect()
}

/// S7: `error_rate_threshold: 0.1`, without anybody who measures it.
#[test]
fn s7_a_tenth_of_failed_calls_takes_the_system_down_a_level() {
    let mut system = system();
    let mut changes = Vec::new();
    for second in 0..10 {
        let reason = if second == 4 { StopReason::Exhausted } else { StopReason::Success };
        changes
            .extend(system.ended("search", &call(reason, 1), at(second)).map(|change| (second, change.to)));
    }
    assert_eq!([(9, "high".to_string())], *changes, "with fewer than ten calls nobody can tell");
    assert_eq!(Some("high"), system.level().map(|level| level.name.as_str()));
}

#[test]
fn the_system_recovers_once_its_failures_have_left_the_window() {
    let mut system = system();
    for second in 0..10 {
        system.ended("search", &call(StopReason::Exhausted, 1), at(second));
    }
    assert_eq!("high", system.level().unwrap().name);
    for second in 10..=180 {
        system.succeeded(1, at(second));
    }
    assert_eq!("full", system.level().unwrap().name);
}

#[test]
fn a_success_handed_in_by_the_hundred_counts_as_a_hundred() {
    let mut system = system();
    system.succeeded(99, at(1));
    assert_eq!(None, system.ended("search", &call(StopReason::Exhausted, 1), at(1)));
    assert_eq!(Some(0.01), system.analytics().error_rate(at(1)));
}

#[test]
fn a_call_that_was_given_up_says_nothing() {
    let mut system = system();
    for _ in 0..20 {
        system.ended("search", &call(StopReason::Cancelled, 1), at(1));
        system.ended("search", &Report { stop_reason: None, ..call(StopReason::Exhausted, 1) }, at(1));
    }
    assert_eq!((None, 0), (system.analytics().error_rate(at(1)), system.events(0).count()));
}

#[test]
fn a_call_that_ended_in_an_ignored_error_says_nothing() {
    let mut system = system();
    let mut report = call(StopReason::Permanent, 1);
    report.attempts[0].verdict.as_mut().unwrap().ignored = true;
    for _ in 0..20 {
        system.ended("search", &report, at(1));
    }
    assert_eq!((None, 0), (system.analytics().error_rate(at(1)), system.events(0).count()));
}

#[test]
fn what_is_worth_telling_is_an_event() {
    let mut system = system();
    let transition =
        Transition { from: StateName::Closed, to: StateName::Open, reason: Tripped::ConsecutiveFailures };
    system.moved("search", transition, at(1));
    system.ended("search", &call(StopReason::Exhausted, 3), at(2));
    system.ended("search", &call(StopReason::Success, 2), at(2));
    let refused = Report { attempts: Vec::new(), ..call(StopReason::CircuitOpen, 0) };
    system.ended("search", &refused, at(3));
    system.degrade("deploying", at(4));
    assert_eq!(
        json!([
            {"seq": 1, "ago": 4.0, "kind": "breaker", "part": "search", "from": "closed", "to": "open",
             "reason": "consecutive_failures"},
            {"seq": 2, "ago": 3.0, "kind": "call", "part": "search", "stop_reason": "exhausted", "attempts": 3,
             "category": "server", "rule": verdict(503).1.rule},
            {"seq": 3, "ago": 2.0, "kind": "call", "part": "search", "stop_reason": "circuit_open", "attempts": 0,
             "category": null, "rule": null},
            {"seq": 4, "ago": 1.0, "kind": "level", "from": "full", "to": "high",
             "cause": {"kind": "manual", "reason": "deploying"}},
        ]),
        json!(told(&system, at(5)))
    );
}

#[test]
fn a_chain_that_its_first_choice_did_not_answer_is_an_event() {
    let mut system = system();
    let passed = fallback::Passed {
        name: "premium".to_string(),
        why: fallback::Why::Failed,
        verdict: None,
        started: None,
        took: None,
    };
    let report = |ending, passed: &[fallback::Passed]| fallback::Report {
        ending: Some(ending),
        served: (ending == "served").then(|| fallback::ServedStep {
            name: "cached".to_string(),
            quality: 0.4,
            cost: 0.0,
        }),
        passed: passed.to_vec(),
        explored: None,
        retry_after: None,
        elapsed: None,
    };
    let passed = [passed];
    system.chained("images", &report("served", &[]), at(1));
    system.chained("images", &report("abandoned", &passed), at(1));
    system.chained("images", &report("served", &passed), at(1));
    system.chained("images", &report("exhausted", &passed), at(1));
    assert_eq!(
        json!([
            {"seq": 1, "ago": 0.0, "kind": "chain", "chain": "images", "ending": "served", "served_by": "cached",
             "passed": 1},
            {"seq": 2, "ago": 0.0, "kind": "chain", "chain": "images", "ending": "exhausted", "served_by": null,
             "passed": 1},
        ]),
        json!(told(&system, at(1)))
    );
}

#[test]
fn only_the_last_events_are_kept_and_their_numbers_tell_how_many_there_were() {
    let mut system = System::new(SystemConfig { events: 2, ..SystemConfig::default() }).unwrap();
    for _ in 0..5 {
        system.ended("search", &call(StopReason::Exhausted, 1), at(1));
    }
    let numbers = |above| system.events(above).map(|noted| noted.seq).collect::<Vec<_>>();
    assert_eq!((Vec::from([4, 5]), Vec::from([5])), (numbers(0), numbers(4)));
}

/// L11
#[test]
fn l11_an_event_holds_no_secret() {
    let mut system = system();
    system.ended("https://ann:hunter2@host/", &call(StopReason::Exhausted, 1), at(1));
    system.degrade("token=hunter2 was leaked", at(1));
    let told = serde_json::to_string(&told(&system, at(1))).unwrap();
    assert!(told.contains("[redacted]@host") && !told.contains("hunter2"), "{told}");
}

/// S10: `error_analytics` and `clear_history()`.
#[test]
fn s10_errors_are_counted_by_part_and_can_be_forgotten() {
    let mut system = system();
    let (fault, verdict) = verdict(503);
    system.errored("search", &fault, &verdict, at(1));
    system.errored("search", &fault, &verdict, at(1));
    let counted = |system: &System| {
        let report = system.analytics().report(at(2));
        report.by_source.into_iter().map(|source| (source.name, source.count)).collect::<Vec<_>>()
    };
    assert_eq!([("search".to_string(), 2)], *counted(&system));
    system.clear_history();
    assert!(counted(&system).is_empty());
}

/// S9
#[test]
fn s9_health_knows_the_level_and_the_error_rate() {
    let mut system = system();
    for _ in 0..10 {
        system.ended("search", &call(StopReason::Exhausted, 1), at(1));
    }
    let health = |system: &System| {
        let report = system.health(Vec::from([("search".to_string(), breaker(StateName::Closed))]), at(1));
        (report.status, report.error_rate, report.degradation_level, report.circuit_breakers.len())
    };
    assert_eq!((HealthStatus::Unhealthy, 1.0, "high".to_string(), 1), health(&system));
    system.set_level("minimal", at(1)).unwrap();
    assert_eq!("minimal", health(&system).2);
}

#[test]
fn a_restored_system_goes_on_where_the_saved_one_was() {
    let mut saved = system();
    for _ in 0..10 {
        saved.ended("search", &call(StopReason::Exhausted, 1), at(100));
    }
    let text = serde_json::to_string(&saved.snapshot(at(101))).unwrap();
    let mut restored = system();
    restored.restore_snapshot(&serde_json::from_str(&text).unwrap(), at(7)).unwrap();
    let next = |system: &mut System, begin: u64| {
        [20, 30, 200].map(|later| system.tick(at(begin + later)).map(|change| change.to))
    };
    assert_eq!([None, Some("medium".to_string()), Some("high".to_string())], next(&mut saved, 101));
    assert_eq!([None, Some("medium".to_string()), Some("high".to_string())], next(&mut restored, 7));
}

#[test]
fn a_snapshot_that_makes_no_sense_changes_nothing() {
    let mut system = system();
    system.set_level("low", at(1)).unwrap();
    system.succeeded(3, at(1));
    let good = system.snapshot(at(1));
    let mut wrong = [good.clone(), good.clone(), good.clone()];
    wrong[0].version = 2;
    wrong[1].analytics.version = 2;
    wrong[2].degradation.as_mut().unwrap().level = "other".to_string();
    let before = system.clone();
    let answers = wrong.map(|snapshot| system.restore_snapshot(&snapshot, at(1)).unwrap_err().to_string());
    assert_eq!(
        [
            "version: 2 is not known (expected 1)",
            "analytics.version: 2 is not known (expected 1)",
            "degradation.level: unknown level \"other\" (expected full, high, medium, low or minimal)",
        ],
        answers.each_ref().map(String::as_str)
    );
    assert_eq!(before, system);
}

#[test]
fn a_level_of_somebody_elses_system_is_left_aside_where_there_are_none() {
    let mut plain = System::new(SystemConfig { degradation: None, ..SystemConfig::default() }).unwrap();
    let mut other = system();
    other.set_level("low", at(1)).unwrap();
    assert_eq!((Ok(()), None), (plain.restore_snapshot(&other.snapshot(at(1)), at(1)), plain.level()));
}

#[test]
fn time_that_went_backwards_has_not_moved() {
    let mut system = system();
    system.succeeded(5, at(100));
    for _ in 0..5 {
        system.ended("search", &call(StopReason::Exhausted, 1), at(1));
    }
    assert_eq!(Some(0.5), system.analytics().error_rate(at(100)));
    assert!(system.events(0).all(|noted| noted.at == at(100)));
}
