//! How the order follows experience.

use super::*;

#[test]
fn without_reorder_the_order_is_the_documents_always() {
    let mut sim = Sim::new(plain());
    sim.down = std::vec![0, 1];
    for _ in 0..100 {
        assert_eq!([0, 1, 2], *sim.call());
    }
    assert_eq!([0, 1, 2], *sim.order());
}

#[test]
fn a_step_is_demoted_only_after_enough_observations_of_both() {
    let mut sim = Sim::new(learning());
    sim.down = std::vec![0];
    sim.calls(1);
    assert_eq!([0, 1, 2], *sim.order());
    sim.calls(1);
    assert_eq!([1, 0, 2], *sim.order());
}

#[test]
fn a_step_is_never_demoted_for_one_that_nobody_knows() {
    let mut sim = Sim::new(learning());
    for _ in 0..10 {
        let mut run = sim.begin();
        let step = sim.tries(&mut run);
        sim.fails(&mut run, step, Category::Server);
        run.abandoned(&mut sim.chain, sim.now).unwrap();
    }
    assert_eq!([0, 1, 2], *sim.order());
}

#[test]
fn an_unknown_step_keeps_its_place_and_the_others_are_sorted_around_it() {
    let mut sim = Sim::new(learning());
    sim.down = std::vec![0];
    sim.benched = std::vec![(1, Availability::Benched)];
    sim.calls(2);
    assert_eq!([2, 1, 0], *sim.order());
}

#[test]
fn equal_success_is_decided_by_latency_if_it_differs_clearly() {
    for (slow, expected) in [(secs(8), [2, 1, 0]), (secs(1), [0, 1, 2])] {
        let mut sim = Sim::new(learning());
        sim.took = [slow, secs(1), secs(1)];
        for (unavailable, _) in [([1, 2], 0), ([0, 1], 2)] {
            sim.benched = unavailable.map(|step| (step, Availability::Benched)).to_vec();
            sim.calls(3);
        }
        assert_eq!(expected, *sim.order(), "{slow:?}");
    }
}

#[test]
fn latencies_differ_clearly_where_a_power_of_two_of_microseconds_lies_between_them() {
    let micros = Duration::from_micros;
    for (slow, expected) in [(micros(1 << 20), [2, 1, 0]), (micros((1 << 20) - 2), [0, 1, 2])] {
        let mut sim = Sim::new(learning());
        sim.took = [slow, secs(1), secs(1)];
        for unavailable in [[1, 2], [0, 1]] {
            sim.benched = unavailable.map(|step| (step, Availability::Benched)).to_vec();
            sim.calls(3);
        }
        assert_eq!(expected, *sim.order(), "{slow:?}");
    }
}

/// Plays on until the first step is explored, and says whether it is thought to recover.
fn recovers_once_explored(sim: &mut Sim) -> bool {
    sim.down.clear();
    while sim.call() != [0] {}
    sim.chain.snapshot(sim.now).steps["gpt4"].recovering
}

#[test]
fn a_step_recovers_only_from_having_mostly_failed() {
    for (successes, recovers) in [(1, true), (2, false)] {
        let mut sim = Sim::new(learning());
        sim.calls(successes).down = std::vec![0];
        sim.calls(2);
        assert_eq!(
            ([1, 0, 2], recovers),
            (sim.order().try_into().unwrap(), recovers_once_explored(&mut sim))
        );
    }
}

#[test]
fn a_step_whose_failures_are_forgotten_recovers_no_more() {
    let mut sim = Sim::new(learning());
    sim.down = std::vec![0];
    sim.calls(2);
    assert!(recovers_once_explored(&mut sim));
    sim.after(secs(601)).calls(1);
    assert!(!sim.chain.snapshot(sim.now).steps["gpt4"].recovering);
}

#[test]
fn by_success_alone_a_slow_step_keeps_its_place() {
    let reorder = Reorder { by: OrderBy::Success, ..reorder() };
    let mut sim = Sim::new(ChainConfig { reorder: Some(reorder), ..plain() });
    sim.took = [secs(60), secs(1), secs(1)];
    for others in [[1, 2], [0, 2], [0, 1]] {
        sim.benched = others.map(|step| (step, Availability::Benched)).to_vec();
        sim.calls(3);
    }
    assert_eq!([0, 1, 2], *sim.order());
}

#[test]
fn one_failure_among_many_is_noise() {
    let reorder = Reorder { history: count(60), minimum_calls: count(2), ..Reorder::default() };
    let mut sim = Sim::new(ChainConfig { reorder: Some(reorder), ..plain() });
    sim.benched = std::vec![(0, Availability::Benched)];
    sim.calls(3);
    sim.benched.clear();
    sim.calls(45);
    sim.down = std::vec![0];
    sim.calls(1);
    assert_eq!([0, 1, 2], *sim.order());
    sim.calls(2);
    assert_eq!([1, 0, 2], *sim.order());
}

#[test]
fn a_demoted_step_is_explored_on_every_nth_call_and_the_call_is_still_served() {
    let mut sim = Sim::new(learning());
    sim.down = std::vec![0];
    sim.calls(2);
    let tried: Vec<_> = (0..8).map(|_| sim.call()).collect();
    let (known, explores) = (std::vec![1], std::vec![0, 1]);
    let four = [&known, &known, &known, &explores];
    assert_eq!([four, four].concat(), tried.iter().collect::<Vec<_>>());
}

#[test]
fn a_recovered_step_leads_again_within_a_bounded_number_of_calls() {
    for (every, history) in [(1, 6), (4, 6), (10, 20), (20, 20), (7, 30)] {
        let (explore_every, history_size) = (count(every), count(history));
        let reorder =
            Reorder { explore_every, history: history_size, forget_after: secs(1_000_000), ..reorder() };
        let mut sim = Sim::new(ChainConfig { reorder: Some(reorder), ..plain() });
        sim.down = std::vec![0];
        sim.calls(200);
        assert_eq!([1, 0, 2], *sim.order());
        sim.down.clear();
        let needed = (1..1_000).find(|_| {
            sim.call();
            sim.order() == [0, 1, 2]
        });
        let bound = every + history * 4 / 3 + 4;
        assert!(needed.is_some_and(|calls| calls <= bound), "{every} {history}: {needed:?} of {bound}");
    }
}

#[test]
fn demoted_steps_take_turns_at_being_explored() {
    let mut sim = Sim::new(learning());
    sim.down = std::vec![0, 1];
    sim.calls(2);
    assert_eq!([2, 0, 1], *sim.order());
    let firsts: Vec<_> = (0..16).map(|_| sim.call()[0]).collect();
    assert_eq!([2, 2, 2, 0, 2, 2, 2, 1, 2, 2, 2, 0, 2, 2, 2, 1], *firsts);
}

#[test]
fn a_slow_step_is_not_explored_more_often_for_succeeding() {
    let mut sim = Sim::new(learning());
    sim.took = [secs(60), secs(1), secs(1)];
    sim.calls(2);
    sim.benched = std::vec![(0, Availability::Benched)];
    sim.calls(2);
    sim.benched.clear();
    assert_eq!([1, 0, 2], *sim.order());
    let firsts: Vec<_> = (0..8).map(|_| sim.call()[0]).collect();
    assert_eq!([1, 1, 1, 0, 1, 1, 1, 0], *firsts);
}

#[test]
fn old_experience_fades_and_the_documents_order_returns() {
    let mut sim = Sim::new(learning());
    sim.down = std::vec![0];
    sim.calls(3);
    sim.after(secs(590));
    assert_eq!([1, 0, 2], *sim.order());
    sim.after(secs(20));
    assert_eq!([0, 1, 2], *sim.order());
}

#[test]
fn newer_calls_do_not_keep_old_experience_alive() {
    let mut sim = Sim::new(learning());
    sim.calls(1);
    for _ in 0..100 {
        sim.after(secs(150)).calls(1);
        let recent = sim.statistics().steps[0].recent;
        assert!(recent.successes <= 4, "{recent:?}");
    }
}

#[test]
fn a_call_keeps_the_order_that_it_began_with() {
    let mut sim = Sim::new(learning());
    let mut early = sim.begin();
    sim.down = std::vec![0, 1];
    sim.calls(2);
    assert_eq!([2, 0, 1], *sim.order());
    assert_eq!(0, sim.tries(&mut early));
    sim.fails(&mut early, 0, Category::Server);
    assert_eq!(1, sim.tries(&mut early));
}

#[test]
fn an_explored_step_that_is_benched_costs_the_call_nothing() {
    let mut sim = Sim::new(learning());
    sim.down = std::vec![0];
    sim.calls(2);
    sim.benched = std::vec![(0, Availability::Benched)];
    let tried: Vec<_> = (0..4).flat_map(|_| sim.call()).collect();
    assert_eq!([1, 1, 1, 1], *tried);
}
