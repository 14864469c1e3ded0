use super::*;
use crate::classify::Classifier;
use crate::policy::ErrorHandling;

#[test]
fn an_empty_document_makes_one_unguarded_call() {
    let expected = Policy {
        name: None,
        retry: Retry { max_attempts: count(1), budget: None, ..Retry::default() },
        timeout: None,
        breaker: None,
        counted: None,
        rate_limit: None,
        bulkhead: None,
        throttle: None,
        adaptive: None,
        hedge: None,
        classifier: Classifier::default(),
        batch: None,
        heal: None,
        error_handling: ErrorHandling::default(),
        fallback: None,
        degradation: None,
    };
    assert_eq!(expected, policy("{}"));
}

#[test]
fn an_empty_retry_section_is_four_attempts_doubling_from_a_second() {
    let expected = Retry {
        max_attempts: count(4),
        schedule: Schedule {
            curve: Curve::Exponential { base: 2.0 },
            initial_delay: secs(1),
            max_delay: secs(60),
            jitter: Jitter::Proportional,
        },
        deadline: None,
        respect_retry_after: true,
        retry_after_over_cap: OverCap::GiveUp,
        idempotent: true,
        retry_open_circuit: false,
        escalate_after: None,
        budget: Some(BudgetSettings {
            name: None,
            config: BudgetConfig::Tokens(
                TokenBudget::new(Amount::whole(500), Amount::whole(5), Amount::ONE)
                    .expect("a bucket that works"),
            ),
        }),
    };
    assert_eq!(expected, retry("{}"));
}

#[test]
fn an_empty_breaker_section_is_five_in_a_row_for_a_minute_and_one_probe() {
    let expected = BreakerConfig {
        failure_threshold: Some(count(5)),
        identical_failures: None,
        failure_rate: None,
        slow_call: None,
        minimum_calls: count(20),
        window: Window::Consecutive,
        recovery_timeout: secs(60),
        recovery_growth: Growth::NONE,
        max_recovery_timeout: secs(300),
        recovery_jitter: None,
        half_open_max_calls: count(1),
        success_threshold: count(1),
        probe_timeout: secs(60),
        mode: Mode::Normal,
    };
    assert_eq!(expected, breaker("{}"));
}

#[test]
fn a_timeout_neither_grows_nor_applies_to_functions_that_block() {
    let expected =
        AttemptTimeout { attempt: secs(30), growth: 1.0, max: secs(30), sync: SyncTimeout::Refuse };
    assert_eq!(Some(expected), policy("{\"timeout\":{\"attempt\":30}}").timeout);
}

#[test]
fn a_timeout_that_grows_without_a_limit_ends_after_ten_doublings() {
    let expected =
        AttemptTimeout { attempt: secs(1), growth: 2.0, max: secs(1_024), sync: SyncTimeout::Refuse };
    assert_eq!(Some(expected), policy("{\"timeout\":{\"attempt\":1,\"growth\":2}}").timeout);
}

#[test]
fn null_is_as_good_as_absent_everywhere() {
    let document =
        "{\"name\":null,\"retry\":null,\"timeout\":null,\"circuit_breaker\":null,\"classify\":null,
                     \"error_handling\":null}";
    assert_eq!(policy("{}"), policy(document));
    assert_eq!(
        retry("{}"),
        retry("{\"max_attempts\":null,\"max_retries\":null,\"jitter\":null,\"delays\":null}")
    );
    assert_eq!(retry("{\"attempts\":2}"), retry("{\"attempts\":2,\"max_attempts\":null,\"retries\":null}"));
    assert_eq!(breaker("{}"), breaker("{\"time_window\":null,\"count_window\":null}"));
}

#[test]
fn who_asks_for_identical_failures_only_gets_those_only() {
    let expected =
        BreakerConfig { failure_threshold: None, identical_failures: Some(count(3)), ..breaker("{}") };
    assert_eq!(expected, breaker("{\"identical_failures\":3}"));
}

#[test]
fn a_list_of_delays_says_how_many_attempts_there_are_and_what_the_longest_wait_is() {
    let expected = Retry {
        max_attempts: count(4),
        schedule: Schedule {
            curve: Curve::List([secs(1), secs(90), millis(500)].into()),
            max_delay: secs(90),
            ..retry("{}").schedule
        },
        ..retry("{}")
    };
    assert_eq!(expected, retry("{\"delays\":[1,\"90s\",0.5]}"));
    assert_eq!(expected, retry("{\"delays\":[1,\"90s\",0.5],\"strategy\":\"list\"}"));
    assert_eq!(count(9), retry("{\"delays\":[1],\"max_attempts\":9}").max_attempts);
}

#[test]
fn a_list_longer_than_a_minute_may_be_capped_but_not_silently() {
    assert_eq!(secs(5), retry("{\"delays\":[1,5],\"max_delay\":5}").schedule.max_delay);
    assert_eq!(1, problems("{\"retry\":{\"delays\":[1,5],\"max_delay\":4}}").len());
}

#[test]
fn every_strategy_has_its_own_default() {
    let curves = [
        ("constant", Curve::Constant),
        ("linear", Curve::Linear),
        ("exponential", Curve::Exponential { base: 2.0 }),
        ("fibonacci", Curve::Fibonacci),
        ("polynomial", Curve::Polynomial { degree: 2 }),
        ("decorrelated", Curve::Decorrelated),
    ];
    for (name, curve) in curves {
        assert_eq!(curve, retry(&format!("{{\"strategy\":\"{name}\"}}")).schedule.curve);
    }
}

#[test]
fn every_jitter_can_be_named_and_true_and_false_stand_for_two() {
    let jitters = [
        ("\"none\"", Jitter::None),
        ("\"proportional\"", Jitter::Proportional),
        ("\"additive\"", Jitter::Additive),
        ("\"full\"", Jitter::Full),
        ("\"equal\"", Jitter::Equal),
        ("true", Jitter::Proportional),
        ("false", Jitter::None),
    ];
    for (name, jitter) in jitters {
        assert_eq!(jitter, retry(&format!("{{\"jitter\":{name}}}")).schedule.jitter);
    }
}

#[test]
fn the_other_switches_of_a_retry_section() {
    let section = "{\"deadline\":\"2m\",\"respect_retry_after\":false,\"retry_after_over_cap\":\"clamp\",
                    \"idempotent\":false,\"retry_open_circuit\":true,\"escalate_after\":3}";
    let expected = Retry {
        deadline: Some(secs(120)),
        respect_retry_after: false,
        retry_after_over_cap: OverCap::Clamp,
        idempotent: false,
        retry_open_circuit: true,
        escalate_after: Some(count(3)),
        ..Retry::default()
    };
    assert_eq!(expected, retry(section));
    assert_eq!(OverCap::Ignore, retry("{\"retry_after_over_cap\":\"ignore\"}").retry_after_over_cap);
}

#[test]
fn a_retry_section_that_is_not_enabled_makes_one_call() {
    assert_eq!(count(1), retry("{\"enabled\":false,\"max_attempts\":9}").max_attempts);
    assert_eq!(count(9), retry("{\"enabled\":true,\"max_attempts\":9}").max_attempts);
}

#[test]
fn the_windows_of_a_breaker() {
    assert_eq!(Window::Time(secs(300)), breaker("{\"time_window\":\"5m\"}").window);
    assert_eq!(Window::Count(count(20)), breaker("{\"count_window\":20}").window);
}

#[test]
fn the_largest_and_smallest_numbers_of_attempts_are_fine() {
    assert_eq!(NonZeroU32::MAX, retry("{\"max_attempts\":4294967295}").max_attempts);
    assert_eq!(NonZeroU32::MAX, retry("{\"max_retries\":4294967294}").max_attempts);
    assert_eq!(count(1), retry("{\"max_retries\":0}").max_attempts);
    assert_eq!(count(3), retry("{\"max_attempts\":3.0}").max_attempts);
}
