use super::*;

#[test]
fn a_step_tells_its_counts_and_latencies() {
    let mut sim = Sim::new(plain());
    sim.took = [secs(2), secs(1), secs(1)];
    sim.calls(1);
    sim.took = [secs(4), secs(1), secs(1)];
    sim.calls(1);
    sim.down = std::vec![0];
    sim.calls(2).after(secs(10));
    let expected = StepStatistics {
        name: "gpt4".to_string(),
        quality: 0.99,
        cost: 0.10,
        position: 1,
        attempts: 4,
        successes: 2,
        failures: 2,
        ignored: 0,
        abandoned: 0,
        benched: 0,
        success_rate: Some(0.5),
        average_latency: Some(secs(3)),
        last_latency: Some(secs(4)),
        last_success_ago: Some(secs(20)),
        recent: Recent::default(),
    };
    assert_eq!(expected, sim.statistics().steps[0]);
}

#[test]
fn the_position_follows_the_order() {
    let mut sim = Sim::new(learning());
    sim.down = std::vec![0];
    sim.calls(2);
    let positions: Vec<_> = sim.statistics().steps.iter().map(|step| step.position).collect();
    assert_eq!([2, 1, 3], *positions);
}

#[test]
fn a_chain_without_calls_has_no_rates() {
    let statistics = Sim::new(plain()).statistics();
    assert_eq!(
        (0, 0.0, None),
        (statistics.tally.calls, statistics.overall_success_rate, statistics.average_quality)
    );
    assert_eq!(None, statistics.steps[0].success_rate);
}

#[test]
fn an_abandoned_call_is_left_out_of_the_overall_success_rate() {
    let mut sim = Sim::new(plain());
    sim.calls(1);
    let mut run = sim.begin();
    run.abandoned(&mut sim.chain, sim.now).unwrap();
    assert_eq!((2, 1.0), (sim.chain.tally().calls, sim.statistics().overall_success_rate));
}
