//! The level of a system, and what it means.

use std::collections::BTreeMap;

use super::program::{at, call, system};
use super::*;
use crate::call::StopReason;
use crate::degrade::{DegradeConfig, DegradeError};

/// S7: what the program measures itself.
#[test]
fn s7_other_metrics_are_the_hosts_to_observe() {
    let mut system = system();
    let change = system.observe("cpu_usage", 0.97, at(1)).unwrap().unwrap();
    assert_eq!(("full", "high"), (&*change.from, &*change.to));
    let unknown = system.observe("disk", 1.0, at(2)).unwrap_err().to_string();
    assert_eq!(
        "unknown metric \"disk\" (expected cpu_usage, error_rate, memory_usage or response_time)",
        unknown
    );
}

/// S7: automatic and by hand.
#[test]
fn s7_levels_move_by_hand_and_stay_where_they_are_pinned() {
    let mut system = system();
    let names = [
        system.degrade("", at(1)).map(|change| change.to),
        system.set_level("minimal", at(1)).unwrap().map(|change| change.to),
        system.restore(at(1)).map(|change| change.to),
        system.pin("medium", at(1)).unwrap().map(|change| change.to),
        system.observe("cpu_usage", 1.0, at(60)).unwrap().map(|change| change.to),
    ];
    assert_eq!(
        [Some("high"), Some("minimal"), Some("low"), Some("medium"), None],
        names.each_ref().map(Option::as_deref)
    );
    system.unpin();
    assert_eq!("low", system.observe("cpu_usage", 1.0, at(61)).unwrap().unwrap().to);
}

/// S8: through the system, as document 004 has it.
#[test]
fn s8_parameters_follow_the_level() {
    let mut system = system();
    system.set_level("medium", at(1)).unwrap();
    let wanted = json!({"quality": 1.0, "resolution": "1080p", "steps": 50, "model": "premium", "seed": 7});
    let wanted: BTreeMap<String, serde_json::Value> = serde_json::from_value(wanted).unwrap();
    assert_eq!(
        json!({"quality": 0.8, "resolution": "720p", "steps": 30, "model": "standard"}),
        json!(system.adjustments(&wanted))
    );
}

#[test]
fn a_system_that_does_not_degrade_says_so() {
    let mut system = System::new(SystemConfig { degradation: None, ..SystemConfig::default() }).unwrap();
    let observed = system.observe("cpu_usage", 1.0, at(1)).unwrap_err().to_string();
    let set = [system.set_level("low", at(1)), system.pin("low", at(1))]
        .map(|answer| answer.unwrap_err().to_string());
    let expected = "expected none: this system does not degrade";
    assert_eq!(
        (
            format!("unknown metric \"cpu_usage\" ({expected})"),
            [(); 2].map(|()| format!("unknown level \"low\" ({expected})"))
        ),
        (observed, set)
    );
    assert_eq!((None, None), (system.degrade("", at(1)), system.level()));
    assert_eq!(BTreeMap::new(), system.adjustments(&BTreeMap::from([("steps".to_string(), json!(50))])));
    assert_eq!("full", system.health(Vec::new(), at(1)).degradation_level);
}

#[test]
fn a_system_without_a_trigger_for_it_does_not_follow_its_error_rate() {
    let mut degradation = DegradeConfig::default();
    degradation.triggers.remove(ERROR_RATE);
    let config = SystemConfig { degradation: Some(degradation), ..SystemConfig::default() };
    let mut system = System::new(config).unwrap();
    for _ in 0..20 {
        system.ended("search", &call(StopReason::Exhausted, 1), at(1));
    }
    assert_eq!((Some(1.0), "full"), (system.analytics().error_rate(at(1)), &*system.level().unwrap().name));
}

#[test]
fn time_alone_restores_a_level_that_metrics_lowered() {
    let mut system = system();
    system.observe("cpu_usage", 1.0, at(1)).unwrap();
    assert_eq!(
        [None, Some("full".to_string())],
        [60, 200].map(|now| system.tick(at(now)).map(|change| change.to))
    );
}

#[test]
fn a_tick_reads_the_error_rate_of_its_own_moment() {
    let mut system = system();
    for second in 0..20 {
        system.ended("search", &call(StopReason::Exhausted, 1), at(second));
    }
    assert_eq!("high", system.level().unwrap().name, "one step, for the dwell's sake");
    assert_eq!(Some("medium".to_string()), system.tick(at(40)).map(|change| change.to));
}

#[test]
fn the_lowest_level_is_worse_than_one_between() {
    let on = |level: &str| {
        let mut system = system();
        system.set_level(level, at(1)).unwrap();
        system.health(Vec::new(), at(1)).status
    };
    assert_eq!(
        [HealthStatus::Healthy, HealthStatus::Degraded, HealthStatus::Unhealthy],
        ["full", "low", "minimal"].map(on)
    );
}

/// S9
#[test]
fn s9_the_debug_information_tells_how_the_level_came_about() {
    let mut system = system();
    system.observe("cpu_usage", 0.97, at(1)).unwrap();
    let info = system.debug_info(Vec::new(), at(3));
    let cause = json!({"kind": "trigger", "metric": "cpu_usage", "value": 0.97, "threshold": 0.95});
    assert_eq!(
        json!({
            "level": "high", "percentage": 80, "pinned": false, "metrics": {"cpu_usage": 0.97},
            "changes": [{"from": "full", "to": "high", "cause": cause, "ago": 2.0}],
        }),
        info.degradation
    );
    assert_eq!(
        json!([{"seq": 1, "ago": 2.0, "kind": "level", "from": "full", "to": "high", "cause": cause}]),
        json!(info.events)
    );
}

#[test]
fn settings_of_levels_that_make_no_sense_are_said_where_the_system_is_made() {
    let mut degradation = DegradeConfig::default();
    degradation.triggers.get_mut("cpu_usage").unwrap().leave = 2.0;
    let config = SystemConfig { degradation: Some(degradation), ..SystemConfig::default() };
    assert_eq!("triggers.cpu_usage.leave", System::new(config).unwrap_err().problems[0].path);
}

#[test]
fn an_unknown_level_is_an_error_that_changes_nothing() {
    let mut system = system();
    let error = system.set_level("best", at(1)).unwrap_err();
    assert!(matches!(error, DegradeError::UnknownLevel { .. }));
    assert_eq!(("full", 0), (&*system.level().unwrap().name, system.events(0).count()));
}
