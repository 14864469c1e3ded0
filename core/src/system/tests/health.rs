//! The rule of health, and the shape of its report.

use super::*;

const ALL: [StateName; 5] =
    [StateName::Closed, StateName::Open, StateName::HalfOpen, StateName::ForcedOpen, StateName::ForcedClosed];

/// S9: breakers with state, failures and the last one, the error rate, the level of degradation.
#[test]
fn s9_the_health_of_a_system_in_one_report() {
    let search = BreakerHealth {
        state: StateName::Open,
        failure_count: 5,
        last_failure_ago: Some(Duration::from_millis(2_500)),
        retry_after: Some(Duration::from_secs(57)),
    };
    let input = HealthInput {
        breakers: Vec::from([
            ("search".to_string(), search),
            ("billing".to_string(), breaker(StateName::Closed)),
        ]),
        error_rate: Some(0.25),
        level: Some(LevelHealth { name: "medium".to_string(), standing: Standing::Between }),
    };
    let expected = json!({
        "status": "degraded",
        "reasons": [
            {"status": "degraded", "path": "circuit_breakers.search", "message": "open"},
            {"status": "degraded", "path": "error_rate", "message": "0.25 of the calls failed, 0.1 or more is degraded"},
            {"status": "degraded", "path": "degradation_level", "message": "medium is below the best level"},
        ],
        "circuit_breakers": {
            "billing": {"state": "closed", "failure_count": 0, "last_failure_ago": null, "retry_after": null},
            "search": {"state": "open", "failure_count": 5, "last_failure_ago": 2.5, "retry_after": 57.0},
        },
        "error_rate": 0.25,
        "degradation_level": "medium",
    });
    assert_eq!(expected, serde_json::to_value(judge(&input)).unwrap());
}

/// S9: document 004 compares the error rate with a number and the level with `full`, without asking whether there are any.
#[test]
fn s9_a_system_that_knows_nothing_yet_is_healthy_and_its_report_has_no_holes() {
    let expected = json!({
        "status": "healthy", "reasons": [], "circuit_breakers": {}, "error_rate": 0.0, "degradation_level": "full",
    });
    assert_eq!(expected, serde_json::to_value(judge(&HealthInput::default())).unwrap());
}

#[test]
fn one_breaker_in_each_state_beside_one_that_is_closed() {
    let status = ALL.map(|state| judge(&breakers(&[StateName::Closed, state])).status);
    let (healthy, degraded) = (HealthStatus::Healthy, HealthStatus::Degraded);
    assert_eq!([healthy, degraded, degraded, degraded, healthy], status);
}

#[test]
fn one_breaker_in_each_state_alone() {
    let status = ALL.map(|state| judge(&breakers(&[state])).status);
    let (healthy, unhealthy) = (HealthStatus::Healthy, HealthStatus::Unhealthy);
    assert_eq!([healthy, unhealthy, HealthStatus::Degraded, unhealthy, healthy], status);
}

#[test]
fn where_every_breaker_refuses_the_worst_is_said_first() {
    let report = judge(&breakers(&[StateName::Open, StateName::ForcedOpen]));
    let paths: Vec<&str> = report.reasons.iter().map(|reason| reason.path.as_str()).collect();
    assert_eq!(["circuit_breakers", "circuit_breakers.0", "circuit_breakers.1"], *paths);
    let probing = judge(&breakers(&[StateName::Open, StateName::HalfOpen]));
    assert_eq!(HealthStatus::Degraded, probing.status);
}

#[test]
fn what_is_worst_by_itself_is_said_first_whatever_it_is_about() {
    let states = [StateName::Open, StateName::Closed];
    let report = judge(&HealthInput { error_rate: Some(0.6), ..breakers(&states) });
    let paths: Vec<&str> = report.reasons.iter().map(|reason| reason.path.as_str()).collect();
    assert_eq!(
        (["error_rate", "circuit_breakers.0"].as_slice(), HealthStatus::Unhealthy),
        (&*paths, report.status)
    );
}

#[test]
fn reaching_a_threshold_of_the_error_rate_is_enough() {
    let at_rate = |rate: f64| judge(&HealthInput { error_rate: Some(rate), ..HealthInput::default() }).status;
    let (healthy, degraded, unhealthy) =
        (HealthStatus::Healthy, HealthStatus::Degraded, HealthStatus::Unhealthy);
    assert_eq!(
        [healthy, healthy, degraded, degraded, unhealthy, unhealthy],
        [0.0, 0.099, 0.1, 0.499, 0.5, 1.0].map(at_rate)
    );
    assert_eq!([healthy; 3], [f64::NAN, f64::INFINITY, -1.0].map(at_rate));
}

#[test]
fn the_level_speaks_by_where_it_stands() {
    let on = |standing: Standing| {
        let level = Some(LevelHealth { name: "medium".to_string(), standing });
        judge(&HealthInput { level, ..HealthInput::default() }).status
    };
    assert_eq!(
        [HealthStatus::Healthy, HealthStatus::Degraded, HealthStatus::Unhealthy],
        [Standing::Best, Standing::Between, Standing::Lowest].map(on)
    );
}

/// L11: a name may hold a secret, and two names that differ only by theirs are still two breakers.
#[test]
fn l11_names_are_shown_without_secrets_and_told_apart() {
    let names = ["token=abc123def", "token=zyx987wvu", "token=[redacted] (2)", "plain"];
    let breakers = names.map(|name| (name.to_string(), breaker(StateName::Closed)));
    let report = judge(&HealthInput { breakers: breakers.to_vec(), ..HealthInput::default() });
    let shown: Vec<&str> = report.circuit_breakers.keys().map(String::as_str).collect();
    assert_eq!(["plain", "token=[redacted]", "token=[redacted] (2)", "token=[redacted] (2) (2)"], *shown);
}
