//! The document of a system.

use super::*;
use crate::degrade::DegradeConfig;

fn problems(document: &str) -> Vec<(String, String)> {
    let error = SystemConfig::parse(document).unwrap_err();
    error.problems.into_iter().map(|problem| (problem.path, problem.message)).collect()
}

#[test]
fn an_empty_document_is_the_default_system() {
    let empty = ["{}", r#"{"parts": {}, "analytics": {}, "health": {}, "degradation": {}, "events": null}"#];
    assert_eq!([(); 2].map(|()| Ok(SystemConfig::default())), empty.map(SystemConfig::parse));
}

#[test]
fn everything_can_be_said() {
    let document = r#"{
        "parts": {"most": 10, "idle": "5m"},
        "analytics": {"history": 0, "window": "10s", "minimum_calls": 3, "names": 5, "messages": 7},
        "health": {"degraded_error_rate": 0.2, "unhealthy_error_rate": 0.8},
        "degradation": {"dwell": 9},
        "events": 50
    }"#;
    let config = SystemConfig::parse(document).unwrap();
    let analytics = AnalyticsConfig {
        history: 0,
        window: Duration::from_secs(10),
        minimum_calls: 3.try_into().unwrap(),
        names: 5,
        messages: 7,
    };
    let degradation = DegradeConfig { dwell: Duration::from_secs(9), ..DegradeConfig::default() };
    let expected = SystemConfig {
        parts: RegistryConfig { most: 10.try_into().unwrap(), idle: Duration::from_secs(300) },
        analytics,
        health: HealthConfig { degraded_error_rate: 0.2, unhealthy_error_rate: 0.8 },
        degradation: Some(degradation),
        events: 50,
    };
    assert_eq!(expected, config);
}

#[test]
fn a_system_may_do_without_levels() {
    assert_eq!(None, SystemConfig::parse(r#"{"degradation": false}"#).unwrap().degradation);
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let document = r#"{
        "part": {},
        "parts": {"most": 0, "idle": 0},
        "analytics": {"history": 10001, "window": "soon", "names": 0},
        "health": {"degraded_error_rate": 0.9, "unhealthy_error_rate": 0.5},
        "degradation": {"levels": ["full", "none"], "triggers": {"cpu": {"enter": 1, "leave": 2}}},
        "events": -1
    }"#;
    let found: Vec<String> = problems(document).into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        [
            "parts.most", "parts.idle", "analytics.history", "analytics.window", "analytics.names",
            "health.unhealthy_error_rate", "degradation.triggers.cpu.leave", "events", "part",
        ],
        *found
    );
}

#[test]
fn a_system_may_go_from_healthy_to_unhealthy_at_once() {
    let document = r#"{"health": {"degraded_error_rate": 0.5, "unhealthy_error_rate": 0.5}}"#;
    assert_eq!(None, SystemConfig::parse(document).err());
}

#[test]
fn an_error_says_what_is_allowed() {
    let document = r#"{"health": {"degraded_error_rate": 0.9, "unhealthy_error_rate": 0.5}, "part": {}}"#;
    let messages: Vec<String> = problems(document).into_iter().map(|(_, message)| message).collect();
    assert_eq!(
        [
            "0.5 is below degraded_error_rate (expected 0.9 or more)",
            "unknown key (did you mean parts? allowed: analytics, degradation, events, health, parts)",
        ],
        *messages
    );
}
