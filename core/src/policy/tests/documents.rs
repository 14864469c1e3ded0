//! What our source documents say, unchanged.

use super::*;
use crate::classify::{Match, Rule, Then};
use crate::policy::{Action, ErrorHandling};

/// The three blocks of document 000, joined into one object and otherwise as they are there.
const DOCUMENT_000: &str = r#"{
  "circuit_breaker": {
    "max_attempts": 5,
    "max_error_repeats": 3,
    "cooldown_seconds": 30,
    "error_patterns": [
      "TimeoutError",
      "ConnectionError",
      "rate limit exceeded"
    ],
    "escalation_strategy": "exponential_backoff"
  },
  "retry": {
    "enabled": true,
    "strategy": "exponential",
    "initial_delay": 1,
    "max_delay": 60,
    "jitter": true
  },
  "error_handling": {
    "on_failure": {
      "action": "log_and_continue",
      "collect_diagnostics": true,
      "notify": ["example@team.com"]
    },
    "on_retry": {
      "action": "log",
      "message": "Retrying (attempt ${attempt_number}/${max_attempts})"
    },
    "on_recovery": {
      "action": "log",
      "message": "Recovered after ${attempt_number} attempts"
    },
    "on_circuit_open": {
      "action": "pause_and_notify",
      "pause_duration": 30
    }
  }
}"#;

/// W1, W2, W3
#[test]
fn document_000_loads_unchanged_and_means_what_it_says() {
    let patterns = ["TimeoutError", "ConnectionError", "rate limit exceeded"];
    let log = |message: &str| {
        Some(Action { action: Some("log".into()), message: Some(message.into()), ..Action::default() })
    };
    let expected = Policy {
        retry: Retry {
            max_attempts: count(5),
            schedule: Schedule {
                curve: Curve::Exponential { base: 2.0 },
                initial_delay: secs(1),
                max_delay: secs(60),
                jitter: Jitter::Proportional,
            },
            escalate_after: Some(count(3)),
            ..Retry::default()
        },
        breaker: Some(BreakerConfig { recovery_timeout: secs(30), ..BreakerConfig::default() }),
        counted: Some(
            patterns.into_iter().flat_map(|text| [Match::types([text]), Match::messages([text])]).collect(),
        ),
        error_handling: ErrorHandling {
            on_failure: Some(Action {
                action: Some("log_and_continue".into()),
                collect_diagnostics: true,
                notify: ["example@team.com".into()].into(),
                ..Action::default()
            }),
            on_retry: log("Retrying (attempt ${attempt_number}/${max_attempts})"),
            on_recovery: log("Recovered after ${attempt_number} attempts"),
            on_circuit_open: Some(Action {
                action: Some("pause_and_notify".into()),
                pause_duration: Some(secs(30)),
                ..Action::default()
            }),
        },
        ..policy("{}")
    };
    assert_eq!(expected, policy(DOCUMENT_000));
}

/// W1, W2, W3
#[test]
fn the_blocks_of_document_000_load_one_by_one() {
    let document: serde_json::Value = serde_json::from_str(DOCUMENT_000).unwrap();
    for (name, block) in document.as_object().unwrap() {
        assert_eq!([""; 0], *problems(&format!("{{\"{name}\":{block}}}")));
    }
}

#[test]
fn its_hints_for_trouble_load_too() {
    assert_eq!(
        count(3),
        policy("{\"retry\":{},\"circuit_breaker\":{\"max_attempts\":3}}").retry.max_attempts
    );
    assert_eq!(Some(count(5)), breaker("{\"max_error_repeats\":5}").identical_failures);
    let expected = Schedule { curve: Curve::Linear, initial_delay: millis(500), ..retry("{}").schedule };
    assert_eq!(expected, retry("{\"strategy\":\"linear\",\"initial_delay\":0.5}").schedule);
}

#[test]
fn a_breaker_by_itself_retries_nothing_whatever_it_says_of_attempts() {
    assert_eq!(count(1), policy("{\"circuit_breaker\":{\"max_attempts\":3}}").retry.max_attempts);
}

#[test]
fn the_number_of_attempts_in_a_retry_section_comes_before_that_of_the_breaker_section() {
    let both = policy("{\"retry\":{\"max_attempts\":2},\"circuit_breaker\":{\"max_attempts\":9}}");
    assert_eq!(count(2), both.retry.max_attempts);
    let off = policy("{\"retry\":{\"enabled\":false},\"circuit_breaker\":{\"max_attempts\":9}}");
    assert_eq!(count(1), off.retry.max_attempts);
}

/// P1
#[test]
fn document_002_counts_retries_and_calls_the_first_delay_base() {
    let section =
        "{\"max_retries\":5,\"base_delay\":2.0,\"max_delay\":30.0,\"exponential_base\":2.0,\"jitter\":true}";
    let expected = Retry {
        max_attempts: count(6),
        schedule: Schedule {
            curve: Curve::Exponential { base: 2.0 },
            initial_delay: secs(2),
            max_delay: secs(30),
            jitter: Jitter::Proportional,
        },
        ..Retry::default()
    };
    assert_eq!(expected, retry(section));
}

/// L2
#[test]
fn document_003_counts_milliseconds() {
    let section =
        "{\"max_retries\":3,\"initial_wait_ms\":100,\"max_wait_ms\":10000,\"exponential_base\":2.0}";
    let expected = Retry {
        max_attempts: count(4),
        schedule: Schedule { initial_delay: millis(100), max_delay: secs(10), ..Retry::default().schedule },
        ..Retry::default()
    };
    assert_eq!(expected, retry(section));
    let timeout = AttemptTimeout { attempt: secs(30), growth: 1.0, max: secs(30), sync: SyncTimeout::Refuse };
    assert_eq!(Some(timeout), policy("{\"timeout\":{\"timeout_seconds\":30}}").timeout);
}

/// S1
#[test]
fn document_004_lists_what_to_retry_and_nothing_else_is() {
    let document =
        "{\"retry\":{\"max_attempts\":3,\"initial_delay\":1.0,\"max_delay\":60.0,\"exponential_base\":2.0,
        \"jitter\":true,\"retryable_exceptions\":[\"ConnectionError\",\"TimeoutError\",\"OSError\"]}}";
    let policy = policy(document);
    assert_eq!(Retry { max_attempts: count(3), ..Retry::default() }, policy.retry);
    let expected = [
        Rule::new(Match::types(["ConnectionError", "TimeoutError", "OSError"]), Then::Transient),
        Rule::new(Match::default(), Then::Permanent),
    ];
    assert_eq!(expected, *policy.classifier.rules);
}

#[test]
fn the_users_own_rules_come_before_the_list_of_what_to_retry() {
    let document = "{\"retry\":{\"retry_on\":\"OSError\"},
        \"classify\":{\"rules\":[{\"match\":{\"status\":418},\"then\":\"ignore\"}]}}";
    let verdicts: Vec<Then> = policy(document).classifier.rules.iter().map(|rule| rule.then).collect();
    assert_eq!([Then::Ignore, Then::Transient, Then::Permanent], *verdicts);
}

/// S3
#[test]
fn the_breaker_of_document_004_loads_unchanged() {
    let section =
        "{\"failure_threshold\":5,\"success_threshold\":2,\"timeout\":60.0,\"half_open_max_calls\":3,
        \"expected_exception\":\"Exception\",\"time_window\":300.0}";
    let expected = BreakerConfig {
        failure_threshold: Some(count(5)),
        identical_failures: None,
        window: Window::Time(secs(300)),
        recovery_timeout: secs(60),
        half_open_max_calls: count(3),
        success_threshold: count(2),
        ..BreakerConfig::default()
    };
    assert_eq!(expected, breaker(section));
}
