//! Policy documents.

use core::num::NonZeroU32;
use core::time::Duration;

use failsoft::call::{Call, Next};
use failsoft::error::ProblemCode;
use failsoft::guard::Guards;
use failsoft::policy::{MOST_SHOWN, Policy};
use failsoft::rng::Rng;
use failsoft::time::Instant;
use serde_json::Value;

use super::{bytes, calls, problems, schema};

/// Any text is a policy that can be explained and used, or an error that helps; and the schema agrees.
pub fn holds(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let value = serde_json::from_str::<Value>(&text).ok();
    match Policy::parse(&text) {
        Err(error) => {
            problems::hold(&text, &error);
            let codes: Vec<ProblemCode> = error.problems.iter().map(|problem| problem.code).collect();
            // What a schema can say is said by it; of a key given twice it sees only one.
            let shape =
                codes.iter().any(|code| matches!(code, ProblemCode::WrongType | ProblemCode::UnknownKey));
            if let Some(value) = value.filter(|_| shape && !codes.contains(&ProblemCode::Contradiction)) {
                assert!(!schema::allows(&value), "the schema allows what is {error}");
            }
        }
        Ok(policy) => {
            assert!(value.is_some_and(|value| schema::allows(&value)), "the schema does not allow it");
            assert_eq!(Ok(&policy), Policy::parse(&text).as_ref(), "read again");
            let worst_case = explained(&policy);
            let mut rng = Rng::from_seed(bytes::seed(data));
            let mut config = policy.guards();
            if let Some(bulkhead) = &mut config.limits.bulkhead {
                // A million places are as good as many, and take time to lay out.
                bulkhead.max_concurrent = bulkhead.max_concurrent.min(MANY);
                bulkhead.max_queue = bulkhead.max_queue.min(MANY.get());
            }
            calls::hold(&policy, &mut Guards::new(&config), &mut rng);
            if let Some(worst_case) = worst_case {
                in_time(&policy, &mut Guards::new(&config), worst_case, &mut rng);
            }
        }
    }
}

/// Numbers that are numbers, and words.
fn explained(policy: &Policy) -> Option<f64> {
    let says = policy.explain();
    assert!(says.sentences.iter().all(|sentence| !sentence.is_empty()), "{says:?}");
    assert!(says.warnings.iter().all(|warning| !warning.path.is_empty() && !warning.message.is_empty()));
    assert!(says.worst_case.is_none_or(f64::is_finite), "{says:?}");
    let most = policy.retry.max_attempts.get();
    assert_eq!(most.min(MOST_SHOWN) as usize, says.attempts.len());
    // Hedges come on top of retries.
    assert!(says.amplification >= most, "{says:?}");
    for plan in &says.attempts {
        let waits = 0.0 <= plan.shortest_wait
            && plan.shortest_wait <= plan.longest_wait
            && plan.longest_wait <= policy.retry.schedule.max_delay.as_secs_f64();
        assert!(waits && plan.limit.is_none_or(f64::is_finite), "{plan:?}");
    }
    says.worst_case
}

/// Where the host keeps to what it is told, no call takes longer than the policy says.
fn in_time(policy: &Policy, guards: &mut Guards, worst_case: f64, rng: &mut Rng) {
    let (faults, mut clock) = (calls::faults(), Instant::default());
    for _ in 0..CALLS {
        let (began, mut call) = (clock, Call::new(rng.draw(), clock));
        for _ in 0..STEPS {
            let passes = match call.admit(policy, guards, clock).next {
                Next::Attempt { timeout, .. } => {
                    let most = nanos(timeout.expect("a limit, or nothing bounds the call"));
                    clock = clock.saturating_add(Duration::from_nanos(rng.between(most / 2, most)));
                    match call
                        .fail(policy, guards, &faults[usize::from(rng.draw().is_multiple_of(4))], clock)
                        .next
                    {
                        Next::Wait(wait) => wait,
                        _ => break,
                    }
                }
                Next::Wait(wait) => wait,
                Next::Queue(longest) => longest.expect("an end, or nothing bounds the call"),
                _ => break,
            };
            clock = clock.saturating_add(passes);
        }
        call.abandon(guards, clock);
        let took = clock.saturating_since(began).as_secs_f64();
        assert!(
            took <= worst_case * (1.0 + 1e-9),
            "{took} s, of {worst_case} s at most: {:?}",
            call.report()
        );
    }
}

fn nanos(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)
}

const CALLS: usize = 6;
const STEPS: usize = 12;
const MANY: NonZeroU32 = NonZeroU32::MIN.saturating_add(63);
