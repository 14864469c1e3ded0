use super::*;

#[test]
fn a_success_at_once_is_the_end() {
    let mut story = Story::of(&plain(""));
    assert_eq!(["0ns: attempt 1", "0ns: success"], *story.admit().after(secs(0)).succeed().told());
    assert_eq!(Some(StopReason::Success), story.call.report().stop_reason);
}

#[test]
fn waits_double_until_a_success() {
    let mut story = Story::of(&plain(""));
    story.play(&[UNAVAILABLE, UNAVAILABLE, UNAVAILABLE]).succeed();
    let expected = [
        "0ns: attempt 1", "0ns: wait 1s", "1s: attempt 2", "1s: wait 2s", "3s: attempt 3", "3s: wait 4s",
        "7s: attempt 4", "7s: success",
    ];
    assert_eq!(expected, *story.told());
}

#[test]
fn attempts_are_counted_with_the_first_call() {
    let mut story = Story::of(&plain("\"max_attempts\":2"));
    let told = story.play(&[UNAVAILABLE; 9]).told();
    assert_eq!(["0ns: attempt 1", "0ns: wait 1s", "1s: attempt 2", "1s: stop exhausted"], *told);
}

#[test]
fn retries_are_counted_without_it() {
    let mut story = Story::of(&plain("\"max_retries\":2"));
    story.play(&[UNAVAILABLE; 9]);
    assert_eq!(3, story.call.report().attempt_count);
}

/// mode: consumed body or generator retried
#[test]
fn a_call_that_has_answered_in_part_is_not_repeated() {
    let mut story = Story::of(&plain(""));
    story.play(&[UNAVAILABLE]);
    story.call.answers();
    let expected = ["0ns: attempt 1", "0ns: wait 1s", "1s: attempt 2", "1s: stop not_idempotent"];
    assert_eq!(expected, *story.fail(UNAVAILABLE).told());
}

#[test]
fn a_document_without_a_retry_section_makes_one_call() {
    let mut story = Story::of("{}");
    assert_eq!(["0ns: attempt 1", "0ns: stop exhausted"], *story.play(&[UNAVAILABLE]).told());
}

#[test]
fn an_error_that_will_not_go_away_ends_the_call() {
    for fault in [MISTAKE, NOT_FOUND] {
        let mut story = Story::of(&plain(""));
        assert_eq!(["0ns: attempt 1", "0ns: stop permanent"], *story.play(&[fault]).told(), "{fault}");
    }
}

#[test]
fn a_permanent_error_after_a_transient_one_ends_the_call() {
    let mut story = Story::of(&plain(""));
    let told = story.play(&[UNAVAILABLE, MISTAKE]).told();
    assert_eq!(["0ns: attempt 1", "0ns: wait 1s", "1s: attempt 2", "1s: stop permanent"], *told);
}

/// mode: cancellation counted or retried
#[test]
fn cancellation_ends_the_call_even_where_a_rule_asks_for_another_try() {
    let rules = "\"classify\":{\"rules\":[{\"match\":{\"type\":\"CancelledError\"},\"then\":\"transient\"}]}";
    for policy in [plain(""), plain("").replace("}}", &format!("}},{rules}}}"))] {
        let mut story = Story::of(&policy);
        assert_eq!(["0ns: attempt 1", "0ns: stop cancelled"], *story.play(&[CANCELLED]).told(), "{policy}");
    }
}

#[test]
fn what_is_listed_to_be_retried_is_and_nothing_else() {
    let policy = plain("\"retryable_exceptions\":[\"ValueError\"]");
    assert_eq!("0ns: wait 1s", Story::of(&policy).admit().fail(MISTAKE).told()[1]);
    assert_eq!("0ns: stop permanent", Story::of(&policy).admit().fail(UNAVAILABLE).told()[1]);
}

/// mode: write repeated that may have been done
#[test]
fn a_call_that_must_not_be_repeated_is_repeated_only_if_it_never_left() {
    let policy = plain("\"idempotent\":false");
    assert_eq!("0ns: wait 1s", Story::of(&policy).admit().fail(REFUSED).told()[1]);
    assert_eq!("0ns: stop not_idempotent", Story::of(&policy).admit().fail(RESET).told()[1]);
    assert_eq!("0ns: stop permanent", Story::of(&policy).admit().fail(MISTAKE).told()[1]);
}

#[test]
fn an_ignored_error_is_not_retried() {
    let policy = "{\"retry\":{},\"classify\":{\"rules\":[{\"match\":{\"status\":503},\"then\":\"ignore\"}]}}";
    assert_eq!(["0ns: attempt 1", "0ns: stop permanent"], *Story::of(policy).play(&[UNAVAILABLE]).told());
}

#[test]
fn after_so_many_identical_failures_in_a_row_the_waits_double() {
    let mut story = Story::of(&plain("\"strategy\":\"constant\",\"escalate_after\":3,\"max_attempts\":9"));
    let waits: Vec<String> =
        story.play(&[RESET, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, RESET]).told();
    let waits: Vec<&str> =
        waits.iter().filter_map(|line| line.split_once("wait ")).map(|(_, wait)| wait).collect();
    assert_eq!(["1s", "1s", "1s", "8s", "16s", "1s"], *waits);
}

#[test]
fn a_wait_of_zero_is_a_wait_of_zero() {
    let mut story = Story::of(&plain("\"initial_delay\":0"));
    assert_eq!(["0ns: attempt 1", "0ns: wait 0ns", "0ns: attempt 2"], *story.play(&[UNAVAILABLE]).told());
}

#[test]
fn the_same_seed_waits_the_same_and_another_seed_does_not() {
    let waits = |seed| {
        let mut story = Story::seeded("{\"retry\":{\"max_attempts\":20}}", seed);
        story.play(&[UNAVAILABLE; 19]).told()
    };
    assert_eq!(waits(7), waits(7));
    assert_ne!(waits(7), waits(8));
}

/// mode: wall clock steps
#[test]
fn a_clock_that_steps_back_neither_ends_a_call_nor_prolongs_it() {
    let mut story = Story::of(&plain("\"deadline\":10"));
    story.after(secs(100)).another_call().admit().after(secs(5)).fail(UNAVAILABLE);
    story.now = START;
    story.admit().fail(UNAVAILABLE);
    let expected = ["100s: attempt 1, 10s left", "105s: wait 1s", "0ns: attempt 2, 5s left", "0ns: wait 2s"];
    assert_eq!(expected, *story.told());
    assert_eq!(secs(5), story.call.report().elapsed);
}

#[test]
fn a_call_that_is_over_makes_no_further_attempt() {
    let mut story = Story::of(&plain(""));
    story.admit().fail(NOT_FOUND).admit().another_call().admit().succeed().admit();
    let expected = [
        "0ns: attempt 1", "0ns: stop permanent", "0ns: stop permanent", "0ns: attempt 1", "0ns: success",
        "0ns: stop success",
    ];
    assert_eq!(expected, *story.told());
}

#[test]
fn who_asks_again_while_an_attempt_is_under_way_loses_nothing() {
    let mut story = Story::of(r#"{"bulkhead": {"max_concurrent": 1}}"#);
    story.admit().admit().succeed().another_call().admit();
    assert_eq!(["0ns: attempt 1", "0ns: race goes on", "0ns: success", "0ns: attempt 1"], *story.told());
}
