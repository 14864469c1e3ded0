//! Retries that a budget pays for.

use super::*;

/// A budget of two retries; a success earns half of one.
const TWO: &str = r#""max_attempts":9,"budget":{"capacity":4,"retry_cost":2,"success_refund":1}"#;

#[test]
fn retries_end_when_the_budget_is_spent_and_the_callers_own_error_comes_out() {
    let mut story = Story::of(&plain(TWO));
    story.play(&[UNAVAILABLE; 9]);
    let expected = [
        "0ns: attempt 1", "0ns: wait 1s", "1s: attempt 2", "1s: wait 2s", "3s: attempt 3", "3s: stop budget",
    ];
    assert_eq!(expected, *story.told());
}

#[test]
fn all_calls_of_a_policy_draw_on_one_budget() {
    let mut story = Story::of(&plain(TWO));
    story.play(&[UNAVAILABLE, UNAVAILABLE]).succeed().told();
    story.another_call().play(&[UNAVAILABLE, UNAVAILABLE]);
    // The first call took both and earned one back by its success.
    assert_eq!(["3s: attempt 1", "3s: wait 1s", "4s: attempt 2", "4s: stop budget"], *story.told());
}

#[test]
fn successes_earn_retries_back() {
    let mut story = Story::of(&plain(TWO));
    story.play(&[UNAVAILABLE; 9]).others_succeed(2).another_call().told();
    story.play(&[UNAVAILABLE; 9]);
    assert_eq!(["3s: attempt 1", "3s: wait 1s", "4s: attempt 2", "4s: stop budget"], *story.told());
}

#[test]
fn what_would_not_be_retried_anyhow_costs_nothing() {
    for retry in [
        r#""max_attempts":2,"budget":{"capacity":2,"retry_cost":2}"#,
        r#""max_attempts":5,"deadline":0.5,"budget":{"capacity":2,"retry_cost":2}"#,
    ] {
        let mut story = Story::of(&plain(retry));
        story.play(&[NOT_FOUND]).another_call().admit().told();
        let before = story.guards.budget.clone();
        if retry.contains("deadline") {
            story.fail(UNAVAILABLE);
            assert_eq!(["0ns: stop deadline"], *story.told());
        }
        assert_eq!(before, story.guards.budget);
    }
}

/// mode: budget inert by default
#[test]
fn by_default_a_dependency_that_is_down_sees_a_hundred_retries_and_no_more() {
    let mut story = Story::of(&plain(""));
    let mut attempts = 0;
    for _ in 0..10_000 {
        story.play(&[UNAVAILABLE; 9]).another_call();
        attempts += story.told().iter().filter(|line| line.contains("attempt")).count();
    }
    assert_eq!(10_000 + 100, attempts);
}

#[test]
fn a_ratio_budget_hears_of_a_call_once_however_often_it_is_retried() {
    let retry =
        r#""max_attempts":4,"budget":{"kind":"ratio","ratio":0.5,"min_retries_per_second":0,"ttl":"1h"}"#;
    let mut story = Story::of(&plain(retry));
    let mut retries = 0;
    for _ in 0..10 {
        story.play(&[UNAVAILABLE; 9]).another_call();
        retries += story.told().iter().filter(|line| line.contains("wait")).count();
    }
    assert_eq!(5, retries);
}

/// mode: retries of one call taken from the next
#[test]
fn by_default_a_single_call_may_make_all_its_attempts() {
    let mut story = Story::of(&plain("\"max_attempts\":1000,\"initial_delay\":0"));
    story.play(&[UNAVAILABLE; 1_000]);
    assert_eq!(
        (1_000, Some(StopReason::Exhausted)),
        (story.call.report().attempt_count, story.call.report().stop_reason)
    );
}
