//! Settings that cannot be, and how they are named.

use super::*;
use crate::error::{Problem, ProblemCode};

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{}: {problem}", problem.code.name())).collect()
}

fn level(name: &str, percentage: u8, quality: f64) -> Level {
    Level { name: String::from(name), percentage, quality }
}

/// The problems of one rule, with the path from the parameter on.
fn of(rule: Rule) -> Vec<String> {
    let text = |problem: &Problem| problem.to_string().replacen("parameters.it.", "", 1);
    with(rule).check().iter().map(text).collect()
}

#[test]
fn the_defaults_are_sound() {
    assert_eq!(Vec::<Problem>::new(), config().check());
    let own = Levels::even(["yes", "no"]).unwrap();
    assert_eq!(Vec::<Problem>::new(), DegradeConfig::of(own).check());
}

#[test]
fn every_fault_of_levels_is_found_at_once() {
    let levels =
        [level("a", 50, 0.5), level("", 60, f64::NAN), level("a", 101, 0.7), level("b", 10, -1.0)].to_vec();
    let problems = Levels::new(levels).unwrap_err().problems;
    assert_eq!(
        [
            "out_of_range: levels[1].name: a level needs a name (expected at least one letter)",
            "out_of_range: levels[1].quality: NaN is out of range (expected 0 to 1)",
            "contradiction: levels[1].percentage: 60 is more than the 50 of the level above",
            "contradiction: levels[2].name: a second level named \"a\" (expected different names)",
            "out_of_range: levels[2].percentage: 101 is out of range (expected 0 to 100)",
            "contradiction: levels[2].percentage: 101 is more than the 60 of the level above",
            "out_of_range: levels[3].quality: -1 is out of range (expected 0 to 1)",
        ],
        *lines(&problems)
    );
}

#[test]
fn one_level_is_not_enough() {
    let expected = "levels: too few levels (expected at least two, the best first)";
    assert_eq!(expected, Levels::new(Vec::new()).unwrap_err().to_string());
    assert_eq!(expected, Levels::even(["full"]).unwrap_err().to_string());
}

#[test]
fn even_levels_fall_evenly() {
    let levels = Levels::even(["a", "b", "c", "d"]).unwrap();
    let falls: Vec<(u8, f64)> = levels.iter().map(|level| (level.percentage, level.quality)).collect();
    assert_eq!([(100, 1.0), (75, 0.75), (50, 0.5), (25, 0.25)], *falls);
}

#[test]
fn every_fault_of_the_settings_is_found_at_once() {
    let triggers = [
        ("", Trigger { enter: f64::NAN, leave: f64::INFINITY }),
        ("cpu_usage", Trigger { enter: 0.5, leave: 0.5 }),
        ("dead_letters", Trigger::at(0.0)),
        ("sound", Trigger { enter: 1.0, leave: -1.0 }),
    ];
    let config = DegradeConfig {
        triggers: triggers.map(|(metric, trigger)| (String::from(metric), trigger)).into(),
        stale_after: Duration::ZERO,
        trace: 1001,
        ..with(Rule::Cap(PerLevel::from([("high", -1.0), ("most", 2.0)])))
    };
    let expected = [
        "out_of_range: triggers.: a metric needs a name (expected at least one letter)",
        "out_of_range: triggers..enter: NaN is out of range (expected a finite number)",
        "out_of_range: triggers..leave: inf is out of range (expected a finite number)",
        "contradiction: triggers.cpu_usage.leave: 0.5 is not below enter, which is 0.5",
        "contradiction: triggers.dead_letters.leave: 0 is not below enter, which is 0",
        "out_of_range: stale_after: 0 is out of range (expected more than 0 seconds)",
        "out_of_range: trace: 1001 is out of range (expected 0 to 1000)",
        "unknown_value: parameters.it.cap.most: unknown level \"most\" (expected full, high, medium, low or minimal)",
        "out_of_range: parameters.it.cap.high: -1 is out of range (expected 0 or more)",
    ];
    assert_eq!(expected, *lines(&config.check()));
    assert_eq!(config.check(), Degradation::new(config).unwrap_err().problems);
}

#[test]
fn what_is_at_the_edge_is_sound() {
    let same = Steps::AtMost(PerLevel::from([("high", json!("b")), ("low", json!("b"))]));
    let ladder = Rule::Ladder { rungs: [json!("a"), json!("b")].to_vec(), steps: same };
    assert_eq!(Vec::<Problem>::new(), DegradeConfig { trace: 1000, ..with(ladder) }.check());
    assert!(Levels::new([level("a", 50, 0.5), level("b", 50, 0.5)].to_vec()).is_ok());
}

#[test]
fn a_lower_level_may_not_have_more() {
    let rising = PerLevel::from([("high", 0.5), ("medium", 7.0), ("low", 0.6), ("minimal", 0.1)]);
    assert_eq!(
        [
            "scale.medium: 7 is out of range (expected 0 to 1)",
            "scale.low: 0.6 is more than 0.5 at high (expected the same or less)",
        ],
        *of(Rule::Scale { factors: Some(rising), fraction: true })
    );
    let rungs = [json!("a"), json!("b")].to_vec();
    let down = Steps::Down(PerLevel::from([("high", 2), ("low", 1)]));
    assert_eq!(
        ["down.low: 1 is less than 2 at high (expected the same or more)"],
        *of(Rule::Ladder { rungs: rungs.clone(), steps: down })
    );
    let most =
        Steps::AtMost(PerLevel::from([("high", json!("b")), ("low", json!("a")), ("minimal", json!("c"))]));
    assert_eq!(
        [
            "at_most.low: a better rung than at the level above",
            "at_most.minimal: unknown rung \"c\" (expected \"a\" or \"b\")"
        ],
        *of(Rule::Ladder { rungs, steps: most })
    );
}

#[test]
fn rungs_are_two_different_texts_or_numbers_and_fall_where_they_are_scaled() {
    let none = Steps::Down(PerLevel(BTreeMap::new()));
    assert_eq!(
        ["ladder: too few rungs (expected at least two, the best first)"],
        *of(Rule::Ladder { rungs: [json!("a")].to_vec(), steps: none.clone() })
    );
    assert_eq!(
        ["ladder[1]: expected a text or a number", "ladder[2]: 1.0 is there twice"],
        *of(Rule::Ladder { rungs: [json!(1), json!(null), json!(1.0)].to_vec(), steps: none })
    );
    let scaled = Steps::Scale(PerLevel::from([("low", 0.5)]));
    assert_eq!(
        [
            "ladder[1]: \"1440p\" is not below the rung before it",
            "ladder[2]: \"tiny\" begins with no number to scale"
        ],
        *of(Rule::Ladder { rungs: [json!("720p"), json!("1440p"), json!("tiny")].to_vec(), steps: scaled })
    );
}

#[test]
fn features_are_for_levels_that_there_are() {
    let features = PerLevel::from([("ful", [String::from("a")].to_vec())]);
    assert_eq!(
        ["enable.ful: unknown level \"ful\" (expected full, high, medium, low or minimal)"],
        *of(Rule::Enable(features))
    );
    assert_eq!(
        ProblemCode::UnknownValue,
        with(Rule::Enable(PerLevel::from([("x", Vec::new())]))).check()[0].code
    );
}
