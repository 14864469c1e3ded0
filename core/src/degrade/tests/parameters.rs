//! What rules make of values.

use proptest::prelude::*;

use super::*;
use crate::degrade::ladder::number;

fn factors() -> Rule {
    let factors = PerLevel::from([("high", 0.9), ("medium", 0.5), ("minimal", 0.0)]);
    Rule::Scale { factors: Some(factors), fraction: false }
}

fn ladder(rungs: &Value, steps: Steps) -> Rule {
    Rule::Ladder { rungs: rungs.as_array().unwrap().clone(), steps }
}

#[test]
fn integers_stay_integers_and_are_rounded_down() {
    assert_eq!(["-", "45", "25", "25", "0"], *at_each_level(&factors(), &json!(50)));
    assert_eq!(["-", "8", "4", "4", "0"], *at_each_level(&factors(), &json!(9)));
    assert_eq!(["-", "4.5", "2.5", "2.5", "0.0"], *at_each_level(&factors(), &json!(5.0)));
}

#[test]
fn a_count_of_one_is_not_made_none_unless_the_factor_is_nothing() {
    assert_eq!(["-", "-", "-", "-", "0"], *at_each_level(&factors(), &json!(1)));
}

#[test]
fn of_a_fraction_the_integer_one_is_one_point_zero_and_a_percentage_stays_an_integer() {
    let quality = Rule::Scale { factors: None, fraction: true };
    assert_eq!(["-", "0.9", "0.8", "0.6", "0.4"], *at_each_level(&quality, &json!(1)));
    assert_eq!(["-", "76", "68", "51", "34"], *at_each_level(&quality, &json!(85)));
    assert_eq!(["-"; 5], *at_each_level(&quality, &json!(0)));
}

#[test]
fn a_negative_number_would_be_raised_and_so_stays() {
    assert_eq!(["-"; 5], *at_each_level(&factors(), &json!(-3)));
    assert_eq!(["-"; 5], *at_each_level(&factors(), &json!(-0.5)));
}

#[test]
fn the_largest_integers_neither_grow_nor_wrap() {
    assert_eq!("16602069666338596864", at_each_level(&factors(), &json!(u64::MAX))[1]);
}

#[test]
fn a_cap_keeps_the_kind_of_number() {
    let caps = Rule::Cap(PerLevel::from([("medium", 30.5), ("low", 0.5)]));
    assert_eq!(["-", "-", "30", "0", "0"], *at_each_level(&caps, &json!(50)));
    assert_eq!(["-", "-", "30.5", "0.5", "0.5"], *at_each_level(&caps, &json!(50.0)));
    assert_eq!(["-", "-", "-", "0", "0"], *at_each_level(&caps, &json!(30)));
    assert_eq!(["-"; 5], *at_each_level(&caps, &json!(-7)));
}

#[test]
fn a_ladder_by_value_never_goes_up() {
    let rule = ladder(
        &json!(["premium", "standard", "basic"]),
        Steps::AtMost(PerLevel::from([("medium", json!("standard"))])),
    );
    assert_eq!(
        ["-", "-", "\"standard\"", "\"standard\"", "\"standard\""],
        *at_each_level(&rule, &json!("premium"))
    );
    assert_eq!(["-"; 5], *at_each_level(&rule, &json!("basic")));
    assert_eq!(["-"; 5], *at_each_level(&rule, &json!("deluxe")));
}

#[test]
fn what_stands_on_a_rung_that_a_level_allows_stays_as_it_is_written() {
    let rule = ladder(&json!([2048, 1024]), Steps::AtMost(PerLevel::from([("high", json!(1024))])));
    assert_eq!(["-", "1024", "1024", "1024", "1024"], *at_each_level(&rule, &json!(2048)));
    assert_eq!(["-"; 5], *at_each_level(&rule, &json!(1024.0)));
}

#[test]
fn a_ladder_by_size_goes_down_to_the_first_rung_that_fits() {
    let halves = Steps::Scale(PerLevel::from([("high", 0.5), ("low", 0.3), ("minimal", 0.0)]));
    let rule = ladder(&json!([4096, 2048, 1024, 512]), halves);
    assert_eq!(["-", "2048", "2048", "1024", "512"], *at_each_level(&rule, &json!(4096)));
}

#[test]
fn a_ladder_by_steps_ends_at_its_last_rung() {
    let rule = ladder(
        &json!([4096, 2048, 1024, 512]),
        Steps::Down(PerLevel::from([("high", 1), ("low", 2), ("minimal", 9)])),
    );
    assert_eq!(["-", "2048", "2048", "1024", "512"], *at_each_level(&rule, &json!(4096)));
    assert_eq!(["-", "512", "512", "512", "512"], *at_each_level(&rule, &json!(1024.0)));
    assert_eq!(["-"; 5], *at_each_level(&rule, &json!(1000)));
}

#[test]
fn a_ladder_by_scale_takes_the_best_rung_that_is_not_above() {
    let rule = ladder(
        &json!(["2160p", "1440p", "1080p", "720p", "480p"]),
        Steps::Scale(PerLevel::from([("high", 0.75), ("medium", 0.5), ("minimal", 0.1)])),
    );
    assert_eq!(
        ["-", "\"1080p\"", "\"720p\"", "\"720p\"", "\"480p\""],
        *at_each_level(&rule, &json!("1440p"))
    );
    assert_eq!(["-"; 5], *at_each_level(&rule, &json!("480p")));
}

#[test]
fn features_are_taken_out_of_lists_and_put_off_in_flags() {
    let rule = config().parameters.remove("features").unwrap();
    let list = json!(["enhancements", "basic", 7, "essential"]);
    assert_eq!(r#"[7,"essential"]"#, at_each_level(&rule, &list)[4]);
    let flags = json!({"core": true, "basic": false, "essential": true, "enhancements": "auto"});
    let expected = json!({"core": false, "basic": false, "essential": true, "enhancements": "auto"});
    assert_eq!(expected.to_string(), at_each_level(&rule, &flags)[3]);
}

#[test]
fn a_feature_can_be_asked_for() {
    let has = |level: &str| ["extras", "core", "basic"].map(|name| at(level).enables("features", name));
    let expected = [[true, true, true], [false, true, true], [false, true, true], [false, false, true]];
    assert_eq!(expected, ["full", "high", "medium", "low"].map(has));
    assert!(at("minimal").enables("no_such_rule", "extras"));
}

#[test]
fn only_what_is_different_can_be_asked_for() {
    let given = params(json!({"quality": 1.0, "steps": 20, "prompt": "a", "model": "premium"}));
    assert_eq!(params(json!({"quality": 0.8, "model": "standard"})), at("medium").adjustments(&given));
    assert_eq!(params(json!({})), at("full").adjustments(&given));
    assert_eq!(params(json!({})), at("medium").adjustments(&params(json!({"features": ["core"]}))));
}

#[test]
fn levels_of_ones_own_keep_the_quality_rule_alone() {
    let levels = Levels::even(["all", "some", "few", "none"]).unwrap();
    let mut machine = Degradation::new(DegradeConfig::of(levels)).unwrap();
    machine.set_level("few", Instant::default()).unwrap();
    let given = params(json!({"quality": 1.0, "steps": 50, "resolution": "1080p"}));
    assert_eq!(params(json!({"quality": 0.5, "steps": 50, "resolution": "1080p"})), machine.adjust(&given));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_ever_raised_added_or_changed_in_kind(rule in rules(), value in values()) {
        let Ok(mut machine) = Degradation::new(with(rule)) else { return Ok(()) };
        let mut last = value.clone();
        for level in ["full", "high", "medium", "low", "minimal"] {
            machine.set_level(level, Instant::default()).unwrap();
            let adjusted = machine.adjust(&params(json!({ "it": value, "other": value })));
            prop_assert_eq!(Some(&value), adjusted.get("other"));
            prop_assert_eq!(2, adjusted.len());
            let now = adjusted.get("it").unwrap();
            prop_assert!(not_above(now, &value), "{} became {} at {}", value, now, level);
            // A list or flags lose nothing on the way back up; a number may be rounded differently, never raised.
            prop_assert!(not_above(now, &last), "{} after {} at {}", now, last, level);
            prop_assert!(!value.is_u64() || now.is_u64());
            last = now.clone();
        }
    }
}

fn not_above(now: &Value, before: &Value) -> bool {
    match (now, before) {
        (Value::Number(now), Value::Number(before)) => now.as_f64() <= before.as_f64(),
        (Value::String(_), Value::String(_)) => now == before || number(now) <= number(before),
        (Value::Array(now), Value::Array(before)) => now.iter().all(|item| before.contains(item)),
        (now, before) => now == before,
    }
}

fn per_level<T: core::fmt::Debug + Clone>(
    setting: impl Strategy<Value = T>,
) -> impl Strategy<Value = PerLevel<T>> {
    let name = prop_oneof![Just("full"), Just("high"), Just("medium"), Just("low"), Just("minimal")];
    prop::collection::btree_map(name.prop_map(String::from), setting, 0..4).prop_map(PerLevel)
}

fn rules() -> impl Strategy<Value = Rule> {
    let factor = || prop_oneof![Just(0.0), Just(0.95), Just(0.3), 0.0..1.0];
    let rungs = || vec_of(&["9p", "7p", "5p", "3p", "1p"]);
    let features =
        prop::collection::vec(prop_oneof![Just("a"), Just("b"), Just("all")].prop_map(String::from), 0..3);
    prop_oneof![
        per_level(factor()).prop_map(|factors| Rule::Scale { factors: Some(factors), fraction: false }),
        Just(Rule::Scale { factors: None, fraction: false }),
        per_level(0.0..100.0).prop_map(Rule::Cap),
        per_level(0..4_u32).prop_map(move |down| Rule::Ladder { rungs: rungs(), steps: Steps::Down(down) }),
        per_level(factor()).prop_map(move |by| Rule::Ladder { rungs: rungs(), steps: Steps::Scale(by) }),
        per_level((0..5_usize).prop_map(move |index| rungs()[index].clone()))
            .prop_map(move |most| Rule::Ladder { rungs: rungs(), steps: Steps::AtMost(most) }),
        per_level(features).prop_map(Rule::Enable),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-5..200_i64).prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        (0..5_usize).prop_map(|index| vec_of(&["9p", "7p", "5p", "3p", "1p"])[index].clone()),
        Just(json!(["a", "b", "c", 1])),
        Just(json!("a")),
        Just(Value::Null),
    ]
}

fn vec_of(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| Value::from(*name)).collect()
}
