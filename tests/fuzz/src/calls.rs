//! Calls through a policy, one after another, on a clock that cannot be trusted.

use std::sync::OnceLock;

use failsoft::breaker::{StateName, Transition};
use failsoft::classify::Fault;
use failsoft::guard::{Gate, Guards};
use failsoft::policy::Policy;
use failsoft::rng::Rng;
use failsoft::time::Instant;

use super::watched::Watched;

/// Calls begin, fail, succeed and are given up, and everything that they are told to do is within the policy.
pub fn hold(policy: &Policy, guards: &mut Guards, rng: &mut Rng) {
    let mut place =
        guards.breaker.as_ref().map_or(StateName::Closed, |breaker| breaker.state(Instant::default()));
    let (faults, mut clock, mut latest) = (faults(), 0, 0);
    for _ in 0..CALLS {
        let mut call = Watched::new(policy, rng.draw(), Instant::from_nanos(clock));
        for _ in 0..STEPS {
            clock = tick(clock, rng);
            latest = clock.max(latest);
            let now = Instant::from_nanos(clock);
            if call.under_way().is_empty() {
                let breaker = guards.retry_after(Instant::from_nanos(latest));
                let step = call.call.admit(policy, guards, now);
                chained(&mut place, step.transition);
                call.admitted(step, breaker);
            } else {
                let change = answers(&mut call, policy, guards, faults, now, rng);
                chained(&mut place, change);
            }
            if call.is_over() {
                break;
            }
        }
        let change = call.call.abandon(guards, Instant::from_nanos(clock));
        chained(&mut place, change);
        call.reported();
    }
}

/// Each change of state begins where the one before it ended, and leads somewhere else.
pub fn chained(place: &mut StateName, change: Option<Transition>) {
    if let Some(change) = change {
        assert_ne!(change.from, change.to, "{change:?}");
        assert_eq!(*place, change.from, "{change:?}");
        *place = change.to;
    }
}

/// An attempt under way ends, most likely badly, or is raced.
fn answers(
    call: &mut Watched<'_>,
    policy: &Policy,
    guards: &mut Guards,
    faults: &[Fault],
    now: Instant,
    rng: &mut Rng,
) -> Option<Transition> {
    let last = *call.under_way().last().expect("an attempt");
    let change = match rng.between(0, 11) {
        0 => call.call.succeed_attempt(last, guards, now),
        1 => call.call.abandon(guards, now),
        2 | 3 if policy.hedge.is_some() => {
            let step = call.call.hedge(policy, guards, now);
            call.hedged(step);
            return step.and_then(|step| step.transition);
        }
        fault => {
            let before = guards.retry_after(now);
            let fault = &faults[usize::try_from(fault).expect("below twelve") % faults.len()];
            let step = call.call.fail_attempt(last, policy, guards, fault, now);
            call.failed(last, step, before.max(guards.retry_after(now)));
            return step.transition;
        }
    };
    call.stops();
    change
}

/// Faults of every kind that calls tell apart.
pub fn faults() -> &'static [Fault] {
    static FAULTS: OnceLock<Vec<Fault>> = OnceLock::new();
    FAULTS.get_or_init(|| {
        FAULT_DOCUMENTS.iter().map(|text| Fault::from_json(text).expect("a fault document")).collect()
    })
}

/// The next reading of a clock that jumps, stands still and goes backwards.
fn tick(clock: u64, rng: &mut Rng) -> u64 {
    const SECOND: u64 = 1_000_000_000;
    match rng.between(0, 15) {
        0 => clock.saturating_sub(rng.between(0, 10 * SECOND)),
        1 => rng.draw() >> rng.between(0, 63),
        2 => u64::MAX - rng.between(0, SECOND),
        3..=5 => clock,
        6 => clock.saturating_add(1),
        7..=9 => clock.saturating_add(rng.between(0, 100 * SECOND)),
        _ => clock.saturating_add(rng.between(0, SECOND)),
    }
}

const CALLS: usize = 8;
const STEPS: usize = 8;

const FAULT_DOCUMENTS: [&str; 8] = [
    r#"{"status": 503}"#,
    r#"{"status": 429, "headers": {"retry-after": "7"}}"#,
    r#"{"status": 429, "headers": {"retry-after": "99999999999"}}"#,
    r#"{"type": "builtins.ConnectionRefusedError", "bases": ["ConnectionError", "OSError"]}"#,
    r#"{"status": 404}"#,
    r#"{"name": "AbortError"}"#,
    r#"{"message": "no idea"}"#,
    "{}",
];
