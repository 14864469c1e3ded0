//! The `retry.budget` section.

use super::*;

/// The budget of a `retry` section that has this one.
fn budget(section: &str) -> BudgetSettings {
    retry(&format!("{{\"budget\":{section}}}")).budget.expect("a budget")
}

fn wrong(section: &str) -> Vec<String> {
    problems(&format!("{{\"retry\":{{\"budget\":{section}}}}}"))
}

fn ratio(millionths: u64, min_retries_per_second: Amount, ttl: Duration) -> BudgetConfig {
    let ratio = RatioBudget::new(Amount::from_millionths(millionths), min_retries_per_second, ttl);
    BudgetConfig::Ratio(ratio.expect("a share that can be spent"))
}

#[test]
fn a_budget_is_on_unless_it_is_switched_off_or_there_is_nothing_to_budget() {
    let default = Some(BudgetSettings::default());
    for (section, expected) in [
        ("{}", default.clone()),
        (r#"{"budget": {}}"#, default.clone()),
        (r#"{"budget": null}"#, default.clone()),
        (r#"{"budget": {"kind": "tokens"}, "max_attempts": 2}"#, default),
        (r#"{"budget": false}"#, None),
        (r#"{"budget": {}, "max_attempts": 1}"#, None),
        (r#"{"budget": {}, "max_retries": 0}"#, None),
        (r#"{"budget": {}, "enabled": false}"#, None),
    ] {
        assert_eq!(expected, retry(section).budget, "{section}");
    }
    assert_eq!(None, policy("{}").retry.budget);
    assert_eq!(None, policy(r#"{"retry": {}, "circuit_breaker": {"max_attempts": 1}}"#).retry.budget);
    assert!(policy(r#"{"retry": {}, "circuit_breaker": {"max_attempts": 3}}"#).retry.budget.is_some());
}

#[test]
fn a_bucket_of_tokens() {
    let amounts = [Amount::whole(100), Amount::from_millionths(2_500_000), Amount::from_millionths(100_000)];
    let config = TokenBudget::new(amounts[0], amounts[1], amounts[2]).expect("a bucket that works");
    let expected = BudgetSettings { name: Some(String::from("llm")), config: BudgetConfig::Tokens(config) };
    let section = r#"{"name": "llm", "capacity": 100, "retry_cost": 2.5, "success_refund": 0.1}"#;
    assert_eq!(expected, budget(section));
}

#[test]
fn a_share_of_the_calls() {
    let expected = BudgetSettings { name: None, config: ratio(600_000, Amount::ZERO, secs(60)) };
    let section = r#"{"kind": "ratio", "ratio": 0.6, "min_retries_per_second": 0, "ttl": "1m"}"#;
    assert_eq!(expected, budget(section));
    let default = budget(r#"{"kind": "ratio"}"#);
    assert_eq!(BudgetSettings { name: None, config: ratio(200_000, Amount::whole(10), secs(10)) }, default);
}

#[test]
fn every_ratio_of_four_decimals_is_read_as_it_is_written() {
    for decimals in 1..=9_999_u64 {
        let section = format!("{{\"kind\":\"ratio\",\"ratio\":0.{decimals:04}}}");
        let BudgetConfig::Ratio(read) = budget(&section).config else { panic!("{section}") };
        assert_eq!(decimals * 100, read.ratio().millionths(), "{section}");
    }
}

#[test]
fn the_settings_of_the_other_kind_are_contradictions() {
    let of_ratio = r#"{"ratio": 0, "min_retries_per_second": 0, "ttl": 5}"#;
    let of_tokens = r#"{"kind": "ratio", "capacity": 1, "retry_cost": 5, "success_refund": 1}"#;
    let complaints = |fields: [&str; 3], kind: &str| {
        fields.map(|field| format!("contradiction retry.budget.{field}: belongs to kind {kind} only"))
    };
    assert_eq!(complaints(["ratio", "min_retries_per_second", "ttl"], "ratio"), *wrong(of_ratio));
    assert_eq!(complaints(["capacity", "retry_cost", "success_refund"], "tokens"), *wrong(of_tokens));
}

#[test]
fn a_budget_that_no_retry_could_ever_draw_on_is_a_contradiction() {
    let end = "no retry could ever be made";
    for (section, problem) in [
        (
            r#"{"capacity": 3, "retry_cost": 4}"#,
            format!("retry_cost: 4 is more than capacity, which is 3: {end}"),
        ),
        (r#"{"retry_cost": 500.5}"#, format!("retry_cost: 500.5 is more than capacity, which is 500: {end}")),
        (r#"{"capacity": 4}"#, format!("capacity: 4 is less than retry_cost, which is 5: {end}")),
        (
            r#"{"kind": "ratio", "ratio": 0, "min_retries_per_second": 0.09}"#,
            format!("ratio: 0 beside a reserve of less than one retry: {end}"),
        ),
    ] {
        assert_eq!([format!("contradiction retry.budget.{problem}")], *wrong(section), "{section}");
    }
    for fine in [r#"{"capacity": 5}"#, r#"{"kind": "ratio", "ratio": 0, "min_retries_per_second": 0.1}"#] {
        assert_eq!([""; 0], *wrong(fine), "{fine}");
    }
}

#[test]
fn what_is_out_of_range_causes_no_second_complaint() {
    for (section, expected) in [
        (r#"{"capacity": 0}"#, "capacity: 0 is out of range (expected a number from 0.000001 to 1000000)"),
        (
            r#"{"capacity": -1, "retry_cost": 600}"#,
            "capacity: -1 is out of range (expected a number from 0.000001 to 1000000)",
        ),
        (
            r#"{"retry_cost": 0, "capacity": 1}"#,
            "retry_cost: 0 is out of range (expected a number from 0.000001 to 1000000)",
        ),
        (
            r#"{"success_refund": 0}"#,
            "success_refund: 0 is out of range (expected a number from 0.000001 to 1000000)",
        ),
        (
            r#"{"kind": "ratio", "ratio": -0.1}"#,
            "ratio: -0.1 is out of range (expected a number from 0 to 1000)",
        ),
        (
            r#"{"kind": "ratio", "ratio": 0, "min_retries_per_second": "NaN"}"#,
            "min_retries_per_second: \"NaN\" is out of range (expected a number from 0 to 1000000)",
        ),
        (r#"{"kind": "ratio", "ttl": 0}"#, "ttl: 0 is too short (expected more than 0 seconds)"),
        (
            r#"{"kind": "ratio", "ratio": 0, "min_retries_per_second": 0, "ttl": 0}"#,
            "ttl: 0 is too short (expected more than 0 seconds)",
        ),
    ] {
        assert_eq!([format!("out_of_range retry.budget.{expected}")], *wrong(section), "{section}");
    }
    let unknown = "unknown_value retry.budget.kind: unknown kind \"leaky\" (expected tokens or ratio)";
    assert_eq!([unknown], *wrong(r#"{"kind": "leaky", "ratio": 0.2, "capacity": 1}"#));
}

#[test]
fn a_budget_is_an_object_or_false_and_nothing_else() {
    for (section, found) in
        [("true", "true"), ("500", "500"), ("\"llm\"", "\"llm\""), ("[]", "an empty list")]
    {
        let expected = format!("wrong_type retry.budget: expected an object, or false, found {found}");
        assert_eq!([expected], *wrong(section), "{section}");
    }
    let unknown = "unknown_key retry.budget.cost: unknown key (allowed: capacity, kind, min_retries_per_second, name, \
                   ratio, retry_cost, success_refund, ttl)";
    assert_eq!([unknown], *wrong(r#"{"cost": 5}"#));
}

#[test]
fn what_a_budget_does_is_told() {
    for (section, expected) in [
        (
            "{}",
            "retries cost 5 of 500 tokens, which successes earn back: after 100 retries without a success no more are made",
        ),
        (
            r#"{"capacity": 1, "retry_cost": 0.6, "name": "llm"}"#,
            "retries cost 0.6 of 1 token, which successes earn back: after 1 retry without a success no more are made; all policies that name budget \"llm\" share it",
        ),
        (r#"{"kind": "ratio"}"#, "within 10 s at most 0.2 retries a call are made, and 100 besides"),
        (
            r#"{"kind": "ratio", "min_retries_per_second": 0}"#,
            "within 10 s at most 0.2 retries a call are made",
        ),
        (r#"{"kind": "ratio", "ratio": 0, "ttl": "1m"}"#, "within 60 s at most 600 retries are made"),
        ("false", "nothing bounds the retries of all calls together: in an outage each call is made 4 times"),
    ] {
        let sentences = policy(&format!("{{\"retry\":{{\"budget\":{section}}}}}")).explain().sentences;
        assert_eq!(expected, sentences[2], "{section}");
    }
}

#[test]
fn a_budget_that_hardly_bounds_anything_is_doubted() {
    for (section, doubt) in [
        (
            r#"{"budget": {"capacity": 14}}"#,
            Some((
                "capacity",
                "one call that keeps failing spends it all: its 3 retries would cost 15 of 14 tokens",
            )),
        ),
        (r#"{"budget": {"capacity": 15}}"#, None),
        (r#"{"budget": {"kind": "ratio", "ratio": 1}}"#, None),
        (
            r#"{"budget": {"kind": "ratio", "ratio": 1.1}}"#,
            Some(("ratio", "1.1 retries a call may more than double the load of an outage")),
        ),
        (r#"{"budget": {"kind": "ratio", "min_retries_per_second": 0.08}}"#, None),
        (
            r#"{"budget": {"kind": "ratio", "min_retries_per_second": 0.07}}"#,
            Some((
                "min_retries_per_second",
                "the first call of a fresh process is never retried: it finds 0.9 of a retry, and needs one",
            )),
        ),
        (r#"{"budget": {"kind": "ratio", "ratio": 1, "min_retries_per_second": 0}}"#, None),
    ] {
        let warnings =
            policy(&format!("{{\"retry\":{section},\"timeout\":{{\"attempt\":1}}}}")).explain().warnings;
        let found: Vec<(String, String)> =
            warnings.into_iter().map(|warning| (String::from(warning.path), warning.message)).collect();
        let expected = doubt.map(|(field, message)| (format!("retry.budget.{field}"), String::from(message)));
        assert_eq!(Vec::from_iter(expected), found, "{section}");
    }
}
