//! Calls that have to wait their turn, or do not get one.

use super::*;

const ONE_AT_A_TIME: &str = r#"{"bulkhead":{"max_concurrent":1,"max_queue":1,"max_wait":"5s"}}"#;

#[test]
fn a_rate_limit_delays_each_attempt_and_the_call_goes_on_after_it() {
    let mut story = Story::of(
        r#"{"retry":{"jitter":"none"},"rate_limit":{"rate":1,"per":"4s","burst":1,"max_wait":"10s"}}"#,
    );
    story.admit().fail(UNAVAILABLE).sleep().admit().sleep().admit().succeed();
    let expected = ["0ns: attempt 1", "0ns: wait 1s", "1s: wait 3s", "4s: attempt 2", "4s: success"];
    assert_eq!(expected, *story.told());
}

#[test]
fn a_rate_limit_that_may_not_wait_says_when_to_come_back() {
    let mut story = Story::of(r#"{"rate_limit":{"rate":1,"per":"4s"}}"#);
    story.admit().succeed().another_call().after(secs(1)).admit();
    assert_eq!(
        ["0ns: attempt 1", "0ns: success", "1s: refused by rate_limit, come back in Some(3s)"],
        *story.told()
    );
    assert_eq!(Some(StopReason::RateLimited), story.call.report().stop_reason);
}

#[test]
fn a_wait_for_the_rate_that_cannot_end_in_time_is_not_begun() {
    let mut story = Story::of(
        r#"{"retry":{"deadline":3},"rate_limit":{"rate":1,"per":"4s","burst":1,"max_wait":"10s"}}"#,
    );
    story.admit().succeed().another_call().admit().after(secs(4)).another_call().admit();
    assert_eq!(
        [
            "0ns: attempt 1, 3s left",
            "0ns: success",
            "0ns: refused by rate_limit, come back in Some(4s)",
            "4s: attempt 1, 3s left"
        ],
        *story.told()
    );
}

#[test]
fn a_call_that_overslept_its_deadline_is_told_when_its_turn_is() {
    let mut story = Story::of(
        r#"{"retry":{"deadline":5},"rate_limit":{"rate":1,"per":"4s","burst":1,"max_wait":"10s"}}"#,
    );
    story.admit().another_call().admit().after(secs(5)).admit();
    assert_eq!(
        ["0ns: attempt 1, 5s left", "0ns: wait 4s", "5s: refused by rate_limit, come back in Some(0ns)"],
        *story.told()
    );
}

#[test]
fn a_call_waits_in_line_until_the_one_before_it_is_over() {
    let mut story = Story::of(ONE_AT_A_TIME);
    let mut inside = story.admit().call.clone();
    story.another_call().after(secs(1)).admit();
    assert!(story.call.place().is_some());
    inside.succeed(&mut story.guards, story.now);
    story.after(secs(1)).admit().succeed();
    let expected = ["0ns: attempt 1", "1s: queue for Some(5s) at most", "2s: attempt 1", "2s: success"];
    assert_eq!(expected, *story.told());
    assert_eq!(None, story.call.place());
}

#[test]
fn a_call_that_waited_too_long_in_line_is_refused() {
    let mut story = Story::of(ONE_AT_A_TIME);
    story.admit().another_call().admit().after(secs(5)).admit();
    assert_eq!(
        ["0ns: attempt 1", "0ns: queue for Some(5s) at most", "5s: refused by bulkhead, come back in None"],
        *story.told()
    );
    assert_eq!(Some(StopReason::BulkheadFull), story.call.report().stop_reason);
}

#[test]
fn a_deadline_ends_the_wait_in_line_and_leaves_the_place_to_others() {
    let mut story = Story::of(
        r#"{"retry":{"deadline":2},"bulkhead":{"max_concurrent":1,"max_queue":1,"max_wait":"1m"}}"#,
    );
    story.admit().another_call().admit().after(secs(2)).admit().another_call().admit();
    assert_eq!(
        [
            "0ns: attempt 1, 2s left",
            "0ns: queue for Some(2s) at most",
            "2s: refused by bulkhead, come back in None",
            "2s: queue for Some(2s) at most"
        ],
        *story.told()
    );
}

#[test]
fn a_call_given_up_in_line_leaves_it() {
    let mut story = Story::of(ONE_AT_A_TIME);
    story.admit().another_call().admit().abandon().another_call().admit();
    let expected = [
        "0ns: attempt 1", "0ns: queue for Some(5s) at most", "0ns: abandoned",
        "0ns: queue for Some(5s) at most",
    ];
    assert_eq!(expected, *story.told());
}

#[test]
fn an_attempt_that_failed_gives_its_place_back_before_the_wait() {
    let mut story = Story::of(r#"{"retry":{"jitter":"none"},"bulkhead":{"max_concurrent":1}}"#);
    let mut other = Call::new(2, story.now);
    story.admit().fail(UNAVAILABLE);
    let step = other.admit(&story.policy, &mut story.guards, story.now);
    assert!(matches!(step.next, Next::Attempt { .. }), "{step:?}");
}

#[test]
fn an_adaptive_limit_refuses_what_is_too_much() {
    let mut story = Story::of(r#"{"adaptive":{"initial":1,"min":1,"max":1}}"#);
    story.admit().another_call().admit();
    assert_eq!(["0ns: attempt 1", "0ns: refused by adaptive, come back in None"], *story.told());
    assert_eq!(Some(StopReason::ConcurrencyLimited), story.call.report().stop_reason);
}

#[test]
fn a_throttle_holds_back_what_a_dependency_would_refuse() {
    let mut story = Story::of(r#"{"throttle":{"k":1,"max_reject_rate":1,"minimum_calls":1}}"#);
    let mut reasons = Vec::new();
    for seed in 0..200 {
        story.call = Call::new(seed, story.now);
        if matches!(story.call.admit(&story.policy, &mut story.guards, story.now).next, Next::Attempt { .. })
        {
            story.fail(UNAVAILABLE);
        }
        reasons.extend(story.call.report().stop_reason);
    }
    let throttled = reasons.iter().filter(|reason| **reason == StopReason::Throttled).count();
    assert!((150..200).contains(&throttled), "{throttled} of 200");
}
