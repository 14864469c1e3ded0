//! How policies agree on the machines of a part.

use super::*;
use crate::policy::Policy;

fn policy(document: &str) -> Policy {
    Policy::parse(document).unwrap()
}

/// What a policy comes to on a part that `first` has made, or the paths of what it contradicts.
fn joined(first: &str, second: &str) -> Result<Policy, Vec<String>> {
    let mut policy = policy(second);
    match join(&mut policy, "search", &self::policy(first).guards()) {
        Ok(()) => Ok(policy),
        Err(error) => Err(error.problems.into_iter().map(|problem| problem.path).collect()),
    }
}

const ALL: &str = r#"{
    "retry": {"budget": {"capacity": 50}},
    "circuit_breaker": {"failure_threshold": 3},
    "rate_limit": {"rate": 7},
    "bulkhead": {"max_concurrent": 4},
    "throttle": {"k": 3},
    "adaptive": {"initial": 8},
    "hedge": {"delay": 1}
}"#;

#[test]
fn what_a_policy_does_not_say_it_takes_from_the_part() {
    let joined = joined(ALL, r#"{"retry": {}}"#).unwrap();
    let all = policy(ALL);
    assert_eq!(
        (all.breaker, all.rate_limit, all.bulkhead, all.throttle, all.adaptive, all.retry.budget, None),
        (
            joined.breaker, joined.rate_limit, joined.bulkhead, joined.throttle, joined.adaptive,
            joined.retry.budget, joined.hedge
        )
    );
}

#[test]
fn a_section_that_says_no_more_than_the_defaults_says_nothing() {
    let empty = r#"{"circuit_breaker": {}, "bulkhead": {}, "throttle": {}, "adaptive": {}, "hedge": {}}"#;
    let all = policy(ALL);
    let joined = joined(ALL, empty).unwrap();
    assert_eq!((all.breaker, all.bulkhead, all.hedge), (joined.breaker, joined.bulkhead, joined.hedge));
}

#[test]
fn to_say_the_same_again_is_no_contradiction() {
    assert_eq!(Ok(policy(ALL)), joined(ALL, ALL));
}

#[test]
fn to_say_something_else_is_one_for_each_section() {
    let other = r#"{
        "retry": {"budget": {"capacity": 60}},
        "circuit_breaker": {"failure_threshold": 4},
        "rate_limit": {"rate": 8},
        "bulkhead": {"max_concurrent": 5},
        "throttle": {"k": 4},
        "adaptive": {"initial": 9},
        "hedge": {"delay": 2}
    }"#;
    let all = ["circuit_breaker", "rate_limit", "bulkhead", "throttle", "adaptive", "hedge", "retry.budget"];
    assert_eq!(Err(all.map(str::to_string).to_vec()), joined(ALL, other));
}

#[test]
fn what_the_part_was_made_without_cannot_be_asked_of_it_later() {
    let all = ["circuit_breaker", "rate_limit", "bulkhead", "throttle", "adaptive", "hedge"];
    assert_eq!(
        Err(all.map(str::to_string).to_vec()),
        joined(r#"{"retry": {}}"#, ALL)
            .map(|_| ())
            .map_err(|paths| { paths.into_iter().filter(|path| path != "retry.budget").collect() })
            .map(|()| policy("{}"))
    );
}

#[test]
fn a_budget_is_only_asked_for_by_who_retries() {
    assert_eq!(None, joined(ALL, r#"{"retry": {"budget": false}}"#).unwrap().retry.budget);
    assert_eq!(None, joined(ALL, "{}").unwrap().retry.budget);
}

#[test]
fn a_budget_that_grew_with_its_attempts_is_still_nobodys_wish() {
    let many = joined(ALL, r#"{"retry": {"max_attempts": 1000}}"#).unwrap();
    assert_eq!(policy(ALL).retry.budget, many.retry.budget);
}

#[test]
fn a_budget_with_a_name_is_not_the_parts() {
    let named = r#"{"retry": {"budget": {"name": "all", "capacity": 9}}}"#;
    assert_eq!(policy(named).retry.budget, joined(ALL, named).unwrap().retry.budget);
}

#[test]
fn an_error_names_the_part_without_its_secrets() {
    let mut second = policy(r#"{"circuit_breaker": {"failure_threshold": 9}, "bulkhead": {}}"#);
    let first = policy(r#"{"circuit_breaker": {}}"#).guards();
    let error = join(&mut second, "https://ann:hunter2@host/", &first).unwrap_err().to_string();
    let name = "\"https://[redacted]@host/\"";
    assert_eq!(
        format!(
            "circuit_breaker: other settings than {name} was made with (expected the same, or none, or another name)\n\
             bulkhead: {name} was made without one (expected none here, or this section where {name} is made)"
        ),
        error
    );
}
