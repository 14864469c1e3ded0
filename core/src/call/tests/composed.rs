//! Calls through everything that may guard them at once: random policies, several calls at a time, clocks that stall, jump
//! and step back, results that come late, twice or never. What must hold is checked after each event, and threads' guards
//! must answer as those without locks do.

mod play;

use std::string::ToString;

use proptest::prelude::*;
use serde_json::{Value, json};

use self::play::plays;
use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_call_keeps_its_promises(
        policy in policies(),
        events in prop::collection::vec(events(), 1..80),
    ) {
        let policy = Policy::parse(&policy.to_string()).unwrap_or_else(|error| panic!("{policy}: {error}"));
        plays(&policy, &events)?;
    }
}

/// What happens, to which of the calls under way.
#[derive(Debug, Clone, Copy)]
enum Event {
    Begin,
    /// A call that waits or queues is woken, in time or not.
    Wake(usize),
    /// One of its attempts ends so.
    Ends(usize, usize, End),
    /// Something is said of an attempt that is not under way.
    Echo(usize, u32, End),
    Hedge(usize),
    Abandon(usize),
    Advance(u64),
    StepBack(u64),
}

#[derive(Debug, Clone, Copy)]
enum End {
    Success,
    Fault(&'static str),
    /// A 503 with this hint, in seconds.
    Hint(u32),
}

fn events() -> impl Strategy<Value = Event> {
    let end = || {
        prop_oneof![
            4 => Just(End::Success),
            9 => prop::sample::select(std::vec![REFUSED, RESET, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE]).prop_map(End::Fault),
            1 => prop::sample::select(std::vec![NOT_FOUND, MISTAKE, CANCELLED]).prop_map(End::Fault),
            1 => (0..90_u32).prop_map(End::Hint),
        ]
    };
    prop_oneof![
        6 => Just(Event::Begin),
        8 => (0..4_usize).prop_map(Event::Wake),
        14 => (0..4_usize, 0..3_usize, end()).prop_map(|(call, attempt, end)| Event::Ends(call, attempt, end)),
        1 => (0..4_usize, 0..9_u32, end()).prop_map(|(call, number, end)| Event::Echo(call, number, end)),
        3 => (0..4_usize).prop_map(Event::Hedge),
        1 => (0..4_usize).prop_map(Event::Abandon),
        8 => (0..3_000_u64).prop_map(Event::Advance),
        2 => (0..400_000_u64).prop_map(Event::Advance),
        1 => (0..600_000_u64).prop_map(Event::StepBack),
    ]
}

/// Documents, so that nothing is played that could not be asked for.
fn policies() -> impl Strategy<Value = Value> {
    let retry = (
        1..6_u32,
        prop::option::of(1..40_u32),
        (any::<bool>(), any::<bool>()),
        prop::sample::select(std::vec!["none", "full", "proportional", "additive"]),
        prop::sample::select(std::vec!["give_up", "clamp", "ignore"]),
        1..30_u32,
    );
    let retry = (retry, budgets()).prop_map(
        |((attempts, deadline, (idempotent, waits), jitter, over, cap), budget)| {
            let mut retry = json!({
                "max_attempts": attempts, "idempotent": idempotent, "jitter": jitter,
                "retry_after_over_cap": over, "max_delay": cap, "retry_open_circuit": waits, "budget": budget,
            });
            if let Some(deadline) = deadline {
                retry["deadline"] = json!(deadline);
            }
            retry
        },
    );
    let breaker = (1..5_u32, 1..40_u32, 1..3_u32, 1..3_u32, 1..40_u32, any::<bool>()).prop_map(
        |(failures, wait, probes, successes, lease, window)| {
            let mut breaker = json!({
                "failure_threshold": failures, "recovery_timeout": wait, "half_open_max_calls": probes,
                "success_threshold": successes, "probe_timeout": lease,
            });
            if window {
                breaker["count_window"] = json!(5);
            }
            breaker
        },
    );
    let rate = (1..4_u32, 1..10_u32).prop_map(|(rate, wait)| json!({"rate": rate, "max_wait": wait}));
    let bulkhead = (1..3_u32, 0..3_u32)
        .prop_map(|(most, queue)| json!({"max_concurrent": most, "max_queue": queue, "max_wait": 5}));
    let throttle = Just(json!({"minimum_calls": 3}));
    let adaptive = (1..4_u32).prop_map(|most| json!({"initial": most, "max": 4, "lease": 3600}));
    let hedge = (1..3_u32).prop_map(|most| json!({"delay": "50ms", "max_hedges": most}));
    let timeout = (1..9_u32).prop_map(|limit| json!({"attempt": limit}));
    let maybe = |section: BoxedStrategy<Value>| prop::option::weighted(0.4, section);
    (
        retry,
        prop::option::weighted(0.7, breaker),
        maybe(rate.boxed()),
        maybe(bulkhead.boxed()),
        maybe(throttle.boxed()),
        maybe(adaptive.boxed()),
        maybe(hedge.boxed()),
        maybe(timeout.boxed()),
    )
        .prop_map(|(retry, breaker, rate, bulkhead, throttle, adaptive, hedge, timeout)| {
            let mut policy = json!({"retry": retry});
            let sections = [
                ("circuit_breaker", breaker),
                ("rate_limit", rate),
                ("bulkhead", bulkhead),
                ("throttle", throttle),
                ("adaptive", adaptive),
                ("hedge", hedge),
                ("timeout", timeout),
            ];
            for (name, section) in sections {
                if let Some(section) = section {
                    policy[name] = section;
                }
            }
            policy
        })
}

fn budgets() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(false)),
        (1..12_u32, 1..4_u32).prop_map(|(capacity, cost)| {
            json!({"capacity": capacity.max(cost), "retry_cost": cost, "success_refund": 1})
        }),
        (0..10_u32).prop_map(|tenths| {
            json!({"kind": "ratio", "ratio": f64::from(tenths) / 10.0, "min_retries_per_second": 0.5, "ttl": 10})
        }),
    ]
}
