use super::*;

fn first_wait(policy: &str, hint: &str) -> String {
    let mut story = Story::of(policy);
    let told = story.admit().fail(&come_back_in(hint)).told();
    told[1].clone()
}

#[test]
fn a_hint_replaces_the_delay_whether_longer_or_shorter() {
    assert_eq!("0ns: wait 7s", first_wait(&plain(""), "7"));
    assert_eq!("0ns: wait 2s", first_wait(&plain("\"initial_delay\":30"), "2"));
}

#[test]
fn a_hint_is_not_jittered() {
    assert_eq!("0ns: wait 7s", first_wait("{\"retry\":{\"jitter\":\"full\"}}", "7"));
}

#[test]
fn a_hint_of_zero_is_no_hint() {
    assert_eq!("0ns: wait 1s", first_wait(&plain(""), "0"));
}

#[test]
fn a_hint_up_to_the_cap_is_obeyed() {
    assert_eq!("0ns: wait 60s", first_wait(&plain(""), "60"));
}

#[test]
fn a_hint_above_the_cap_ends_the_call_unless_told_otherwise() {
    assert_eq!("0ns: stop retry_after_over_cap", first_wait(&plain(""), "61"));
    assert_eq!("0ns: wait 60s", first_wait(&plain("\"retry_after_over_cap\":\"clamp\""), "61"));
    assert_eq!("0ns: wait 1s", first_wait(&plain("\"retry_after_over_cap\":\"ignore\""), "61"));
}

#[test]
fn a_policy_may_refuse_to_hear_hints() {
    let deaf = plain("\"respect_retry_after\":false");
    assert_eq!(("0ns: wait 1s", "0ns: wait 1s"), (&*first_wait(&deaf, "7"), &*first_wait(&deaf, "3600")));
}

#[test]
fn a_hint_that_is_none_leaves_the_delay() {
    for hint in ["", "soon", "-5", "NaN", "1e9999", "99999999999999999999999999999x"] {
        assert_eq!("0ns: wait 1s", first_wait(&plain(""), hint), "{hint}");
    }
}

#[test]
fn a_hint_does_not_turn_a_permanent_error_into_another_try() {
    let mut story = Story::of(&plain(""));
    let told = story.admit().fail(r#"{"status":404,"headers":{"retry-after":"1"}}"#).told();
    assert_eq!("0ns: stop permanent", told[1]);
}

#[test]
fn the_computed_delays_go_on_after_a_hint() {
    let mut story = Story::of(&plain(""));
    let told = story.play(&[&come_back_in("7"), UNAVAILABLE]).told();
    assert_eq!(["0ns: attempt 1", "0ns: wait 7s", "7s: attempt 2", "7s: wait 2s", "9s: attempt 3"], *told);
}
