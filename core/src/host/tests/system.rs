//! The named parts of a program.

use core::time::Duration;
use std::string::{String, ToString};
use std::sync::Arc;
use std::vec::Vec;

use serde_json::json;

use super::{THREADS, at, together};
use crate::breaker::{Breaker, Forced, Lane, StateName};
use crate::call::{Call, Next};
use crate::classify::Fault;
use crate::fallback::{ChainConfig, Step};
use crate::host::{Joined, Reporter, SharedGate, SharedSystem};
use crate::policy::Policy;
use crate::system::SystemConfig;
use crate::time::Instant;

fn system(document: &str) -> Arc<SharedSystem> {
    Arc::new(SharedSystem::new(SystemConfig::parse(document).unwrap()).unwrap())
}

fn join(system: &SharedSystem, part: &str, document: &str) -> Joined {
    system.join(part, Policy::parse(document).unwrap(), at(0)).unwrap()
}

/// Where it is contradicted.
fn refused(system: &SharedSystem, part: &str, document: &str) -> String {
    let error = system.join(part, Policy::parse(document).unwrap(), at(0)).unwrap_err();
    error.problems.iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>().join(", ")
}

fn unpublished(_: Lane) {}

/// One call that fails at each of its attempts, told to the system; how often it was made.
fn fails(system: &Arc<SharedSystem>, part: &str, joined: &Joined, now: Instant) -> u32 {
    let reporter = Reporter::new(Arc::clone(system), part);
    let mut gate = SharedGate { guards: &joined.guards, publish: unpublished };
    let mut call = Call::new(1, now);
    let fault = Fault { status: Some(503), ..Fault::default() };
    let mut step = call.admit(&joined.policy, &mut gate, now);
    loop {
        step = match step.next {
            Next::Attempt { number, .. } => {
                let step = call.fail_attempt(number, &joined.policy, &mut gate, &fault, now);
                reporter.stepped(&call, Some(&fault), &step, now);
                step
            }
            Next::Wait(_) => {
                let step = call.admit(&joined.policy, &mut gate, now);
                reporter.stepped(&call, None, &step, now);
                step
            }
            _ => return call.report().attempt_count,
        };
    }
}

const BREAKER: &str = r#"{"circuit_breaker": {"failure_threshold": 2}}"#;

fn state(joined: &Joined) -> StateName {
    joined.guards.breaker_report(at(0)).unwrap().state
}

/// S4
#[test]
fn s4_one_name_is_one_breaker_and_another_name_is_another() {
    let system = system("{}");
    let [one, same, other] = ["search", "search", "billing"].map(|name| join(&system, name, BREAKER));
    for _ in 0..2 {
        fails(&system, "search", &one, at(1));
    }
    assert_eq!([StateName::Open, StateName::Open, StateName::Closed], [&one, &same, &other].map(state));
}

#[test]
fn a_policy_that_only_retries_is_guarded_by_what_its_part_has() {
    let system = system("{}");
    let guarded = join(&system, "search", BREAKER);
    let patient = join(&system, "search", r#"{"retry": {"max_attempts": 9, "jitter": "none"}}"#);
    assert_eq!(2, fails(&system, "search", &patient, at(1)), "two failures open the breaker of the part");
    assert_eq!(StateName::Open, state(&guarded));
}

#[test]
fn what_contradicts_the_part_is_refused_and_changes_nothing() {
    let system = system("{}");
    let first = join(&system, "search", BREAKER);
    assert_eq!(
        ["circuit_breaker", "bulkhead"].map(String::from),
        [
            refused(&system, "search", r#"{"circuit_breaker": {"failure_threshold": 3}}"#),
            refused(&system, "search", r#"{"bulkhead": {"max_concurrent": 3}}"#),
        ]
    );
    assert!(Arc::ptr_eq(&first.guards, &join(&system, "search", BREAKER).guards));
}

#[test]
fn limits_are_the_parts() {
    let system = system("{}");
    let document = r#"{"bulkhead": {"max_concurrent": 1}}"#;
    let [one, two] = [(); 2].map(|()| join(&system, "search", document));
    let enter = |joined: &Joined| {
        let mut gate = SharedGate { guards: &joined.guards, publish: unpublished };
        matches!(Call::new(1, at(1)).admit(&joined.policy, &mut gate, at(1)).next, Next::Attempt { .. })
    };
    assert_eq!([true, false], [enter(&one), enter(&two)]);
}

/// Two retries are all that the budget pays for, whoever makes them.
const BUDGET: &str =
    r#"{"retry": {"max_attempts": 3, "initial_delay": 0, "budget": {"capacity": 10, "retry_cost": 5}}}"#;
const NAMED: &str = r#"{"retry": {"max_attempts": 3, "initial_delay": 0, "budget": {"name": "all", "capacity": 10, "retry_cost": 5}}}"#;

#[test]
fn policies_of_one_part_share_its_budget() {
    let system = system("{}");
    let [one, two] = [(); 2].map(|()| join(&system, "search", BUDGET));
    let other = join(&system, "billing", BUDGET);
    assert_eq!(
        [3, 1, 3],
        [("search", &one), ("search", &two), ("billing", &other)].map(|(part, joined)| fails(
            &system,
            part,
            joined,
            at(1)
        ))
    );
}

#[test]
fn a_budget_with_a_name_is_shared_by_all_parts() {
    let system = system("{}");
    let [one, other] = ["search", "billing"].map(|part| (part, join(&system, part, NAMED)));
    assert_eq!([3, 1], [&one, &other].map(|(part, joined)| fails(&system, part, joined, at(1))));
}

#[test]
fn a_budget_with_a_name_has_one_set_of_numbers() {
    let system = system("{}");
    let kept = join(&system, "search", NAMED);
    assert_eq!(
        "retry.budget",
        refused(&system, "billing", r#"{"retry": {"budget": {"name": "all", "capacity": 20}}}"#)
    );
    let unsaid = join(&system, "billing", r#"{"retry": {"max_attempts": 9, "budget": {"name": "all"}}}"#);
    let balance = |joined: &Joined| joined.guards.budget().unwrap().balance(at(0));
    assert_eq!([10_000_000; 2], [balance(&kept), balance(&unsaid)]);
}

#[test]
fn a_part_gets_a_budget_when_somebody_first_retries() {
    let system = system("{}");
    let before = join(&system, "search", BREAKER);
    let [one, two] = [(); 2].map(|()| join(&system, "search", BUDGET));
    let unpaid = join(&system, "search", r#"{"retry": {"budget": false}}"#);
    let has = |joined: &Joined| joined.guards.budget().is_some();
    assert_eq!([false, true, true, false], [&before, &one, &two, &unpaid].map(has));
    assert!(Arc::ptr_eq(one.guards.budget().unwrap(), two.guards.budget().unwrap()));
}

#[test]
fn every_success_of_a_part_is_heard_of() {
    let system = system("{}");
    let joined = join(&system, "search", BREAKER);
    let lane = joined.guards.lane();
    assert!(lane.counts(), "or the host would keep successes to itself");
    assert!(
        !join(&system, "other", r#"{"bulkhead": {}}"#).guards.lane().counts(),
        "there is no lane to count on"
    );
}

#[test]
fn a_success_that_was_only_counted_is_in_the_error_rate() {
    let system = system("{}");
    let joined = join(&system, "search", BREAKER);
    for _ in 0..9 {
        system.succeeded(at(1));
    }
    fails(&system, "search", &joined, at(2));
    assert_eq!(Some(0.1), system.with(at(2), |system| system.analytics().error_rate(at(2))));
}

#[test]
fn successes_are_dated_to_when_they_happened() {
    let system = system("{}");
    for _ in 0..9 {
        system.succeeded(at(1));
    }
    let calls = |now| system.with(now, |system| system.analytics().report(now).recent.calls);
    assert_eq!([9, 9, 0], [at(2), at(60), at(61)].map(calls));
}

#[test]
fn no_success_is_lost_between_threads() {
    let system = system(r#"{"analytics": {"window": 3}}"#);
    together(|thread| {
        for call in 0..2_000_u64 {
            system.succeeded(Instant::default().saturating_add(Duration::from_millis(call)));
            if call % 100 == u64::from(thread) {
                system.with(at(0), |_| {});
            }
        }
    });
    let totals = system.with(at(2), |system| system.analytics().report(at(2)).totals);
    assert_eq!((u64::from(THREADS) * 2_000, 0), (totals.succeeded, totals.failed));
}

/// mode: registry grows with its keys
#[test]
fn what_nobody_holds_goes_and_what_is_open_stays() {
    let system = system(r#"{"parts": {"most": 2, "idle": "1h"}}"#);
    let open = join(&system, "open", BREAKER);
    for _ in 0..2 {
        fails(&system, "open", &open, at(1));
    }
    drop(open);
    for name in ["a", "b", "c"] {
        drop(join(&system, name, BREAKER));
    }
    let names: Vec<String> = system.health(at(2)).circuit_breakers.into_keys().collect();
    assert_eq!(["c", "open"], *names);
    assert_eq!(1, system.sweep(at(2 * 3600)), "the wait of the other is over, but nobody has tried it");
}

#[test]
fn who_finds_no_place_gets_machines_of_its_own() {
    let system = system(r#"{"parts": {"most": 1}}"#);
    let held = join(&system, "a", BREAKER);
    let [one, two] = [(); 2].map(|()| join(&system, "b", BREAKER));
    assert!(!Arc::ptr_eq(&one.guards, &two.guards));
    assert_eq!(1, system.health(at(0)).circuit_breakers.len());
    let tallies = system.debug_info(at(0)).registries;
    assert_eq!((1, 2), (tallies["parts"].parts, tallies["parts"].refused));
    drop(held);
}

#[test]
fn a_policy_that_goes_through_a_part_keeps_it() {
    let system = system(r#"{"parts": {"most": 1}}"#);
    // Neither holds the very machines that are listed, only what is shared with them.
    for document in [NAMED, r#"{"retry": {"budget": false}}"#] {
        let part = join(&system, document, BUDGET);
        let held = join(&system, document, document);
        drop(part);
        drop(join(&system, "other", BREAKER));
        assert!(system.part(document, at(0)).is_some(), "{document}");
        drop(held);
        drop(join(&system, "other", BREAKER));
        assert!(system.part(document, at(0)).is_none(), "{document}");
    }
}

#[test]
fn a_budget_that_was_drawn_on_is_not_made_anew() {
    let system = system(r#"{"parts": {"most": 1}}"#);
    let spender = join(&system, "search", NAMED);
    fails(&system, "search", &spender, at(1));
    drop(spender);
    drop(join(&system, "search", r#"{"retry": {"budget": {"name": "other"}}}"#));
    let again = join(&system, "search", NAMED);
    assert_eq!(0, again.guards.budget().unwrap().balance(at(1)));
}

fn chain() -> ChainConfig {
    ChainConfig::new(Vec::from([Step::new("premium".to_string()), Step::new("cached".to_string())]))
}

#[test]
fn a_chain_is_made_once() {
    let system = system("{}");
    let [one, two] = [(); 2].map(|()| system.chain("images", &chain(), at(0)).unwrap());
    assert!(Arc::ptr_eq(&one, &two));
    let other = ChainConfig::new(Vec::from([Step::new("premium".to_string())]));
    assert_eq!(
        "fallback: other settings than \"images\" was made with (expected the same, or another name)",
        system.chain("images", &other, at(0)).unwrap_err().to_string()
    );
}

#[test]
fn a_chain_that_makes_no_sense_takes_no_place() {
    let system = system("{}");
    assert!(system.chain("images", &ChainConfig::new(Vec::new()), at(0)).is_err());
    assert_eq!(0, system.debug_info(at(0)).registries["chains"].parts);
}

/// S9: `get_system_health()` and `get_debug_info()` over real parts.
#[test]
fn s9_every_part_is_in_the_health_and_in_the_debug_information() {
    let system = system("{}");
    let search = join(&system, "search", BREAKER);
    let _limited = join(
        &system,
        "billing",
        r#"{"rate_limit": {"rate": 5}, "bulkhead": {}, "throttle": {}, "adaptive": {}}"#,
    );
    let _paid = join(&system, "mail", BUDGET);
    let _chain = system.chain("images", &chain(), at(0)).unwrap();
    for _ in 0..2 {
        fails(&system, "search", &search, at(1));
    }
    let health = serde_json::to_value(system.health(at(3))).unwrap();
    assert_eq!(
        json!({"search": {"state": "open", "failure_count": 2, "last_failure_ago": 2.0, "retry_after": 58.0}}),
        health["circuit_breakers"]
    );
    let info = serde_json::to_value(system.debug_info(at(3))).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(["billing", "fallback.images", "mail", "search"], *keys(&info["parts"]));
    assert_eq!(["adaptive", "bulkhead", "rate_limit", "throttle"], *keys(&info["parts"]["billing"]));
    assert_eq!(json!({"budget": {"balance": 10.0}}), info["parts"]["mail"]);
    assert_eq!("consecutive_failures", info["parts"]["search"]["circuit_breaker"]["last_trip"]["reason"]);
    let kinds: Vec<&str> =
        info["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(["call", "breaker", "call"], *kinds);
}

/// L12: at run time, by name.
#[test]
fn l12_a_part_can_be_held_and_reset_by_its_name() {
    let system = system("{}");
    let joined = join(&system, "search", BREAKER);
    let part = system.part("search", at(1)).unwrap();
    part.breaker().unwrap().with(|_| {}, |breaker| breaker.force(Forced::Open));
    assert_eq!(StateName::ForcedOpen, state(&joined));
    part.breaker().unwrap().with(|_| {}, Breaker::reset);
    assert_eq!((StateName::Closed, true), (state(&joined), system.part("other", at(1)).is_none()));
}
