use super::*;
use crate::breaker::StateName;

const FAILURE: Outcome = Outcome::failure(1);

/// Plain delays and a breaker that opens for a minute after so many failures in a row.
fn guarded(threshold: u32, retry: &str) -> String {
    let breaker = format!(",\"circuit_breaker\":{{\"failure_threshold\":{threshold}}}}}");
    let mut policy = plain(retry);
    policy.pop();
    policy + &breaker
}

/// mode: retry hammers an open breaker and hides the cause
#[test]
fn a_breaker_that_opens_during_a_call_ends_it_with_the_callers_own_error() {
    let mut story = Story::of(&guarded(2, ""));
    let expected =
        ["0ns: attempt 1", "0ns: wait 1s", "1s: attempt 2", "1s: stop circuit_open, closed > open"];
    assert_eq!(expected, *story.play(&[UNAVAILABLE, UNAVAILABLE]).told());
}

/// mode: retry hammers an open breaker and hides the cause
#[test]
fn a_breaker_that_others_opened_ends_the_call_without_a_wait() {
    let mut story = Story::of(&guarded(2, ""));
    let told = story.admit().others(FAILURE, 2).fail(UNAVAILABLE).told();
    assert_eq!(["0ns: attempt 1", "0ns: others, closed > open", "0ns: stop circuit_open"], *told);
}

#[test]
fn a_breaker_that_opens_while_the_call_waits_rejects_the_next_attempt() {
    let mut story = Story::of(&guarded(3, ""));
    let told = story.admit().fail(UNAVAILABLE).others(FAILURE, 2).sleep().admit().told();
    let expected = [
        "0ns: attempt 1",
        "0ns: wait 1s",
        "0ns: others, closed > open",
        "1s: rejected, come back in Some(59s)",
    ];
    assert_eq!(expected, *told);
    assert_eq!(Some(StopReason::CircuitOpen), story.call.report().stop_reason);
    assert_eq!("server", story.call.verdict().unwrap().category.name(), "the last real error is still known");
}

#[test]
fn an_open_breaker_rejects_a_new_call_and_says_when_to_come_back() {
    let mut story = Story::of(&guarded(1, ""));
    let told = story.others(FAILURE, 1).after(secs(20)).admit().told();
    assert_eq!(["0ns: others, closed > open", "20s: rejected, come back in Some(40s)"], *told);
    assert_eq!(0, story.call.report().attempt_count);
}

#[test]
fn a_wait_that_outlasts_the_open_breaker_is_begun() {
    let mut story = Story::of(&guarded(1, ""));
    let told = story.admit().fail(&come_back_in("60")).sleep().admit().succeed().told();
    let expected = [
        "0ns: attempt 1", "0ns: wait 60s, closed > open", "60s: attempt 2, open > half_open",
        "60s: success, half_open > closed",
    ];
    assert_eq!(expected, *told);
}

#[test]
fn who_asks_for_it_waits_for_an_open_breaker() {
    let mut story = Story::of(&guarded(1, "\"retry_open_circuit\":true"));
    let told = story.admit().fail(UNAVAILABLE).sleep().admit().told();
    assert_eq!(["0ns: attempt 1", "0ns: wait 60s, closed > open", "60s: attempt 2, open > half_open"], *told);
}

#[test]
fn who_waits_for_an_open_breaker_waits_before_the_first_attempt_too() {
    let mut story = Story::of(&guarded(1, "\"retry_open_circuit\":true"));
    let told = story.others(FAILURE, 1).after(secs(20)).admit().sleep().admit().told();
    let expected = ["0ns: others, closed > open", "20s: wait 40s", "60s: attempt 1, open > half_open"];
    assert_eq!(expected, *told);
}

/// mode: special retry rule without a bound
#[test]
fn waits_for_an_open_breaker_are_retries_and_come_to_an_end() {
    let mut story = Story::of(&guarded(1, "\"retry_open_circuit\":true,\"max_attempts\":3"));
    story.others(FAILURE, 1).told();
    let told = story.admit().admit().admit().told();
    assert_eq!(["0ns: wait 60s", "0ns: wait 60s", "0ns: rejected, come back in Some(60s)"], *told);
}

#[test]
fn a_wait_for_an_open_breaker_that_would_end_after_the_deadline_is_not_begun() {
    let mut story = Story::of(&guarded(1, "\"retry_open_circuit\":true,\"deadline\":60"));
    assert_eq!("0ns: stop deadline, closed > open", story.admit().fail(UNAVAILABLE).told()[1]);
    assert_eq!("0ns: rejected, come back in Some(60s)", story.another_call().admit().told()[0]);
}

#[test]
fn a_breaker_held_open_is_not_waited_for() {
    let mut story = Story::of(&guarded(1, "\"retry_open_circuit\":true"));
    story.admit();
    story.breaker().force(crate::breaker::Forced::Open);
    assert_eq!("0ns: stop circuit_open", story.fail(UNAVAILABLE).told()[1]);
    assert_eq!("0ns: rejected, come back in None", story.another_call().admit().told()[0]);
}

#[test]
fn abandoning_returns_the_ticket_and_counts_nothing() {
    let mut story = Story::of(&guarded(1, ""));
    story.others(FAILURE, 1).after(secs(60)).admit().told();
    assert_eq!(Some(secs(60)), story.opens_in());
    assert_eq!(["60s: abandoned"], *story.abandon().told());
    assert_eq!(Some(Duration::ZERO), story.opens_in(), "the place is free again");
    assert_eq!(Some(StopReason::Cancelled), story.call.report().stop_reason);
    assert_eq!(["60s: attempt 1"], *story.another_call().admit().told());
}

#[test]
fn abandoning_between_attempts_or_after_the_end_changes_nothing() {
    let mut story = Story::of(&guarded(5, ""));
    story.admit().fail(UNAVAILABLE).abandon().abandon();
    assert_eq!((1, 0), (story.failures(), story.breaker().tally().stale));
    story.another_call().admit().fail(MISTAKE).abandon();
    assert_eq!(Some(StopReason::Permanent), story.call.report().stop_reason);
}

#[test]
fn only_errors_that_blame_the_dependency_count() {
    for (fault, counted) in [
        (UNAVAILABLE, 1),
        (REFUSED, 1),
        (RESET, 1),
        (NOT_FOUND, 0),
        (MISTAKE, 0),
        (CANCELLED, 0),
        (r#"{"status":401}"#, 0),
    ] {
        let mut story = Story::of(&guarded(9, ""));
        story.admit().fail(fault);
        assert_eq!(counted, story.failures(), "{fault}");
    }
}

/// mode: too few calls or the caller's own errors open the breaker
#[test]
fn a_callers_mistake_neither_trips_nor_heals() {
    let mut story = Story::of(&guarded(2, ""));
    story.admit().fail(UNAVAILABLE).another_call();
    for _ in 0..10 {
        story.admit().fail(NOT_FOUND).another_call();
    }
    assert_eq!(1, story.failures());
    assert_eq!(
        "0ns: stop circuit_open, closed > open",
        *story.admit().fail(UNAVAILABLE).told().last().unwrap()
    );
}

#[test]
fn only_what_is_listed_counts_if_there_is_a_list() {
    let policy = "{\"circuit_breaker\":{\"expected_exception\":\"ValueError\",\"failure_threshold\":9}}";
    for (fault, counted) in [(MISTAKE, 1), (UNAVAILABLE, 0), (REFUSED, 0), (CANCELLED, 0)] {
        let mut story = Story::of(policy);
        story.admit().fail(fault);
        assert_eq!(counted, story.failures(), "{fault}");
    }
}

/// mode: cancellation counted or retried
#[test]
fn cancellation_never_counts_whatever_is_listed() {
    let policy = "{\"circuit_breaker\":{\"expected_exception\":[\"CancelledError\",\"BaseException\"]}}";
    let mut story = Story::of(policy);
    story.admit().fail(CANCELLED);
    assert_eq!(0, story.failures());
}

/// mode: ignored outcome uses up the probe
#[test]
fn an_ignored_probe_lets_the_next_caller_in() {
    let mut story = Story::of(&guarded(1, ""));
    story.others(FAILURE, 1).after(secs(60)).admit().fail(NOT_FOUND);
    assert_eq!((StateName::HalfOpen, Some(Duration::ZERO)), (story.state(), story.opens_in()));
}

#[test]
fn a_call_admitted_on_the_lane_settles_like_any_other() {
    let mut story = Story::of(&guarded(1, ""));
    let ticket: Ticket = story.breaker().lane().admits().unwrap();
    story.call = Call::under_way(1, story.now, ticket);
    assert_eq!(["2s: stop circuit_open, closed > open"], *story.after(secs(2)).fail(UNAVAILABLE).told());
    assert_eq!((1, secs(2)), (story.call.report().attempt_count, story.call.report().elapsed));
}

#[test]
fn a_call_without_a_breaker_is_never_rejected() {
    let policy = Policy::parse(&plain("")).unwrap();
    let mut call = Call::new(1, START);
    assert_eq!(
        Next::Attempt { number: 1, timeout: None, by_deadline: false, hedge_after: None },
        call.admit(&policy, &mut Ungated, START).next
    );
    assert_eq!(Next::Wait(secs(1)), call.fail(&policy, &mut Ungated, &parse(UNAVAILABLE), START).next);
    assert_eq!((Some(Duration::ZERO), None), (Ungated.retry_after(START), call.abandon(&mut Ungated, START)));
}

#[test]
fn the_open_breaker_of_somebody_else_ends_the_call_unless_it_is_listed() {
    let open = r#"{"host":"python","type":"pybreaker.CircuitBreakerError","bases":["Exception"]}"#;
    assert_eq!("0ns: stop circuit_open", Story::of(&plain("")).admit().fail(open).told()[1]);
    let listed = plain("\"retry_on\":[\"CircuitBreakerError\"]");
    assert_eq!("0ns: wait 1s", Story::of(&listed).admit().fail(open).told()[1]);
}

#[test]
fn a_wait_for_an_open_breaker_that_ends_before_the_deadline_is_begun() {
    let mut story = Story::of(&guarded(1, "\"retry_open_circuit\":true,\"deadline\":61"));
    story.others(FAILURE, 1).told();
    assert_eq!(
        ["0ns: wait 60s", "60s: attempt 1, 1s left, open > half_open"],
        *story.admit().sleep().admit().told()
    );
}

/// mode: deadline overshot
#[test]
fn a_wait_for_an_open_breaker_that_lasts_beyond_the_deadline_ends_the_call() {
    let mut story = Story::of(&guarded(1, "\"retry_open_circuit\":true,\"deadline\":61"));
    story.others(FAILURE, 1).told();
    assert_eq!(["0ns: wait 60s", "61s: stop deadline"], *story.admit().after(secs(61)).admit().told());
}
