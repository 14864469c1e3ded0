//! One call.

use super::*;

#[test]
fn a_step_on_the_bench_is_passed_over_and_that_is_no_failure_of_it() {
    let mut sim = Sim::new(plain());
    sim.benched = std::vec![(0, Availability::BenchedUntil(at(50_000)))];
    assert_eq!([1], *sim.call());
    let first = &sim.statistics().steps[0];
    assert_eq!((0, 0, 1), (first.attempts, first.failures, first.benched));
}

#[test]
fn a_bench_whose_time_has_come_is_none() {
    let mut sim = Sim::new(plain());
    sim.benched = std::vec![(0, Availability::BenchedUntil(sim.now))];
    assert_eq!([0], *sim.call());
}

#[test]
fn all_benched_says_when_the_first_is_back() {
    let mut sim = Sim::new(plain());
    let until = Availability::BenchedUntil;
    sim.benched = std::vec![(0, until(at(43_260))), (1, Availability::Benched), (2, until(at(43_230)))];
    let mut run = sim.begin();
    let answer = Decision::AllBenched { until: Some(at(43_230)) };
    assert_eq!(answer, sim.next(&mut run));
    assert_eq!(answer, sim.next(&mut run), "the answer stays");
    assert_eq!((1, 1), (sim.chain.tally().calls, sim.chain.tally().all_benched));
    assert_eq!(Some(secs(30)), run.report(&sim.chain).retry_after);
}

#[test]
fn all_benched_without_a_time_is_said_without_one() {
    let mut sim = Sim::new(plain());
    sim.benched = (0..3).map(|step| (step, Availability::Benched)).collect();
    let mut run = sim.begin();
    assert_eq!(Decision::AllBenched { until: None }, sim.next(&mut run));
}

#[test]
fn when_the_others_failed_a_benched_step_says_when_it_is_back() {
    let mut sim = Sim::new(plain());
    sim.benched = std::vec![(1, Availability::BenchedUntil(at(43_300)))];
    let mut run = sim.begin();
    for _ in 0..2 {
        let step = sim.tries(&mut run);
        sim.fails(&mut run, step, Category::Server);
    }
    assert_eq!(Decision::Exhausted { until: Some(at(43_300)) }, sim.next(&mut run));
}

#[test]
fn of_a_bench_the_last_that_was_said_counts() {
    let mut sim = Sim::new(plain());
    sim.benched = std::vec![(0, Availability::BenchedUntil(at(43_300)))];
    let mut run = sim.begin();
    for _ in 0..2 {
        let step = sim.tries(&mut run);
        sim.fails(&mut run, step, Category::Server);
        sim.benched = std::vec![(0, Availability::BenchedUntil(at(43_900)))];
    }
    assert_eq!(Decision::Exhausted { until: Some(at(43_900)) }, sim.next(&mut run));
}

#[test]
fn a_step_that_came_off_its_bench_in_the_meantime_takes_its_place() {
    let mut sim = Sim::new(plain());
    sim.benched = std::vec![(0, Availability::BenchedUntil(at(43_210)))];
    let mut run = sim.begin();
    assert_eq!(1, sim.tries(&mut run));
    sim.after(secs(30));
    sim.fails(&mut run, 1, Category::Timeout);
    assert_eq!(0, sim.tries(&mut run));
    run.succeeded(&mut sim.chain, 0, sim.now).unwrap();
    assert_eq!(0, sim.statistics().steps[0].benched);
    let whys: Vec<_> = run.report(&sim.chain).passed.iter().map(|passed| passed.why).collect();
    assert_eq!([Why::Failed], *whys);
}

#[test]
fn bad_credentials_and_bad_requests_fail_now() {
    for category in [Category::Auth, Category::InvalidRequest] {
        let mut sim = Sim::new(plain());
        let mut run = sim.begin();
        let step = sim.tries(&mut run);
        sim.fails(&mut run, step, category);
        assert_eq!(Decision::FailNow { step: 0 }, sim.next(&mut run), "{category:?}");
        assert_eq!((1, 1), (sim.chain.tally().calls, sim.chain.tally().failed_now));
    }
}

#[test]
fn what_fails_now_can_be_chosen() {
    let fail_now = std::collections::BTreeSet::from([Category::Quota]);
    let mut sim = Sim::new(ChainConfig { fail_now, ..plain() });
    let mut run = sim.begin();
    sim.tries(&mut run);
    sim.fails(&mut run, 0, Category::Auth);
    assert_eq!(1, sim.tries(&mut run));
    sim.fails(&mut run, 1, Category::Quota);
    assert_eq!(Decision::FailNow { step: 1 }, sim.next(&mut run));
}

#[test]
fn what_fails_now_can_be_chosen_for_a_step_alone() {
    let mut config = plain();
    config.steps[0].fail_now = Some([Category::Quota].into());
    let mut sim = Sim::new(config);
    let mut run = sim.begin();
    sim.tries(&mut run);
    sim.fails(&mut run, 0, Category::Auth);
    assert_eq!(1, sim.tries(&mut run));
    sim.fails(&mut run, 1, Category::Auth);
    assert_eq!(Decision::FailNow { step: 1 }, sim.next(&mut run));
}

#[test]
fn a_verdict_that_fails_now_speaks_of_the_call_and_demotes_no_step() {
    let mut sim = Sim::new(learning());
    for _ in 0..10 {
        let mut run = sim.begin();
        let step = sim.tries(&mut run);
        sim.fails(&mut run, step, Category::InvalidRequest);
    }
    let first = &sim.statistics().steps[0];
    assert_eq!((10, Recent::default()), (first.failures, first.recent));
}

#[test]
fn a_cancelled_step_ends_the_call_and_counts_for_nobody() {
    let mut sim = Sim::new(learning());
    for by_verdict in [true, false] {
        let mut run = sim.begin();
        sim.tries(&mut run);
        if by_verdict {
            sim.fails(&mut run, 0, Category::Cancelled);
        } else {
            run.abandoned(&mut sim.chain, sim.now).unwrap();
        }
        assert_eq!(Some(Ending::Abandoned), run.ending());
        assert_eq!(Err(Misuse::Over), run.next(&mut sim.chain, |_| Availability::Ready, sim.now));
    }
    let statistics = sim.statistics();
    assert_eq!((2, 2), (statistics.tally.calls, statistics.tally.abandoned));
    let first = &statistics.steps[0];
    assert_eq!(
        (2, 2, None, Recent::default()),
        (first.attempts, first.abandoned, first.success_rate, first.recent)
    );
}

#[test]
fn an_ignored_error_goes_on_and_counts_for_nobody() {
    let mut sim = Sim::new(learning());
    let mut run = sim.begin();
    sim.tries(&mut run);
    let ignored = Verdict { ignored: true, ..verdict(Category::NotFound) };
    run.failed(&mut sim.chain, 0, &ignored, sim.now).unwrap();
    assert_eq!(1, sim.tries(&mut run));
    let first = &sim.statistics().steps[0];
    assert_eq!((1, 0, 1, Recent::default()), (first.attempts, first.failures, first.ignored, first.recent));
}

#[test]
fn a_step_refused_by_its_own_breaker_was_benched_and_is_not_tried_again() {
    let mut sim = Sim::new(plain());
    let mut run = sim.begin();
    for step in 0..3 {
        assert_eq!(step, sim.tries(&mut run));
        let wait = Some(secs(60 - step as u64));
        if step == 1 {
            run.refused(&mut sim.chain, step, wait, sim.now).unwrap();
        } else {
            let refused = Verdict { retry_after: wait, ..verdict(Category::OpenCircuit) };
            run.failed(&mut sim.chain, step, &refused, sim.now).unwrap();
        }
    }
    assert_eq!(Decision::AllBenched { until: Some(sim.now.saturating_add(secs(58))) }, sim.next(&mut run));
    let statistics = sim.statistics();
    assert!(statistics.steps.iter().all(|step| (step.attempts, step.benched) == (0, 1)), "{statistics:?}");
}

#[test]
fn misuse_is_an_error_and_changes_nothing() {
    let mut sim = Sim::new(learning());
    let mut run = sim.begin();
    let fault = verdict(Category::Server);
    let unchanged = |sim: &mut Sim, run: &mut ChainRun, step: usize, expected: Misuse| {
        let before = (sim.chain.clone(), run.clone());
        let later = sim.now.saturating_add(secs(5));
        assert_eq!(Err(expected), run.succeeded(&mut sim.chain, step, later).map(drop));
        assert_eq!(Err(expected), run.failed(&mut sim.chain, step, &fault, later));
        assert_eq!(Err(expected), run.failed(&mut sim.chain, step, &verdict(Category::Cancelled), later));
        assert_eq!(before, (sim.chain.clone(), run.clone()));
    };
    unchanged(&mut sim, &mut run, 0, Misuse::NotUnderWay { step: 0 });
    unchanged(&mut sim, &mut run, 3, Misuse::UnknownStep { step: 3, steps: 3 });
    sim.tries(&mut run);
    unchanged(&mut sim, &mut run, 1, Misuse::NotUnderWay { step: 1 });
    unchanged(&mut sim, &mut run, usize::MAX, Misuse::UnknownStep { step: usize::MAX, steps: 3 });
    let before = (sim.chain.clone(), run.clone());
    let early = run.next(&mut sim.chain, |_| Availability::Ready, sim.now);
    assert_eq!(Err(Misuse::StillUnderWay { step: 0 }), early);
    assert_eq!(before, (sim.chain.clone(), run.clone()));
    sim.fails(&mut run, 0, Category::Server);
    unchanged(&mut sim, &mut run, 0, Misuse::NotUnderWay { step: 0 });
    sim.tries(&mut run);
    run.succeeded(&mut sim.chain, 1, sim.now).unwrap();
    unchanged(&mut sim, &mut run, 1, Misuse::NotUnderWay { step: 1 });
    unchanged(&mut sim, &mut run, 2, Misuse::Over);
    assert_eq!(Err(Misuse::Over), run.abandoned(&mut sim.chain, sim.now));
    assert_eq!(
        "step 3 does not exist (the chain has 3)",
        Misuse::UnknownStep { step: 3, steps: 3 }.to_string()
    );
}

#[test]
fn two_interleaved_calls_share_nothing_but_the_statistics() {
    let mut sim = Sim::new(plain());
    let (mut one, mut other) = (sim.begin(), sim.begin());
    assert_eq!((0, 0), (sim.tries(&mut one), sim.tries(&mut other)));
    sim.fails(&mut one, 0, Category::Server);
    other.succeeded(&mut sim.chain, 0, sim.now).unwrap();
    assert_eq!(1, sim.tries(&mut one));
    one.succeeded(&mut sim.chain, 1, sim.now).unwrap();
    assert_eq!(2, sim.chain.tally().served);
}

#[test]
fn a_run_that_is_lost_has_never_been() {
    let mut sim = Sim::new(plain());
    let mut run = sim.begin();
    sim.tries(&mut run);
    drop(run);
    assert_eq!(Sim::new(plain()).statistics(), sim.statistics());
}

#[test]
fn time_that_went_backwards_has_not_moved() {
    let mut sim = Sim::new(plain());
    sim.benched = std::vec![(0, Availability::BenchedUntil(sim.now))];
    let mut run = sim.begin();
    let early = run.next(&mut sim.chain, availability(&sim.benched), at(1)).unwrap();
    assert_eq!(Decision::Try { step: 0 }, early, "the bench is over and stays over");
    run.succeeded(&mut sim.chain, 0, at(2)).unwrap();
    let first = &sim.chain.statistics(at(3)).steps[0];
    assert_eq!((Some(secs(0)), Some(secs(0))), (first.last_latency, first.last_success_ago));
}

#[test]
fn the_report_tells_who_was_passed_over_and_why() {
    let mut sim = Sim::new(plain());
    sim.benched = std::vec![(0, Availability::Benched)];
    let mut run = sim.begin();
    let step = sim.after(secs(2)).tries(&mut run);
    sim.after(secs(3)).fails(&mut run, step, Category::Timeout);
    let step = sim.tries(&mut run);
    sim.after(secs(1));
    run.succeeded(&mut sim.chain, step, sim.now).unwrap();
    let expected = "{\"ending\":\"served\",\"served\":{\"name\":\"local\",\"quality\":0.85,\"cost\":0.01},\"passed\":[\
                    {\"name\":\"gpt4\",\"why\":\"benched\",\"verdict\":null,\"started\":2.0,\"took\":null},\
                    {\"name\":\"claude\",\"why\":\"failed\",\"verdict\":{\"category\":\"timeout\",\"status\":\"transient\",\
                    \"retryable\":true,\"retry_after\":null,\"rule\":\"test\"},\"started\":2.0,\"took\":3.0}],\
                    \"explored\":null,\"retry_after\":null,\"elapsed\":6.0}";
    assert_eq!(expected, serde_json::to_string(&run.report(&sim.chain)).unwrap());
}
