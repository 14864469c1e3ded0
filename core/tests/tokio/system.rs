//! A program with named parts: document 004's system, with real futures.

use std::collections::BTreeMap;
use std::io;

use failsoft::breaker::StateName;
use failsoft::call::StopReason;
use failsoft::tokio::{Error, Policy, System};
use serde_json::{Value, json};

use super::support::{Bad, after, timed, told};

fn system() -> System {
    System::parse("{}").expect("a system that makes sense")
}

fn part(system: &System, name: &str, document: &str) -> Policy {
    system.policy(name, document).expect("a policy that makes sense")
}

async fn fails(policy: &Policy) -> Error<Bad> {
    policy.run(|_| std::future::ready(Err::<(), _>(Bad(503)))).await.expect_err("it fails each time")
}

fn kinds(system: &System) -> Vec<Value> {
    system.with(|system, now| system.events(0).map(|noted| noted.told(now)["kind"].clone()).collect())
}

/// S2: `execute_with_resilience(fn, circuit_breaker_name=…, enable_retry=True, retry_config=…)`
#[tokio::test(start_paused = true)]
async fn s2_a_call_with_retry_goes_through_the_breaker_of_its_name() {
    let system = system();
    let breaker =
        part(&system, "workflow", r#"{"circuit_breaker": {"failure_threshold": 3, "recovery_timeout": 60}}"#);
    let retrying = part(
        &system,
        "workflow",
        r#"{"retry": {"max_attempts": 2, "initial_delay": 1, "jitter": "none"}, "circuit_breaker": {}}"#,
    );
    let (error, took) = timed(fails(&retrying)).await;
    assert_eq!((("inner", Some(503), "exhausted"), 1), (told(error), took));
    assert_eq!("circuit_open", told(fails(&retrying).await).2);
    assert_eq!((Some(StateName::Open), Some(StateName::Open)), (breaker.state(), retrying.state()));
    assert_eq!("circuit_breaker", told(fails(&breaker).await).0);
    after(60, ()).await;
    assert_eq!(Ok(1), retrying.run(|_| std::future::ready(Ok::<_, Bad>(1))).await.map_err(|_| ()));
    assert_eq!(Some(StateName::Closed), breaker.state());
}

/// S2: `enable_retry=False`
#[tokio::test(start_paused = true)]
async fn s2_without_retry_a_call_is_made_once() {
    let system = system();
    let once = part(&system, "workflow", r#"{"circuit_breaker": {}}"#);
    assert_eq!(1, fails(&once).await.report().attempt_count);
}

/// S9, S10: what the system has heard of its parts' calls.
#[tokio::test(start_paused = true)]
async fn s10_the_system_hears_of_every_call() {
    let system = system();
    let policy = part(
        &system,
        "search",
        r#"{"retry": {"max_attempts": 2, "initial_delay": 0}, "circuit_breaker": {}}"#,
    );
    for _ in 0..9 {
        policy.run(|_| std::future::ready(Ok::<_, Bad>(()))).await.expect("an answer");
    }
    fails(&policy).await;
    let mut answers = vec![Ok(()), Err(Bad(429))];
    policy.run(|_| std::future::ready(answers.pop().expect("two attempts"))).await.expect("an answer");
    let report = system.with(|system, now| system.analytics().report(now));
    let totals = report.totals;
    assert_eq!(
        (10, 1, 3, 2, 13),
        (totals.succeeded, totals.failed, totals.errors, totals.retries, totals.attempts)
    );
    assert_eq!(
        (json!({"rate_limit": 1, "server": 2}), "search"),
        (json!(report.by_category), &*report.by_source[0].name)
    );
    assert_eq!(json!(["call", "level"]), json!(kinds(&system)), "one of the first ten is a tenth");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_dropped_says_nothing_about_its_part() {
    let system = system();
    let policy = part(&system, "search", r#"{"circuit_breaker": {}, "bulkhead": {}}"#);
    let dropped =
        tokio::time::timeout(std::time::Duration::from_secs(1), policy.run(|_| after(9, Ok::<_, Bad>(()))));
    dropped.await.expect_err("it takes longer");
    let totals = system.with(|system, now| system.analytics().report(now).totals);
    assert_eq!((0, 0, 0), (totals.succeeded, totals.failed, totals.errors));
}

/// S7: enough of the program's own calls fail, and it serves less; when they are well again it serves all.
#[tokio::test(start_paused = true)]
async fn s7_the_level_follows_the_calls() {
    let system = system();
    let policy = part(&system, "search", r#"{"circuit_breaker": {"mode": "shadow"}}"#);
    for _ in 0..10 {
        fails(&policy).await;
    }
    let level = |system: &System| system.health().degradation_level;
    assert_eq!("high", level(&system));
    for wait in std::iter::repeat_n(0, 200).chain([31]) {
        policy.run(|_| after(wait, Ok::<_, Bad>(()))).await.expect("an answer");
    }
    assert_eq!("full", level(&system));
    assert_eq!(
        json!([{"from": "full", "to": "high"}, {"from": "high", "to": "full"}]),
        system.with(|system, now| {
            let told = system.events(0).map(|noted| noted.told(now));
            let levels = told.filter(|event| event["kind"] == "level");
            levels.map(|event| json!({"from": event["from"], "to": event["to"]})).collect::<Value>()
        })
    );
}

/// S11: document 004's image engine. Three engines, each with a breaker, in a chain of falling quality, inside a call that
/// retries, with parameters that follow the level.
struct ImageEngine {
    system: System,
    engines: [Policy; 3],
    whole: Policy,
}

impl ImageEngine {
    fn new(system: &System) -> Self {
        let engine = |name| part(system, name, r#"{"circuit_breaker": {"failure_threshold": 2}}"#);
        let engines = ["qwen", "flux", "newbie"].map(engine);
        let whole =
            part(system, "image", r#"{"retry": {"max_attempts": 2, "initial_delay": 1, "jitter": "none"}}"#);
        Self { system: system.clone(), engines, whole }
    }

    /// Who serves it, and with which steps; `down` engines fail.
    async fn generate(&self, down: &[usize]) -> Result<(String, Value), Error<io::Error>> {
        let wanted = BTreeMap::from([("steps".to_string(), json!(50))]);
        self.whole
            .run(|_| async {
                let steps = self.system.adjust(wanted.clone())["steps"].clone();
                let mut last = io::Error::other("no engines");
                for (number, engine) in self.engines.iter().enumerate() {
                    let answer = engine
                        .run(|_| {
                            let fails = down.contains(&number);
                            let reset = || Err(io::Error::from(io::ErrorKind::ConnectionReset));
                            std::future::ready(if fails { reset() } else { Ok(number) })
                        })
                        .await;
                    match answer {
                        Ok(number) => return Ok((["qwen", "flux", "newbie"][number].to_string(), steps)),
                        Err(error) => last = error.into_inner().unwrap_or(last),
                    }
                }
                Err(last)
            })
            .await
    }
}

#[tokio::test(start_paused = true)]
async fn s11_breakers_inside_a_chain_inside_a_resilient_call() {
    let system = system();
    let images = ImageEngine::new(&system);
    let serve = |down: &'static [usize]| images.generate(down);

    assert_eq!(("qwen".to_string(), json!(50)), serve(&[]).await.expect("all is well"));
    assert_eq!("flux", serve(&[0]).await.expect("the second one is there").0);
    assert_eq!("newbie", serve(&[0, 1]).await.expect("the third one is there").0);
    assert_eq!(
        [Some(StateName::Open), Some(StateName::Closed)],
        [images.engines[0].state(), images.engines[1].state()]
    );

    let (error, took) = timed(serve(&[0, 1, 2])).await;
    let error = error.expect_err("nothing is left");
    assert_eq!((Some(StopReason::Exhausted), 1), (error.stop_reason(), took), "the whole is tried again");
    let health = system.health();
    let states: Vec<&str> = health.circuit_breakers.values().map(|breaker| breaker.state.name()).collect();
    assert_eq!((["open", "open", "open"].as_slice(), "unhealthy"), (&*states, health.status.name()));

    system.with(|system, now| system.set_level("medium", now)).expect("a level that there is");
    after(60, ()).await;
    assert_eq!(("qwen".to_string(), json!(30)), serve(&[]).await.expect("all is well again"));
}

/// S11: a section of limits and a budget by name, through two parts.
#[tokio::test(start_paused = true)]
async fn a_budget_by_name_bounds_the_retries_of_the_whole_program() {
    let system = system();
    let document = r#"{"retry": {"max_attempts": 3, "initial_delay": 0, "budget": {"name": "program", "capacity": 10, "retry_cost": 5}}}"#;
    let [search, billing] = ["search", "billing"].map(|name| part(&system, name, document));
    let attempts = [fails(&search).await, fails(&billing).await].map(|error| error.report().attempt_count);
    assert_eq!([3, 1], attempts);
}

#[tokio::test(start_paused = true)]
async fn what_a_document_contradicts_is_said_with_its_path() {
    let system = system();
    part(&system, "search", r#"{"circuit_breaker": {}}"#);
    let error =
        system.policy("search", r#"{"bulkhead": {}, "fallback": [{"name": "a"}]}"#).expect_err("two faults");
    assert_eq!("fallback: not carried out for a single call (expected none here)", error.to_string());
    let error = system.policy("search", r#"{"bulkhead": {}}"#).expect_err("no bulkhead there");
    assert_eq!("bulkhead", error.problems[0].path);
    let error = System::parse(r#"{"event": 3}"#).expect_err("no such setting").problems.remove(0).path;
    assert_eq!("event", error);
}

#[tokio::test(start_paused = true)]
async fn a_tick_lets_idle_parts_go_and_levels_recover() {
    let system = system();
    drop(part(&system, "search", r#"{"circuit_breaker": {}}"#));
    system.observe("cpu_usage", 0.99).expect("a metric that there is").expect("a change");
    after(3600, ()).await;
    assert_eq!(Some("full".to_string()), system.tick().map(|change| change.to));
    assert_eq!(0, system.health().circuit_breakers.len());
}
