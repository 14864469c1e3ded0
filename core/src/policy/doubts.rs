//! What in a policy cannot work, or hardly as it was meant.

use alloc::format;
use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::time::Duration;

use super::adaptive::doubts_about_adaptive;
use super::batch::batch_against_a_breaker;
use super::bulkhead::bulkhead_doubts;
use super::degradation_words::degradation_doubts;
use super::explain::{Warning, plural, seconds};
use super::heal::remedies_out_of_reach;
use super::hedge::doubts_about_hedge;
use super::rate_limit::rate_limit_doubts;
use super::throttle::throttle_doubts;
use super::{Fallback, Policy};
use crate::backoff::{Curve, Jitter};
use crate::breaker::{BreakerConfig, Mode, Window};
use crate::budget::{Amount, BudgetConfig};

pub(super) fn doubts(policy: &Policy) -> Vec<Warning> {
    let mut found = Vec::new();
    found.extend(unreachable_attempt(policy));
    found.extend(limit_beyond_deadline(policy));
    found.extend(attempt_cut_short(policy));
    found.extend(unbounded(policy));
    found.extend(unspread(policy));
    found.extend(hot_loop(policy));
    found.extend(amplified(policy));
    found.extend(budget_that_hardly_bounds(policy));
    found.extend(short_lease(policy));
    found.extend(never_slow(policy));
    found.extend(never_open(policy));
    found.extend(breaker_too_coarse_for_a_call(policy));
    found.extend(endless_open_wait(policy));
    found.extend(open_beyond_deadline(policy));
    found.extend(too_few_to_trip(policy));
    found.extend(throttle_doubts(policy));
    found.extend(rate_limit_doubts(policy));
    found.extend(bulkhead_doubts(policy));
    found.extend(doubts_about_adaptive(policy));
    found.extend(doubts_about_hedge(policy));
    found.extend(batch_against_a_breaker(policy));
    found.extend(remedies_out_of_reach(policy));
    found.extend(policy.fallback.iter().flat_map(Fallback::doubts));
    found.extend(policy.degradation.iter().flat_map(degradation_doubts));
    found
}

/// Even with the shortest waits, and attempts that fail at once, some attempts would begin after the deadline.
fn unreachable_attempt(policy: &Policy) -> Option<Warning> {
    let deadline = policy.retry.deadline?;
    let attempts = policy.retry.max_attempts.get();
    let mut begun = Duration::ZERO;
    for number in 2..=attempts.min(MOST_LOOKED_AT) {
        begun = begun.saturating_add(policy.wait_before(number - 1).0);
        if begun >= deadline {
            let message = format!(
                "attempt {number} of {attempts} can never begin: the waits before it are {} at least, and the deadline is {}",
                seconds(begun),
                seconds(deadline)
            );
            return Some(Warning { path: "retry.max_attempts".into(), message });
        }
    }
    None
}

fn limit_beyond_deadline(policy: &Policy) -> Option<Warning> {
    let (limit, deadline) = (policy.timeout?.attempt, policy.retry.deadline?);
    (limit >= deadline).then(|| Warning {
        path: "timeout.attempt".into(),
        message: format!(
            "{} is never reached: the deadline of the whole call is {}",
            seconds(limit),
            seconds(deadline)
        ),
    })
}

/// Even with the shortest waits, and attempts before it that fail at once, the deadline cuts an attempt short.
fn attempt_cut_short(policy: &Policy) -> Option<Warning> {
    let (timeout, deadline) = (policy.timeout?, policy.retry.deadline?);
    // Those that say more.
    if unreachable_attempt(policy).or_else(|| limit_beyond_deadline(policy)).is_some() {
        return None;
    }
    let attempts = policy.retry.max_attempts.get();
    let mut begun = Duration::ZERO;
    for number in 2..=attempts.min(MOST_LOOKED_AT) {
        begun = begun.saturating_add(policy.wait_before(number - 1).0);
        let limit = timeout.limit(number);
        if begun.saturating_add(limit) > deadline {
            let message = format!(
                "attempt {number} of {attempts} never has {}: it begins after {} at the earliest, and the deadline is {}",
                seconds(limit),
                seconds(begun),
                seconds(deadline)
            );
            return Some(Warning { path: "timeout.attempt".into(), message });
        }
    }
    None
}

fn unbounded(policy: &Policy) -> Option<Warning> {
    (policy.retry.max_attempts.get() > 1 && policy.timeout.is_none() && policy.retry.deadline.is_none()).then(
        || Warning {
            path: "timeout".into(),
            message: "nothing bounds an attempt or the call: one that hangs is never retried".into(),
        },
    )
}

fn unspread(policy: &Policy) -> Option<Warning> {
    let schedule = &policy.retry.schedule;
    let alike = schedule.jitter == Jitter::None && schedule.curve != Curve::Decorrelated;
    (alike && policy.retry.max_attempts.get() > 1 && !policy.wait_before(1).1.is_zero()).then(|| Warning {
        path: "retry.jitter".into(),
        message: "without jitter all clients that failed together come back together".into(),
    })
}

fn hot_loop(policy: &Policy) -> Option<Warning> {
    let attempts = policy.retry.max_attempts.get();
    (attempts > 2 && policy.wait_before(attempts.min(MOST_LOOKED_AT) - 1).1.is_zero()).then(|| Warning {
        path: "retry.initial_delay".into(),
        message: format!(
            "all {attempts} attempts follow each other at once: what fails now mostly fails again"
        ),
    })
}

fn amplified(policy: &Policy) -> Option<Warning> {
    let attempts = policy.retry.max_attempts.get();
    let unbound = policy.breaker.is_none() && policy.throttle.is_none() && policy.retry.budget.is_none();
    (attempts > MANY_ATTEMPTS && unbound).then(|| Warning {
        path: "retry.max_attempts".into(),
        message: format!(
            "in an outage the dependency sees {attempts} times the load, and neither a breaker nor a budget stands before it"
        ),
    })
}

/// A budget that one call can spend, that lets the load more than double, or that has nothing for the first call.
fn budget_that_hardly_bounds(policy: &Policy) -> Option<Warning> {
    match policy.retry.budget.as_ref()?.config {
        BudgetConfig::Tokens(tokens) => {
            let (retries, capacity) = (policy.retry.max_attempts.get() - 1, tokens.capacity());
            let cost = tokens.retry_cost().millionths().saturating_mul(retries.into());
            (cost > capacity.millionths()).then(|| Warning {
                path: "retry.budget.capacity".into(),
                message: format!(
                    "one call that keeps failing spends it all: its {retries} retries would cost {} of {capacity} tokens",
                    Amount::from_millionths(cost)
                ),
            })
        }
        BudgetConfig::Ratio(ratio) if ratio.ratio() > Amount::ONE => Some(Warning {
            path: "retry.budget.ratio".into(),
            message: format!("{} retries a call may more than double the load of an outage", ratio.ratio()),
        }),
        BudgetConfig::Ratio(ratio) => {
            let first = ratio.reserve().millionths().saturating_add(ratio.ratio().millionths());
            (first < Amount::ONE.millionths()).then(|| Warning {
                path: "retry.budget.min_retries_per_second".into(),
                message: format!(
                    "the first call of a fresh process is never retried: it finds {} of a retry, and needs one",
                    Amount::from_millionths(first)
                ),
            })
        }
    }
}

fn short_lease(policy: &Policy) -> Option<Warning> {
    let (breaker, limit) = (policy.breaker.as_ref()?, policy.timeout?.attempt);
    (limit > breaker.probe_timeout).then(|| Warning {
        path: "circuit_breaker.probe_timeout".into(),
        message: format!(
            "an attempt may take {}, but a probe's answer counts for {} only",
            seconds(limit),
            seconds(breaker.probe_timeout)
        ),
    })
}

/// A limit ends every call before the breaker could call it slow.
fn never_slow(policy: &Policy) -> Option<Warning> {
    let (slow, timeout) = (policy.breaker.as_ref()?.slow_call?, policy.timeout?);
    let longest = timeout.limit(policy.retry.max_attempts.get());
    (longest < slow.duration).then(|| Warning {
        path: "circuit_breaker.slow_call.duration".into(),
        message: format!(
            "no call is ever as slow as {}: an attempt may take {} at most",
            seconds(slow.duration),
            seconds(longest)
        ),
    })
}

fn never_open(policy: &Policy) -> Option<Warning> {
    let breaker = policy.breaker.as_ref()?;
    breaker.recovery_timeout.is_zero().then(|| Warning {
        path: "circuit_breaker.recovery_timeout".into(),
        message: "an open breaker that recovers at once rejects nobody but those beside a probe".into(),
    })
}

/// One call alone can open the breaker, and then its own later attempts are refused.
fn breaker_too_coarse_for_a_call(policy: &Policy) -> Option<Warning> {
    let breaker = policy.breaker.as_ref()?;
    let least = breaker.failure_threshold.into_iter().chain(breaker.identical_failures).min()?;
    let attempts = policy.retry.max_attempts.get();
    (least.get() < attempts && !policy.retry.retry_open_circuit).then(|| Warning {
        path: "circuit_breaker.failure_threshold".into(),
        message: format!("{least} failures open the breaker, so a call that fails alone never makes its {attempts} attempts"),
    })
}

fn endless_open_wait(policy: &Policy) -> Option<Warning> {
    waited_for(policy).filter(|_| policy.retry.deadline.is_none()).map(|_| Warning {
        path: "retry.deadline".into(),
        message: format!(
            "a call may wait {} for as long as the breaker lets nobody through, and no deadline ends that",
            plural(policy.retry.max_attempts.get() - 1, "time", "times"),
        ),
    })
}

/// Only the last callers of an open breaker have time to wait for it.
fn open_beyond_deadline(policy: &Policy) -> Option<Warning> {
    let (shortest, deadline) = (waited_for(policy)?.shortest_open_wait(), policy.retry.deadline?);
    (shortest >= deadline).then(|| Warning {
        path: "retry.retry_open_circuit".into(),
        message: format!(
            "a call that finds the breaker just opened is not made again: it stays open for {} at least, and the deadline is {}",
            seconds(shortest),
            seconds(deadline)
        ),
    })
}

/// The breaker that calls wait for.
fn waited_for(policy: &Policy) -> Option<&BreakerConfig> {
    let waits = policy.retry.retry_open_circuit && policy.retry.max_attempts.get() > 1;
    policy.breaker.as_ref().filter(|breaker| waits && breaker.mode != Mode::Shadow)
}

/// The rate limit lets fewer calls through than a breaker must see in its window. Those count that end in it, so how long
/// they take must be bounded to know how many they are.
fn too_few_to_trip(policy: &Policy) -> Option<Warning> {
    let (breaker, limit) = (policy.breaker.as_ref()?, policy.rate_limit?);
    let longest = policy.timeout?.limit(policy.amplification());
    let Window::Time(length) = breaker.window else { return None };
    let most = limit.most_in(length.saturating_add(longest));
    let minimum = breaker.has_rates().then_some(breaker.minimum_calls);
    let wanted = |count: Option<NonZeroU32>| count.filter(|count| u64::from(count.get()) > most);
    let (path, what, count) = wanted(breaker.failure_threshold)
        .map(|count| ("circuit_breaker.failure_threshold", "failures", count))
        .or_else(|| wanted(minimum).map(|count| ("circuit_breaker.minimum_calls", "calls", count)))?;
    let message = format!(
        "there are never {count} {what} within {}: the rate limit lets {most} through at most",
        seconds(length)
    );
    Some(Warning { path: path.into(), message })
}

/// Later attempts repeat what earlier ones show.
const MOST_LOOKED_AT: u32 = 10_000;

/// Five is what gRPC allows at most; twice that is a decision that should be one.
const MANY_ATTEMPTS: u32 = 10;
