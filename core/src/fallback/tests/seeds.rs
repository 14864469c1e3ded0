//! What the seed documents promise.

use super::*;

#[test]
fn s5_the_statistics_name_the_last_successful_fallback_and_the_overall_success_rate() {
    let steps = [("premium", 1.0), ("standard", 0.8), ("basic", 0.6), ("cached", 0.4)];
    let steps = steps.map(|(name, quality)| Step { quality, ..Step::new(name) });
    let mut sim = Sim::new(ChainConfig::new(steps.to_vec()));
    sim.down = std::vec![0];
    sim.calls(3);
    sim.down = std::vec![0, 1, 2, 3];
    sim.took = [secs(1); 3];
    let mut run = sim.begin();
    while let Decision::Try { step } = sim.next(&mut run) {
        sim.fails(&mut run, step, Category::Server);
    }
    let statistics = serde_json::to_value(sim.statistics()).unwrap();
    let told = |name: &str| statistics[name].to_string();
    assert_eq!("\"standard\"", told("last_successful_fallback"));
    assert_eq!("0.75", told("overall_success_rate"));
    assert_eq!("0.8", told("average_quality"));
}

#[test]
fn s5_alternatives_are_tried_in_the_defined_order_until_one_succeeds() {
    let mut sim = Sim::new(plain());
    sim.down = std::vec![0, 1];
    assert_eq!([0, 1, 2], *sim.call());
    sim.down = std::vec![0, 1, 2];
    assert_eq!([0, 1, 2], *sim.call());
    assert_eq!((2, 1, 1), (sim.chain.tally().calls, sim.chain.tally().served, sim.chain.tally().exhausted));
}

#[test]
fn s5_it_learns_which_fallback_works_best() {
    let mut sim = Sim::new(learning());
    sim.down = std::vec![0, 1];
    sim.calls(2);
    assert_eq!([2, 0, 1], *sim.order());
    assert_eq!([2], *sim.call());
}

#[test]
fn t4_quality_and_cost_are_carried_and_reported() {
    let mut sim = Sim::new(plain());
    let mut run = sim.begin();
    let first = sim.tries(&mut run);
    sim.fails(&mut run, first, Category::Timeout);
    let second = sim.tries(&mut run);
    let served = run.succeeded(&mut sim.chain, second, sim.now).unwrap();
    assert_eq!(Served { step: 1, quality: 0.95, cost: 0.05 }, served);
    let report = run.report(&sim.chain);
    assert_eq!(Some(ServedStep { name: "claude".to_string(), quality: 0.95, cost: 0.05 }), report.served);
    assert_eq!(names(&["gpt4"]), report.passed.iter().map(|passed| passed.name.clone()).collect::<Vec<_>>());
    let statistics = sim.statistics();
    assert_eq!(
        (0.05, 0.10, Some(0.95)),
        (statistics.total_cost, statistics.failed_cost, statistics.average_quality)
    );
}

#[test]
fn t10_a_policy_of_one_tool_and_its_fallback_tools_is_a_chain_of_them() {
    let steps = ["gpt4_vision", "claude_vision", "local_ocr"].map(Step::new);
    let mut sim = Sim::new(ChainConfig::new(steps.to_vec()));
    sim.down = std::vec![0, 1];
    assert_eq!([0, 1, 2], *sim.call());
    assert_eq!(Some("local_ocr".to_string()), sim.statistics().last_successful_fallback);
}
