//! A program with named parts.

use serde_json::json;

use super::*;

const BREAKER: &str = r#"{"circuit_breaker": {"failure_threshold": 2}}"#;

fn ask(system: &System, request: &Value, now: f64) -> Value {
    value(&system.ask(&request.to_string(), now).unwrap())
}

fn refused(system: &System, request: &str) -> String {
    system.ask(request, 1.0).unwrap_err().to_string()
}

/// S4, S9
#[test]
fn s9_the_breaker_of_a_part_is_in_the_health_of_the_system() {
    let system = System::new("{}").unwrap();
    let [search, same, billing] =
        ["search", "search", "billing"].map(|part| system.engine(part, BREAKER, &[], 0.0).unwrap());
    assert_eq!(["exhausted", "exhausted"], [(); 2].map(|()| fails(&search, 1.0)));
    assert_eq!(["circuit_open", "exhausted"], [&same, &billing].map(|engine| fails(engine, 2.0)));
    let health = ask(&system, &json!({"do": "health"}), 3.0);
    let states = ["search", "billing"].map(|part| health["circuit_breakers"][part]["state"].clone());
    assert_eq!([json!("open"), json!("closed")], states);
}

#[test]
fn what_one_engine_does_to_the_breaker_is_published_for_all_of_its_part() {
    let system = System::new("{}").unwrap();
    let by_ratio = r#"{"circuit_breaker": {"failure_threshold": 2}, "retry": {"budget": {"name": "all", "kind": "ratio"}}}"#;
    let [search, same, asking, billing] =
        [("search", BREAKER), ("search", BREAKER), ("search", by_ratio), ("billing", BREAKER)]
            .map(|(part, document)| system.engine(part, document, &[], 0.0).unwrap());
    assert_eq!([true, true, false], [&same, &asking, &billing].map(|other| search.publishes_with(other)));
    assert_eq!(0, asking.lane(), "calls that a ratio budget counts take no lane");
}

#[test]
fn successes_on_the_lane_count_toward_the_error_rate() {
    let system = System::new("{}").unwrap();
    let engine = system.engine("search", BREAKER, &[], 0.0).unwrap();
    for _ in 0..9 {
        engine.succeed(engine.lane(), || 1.0, unpublished);
    }
    fails(&engine, 1.0);
    assert_eq!(json!(0.1), ask(&system, &json!({"do": "analytics"}), 1.0)["error_rate"]);
}

#[test]
fn successes_of_a_part_may_be_added_up_until_the_bucket_of_their_error_rate_is_full() {
    let system = System::new(r#"{"analytics": {"window": 30}}"#).unwrap();
    let engine = system.engine("search", BREAKER, &[], 0.0).unwrap();
    assert_eq!(Some(0.0), engine.lane_ends(), "the first one begins the bucket");
    engine.succeed(engine.lane(), || 5.0, unpublished);
    assert_eq!(Some(6.0), engine.lane_ends());
    let alone = Engine::new(BREAKER, &[]).unwrap();
    assert_eq!(None, alone.lane_ends());
}

#[test]
fn an_engine_that_shares_the_breaker_of_a_part_is_heard_of_too() {
    let system = System::new("{}").unwrap();
    let engine = system.engine("search", BREAKER, &[], 0.0).unwrap();
    let other = Engine::sharing("{}", &[], &engine).unwrap();
    fails(&other, 1.0);
    assert_eq!(json!(1), ask(&system, &json!({"do": "analytics"}), 1.0)["failed"]);
}

#[test]
fn an_engine_over_another_one_has_its_breaker_limits_and_budget_under_a_policy_of_its_own() {
    let document = r#"{"retry": {"initial_delay": 0, "budget": {"capacity": 2, "retry_cost": 1}},
                       "circuit_breaker": {"failure_threshold": 50}, "rate_limit": {"rate": 5, "per": 60}}"#;
    let engine = Engine::new(document, &[]).unwrap();
    let other = r#"{"retry": {"max_attempts": 2}, "rate_limit": {"rate": 9}}"#;
    let other = Engine::over(other, &[], &engine).unwrap();
    let reasons = [&engine, &other, &engine, &other].map(|engine| fails(engine, 1.0));
    assert_eq!(["budget", "budget", "budget", "rate_limited"], reasons);
    let failures = |engine: &Engine| value(&engine.state(1.0, unpublished))["failure_count"].clone();
    assert_eq!([json!(5), json!(5)], [failures(&engine), failures(&other)]);
}

#[test]
fn a_part_that_is_held_by_hand_is_an_event_of_the_latest_moment() {
    let system = System::new("{}").unwrap();
    let engine = system.engine("search", BREAKER, &[], 0.0).unwrap();
    ask(&system, &json!({"do": "tick"}), 5.0);
    engine.set("open", unpublished).unwrap();
    assert_eq!(
        json!([{"seq": 1, "ago": 2.0, "kind": "breaker", "part": "search", "from": "closed", "to": "forced_open",
                "reason": "manual"}]),
        ask(&system, &json!({"do": "events"}), 7.0)
    );
    assert_eq!(json!([]), ask(&system, &json!({"do": "events", "above": 1}), 7.0));
}

/// S7, S8
#[test]
fn s7_the_level_moves_by_metrics_and_by_hand() {
    let system = System::new(r#"{"degradation": {"dwell": 0}}"#).unwrap();
    let told = |request: Value, now: f64| {
        let change = ask(&system, &request, now);
        (change["from"].clone(), change["to"].clone(), change["cause"]["kind"].clone())
    };
    let moved = |from, to, kind| (json!(from), json!(to), json!(kind));
    let stays = (Value::Null, Value::Null, Value::Null);
    assert_eq!(
        moved("full", "high", "trigger"),
        told(json!({"do": "observe", "metric": "cpu_usage", "value": 0.97}), 1.0)
    );
    assert_eq!(moved("high", "medium", "manual"), told(json!({"do": "degrade", "reason": "deploying"}), 2.0));
    assert_eq!(moved("medium", "high", "manual"), told(json!({"do": "restore"}), 3.0));
    assert_eq!(moved("high", "low", "manual"), told(json!({"do": "set_level", "level": "low"}), 4.0));
    assert_eq!(moved("low", "minimal", "pinned"), told(json!({"do": "pin", "level": "minimal"}), 5.0));
    assert_eq!(stays, told(json!({"do": "restore"}), 6.0));
    assert_eq!(stays, told(json!({"do": "unpin"}), 6.0));
    assert_eq!(moved("minimal", "low", "restored"), told(json!({"do": "tick"}), 500.0));
    assert_eq!(json!("low"), ask(&system, &json!({"do": "level"}), 500.0)["level"]);
    let parameters = json!({"quality": 1.0, "steps": 50, "seed": 7});
    assert_eq!(
        json!({"quality": 0.6, "steps": 20}),
        ask(&system, &json!({"do": "adjust", "parameters": parameters}), 500.0)
    );
}

#[test]
fn triggers_are_replaced_while_the_level_and_what_was_read_stay() {
    let system = System::new(r#"{"degradation": {"dwell": 0, "levels": ["full", "lean", "bare"]}}"#).unwrap();
    let level = |now| {
        let told = ask(&system, &json!({"do": "level"}), now);
        (told["level"].clone(), told["metrics"].clone())
    };
    for (metric, value) in [("cpu_usage", 0.97), ("response_time", 3.0)] {
        ask(&system, &json!({"do": "observe", "metric": metric, "value": value}), 1.0);
    }
    let triggers = json!({"cpu_usage": 0.5, "queue": {"enter": 100, "leave": 50}});
    ask(&system, &json!({"do": "set_triggers", "triggers": triggers}), 2.0);
    assert_eq!((json!("lean"), json!({"cpu_usage": 0.97})), level(2.0));
    ask(&system, &json!({"do": "observe", "metric": "queue", "value": 120}), 3.0);
    assert_eq!((json!("bare"), json!({"cpu_usage": 0.97, "queue": 120.0})), level(3.0));
    let nonsense = json!({"do": "set_triggers", "triggers": {"queue": {"enter": 1, "leave": 2}}});
    let error = system.ask(&nonsense.to_string(), 4.0).unwrap_err();
    assert_eq!(
        ["degradation.triggers.queue.leave"],
        *error.problems.iter().map(|problem| &problem.path).collect::<Vec<_>>()
    );
    assert_eq!((json!("bare"), json!({"cpu_usage": 0.97, "queue": 120.0})), level(4.0));
}

#[test]
fn a_restored_system_knows_what_the_saved_one_knew() {
    let system = System::new("{}").unwrap();
    let engine = system.engine("search", BREAKER, &[], 0.0).unwrap();
    fails(&engine, 100.0);
    ask(&system, &json!({"do": "set_level", "level": "low"}), 100.0);
    let snapshot = ask(&system, &json!({"do": "snapshot"}), 101.0);
    let other = System::new("{}").unwrap();
    ask(&other, &json!({"do": "restore_snapshot", "snapshot": snapshot}), 5.0);
    let known = |system: &System, now| {
        let analytics = ask(system, &json!({"do": "analytics"}), now);
        (analytics["errors"].clone(), ask(system, &json!({"do": "level"}), now)["level"].clone())
    };
    assert_eq!((json!(1), json!("low")), known(&other, 5.0));
    assert_eq!(json!(null), ask(&system, &json!({"do": "clear_history"}), 101.0));
    assert_eq!((json!(0), json!("low")), known(&system, 101.0));
}

#[test]
fn everything_is_known_in_one_document_and_what_nobody_uses_goes() {
    let system = System::new("{}").unwrap();
    drop(system.engine("search", BREAKER, &[], 0.0).unwrap());
    let parts = |now| ask(&system, &json!({"do": "debug_info"}), now)["parts"].clone();
    assert_eq!(json!("closed"), parts(1.0)["search"]["circuit_breaker"]["state"]);
    assert_eq!(json!(1), ask(&system, &json!({"do": "sweep"}), 7200.0));
    assert_eq!(json!({}), parts(7200.0));
}

#[test]
fn a_request_that_makes_no_sense_says_why() {
    let system = System::new("{}").unwrap();
    let answers = [
        r#"{"do": "observe", "metric": "disk", "value": 1}"#,
        r#"{"do": "observe", "metric": "cpu_usage", "value": null}"#,
        r#"{"do": "pin", "level": "best"}"#,
    ]
    .map(|request| refused(&system, request));
    assert_eq!(
        [
            "metric: unknown metric \"disk\" (expected cpu_usage, error_rate, memory_usage or response_time)",
            "value: cpu_usage: NaN is out of range (expected a finite number)",
            "level: unknown level \"best\" (expected full, high, medium, low or minimal)",
        ],
        answers.each_ref().map(String::as_str)
    );
    let malformed =
        ["", "3", r#"{"do": "dance"}"#, r#"{"do": "pin"}"#, r#"{"do": "pin", "level": "low", "x": 1}"#];
    assert!(malformed.iter().all(|request| refused(&system, request).starts_with("request: ")));
}

#[test]
fn a_snapshot_of_another_version_is_refused() {
    let system = System::new("{}").unwrap();
    let mut snapshot = ask(&system, &json!({"do": "snapshot"}), 1.0);
    snapshot["version"] = json!(2);
    let request = json!({"do": "restore_snapshot", "snapshot": snapshot}).to_string();
    assert_eq!("snapshot: version: 2 is not known (expected 1)", refused(&system, &request));
}

#[test]
fn what_contradicts_a_part_is_said_with_its_path() {
    let system = System::new("{}").unwrap();
    let _kept = system.engine("search", BREAKER, &[], 0.0).unwrap();
    let other = system.engine("search", r#"{"circuit_breaker": {"failure_threshold": 3}}"#, &[], 0.0);
    assert_eq!(["circuit_breaker"], *paths(&other.unwrap_err()));
    assert_eq!(["events"], *paths(&System::new(r#"{"events": -1}"#).unwrap_err()));
}
