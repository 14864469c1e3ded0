//! The `fallback` and `degradation` sections.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::classify::Category;
use crate::degrade::{DegradeConfig, Level, Levels, PerLevel, Rule, Steps, Trigger};
use crate::fallback::{ChainConfig, OrderBy, Reorder, Step};

fn chain(section: &str) -> ChainConfig {
    policy(&format!("{{\"fallback\":{section}}}")).fallback.expect("a chain").chain
}

fn degradation(section: &str) -> DegradeConfig {
    policy(&format!("{{\"degradation\":{section}}}")).degradation.expect("degradation")
}

fn rule(section: &str) -> Rule {
    let mut config = degradation(&format!("{{\"parameters\":{{\"it\":{section}}}}}"));
    config.parameters.remove("it").expect("a rule")
}

/// What is wrong with one rule, from its path on.
fn wrong_rule(section: &str) -> Vec<String> {
    let found = problems(&format!("{{\"degradation\":{{\"parameters\":{{\"it\":{section}}}}}}}"));
    found.into_iter().map(|problem| problem.replacen("degradation.parameters.", "", 1)).collect()
}

#[test]
fn t4_the_chain_of_document_001_with_its_costs_and_accuracies() {
    let section = r#"[{"name": "gpt4", "cost": 0.10, "accuracy": 0.99}, {"name": "claude", "cost": 0.05, "accuracy": 0.95},
                      {"name": "local", "cost": 0.01, "expected_quality": 0.85}]"#;
    let step = |name: &str, cost, quality| Step { quality, cost, ..Step::new(name) };
    let expected = vec![step("gpt4", 0.10, 0.99), step("claude", 0.05, 0.95), step("local", 0.01, 0.85)];
    assert_eq!(ChainConfig::new(expected), chain(section));
}

#[test]
fn a_step_needs_no_more_than_a_name() {
    assert_eq!(
        ChainConfig::new(vec![Step::new("a"), Step::new("b")]),
        chain(r#"[{"name": "a"}, {"name": "b"}]"#)
    );
}

#[test]
fn the_long_form_says_what_decides_between_the_steps() {
    let section = r#"{"steps": [{"name": "a"}, {"name": "b", "fail_now": []}], "fail_now": "quota", "order": "success",
                      "minimum_calls": 3, "history": 30, "forget_after": "1m", "explore_every": 10}"#;
    let reorder = Reorder {
        by: OrderBy::Success,
        minimum_calls: count(3),
        history: count(30),
        forget_after: secs(60),
        explore_every: count(10),
    };
    let steps = vec![Step::new("a"), Step { fail_now: Some([].into()), ..Step::new("b") }];
    let expected = ChainConfig { steps, fail_now: [Category::Quota].into(), reorder: Some(reorder) };
    assert_eq!(expected, chain(section));
}

#[test]
fn an_order_alone_has_the_defaults_and_a_fixed_one_is_none() {
    let with =
        |order: &str| chain(&format!("{{\"steps\":[{{\"name\":\"a\"}}],\"order\":\"{order}\"}}")).reorder;
    let by_success = Reorder { by: OrderBy::Success, ..Reorder::default() };
    assert_eq!(
        [None, Some(by_success), Some(Reorder::default())],
        ["fixed", "success", "success_then_latency"].map(with)
    );
}

#[test]
fn a_step_has_a_whole_policy_of_its_own() {
    let read = policy(
        r#"{"fallback": [{"name": "a", "policy": {"retry": {"max_attempts": 2}, "fallback": [{"name": "b"}]}}, {"name": "c"}]}"#,
    );
    let policies = read.fallback.expect("a chain").policies;
    let inner = policies[0].as_ref().expect("a policy");
    assert_eq!((count(2), None), (inner.retry.max_attempts, policies[1].as_ref()));
    assert_eq!(1, inner.fallback.as_ref().expect("a chain").chain.steps.len());
}

#[test]
fn policies_inside_each_other_are_read_so_deep_and_no_deeper() {
    let nested = |depth: usize| {
        let inner = (0..depth).fold(String::from("{}"), |inner, _| {
            format!("{{\"fallback\":[{{\"name\":\"a\",\"policy\":{inner}}}]}}")
        });
        problems(&inner)
    };
    assert_eq!(Vec::<String>::new(), nested(8));
    let path = ["fallback[0].policy"; 9].join(".");
    let expected = format!("out_of_range {path}: too many policies inside each other (expected at most 8)");
    for depth in [9, 30] {
        assert_eq!([&*expected], *nested(depth));
    }
}

#[test]
fn policies_beside_each_other_are_not_inside_each_other() {
    let steps: Vec<String> =
        (0..20).map(|number| format!(r#"{{"name": "{number}", "policy": {{}}}}"#)).collect();
    assert_eq!(Vec::<String>::new(), problems(&format!(r#"{{"fallback": [{}]}}"#, steps.join(","))));
}

#[test]
fn an_order_that_could_not_be_read_causes_no_second_complaint() {
    let document = r#"{"fallback": {"steps": [{"name": "a"}], "order": "sucess", "history": 30}}"#;
    let expected = "unknown_value fallback.order: unknown order \"sucess\" (expected fixed, success or success_then_latency)";
    assert_eq!([expected], *problems(document));
}

#[test]
fn a_problem_is_said_under_the_name_that_the_document_uses() {
    let document = r#"{"fallback": [{"name": "a"}, {"name": "a"}],
        "degradation": {"triggers": {"cpu": {"enter": 1, "leave": 2}}, "rules": {"steps": {"cap": {"lowest": 1}}}}}"#;
    let paths: Vec<String> =
        problems(document).iter().map(|line| line.split(": ").next().expect("a path").into()).collect();
    let expected = [
        "contradiction fallback[1].name",
        "contradiction degradation.triggers.cpu.leave",
        "unknown_value degradation.rules.steps.cap.lowest",
    ];
    assert_eq!(expected, *paths);
}

#[test]
fn t10_the_recovery_policies_of_document_001() {
    let tools = policy(
        r#"{"retry": {"max_retries": 3, "retry_backoff": 2.0},
            "fallback": [{"name": "gpt4_vision"}, {"name": "claude_vision"}, {"name": "local_ocr"}]}"#,
    );
    let names = tools.fallback.expect("a chain").chain.steps.into_iter().map(|step| step.name);
    assert_eq!(["gpt4_vision", "claude_vision", "local_ocr"], *names.collect::<Vec<_>>());
    assert_eq!((count(4), secs(2)), (tools.retry.max_attempts, tools.retry.schedule.initial_delay));
}

#[test]
fn everything_that_is_wrong_inside_a_step_is_said_with_its_whole_path() {
    let document = r#"{"fallback": [{"name": "a", "policy": {"retry": {"jitter": "ful"}}},
        {"name": "b", "policy": {"fallback": {"steps": [{"name": "c", "quality": 2, "policy": {"timeout": {"attempt": 0}}}]}}}]}"#;
    let paths: Vec<String> =
        problems(document).iter().map(|line| line.split(": ").next().expect("a path").into()).collect();
    let expected = [
        "unknown_value fallback[0].policy.retry.jitter",
        "out_of_range fallback[1].policy.fallback.steps[0].quality",
        "out_of_range fallback[1].policy.fallback.steps[0].policy.timeout.attempt",
    ];
    assert_eq!(expected, *paths);
}

#[test]
fn s7_the_thresholds_of_document_004_by_their_names_there() {
    let section = r#"{"triggers": {"error_rate_threshold": 0.1, "memory_usage_threshold": 0.9,
                      "cpu_usage_threshold": 0.95, "response_time_threshold": 30.0}}"#;
    assert_eq!(DegradeConfig::default(), degradation(section));
    assert_eq!(DegradeConfig::default(), degradation("{}"));
}

#[test]
fn a_trigger_is_a_number_or_two() {
    let section = r#"{"triggers": {"memory": 0.5, "queue": {"enter": 100, "leave": 10}, "cpu": {"enter": 0.5}, "latency": null}}"#;
    let expected = [
        ("memory_usage", Trigger::at(0.5)),
        ("cpu_usage", Trigger::at(0.5)),
        ("queue", Trigger { enter: 100.0, leave: 10.0 }),
    ];
    let expected: BTreeMap<String, Trigger> =
        expected.map(|(metric, trigger)| (String::from(metric), trigger)).into();
    assert_eq!(expected, degradation(section).triggers);
    assert_eq!(BTreeMap::new(), degradation(r#"{"triggers": {}}"#).triggers);
}

#[test]
fn the_rest_of_degradation_is_read() {
    let read = degradation(r#"{"dwell": "10s", "stale_after": "1m", "trace": 5, "parameters": {}}"#);
    let expected = DegradeConfig {
        dwell: secs(10),
        stale_after: secs(60),
        trace: 5,
        parameters: BTreeMap::new(),
        ..DegradeConfig::default()
    };
    assert_eq!(expected, read);
}

#[test]
fn levels_are_names_or_objects_and_fall_evenly_where_nothing_is_said() {
    let section =
        r#"{"levels": ["all", {"name": "half", "percentage": 50}, {"name": "few", "quality": 0.1}, "none"]}"#;
    let level = |name: &str, percentage, quality| Level { name: name.into(), percentage, quality };
    let levels =
        [level("all", 100, 1.0), level("half", 50, 0.5), level("few", 50, 0.1), level("none", 25, 0.25)];
    // The last one has more quality than the one above it.
    assert_eq!(
        ["contradiction degradation.levels[3].quality: 0.25 is more than the 0.1 of the level above"],
        *problems(&format!("{{\"degradation\":{section}}}"))
    );
    let sound = Levels::new(levels[..3].to_vec()).unwrap();
    let section = r#"{"levels": ["all", {"name": "half", "percentage": 50}, {"name": "few", "percentage": 50, "quality": 0.1}]}"#;
    assert_eq!(DegradeConfig::of(sound), degradation(section));
}

#[test]
fn s6_the_documents_table_can_be_written_as_a_document() {
    let section = r#"{"rules": {
        "quality": {"scale": "quality"},
        "resolution": {"ladder": ["2160p", "1440p", "1080p", "720p", "480p"],
                       "scale": {"full": 1.0, "high": 0.95, "medium": 0.9, "low": 0.8, "minimal": 0.7}},
        "steps": {"cap": {"medium": 30, "low": 20, "minimal": 10}},
        "model": {"ladder": ["premium", "standard", "basic"], "at_most": {"medium": "standard", "low": "basic"}},
        "features": {"enable": {"full": "all", "high": ["core", "enhancements"], "medium": ["core"], "low": ["basic"],
                                "minimal": ["essential"]}}
    }}"#;
    assert_eq!(DegradeConfig::default(), degradation(section));
}

#[test]
fn each_kind_of_rule_is_read() {
    let factors = || PerLevel::from([("low", 0.5)]);
    assert_eq!(Rule::Scale { factors: Some(factors()), fraction: false }, rule(r#"{"scale": {"low": 0.5}}"#));
    assert_eq!(
        Rule::Scale { factors: Some(factors()), fraction: true },
        rule(r#"{"scale": {"low": 0.5}, "fraction": true}"#)
    );
    assert_eq!(
        Rule::Scale { factors: None, fraction: false },
        rule(r#"{"scale": "quality", "fraction": false}"#)
    );
    let rungs = vec![json!(4096), json!(0.5)];
    assert_eq!(
        Rule::Ladder { rungs, steps: Steps::Down(PerLevel::from([("low", 1)])) },
        rule(r#"{"ladder": [4096, 0.5], "down": {"low": 1}}"#)
    );
}

#[test]
fn what_is_no_rule_is_said_once() {
    let no_rule = "contradiction it: is no rule (expected one of scale, cap and enable, or ladder with one of at_most, \
                   down and scale)";
    for section in [
        r"{}",
        r#"{"fraction": true}"#,
        r#"{"scale": "quality", "cap": {"low": 1}}"#,
        r#"{"cap": {"low": 1}, "enable": {"low": "a"}}"#,
        r#"{"at_most": {"low": "a"}}"#,
        r#"{"scale": {"low": 0.5}, "down": {"low": 1}}"#,
        r#"{"ladder": ["a", "b"]}"#,
        r#"{"ladder": ["a", "b"], "cap": {"low": 1}, "down": {"low": 1}}"#,
        r#"{"ladder": ["a", "b"], "down": {"low": 1}, "at_most": {"low": "b"}}"#,
    ] {
        assert_eq!([no_rule], *wrong_rule(section), "{section}");
    }
}

#[test]
fn everything_that_is_wrong_with_a_rule_is_named() {
    for (section, expected) in [
        (
            r#"{"scale": "qualty"}"#,
            "unknown_value it.scale: unknown scale \"qualty\" (expected quality, or an object, each value a number from 0 to 1)",
        ),
        (r#"{"scale": 3}"#, "wrong_type it.scale: expected an object, found 3"),
        (
            r#"{"scale": {"low": 1.5}}"#,
            "out_of_range it.scale.low: 1.5 is out of range (expected a number from 0 to 1)",
        ),
        (
            r#"{"cap": {"low": "10"}}"#,
            "wrong_type it.cap.low: expected a number from 0 to 1000000000000000, found \"10\"",
        ),
        (
            r#"{"ladder": ["a", "b"], "down": {"low": 1.5}}"#,
            "out_of_range it.down.low: 1.5 is out of range (expected a whole number from 0 to 1000000)",
        ),
        (
            r#"{"ladder": ["a", null], "down": {"low": 1}}"#,
            "wrong_type it.ladder[1]: expected text or a number, found null",
        ),
        (
            r#"{"ladder": "a", "down": {"low": 1}}"#,
            "wrong_type it.ladder: expected a list of at least 2, each text or a number, found \"a\"",
        ),
        (
            r#"{"enable": {"low": true}}"#,
            "wrong_type it.enable.low: expected text or a list of texts, found true",
        ),
        (
            r#"{"ladder": ["2p", "1p"], "scale": "quality"}"#,
            "contradiction it.scale: quality belongs to scale without ladder only (expected a factor for each level)",
        ),
        (
            r#"{"cap": {"low": 1}, "fraction": true}"#,
            "contradiction it.fraction: belongs to scale without ladder only",
        ),
        (
            r#"{"cap": {"lwo": 1}}"#,
            "unknown_value it.cap.lwo: unknown level \"lwo\" (expected full, high, medium, low or minimal)",
        ),
        (r#"{"cap": {"low": 1, "low": 2}}"#, "contradiction it.cap.low: given twice in one object"),
        (r"[]", "wrong_type it: expected an object, found an empty list"),
    ] {
        assert_eq!([expected], *wrong_rule(section), "{section}");
    }
}

#[test]
fn a_rule_of_levels_that_could_not_be_read_causes_no_second_complaint() {
    let document = r#"{"degradation": {"levels": ["a", 3], "parameters": {"steps": {"cap": {"b": 1}}}}}"#;
    assert_eq!(
        ["wrong_type degradation.levels[1]: expected text or an object, found 3"],
        *problems(document)
    );
}
