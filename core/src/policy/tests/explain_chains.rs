//! What a policy says of its chain and its degradation.

use super::*;
use crate::policy::Warning;

fn sentences(document: &str) -> Vec<String> {
    policy(document).explain().sentences.split_off(2)
}

fn doubts(document: &str) -> Vec<(String, String)> {
    let tell = |Warning { path, message }| (path.into_owned(), message);
    policy(document).explain().warnings.into_iter().map(tell).collect()
}

#[test]
fn a_chain_is_told_with_what_ends_it_and_with_the_policies_of_its_steps() {
    let document = r#"{"fallback": {"steps": [
        {"name": "a", "cost": 0.1}, {"name": "b", "quality": 0.8, "fail_now": []},
        {"name": "c", "quality": 0.5, "fail_now": ["auth", "quota"], "policy": {"timeout": {"attempt": 2}}}
      ], "order": "success_then_latency"}}"#;
    let expected = [
        "a call that failed falls back on \"a\" (quality 1, cost 0.1), then on \"b\" (quality 0.8), then on \"c\" (quality 0.5); auth and invalid_request end the call at once",
        "steps change places by success and then latency among their last 20 calls within 600 s, after 5 at least; one call in 20 tries a step first that has lost its place",
        "\"b\": no failure ends the call at once",
        "\"c\": quota and auth end the call at once",
        "\"c\": each call is made once; nothing is retried",
        "\"c\": an attempt may take 2 s; a call takes at most 2 s",
    ];
    assert_eq!(expected, *sentences(document));
}

#[test]
fn degradation_is_told_with_its_thresholds() {
    assert_eq!(
        [
            "of the levels full, high, medium, low and minimal it is one step down when cpu_usage reaches 0.95 or \
          error_rate reaches 0.1 or memory_usage reaches 0.9 or response_time reaches 30, and one step up when \
          cpu_usage is back at 0.76, error_rate is back at 0.08, memory_usage is back at 0.72 and response_time is \
          back at 24; changes are at least 30 s apart, and a reading counts for 120 s"
        ],
        *sentences(r#"{"degradation": {}}"#)
    );
    assert_eq!(
        ["the levels on and off change by hand only"],
        *sentences(r#"{"degradation": {"levels": ["on", "off"], "triggers": {}}}"#)
    );
}

#[test]
fn a_chain_that_cannot_work_as_it_was_meant_is_doubted() {
    for (document, path, message) in [
        (
            r#"{"fallback": [{"name": "a", "quality": 0.5}, {"name": "b", "quality": 0.4}, {"name": "c", "quality": 0.9}]}"#,
            "fallback[2].quality",
            "\"c\" is better (0.9) than \"b\" before it (0.4), and is tried only where that failed",
        ),
        (
            r#"{"fallback": {"steps": [{"name": "a"}, {"name": "b", "quality": 0.4}], "order": "success"}}"#,
            "fallback.order",
            "quality does not count in this order: \"b\" (0.4) is tried before \"a\" (1) once it fails less",
        ),
        (
            r#"{"fallback": [{"name": "a", "policy": {"circuit_breaker": {"recovery_timeout": 0}}}, {"name": "b"}]}"#,
            "fallback[0].policy.circuit_breaker.recovery_timeout",
            "an open breaker that recovers at once rejects nobody but those beside a probe",
        ),
        (
            r#"{"degradation": {"dwell": 0}}"#,
            "degradation.dwell",
            "without a dwell the level falls by a step with each reading, before a step can show its effect",
        ),
        (
            r#"{"degradation": {"stale_after": 30}}"#,
            "degradation.stale_after",
            "a reading counts for 30 s only, and may wait out a dwell of 30 s before it can change the level",
        ),
    ] {
        assert_eq!([(path.into(), message.into())], *doubts(document), "{document}");
    }
}

#[test]
fn what_is_fine_is_not_doubted() {
    for document in [
        r#"{"fallback": [{"name": "a"}]}"#,
        r#"{"fallback": [{"name": "a"}, {"name": "b"}]}"#,
        r#"{"fallback": {"steps": [{"name": "a", "quality": 0.5}, {"name": "b"}], "order": "success"}}"#,
        r#"{"fallback": {"steps": [{"name": "a"}, {"name": "b", "quality": 0.5}], "order": "success"}}"#,
        r#"{"retry": {"deadline": 9}, "fallback": [{"name": "a"}, {"name": "b", "policy": {"timeout": {"attempt": 1}}}]}"#,
        r#"{"fallback": [{"name": "a"}, {"name": "b", "policy": {"retry": {"max_attempts": 3, "deadline": 9}}}]}"#,
        r#"{"degradation": {}}"#,
        r#"{"degradation": {"triggers": {}, "dwell": 0, "stale_after": 1}}"#,
    ] {
        assert_eq!(Vec::<(String, String)>::new(), doubts(document), "{document}");
    }
}

#[test]
fn the_busiest_dependency_is_the_one_that_counts() {
    let most = |attempts: u32| {
        let document = format!(
            r#"{{"retry": {{"max_attempts": {attempts}}}, "fallback": [{{"name": "a",
                "policy": {{"retry": {{"max_attempts": 3}}}}}}, {{"name": "b", "policy": {{"retry": {{"max_attempts": 5}}}}}}]}}"#
        );
        policy(&document).explain().amplification
    };
    assert_eq!([5, 8], [2, 8].map(most));
}

#[test]
fn a_call_takes_as_long_as_it_may_itself_and_then_as_its_steps_one_after_the_other() {
    let worst = |own: &str| {
        let document = format!(
            r#"{{{own} "fallback": [{{"name": "a", "policy": {{"timeout": {{"attempt": 3}}}}}},
                {{"name": "b", "policy": {{"timeout": {{"attempt": 4}}}}}}]}}"#
        );
        policy(&document).explain().worst_case
    };
    assert_eq!([None, Some(12.0)], ["", r#""timeout": {"attempt": 5},"#].map(worst));
    let retried = r#""retry": {"max_attempts": 2, "jitter": "none", "respect_retry_after": false}, "timeout": {"attempt": 2},"#;
    assert_eq!(Some(12.0), worst(retried));
    let open = r#"{"fallback": [{"name": "a", "policy": {"timeout": {"attempt": 3}}}, {"name": "b"}]}"#;
    assert_eq!(None, policy(open).explain().worst_case);
}
