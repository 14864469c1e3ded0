use super::*;
use crate::error::ProblemCode;

fn problems(config: &ChainConfig) -> Vec<(ProblemCode, String)> {
    let error = config.validate().unwrap_err();
    error.problems.iter().map(|problem| (problem.code, problem.to_string())).collect()
}

#[test]
fn every_fault_is_told_at_once_and_where_it_is() {
    let step = |name: &str, quality, cost| Step { quality, cost, ..Step::new(name) };
    let steps = std::vec![
        step("a", 1.5, 0.0),
        step("a", f64::NAN, -1.0),
        step(" ", -0.1, f64::INFINITY),
        step("b", 1.0, f64::NAN),
    ];
    let mut config = ChainConfig::new(steps);
    config.fail_now.insert(Category::OpenCircuit);
    config.steps[3].fail_now = Some([Category::OpenCircuit].into());
    let (history, minimum_calls) = (count(3), count(4));
    config.reorder = Some(Reorder { history, minimum_calls, forget_after: secs(0), ..Reorder::default() });
    let told: Vec<_> = problems(&config).into_iter().map(|(_, text)| text).collect();
    let expected = [
        "steps[0].quality: 1.5 is out of range (expected a number from 0 to 1)",
        "steps[1].name: a second step named \"a\" (expected different names)",
        "steps[1].quality: NaN is out of range (expected a number from 0 to 1)",
        "steps[1].cost: -1 is out of range (expected a finite number, 0 or more)",
        "steps[2].name: the name is empty (expected a word for reports)",
        "steps[2].quality: -0.1 is out of range (expected a number from 0 to 1)",
        "steps[2].cost: inf is out of range (expected a finite number, 0 or more)",
        "steps[3].cost: NaN is out of range (expected a finite number, 0 or more)",
        "fail_now: open_circuit benches a step and cannot end the call (expected other categories)",
        "steps[3].fail_now: open_circuit benches a step and cannot end the call (expected other categories)",
        "minimum_calls: 4 is more than history, which is 3: no step could ever change places",
        "forget_after: 0 is out of range (expected a duration above 0)",
    ];
    assert_eq!(names(&expected), told);
    assert_eq!(told.len(), Chain::new(config).unwrap_err().problems.len());
}

#[test]
fn a_chain_has_at_least_one_step_and_not_too_many() {
    let none = "steps: no steps are given (expected at least one)".to_string();
    assert_eq!([(ProblemCode::Missing, none)], *problems(&ChainConfig::new(Vec::new())));
    let many =
        |count: usize| ChainConfig::new((0..count).map(|number| Step::new(number.to_string())).collect());
    assert_eq!(Ok(()), many(MOST_STEPS).validate());
    let message = "steps: 33 steps are given (expected at most 32)".to_string();
    assert_eq!([(ProblemCode::OutOfRange, message)], *problems(&many(MOST_STEPS + 1)));
}

#[test]
fn the_longest_chain_gives_out_each_of_its_steps_once() {
    let steps = (0..MOST_STEPS).map(|number| Step::new(number.to_string())).collect();
    let mut sim = Sim::new(ChainConfig { reorder: Some(reorder()), ..ChainConfig::new(steps) });
    let mut run = sim.begin();
    let mut tried = Vec::new();
    while let Decision::Try { step } = sim.next(&mut run) {
        tried.push(step);
        sim.fails(&mut run, step, Category::Server);
    }
    assert_eq!((0..MOST_STEPS).collect::<Vec<_>>(), tried);
}

#[test]
fn the_history_is_bounded() {
    let reorder = Reorder { history: count(1_000_001), ..Reorder::default() };
    let message = "history: 1000001 is out of range (expected at most 1000000)".to_string();
    let config = ChainConfig { reorder: Some(reorder), ..plain() };
    assert_eq!([(ProblemCode::OutOfRange, message)], *problems(&config));
}

#[test]
fn the_longest_history_is_one() {
    let reorder = Reorder { history: count(1_000_000), ..Reorder::default() };
    assert_eq!(Ok(()), ChainConfig { reorder: Some(reorder), ..plain() }.validate());
}
