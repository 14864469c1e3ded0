//! What metrics do to the level.

use super::*;

#[test]
fn a_level_falls_by_one_step_per_dwell_while_a_metric_is_over_its_threshold() {
    let mut sim = Sim::new(config());
    for _ in 0..29 {
        sim.reads("error_rate", 0.5).after(1);
    }
    assert_eq!("high", sim.level());
    assert_eq!("high", sim.reads("error_rate", 0.5).level());
    assert_eq!("medium", sim.after(1).reads("error_rate", 0.5).level());
}

#[test]
fn between_the_thresholds_nothing_moves() {
    let mut sim = Sim::new(config());
    sim.reads("memory_usage", 0.95);
    for _ in 0..10 {
        sim.after(60).reads("memory_usage", 0.8);
    }
    assert_eq!("high", sim.level());
    assert_eq!("full", sim.reads("memory_usage", 0.72).level());
}

#[test]
fn every_metric_must_be_calm_before_the_level_rises() {
    let mut sim = Sim::new(config());
    sim.reads("memory_usage", 0.95).reads("cpu_usage", 0.9).after(30).reads("memory_usage", 0.1);
    assert_eq!("high", sim.level());
    sim.reads("cpu_usage", 0.1);
    assert_eq!(["full > high: memory_usage 0.95 reached 0.9", "high > full: restored"], *sim.changes());
}

#[test]
fn one_spike_costs_one_step_however_long_nobody_reports() {
    let mut sim = Sim::new(config());
    sim.reads("error_rate", 1.0);
    for _ in 0..119 {
        assert_eq!("high", sim.after(1).ticks().level());
    }
    assert_eq!("full", sim.after(1).ticks().level());
}

#[test]
fn a_reading_during_the_dwell_lowers_the_level_when_it_is_over() {
    let mut sim = Sim::new(config());
    sim.reads("error_rate", 0.5).after(10).reads("error_rate", 0.4);
    assert_eq!(Some(20), sim.wakeup());
    sim.after(20).ticks();
    assert_eq!(
        ["full > high: error_rate 0.5 reached 0.1", "high > medium: error_rate 0.4 reached 0.1"],
        *sim.changes()
    );
}

#[test]
fn a_metric_that_fell_silent_does_not_hold_the_level_down() {
    let mut sim = Sim::new(config());
    sim.reads("error_rate", 0.5).after(30).reads("error_rate", 0.5).after(60).reads("cpu_usage", 0.2);
    assert_eq!(("medium", Some(60)), sim.stands());
    sim.after(60).ticks();
    assert_eq!(("high", Some(30)), sim.stands());
    assert_eq!(("full", None), sim.after(30).ticks().stands());
}

#[test]
fn the_way_back_needs_no_metric_to_report() {
    let mut sim = Sim::new(config());
    for _ in 0..4 {
        sim.reads("cpu_usage", 1.0).after(30);
    }
    assert_eq!("low", sim.reads("cpu_usage", 0.1).level());
    let mut waits = Vec::new();
    while let Some(wait) = sim.wakeup() {
        waits.push(wait);
        sim.after(wait).ticks();
    }
    assert_eq!(("full", [30, 30, 30].to_vec()), (sim.level(), waits));
}

#[test]
fn time_that_goes_backwards_has_not_moved() {
    let mut sim = Sim::new(config());
    sim.reads("cpu_usage", 1.0).after(20).ticks();
    sim.now = Instant::default();
    sim.reads("cpu_usage", 0.1);
    assert_eq!(("high", Some(10)), sim.stands());
    assert_eq!(Instant::default().saturating_add(NOON), sim.machine.trace().next().unwrap().at);
}

#[test]
fn the_last_moment_of_the_clock_wedges_nothing() {
    let mut sim = Sim::new(config());
    sim.now = Instant::from_nanos(u64::MAX);
    sim.degrades("late").ticks();
    assert_eq!(("full", None), sim.restores().stands());
}

#[test]
fn a_reading_that_is_no_number_is_an_error_and_changes_nothing() {
    let mut sim = Sim::new(config());
    sim.reads("error_rate", 0.5).after(30);
    let before = sim.machine.clone();
    for (value, word) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf")] {
        let error = sim.machine.observe("error_rate", value, sim.now).unwrap_err();
        assert_eq!(
            format!("error_rate: {word} is out of range (expected a finite number)"),
            error.to_string()
        );
    }
    assert_eq!(before, sim.machine);
}

#[test]
fn an_unknown_metric_is_an_error_that_names_those_there_are() {
    let mut sim = Sim::new(config());
    let before = sim.machine.clone();
    let error = sim.machine.observe("token=hunter2hunter2", 1.0, sim.now).unwrap_err();
    assert_eq!(
        "unknown metric \"token=[redacted]\" (expected cpu_usage, error_rate, memory_usage or response_time)",
        error.to_string()
    );
    assert_eq!(before, sim.machine);
    let mut silent = Sim::new(DegradeConfig { triggers: BTreeMap::new(), ..config() });
    let error = silent.machine.observe("cpu", 1.0, silent.now).unwrap_err();
    assert_eq!("unknown metric \"cpu\" (expected none: there are no triggers)", error.to_string());
}

#[test]
fn a_threshold_of_zero_can_be_left() {
    let triggers = BTreeMap::from([(String::from("dead_letters"), Trigger { enter: 1.0, leave: 0.0 })]);
    let mut sim = Sim::new(DegradeConfig { triggers, ..config() });
    assert_eq!("high", sim.reads("dead_letters", 1.0).level());
    assert_eq!("full", sim.after(30).reads("dead_letters", 0.0).level());
}

#[test]
fn the_trace_says_why_and_forgets_the_oldest() {
    let mut sim = Sim::new(DegradeConfig { trace: 2, ..config() });
    sim.reads("cpu_usage", 0.99).after(30).reads("cpu_usage", 0.98).after(30).reads("cpu_usage", 0.1);
    let trace: Vec<String> = sim.machine.trace().map(describe).collect();
    assert_eq!(["high > medium: cpu_usage 0.98 reached 0.95", "medium > high: restored"], *trace);
}

#[test]
fn a_change_as_data() {
    let mut sim = Sim::new(config());
    sim.reads("cpu_usage", 0.99);
    let expected = json!({
        "from": "full", "to": "high", "at": 43_200.0,
        "cause": {"kind": "trigger", "metric": "cpu_usage", "value": 0.99, "threshold": 0.95},
    });
    assert_eq!(expected, serde_json::to_value(&sim.changes[0]).unwrap());
}

#[test]
fn metrics_that_count_can_be_asked_for() {
    let mut sim = Sim::new(config());
    sim.reads("cpu_usage", 0.5).after(100).reads("error_rate", 0.01).after(20);
    assert_eq!([("error_rate", 0.01)].to_vec(), sim.machine.metrics(sim.now).collect::<Vec<_>>());
}
