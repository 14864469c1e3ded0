//! The sections of limits: what they mean, and what is said of them.

use super::*;
use crate::limit::bulkhead::BulkheadConfig;
use crate::limit::rate::RateLimitConfig;
use crate::limit::throttle::{Thousandths, ThrottleConfig};

fn doubted(document: &str) -> Vec<(String, String)> {
    policy(document)
        .explain()
        .warnings
        .into_iter()
        .map(|doubt| (doubt.path.into_owned(), doubt.message))
        .collect()
}

/// What a policy says of its limits: all but the two sentences that every policy without retries begins with.
fn said(document: &str) -> Vec<String> {
    policy(document).explain().sentences.split_off(2)
}

#[test]
fn empty_sections_mean_the_machines_defaults() {
    let policy = policy("{\"bulkhead\":{},\"throttle\":{}}");
    let expected = (None, Some(BulkheadConfig::default()), Some(ThrottleConfig::default()));
    assert_eq!(expected, (policy.rate_limit, policy.bulkhead, policy.throttle));
}

#[test]
fn a_rate_alone_is_a_rate_a_second_with_a_burst_of_the_same() {
    let expected = RateLimitConfig { rate: count(5), per: secs(1), burst: count(5), max_wait: secs(0) };
    assert_eq!(Some(expected), policy("{\"rate_limit\":{\"rate\":5}}").rate_limit);
}

#[test]
fn every_setting_of_a_limit_is_read() {
    let policy = policy(
        r#"{"rate_limit": {"rate": 5, "per": "1m", "burst": 2, "max_wait": "250ms"},
            "bulkhead": {"max_concurrent": 4, "max_queue": 8, "max_wait": 3},
            "throttle": {"k": 1.1, "window": "30s", "max_reject_rate": 0.75, "minimum_calls": 0}}"#,
    );
    let rate_limit =
        RateLimitConfig { rate: count(5), per: secs(60), burst: count(2), max_wait: millis(250) };
    let bulkhead = BulkheadConfig { max_concurrent: count(4), max_queue: 8, max_wait: Some(secs(3)) };
    let throttle = ThrottleConfig {
        k: Thousandths::new(1_100),
        window: secs(30),
        max_reject_rate: Thousandths::new(750),
        minimum_calls: 0,
    };
    let expected = (Some(rate_limit), Some(bulkhead), Some(throttle));
    assert_eq!(expected, (policy.rate_limit, policy.bulkhead, policy.throttle));
}

#[test]
fn a_bulkhead_without_a_queue_may_say_that_nobody_waits() {
    assert_eq!(Vec::<String>::new(), problems("{\"bulkhead\":{\"max_queue\":0,\"max_wait\":0}}"));
}

#[test]
fn a_queue_in_which_nobody_may_wait_contradicts_itself() {
    let expected = "contradiction bulkhead.max_wait: 0 s lets nobody wait, but max_queue is 3 (expected a longer wait, or no queue)";
    assert_eq!([expected], *problems("{\"bulkhead\":{\"max_queue\":3,\"max_wait\":0}}"));
}

#[test]
fn limits_are_told_in_the_order_in_which_a_call_meets_them() {
    let expected = [
        "at most 2 times as many calls go out as were accepted in the last 120 s; any other is rejected, but never more than a \
         share of 0.9, and none while there were fewer than 10",
        "calls go out at a rate of 5 in 60 s, after a pause 2 at once; one that would have to wait longer than 0.25 s is \
         rejected",
        "at most 4 calls are under way at once; 8 more may wait, each at most 3 s; any other is rejected",
    ];
    let document = r#"{"rate_limit": {"rate": 5, "per": "1m", "burst": 2, "max_wait": "250ms"},
                       "bulkhead": {"max_concurrent": 4, "max_queue": 8, "max_wait": 3}, "throttle": {}}"#;
    assert_eq!(expected, *said(document));
}

#[test]
fn limits_without_a_wait_say_so() {
    let expected = [
        "calls go out at a rate of 5 in 1 s, after a pause 5 at once; one that would have to wait is rejected",
        "at most 10 calls are under way at once; any other is rejected",
    ];
    assert_eq!(expected, *said("{\"rate_limit\":{\"rate\":5},\"bulkhead\":{}}"));
}

#[test]
fn waits_for_a_limit_are_part_of_the_worst_case() {
    let worst = |limits: &str| {
        let calls = "\"timeout\":{\"attempt\":2},\"retry\":{\"max_attempts\":2,\"delays\":[1],\"jitter\":\"none\",\
                     \"respect_retry_after\":false}";
        policy(&format!("{{{calls}{limits}}}")).explain().worst_case
    };
    assert_eq!(Some(5.0), worst(""));
    assert_eq!(Some(11.0), worst(",\"rate_limit\":{\"rate\":5,\"max_wait\":3}"));
    assert_eq!(Some(5.0), worst(",\"bulkhead\":{\"max_wait\":4}"));
    assert_eq!(Some(13.0), worst(",\"bulkhead\":{\"max_wait\":4,\"max_queue\":1}"));
}

#[test]
fn who_waits_for_a_place_without_end_has_no_worst_case_but_the_deadline() {
    let bulkhead = Some(BulkheadConfig { max_queue: 1, max_wait: None, ..BulkheadConfig::default() });
    for (document, expected) in [
        (r#"{"timeout": {"attempt": 2}}"#, None),
        (r#"{"timeout": {"attempt": 2}, "retry": {"deadline": 9}}"#, Some(9.0)),
    ] {
        let explanation = Policy { bulkhead, ..policy(document) }.explain();
        let last = "at most 10 calls are under way at once; 1 more may wait, as long as it takes; any other is rejected";
        assert_eq!(expected, explanation.worst_case);
        assert_eq!(Some(last), explanation.sentences.last().map(String::as_str));
    }
}

#[test]
fn what_cannot_work_as_it_was_meant_is_doubted() {
    for (document, path, message) in [
        (
            r#"{"retry": {"deadline": 5}, "rate_limit": {"rate": 1, "max_wait": 5}}"#,
            "rate_limit.max_wait",
            "a call would wait for 5 s and then be over: its deadline is 5 s",
        ),
        (
            r#"{"retry": {"deadline": 5}, "timeout": {"attempt": 1}, "bulkhead": {"max_queue": 1, "max_wait": 5}}"#,
            "bulkhead.max_wait",
            "a call would wait for 5 s and then be over: its deadline is 5 s",
        ),
        (
            r#"{"bulkhead": {"max_concurrent": 7}}"#,
            "timeout",
            "nothing bounds an attempt: 7 that hang leave no place for anyone else",
        ),
        (
            r#"{"throttle": {"k": 1}}"#,
            "throttle.k",
            "with a k of 1 no more calls go out than were accepted lately: after an outage it stays at few",
        ),
        (
            r#"{"throttle": {"max_reject_rate": 0}}"#,
            "throttle.max_reject_rate",
            "a throttle that may reject no share of the calls rejects nobody",
        ),
        (
            r#"{"throttle": {"max_reject_rate": 1}}"#,
            "throttle.max_reject_rate",
            "in an outage hardly a call goes out, so that its end is found late",
        ),
    ] {
        assert_eq!(vec![(String::from(path), String::from(message))], doubted(document), "{document}");
    }
}

#[test]
fn what_works_is_not_doubted() {
    for document in [
        r#"{"retry": {"deadline": 5}, "rate_limit": {"rate": 1, "max_wait": 4}}"#,
        r#"{"retry": {"deadline": 5}, "timeout": {"attempt": 1}, "bulkhead": {"max_queue": 1, "max_wait": 4}}"#,
        r#"{"retry": {"deadline": 5}, "timeout": {"attempt": 1}, "bulkhead": {"max_queue": 0, "max_wait": 6}}"#,
        r#"{"throttle": {}}"#,
        r#"{"retry": {"deadline": "1h", "max_attempts": 20}, "throttle": {}}"#,
    ] {
        assert_eq!(Vec::<(String, String)>::new(), doubted(document), "{document}");
    }
}
