//! Attempts that race.

use super::*;

const HEDGED: &str =
    r#"{"retry":{"jitter":"none","max_attempts":3},"hedge":{"delay":"50ms","max_hedges":2}}"#;

fn millis(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn an_attempt_says_when_it_is_worth_a_hedge() {
    let mut story = Story::of(HEDGED);
    let step = story.call.admit(&story.policy, &mut story.guards, story.now);
    let expected =
        Next::Attempt { number: 1, timeout: None, by_deadline: false, hedge_after: Some(millis(50)) };
    assert_eq!(expected, step.next);
}

#[test]
fn the_first_success_wins_and_the_others_no_longer_matter() {
    let mut story = Story::of(HEDGED);
    story.admit().after(millis(50)).hedge().after(millis(10)).wins(2).wins(1).fails(1, UNAVAILABLE);
    let expected =
        ["0ns: attempt 1", "50ms: attempt 2", "60ms: success", "60ms: success", "60ms: stop success"];
    assert_eq!(expected, *story.told());
    let report = story.call.report();
    assert_eq!(
        (2, Some(StopReason::Success), 1),
        (report.attempt_count, report.stop_reason, report.attempts.len())
    );
    assert!(report.attempts.iter().all(|attempt| attempt.hedge));
}

#[test]
fn a_failure_waits_for_those_still_racing_and_the_last_one_decides() {
    let mut story = Story::of(HEDGED);
    story.admit().after(millis(50)).hedge().fails(1, UNAVAILABLE).fails(2, UNAVAILABLE);
    assert_eq!(["0ns: attempt 1", "50ms: attempt 2", "50ms: race goes on", "50ms: wait 1s"], *story.told());
}

#[test]
fn a_permanent_failure_ends_the_race() {
    let mut story = Story::of(HEDGED);
    story.admit().after(millis(50)).hedge().fails(2, NOT_FOUND).fails(1, UNAVAILABLE);
    let expected = ["0ns: attempt 1", "50ms: attempt 2", "50ms: stop permanent", "50ms: stop permanent"];
    assert_eq!(expected, *story.told());
}

#[test]
fn there_are_no_more_hedges_than_allowed() {
    let mut story = Story::of(HEDGED);
    story.admit().after(millis(50)).hedge().hedge().hedge();
    assert_eq!(["0ns: attempt 1", "50ms: attempt 2", "50ms: attempt 3", "50ms: no hedge"], *story.told());
}

#[test]
fn a_hedge_that_failed_is_not_made_up_for_before_the_next_retry() {
    let mut story = Story::of(HEDGED);
    story.admit().hedge().fails(2, UNAVAILABLE).hedge().fails(1, UNAVAILABLE).hedge();
    story.fails(3, UNAVAILABLE).sleep().admit().hedge();
    let expected = [
        "0ns: attempt 1", "0ns: attempt 2", "0ns: race goes on", "0ns: attempt 3", "0ns: race goes on",
        "0ns: no hedge", "0ns: wait 1s", "1s: attempt 4", "1s: attempt 5",
    ];
    assert_eq!(expected, *story.told());
}

#[test]
fn a_hedge_draws_on_the_budget() {
    let mut story = Story::of(
        r#"{"retry":{"max_attempts":3,"budget":{"capacity":1,"retry_cost":1}},"hedge":{"delay":"50ms","max_hedges":2}}"#,
    );
    story.admit().hedge().hedge();
    assert_eq!(["0ns: attempt 1", "0ns: attempt 2", "0ns: no hedge"], *story.told());
}

#[test]
fn what_must_not_be_done_twice_is_not_hedged() {
    let mut story = Story::of(r#"{"retry":{"idempotent":false},"hedge":{"delay":"50ms"}}"#);
    let step = story.call.admit(&story.policy, &mut story.guards, story.now);
    assert!(matches!(step.next, Next::Attempt { hedge_after: None, .. }), "{step:?}");
    story.hedge();
    assert_eq!(["0ns: no hedge"], *story.told());
}

#[test]
fn a_hedge_that_a_limit_would_delay_is_not_made() {
    let mut story = Story::of(r#"{"hedge":{"delay":"50ms"},"bulkhead":{"max_concurrent":1,"max_queue":5}}"#);
    story.admit().hedge().succeed();
    assert_eq!(["0ns: attempt 1", "0ns: no hedge", "0ns: success"], *story.told());
}

#[test]
fn a_call_given_up_gives_back_what_all_its_attempts_hold() {
    let mut story = Story::of(r#"{"hedge":{"delay":"50ms"},"bulkhead":{"max_concurrent":2}}"#);
    story.admit().hedge().abandon().another_call().admit().hedge();
    let expected = ["0ns: attempt 1", "0ns: attempt 2", "0ns: abandoned", "0ns: attempt 1", "0ns: attempt 2"];
    assert_eq!(expected, *story.told());
}

#[test]
fn a_call_that_is_over_is_neither_hedged_nor_tried_again() {
    let mut story = Story::of(HEDGED);
    story.admit().abandon().hedge().fails(1, UNAVAILABLE);
    story.another_call().admit().wins(1).hedge().fails(1, UNAVAILABLE);
    let expected = [
        "0ns: attempt 1", "0ns: abandoned", "0ns: no hedge", "0ns: stop cancelled", "0ns: attempt 1",
        "0ns: success", "0ns: no hedge", "0ns: stop success",
    ];
    assert_eq!(expected, *story.told());
}

#[test]
fn the_attempts_that_no_longer_matter_give_back_what_they_hold() {
    let both = r#"{"hedge":{"delay":"50ms"},"bulkhead":{"max_concurrent":2}}"#;
    let taken = ["0ns: attempt 1", "0ns: attempt 2"];
    let mut story = Story::of(both);
    story.admit().hedge().wins(2).told();
    assert_eq!(taken, *story.another_call().admit().hedge().told());
    let mut story = Story::of(both);
    story.admit().hedge().fails(2, NOT_FOUND).told();
    assert_eq!(taken, *story.another_call().admit().hedge().told());
}

#[test]
fn without_a_section_about_retries_no_budget_is_asked_for_hedges() {
    let policy = Policy::parse(r#"{"hedge":{"delay":"50ms","max_hedges":2}}"#).unwrap();
    assert_eq!((None, None), (policy.guards().budget, crate::call::Retry::never().budget));
}
