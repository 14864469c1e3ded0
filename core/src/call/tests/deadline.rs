use super::*;

/// mode: deadline overshot
#[test]
fn a_wait_that_would_end_after_the_deadline_is_not_begun() {
    let mut story = Story::of(&plain("\"deadline\":5"));
    let told = story.play(&[UNAVAILABLE; 3]).told();
    let expected = [
        "0ns: attempt 1, 5s left", "0ns: wait 1s", "1s: attempt 2, 4s left", "1s: wait 2s",
        "3s: attempt 3, 2s left", "3s: stop deadline",
    ];
    assert_eq!(expected, *told);
}

#[test]
fn a_wait_that_would_end_exactly_at_the_deadline_is_not_begun_either() {
    assert_eq!("0ns: stop deadline", Story::of(&plain("\"deadline\":1")).admit().fail(UNAVAILABLE).told()[1]);
    assert_eq!(
        "0ns: wait 1s",
        Story::of(&plain("\"deadline\":1.000000001")).admit().fail(UNAVAILABLE).told()[1]
    );
}

#[test]
fn the_time_of_the_attempts_counts() {
    let mut story = Story::of(&plain("\"deadline\":5"));
    assert_eq!(
        ["0ns: attempt 1, 5s left", "4.5s: stop deadline"],
        *story.admit().after(Duration::from_millis(4_500)).fail(UNAVAILABLE).told()
    );
}

#[test]
fn a_hint_beyond_the_deadline_ends_the_call_at_once() {
    let mut story = Story::of(&plain("\"deadline\":5"));
    assert_eq!(
        ["0ns: attempt 1, 5s left", "0ns: stop deadline"],
        *story.admit().fail(&come_back_in("5")).told()
    );
}

/// mode: deadline overshot
#[test]
fn no_attempt_begins_after_the_deadline_though_the_sleep_was_longer_than_asked() {
    let mut story = Story::of(&plain("\"deadline\":5"));
    let told = story.admit().fail(UNAVAILABLE).after(secs(60)).admit().told();
    assert_eq!(["0ns: attempt 1, 5s left", "0ns: wait 1s", "60s: stop deadline"], *told);
}

#[test]
fn running_out_of_attempts_and_of_time_at_once_is_running_out_of_attempts() {
    let mut story = Story::of(&plain("\"deadline\":1,\"max_attempts\":1"));
    assert_eq!("0ns: stop exhausted", story.admit().fail(UNAVAILABLE).told()[1]);
}

#[test]
fn an_attempt_that_was_cut_off_by_the_deadline_ends_the_call_for_that_reason() {
    let mut story = Story::of(&plain("\"deadline\":5"));
    let cut_off = r#"{"type": "failsoft.DeadlineExceededError", "bases": ["TimeoutError", "Exception"]}"#;
    assert_eq!(
        ["0ns: attempt 1, 5s left", "5s: stop deadline"],
        *story.admit().after(secs(5)).fail(cut_off).told()
    );
}

#[test]
fn a_call_that_begins_late_is_still_tried_once() {
    let mut story = Story::of(&plain("\"deadline\":5"));
    let told = story.after(secs(5)).admit().fail(UNAVAILABLE).told();
    assert_eq!(["5s: attempt 1, 0ns left", "5s: stop deadline"], *told);
}

/// mode: deadline overshot
#[test]
fn whatever_the_attempts_take_none_begins_after_the_deadline() {
    for seed in 0..200 {
        let mut story =
            Story::seeded("{\"retry\":{\"deadline\":10,\"max_attempts\":50,\"initial_delay\":0.1}}", seed);
        let mut lengths = crate::rng::Rng::from_seed(seed);
        story.admit();
        while story.call.report().stop_reason.is_none() {
            story.after(Duration::from_millis(lengths.between(0, 1_500))).fail(UNAVAILABLE);
            if story.call.report().stop_reason.is_none() {
                story.sleep().admit();
                assert!(story.now.saturating_since(START) < secs(10), "seed {seed}: {:?}", story.told);
            }
        }
        assert_eq!(Some(StopReason::Deadline), story.call.report().stop_reason, "seed {seed}");
    }
}
