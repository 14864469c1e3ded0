use std::vec;

use super::*;

fn limits(policy: &str, attempts: usize) -> Vec<String> {
    let mut story = Story::of(policy);
    let told = story.play(&vec![UNAVAILABLE; attempts - 1]).told();
    told.iter().filter_map(|line| line.split_once(": attempt ")).map(|(_, attempt)| attempt.into()).collect()
}

#[test]
fn the_limit_of_an_attempt_stays() {
    let policy = "{\"retry\":{},\"timeout\":{\"attempt\":30}}";
    assert_eq!(["1 of 30s", "2 of 30s", "3 of 30s"], *limits(policy, 3));
}

#[test]
fn the_limit_of_an_attempt_grows_up_to_its_own_limit() {
    let policy = "{\"retry\":{\"max_attempts\":5},\"timeout\":{\"attempt\":30,\"growth\":2,\"max\":120}}";
    assert_eq!(["1 of 30s", "2 of 60s", "3 of 120s", "4 of 120s"], *limits(policy, 4));
}

#[test]
fn the_limit_of_an_attempt_is_never_longer_than_what_is_left() {
    let policy = "{\"retry\":{\"jitter\":\"none\",\"deadline\":33},\"timeout\":{\"attempt\":30,\"growth\":2,\"max\":120}}";
    assert_eq!(["1 of 30s", "2, 32s left", "3, 30s left"], *limits(policy, 3));
}

#[test]
fn an_attempt_that_may_take_all_that_is_left_is_cut_off_by_its_own_limit() {
    assert_eq!(["1 of 30s"], *limits("{\"retry\":{\"deadline\":30},\"timeout\":{\"attempt\":30}}", 1));
}

#[test]
fn an_attempt_without_any_limit_has_none() {
    assert_eq!(["1", "2"], *limits(&plain(""), 2));
}

/// mode: arithmetic of durations panics
#[test]
fn the_limit_of_a_very_late_attempt_does_not_overflow() {
    let story = Story::of("{\"timeout\":{\"attempt\":30,\"growth\":1000,\"max\":\"36500d\"}}");
    let timeout = story.policy.timeout.unwrap();
    for number in [2, 64, 1_025, 10_000, u32::MAX] {
        assert!(timeout.limit(number) <= secs(36_500 * 86_400), "{number}");
    }
}
