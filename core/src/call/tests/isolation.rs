use super::*;

#[test]
fn two_interleaved_calls_share_nothing_but_the_breaker() {
    let policy = Policy::parse(&plain("\"max_attempts\":3")).unwrap();
    let (mut first, mut second) = (Call::new(1, START), Call::new(1, START));
    let later = START.saturating_add(secs(5));
    let fault = parse(UNAVAILABLE);
    let fail = |call: &mut Call, now| {
        let Next::Attempt { .. } = call.admit(&policy, &mut Ungated, now).next else {
            return "refused".into();
        };
        match call.fail(&policy, &mut Ungated, &fault, now).next {
            Next::Wait(wait) => format!("wait {wait:?}"),
            next => format!("{next:?}"),
        }
    };
    let told: Vec<String> = [
        fail(&mut first, START),
        fail(&mut first, later),
        fail(&mut second, later),
        fail(&mut first, later),
        fail(&mut second, later),
        fail(&mut second, later),
    ]
    .into();
    assert_eq!(["wait 1s", "wait 2s", "wait 1s", "Stop(Exhausted)", "wait 2s", "Stop(Exhausted)"], *told);
}

/// mode: retries of one call taken from the next
#[test]
fn a_call_after_an_exhausted_one_gets_all_its_attempts() {
    let mut story = Story::of(&plain("\"max_attempts\":3"));
    for _ in 0..5 {
        story.another_call().play(&[UNAVAILABLE; 9]);
        assert_eq!(3, story.call.report().attempt_count);
    }
}

#[test]
fn two_calls_with_the_same_seed_do_not_disturb_each_others_delays() {
    let policy = "{\"retry\":{\"max_attempts\":9}}";
    let alone = Story::seeded(policy, 5).play(&[UNAVAILABLE; 5]).told();
    let (mut first, mut second) = (Story::seeded(policy, 5), Story::seeded(policy, 5));
    first.admit();
    second.admit();
    for _ in 0..5 {
        first.fail(UNAVAILABLE).sleep().admit();
        second.fail(UNAVAILABLE).sleep().admit();
    }
    assert_eq!((&alone, &alone), (&first.told(), &second.told()));
}
