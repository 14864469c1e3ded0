//! The promises about calls.

use failsoft::call::{Call, Next, OverCap, StopReason};
use failsoft::guard::{Gate, Guards};
use failsoft::time::Instant;

use crate::answers::ANSWERS;
use crate::caller::{Did, Told, Waiting};
use crate::invariants::stops;
use crate::model::nanos;
use crate::spy::Seen;
use crate::world::World;

/// Against the numbers that callers keep; who is told that no attempts are left has made them all.
pub(crate) fn attempts_are_at_most_the_most(world: &mut World<'_>) -> Option<String> {
    let policy = world.policy();
    let most = policy.retry.max_attempts.get();
    world.told.iter().find_map(|told| {
        let before = told.before;
        let wrong = match (told.did, told.next) {
            (Did::Admit, Some(Next::Attempt { number, .. })) => {
                before.attempts >= most || number != before.made + 1 || before.live > 0
            }
            (Did::Hedge, Some(Next::Attempt { number, .. })) => {
                let hedges = policy.hedge.map_or(0, |hedge| hedge.max_hedges.get());
                before.hedges >= hedges
                    || number != before.made + 1
                    || before.live == 0
                    || !policy.retry.idempotent
            }
            (Did::Fail { answer, .. }, next) => {
                let answer = ANSWERS[answer];
                let may = answer.retryable
                    && before.waits + 1 < most
                    && !before.answering
                    && (policy.retry.idempotent || answer.unsent);
                match next {
                    Some(Next::Wait(_)) => !may || before.live > 1,
                    Some(Next::Race) => !answer.retryable || before.live < 2,
                    Some(Next::Stop(StopReason::Exhausted)) => before.waits + 1 < most,
                    Some(Next::Stop(StopReason::Permanent)) => answer.retryable || answer.cancelled,
                    Some(Next::Stop(StopReason::Cancelled)) => !answer.cancelled,
                    Some(Next::Stop(StopReason::NotIdempotent)) => {
                        !before.answering && (policy.retry.idempotent || answer.unsent)
                    }
                    _ => false,
                }
            }
            _ => false,
        };
        wrong.then(|| format!("{told:?}"))
    })
}

/// Against a naive product of the schedule, or the server's own wish.
pub(crate) fn a_wait_is_within_its_range_and_its_cap(world: &mut World<'_>) -> Option<String> {
    let retry = &world.policy().retry;
    let cap = nanos(retry.schedule.max_delay);
    world.told.iter().find_map(|told| {
        let Did::Fail { answer, range, open_for } = told.did else { return None };
        let hint = ANSWERS[answer].hint.filter(|_| retry.respect_retry_after);
        let (least, most) = match hint {
            Some(hint) if hint <= cap => (hint, hint),
            Some(_) if retry.retry_after_over_cap == OverCap::Clamp => (cap, cap),
            Some(_) if retry.retry_after_over_cap == OverCap::GiveUp => {
                return matches!(told.next, Some(Next::Wait(_))).then(|| format!("{told:?}: above the cap"));
            }
            _ => range,
        };
        if let Some(Next::Wait(wait)) = told.next {
            let wait = nanos(wait);
            let for_breaker = retry.retry_open_circuit && open_for == Some(wait) && wait > least;
            let inside = (least..=most).contains(&wait) && open_for.is_some_and(|closed| closed <= wait);
            return (!inside && !for_breaker).then(|| format!("{told:?}: expected {least} to {most} ns"));
        }
        let too_long = open_for.is_none_or(|closed| closed > least && !retry.retry_open_circuit);
        let wrong = stops(told.next, StopReason::CircuitOpen) && !too_long
            || stops(told.next, StopReason::RetryAfterOverCap) && hint.is_none_or(|hint| hint <= cap);
        wrong.then(|| format!("{told:?}: nothing to stop for"))
    })
}

/// Against the time that has passed on the call's own clock.
pub(crate) fn nothing_goes_beyond_the_deadline(world: &mut World<'_>) -> Option<String> {
    let policy = world.policy();
    let deadline = policy.retry.deadline.map(nanos);
    world.told.iter().find_map(|told| {
        let left = deadline.map(|deadline| deadline.saturating_sub(told.elapsed));
        let wrong = match (told.did, told.next) {
            (Did::Echo { .. }, _) => false,
            (_, Some(Next::Attempt { number, timeout, .. })) => {
                let first = told.before.made + told.before.waits == 0 && !waited(told);
                let within =
                    timeout.map(nanos).is_some_and(|timeout| left.is_some_and(|left| timeout <= left));
                let own = policy.timeout.map(|limit| nanos(limit.limit(number)));
                let longer = own.is_some_and(|own| timeout.is_none_or(|timeout| nanos(timeout) > own));
                left.is_some() && !within || left == Some(0) && !first || longer
            }
            (_, Some(Next::Wait(wait))) => left.is_some_and(|left| nanos(wait) >= left),
            (_, Some(Next::Queue(wait))) => {
                left.is_some_and(|left| wait.is_none_or(|wait| nanos(wait) > left))
            }
            (Did::Fail { answer, range, open_for }, Some(Next::Stop(StopReason::Deadline))) => {
                let hint = ANSWERS[answer].hint.unwrap_or(0);
                let longest = range.1.max(hint).max(open_for.unwrap_or(0));
                left.is_none_or(|left| left > longest)
            }
            (_, Some(Next::Stop(StopReason::Deadline))) => left.is_none(),
            _ => false,
        };
        wrong.then(|| format!("{told:?}: {left:?} ns are left"))
    })
}

fn waited(told: &Told) -> bool {
    matches!(told.before.waiting, Waiting::Until { holds: true, .. } | Waiting::InLine { .. })
}

/// Against the list of what was earned and spent, and what a call must have done with it.
pub(crate) fn retries_are_within_the_budget(world: &mut World<'_>) -> Option<String> {
    for told in &world.told {
        let seen = &world.spy.seen[told.seen.0..told.seen.1];
        let began = seen.iter().filter(|seen| matches!(seen, Seen::Began)).count();
        let mut paid = Vec::new();
        let mut earned = Vec::new();
        for seen in seen {
            match seen {
                Seen::Withdrew { granted, expected } if granted != expected => {
                    return Some(format!("{told:?}: granted is {granted}"));
                }
                Seen::Withdrew { granted, .. } => paid.push(*granted),
                Seen::Succeeded { retried } => earned.push(*retried),
                _ => {}
            }
        }
        let first = told.did == Did::Admit && matches!(told.next, Some(Next::Attempt { number: 1, .. }));
        let right = match (told.did, told.next) {
            (Did::Fail { .. }, Some(Next::Wait(_))) | (Did::Hedge, Some(_)) => paid == [true],
            (Did::Fail { .. }, Some(Next::Stop(StopReason::Budget))) => paid == [false],
            (Did::Hedge, None) => paid.len() <= 1,
            _ => paid.is_empty(),
        };
        let earns = match told.did {
            Did::Succeed { number } => earned == [number > 1],
            _ => earned.is_empty(),
        };
        if !right || !earns || began != usize::from(first) {
            return Some(format!("{told:?}: paid {paid:?}, earned {earned:?}, began {began}"));
        }
    }
    let (model, now) = (world.spy.budget.as_ref()?, Instant::from_nanos(world.latest));
    let (found, listed) = (world.spy.guards.budget.as_mut()?.balance(now), model.balance(world.latest));
    (found != listed).then(|| format!("{found} millionths of a token, by the list {listed}"))
}

/// Counts before and after, and what was said of it at the gate.
pub(crate) fn cancelled_counts_nowhere(world: &mut World<'_>) -> Option<String> {
    let counted = world.spy.seen.iter().find(|seen| {
        matches!(seen, Seen::Settled { as_meant: false, meaning: crate::model::Meaning::Nothing, .. })
    });
    if let Some(seen) = counted {
        return Some(format!("{seen:?}"));
    }
    world.told.iter().find(|told| told.did == Did::Cancel { same: false }).map(|told| format!("{told:?}"))
}

/// Whoever comes back when the breaker says is admitted; and now and then, whoever comes back when the gate says.
pub(crate) fn after_some_time_a_call_is_admitted(world: &mut World<'_>) -> Option<String> {
    let refused = world.spy.seen.iter().find(|seen| match seen {
        Seen::Asked { told, expected, .. } => told != expected,
        _ => false,
    });
    if let Some(seen) = refused {
        return Some(format!("{seen:?}"));
    }
    let held = world.place == failsoft::breaker::StateName::ForcedOpen;
    let now = Instant::from_nanos(world.latest);
    if let Some(breaker) = world.spy.guards.breaker.as_ref().filter(|_| !held) {
        let Some(wait) = breaker.retry_after(now) else {
            return Some("nobody knows when to come back".into());
        };
        let due = world.spy.model.as_ref().and_then(crate::model::Model::retry_after);
        if due != Some(nanos(wait)) {
            return Some(format!("come back after {wait:?}, expected {due:?}"));
        }
        let admission = breaker.clone().admit(now.saturating_add(wait));
        // It may trip at that moment, when calls under way have become slow.
        if admission.ticket.is_err() && admission.transition.is_none() {
            return Some(format!("{admission:?} for who came back after {wait:?}"));
        }
    }
    let checks = world.totals.steps.is_multiple_of(48) && !held && world.latest < u64::MAX / 4;
    if checks { comes_back(world) } else { None }
}

/// Everybody else goes away, and a caller that waits as it is told goes out.
fn comes_back(world: &World<'_>) -> Option<String> {
    let (mut guards, policy, mut clock) = (world.spy.guards.clone(), world.policy(), world.latest);
    for caller in &world.callers {
        caller.call.clone().abandon(&mut guards, Instant::from_nanos(clock));
    }
    if let Some(lost) = places_left(&mut guards, clock) {
        return Some(lost);
    }
    let mut call = Call::new(7, Instant::from_nanos(clock));
    for _ in 0..ROUNDS {
        let wait = match call.admit(policy, &mut guards, Instant::from_nanos(clock)).next {
            Next::Attempt { .. } => return refills(guards, clock),
            Next::Wait(wait) => nanos(wait),
            Next::Rejected(refusal) => {
                call = Call::new(7, Instant::from_nanos(clock));
                let window = policy.throttle.map_or(0, |throttle| nanos(throttle.window) * 2);
                refusal.retry_after.map_or(window, nanos)
            }
            Next::Stop(_) => {
                call = Call::new(7, Instant::from_nanos(clock));
                0
            }
            next => return Some(format!("{next:?} with nobody else there")),
        };
        clock = clock.saturating_add(wait);
    }
    Some("a caller that waits as it is told never goes out".into())
}

fn places_left(guards: &mut Guards, clock: u64) -> Option<String> {
    let now = Instant::from_nanos(clock);
    let limits = guards.limits.as_deref_mut()?;
    let inside = limits.bulkhead().map_or((0, 0), |bulkhead| (bulkhead.in_flight(), bulkhead.queued(now)));
    let adaptive = limits.adaptive().map_or(0, |adaptive| adaptive.in_flight(now));
    (inside != (0, 0) || adaptive > 0).then(|| {
        format!("{inside:?} in the bulkhead, {adaptive} under the adaptive limit, and nobody is there")
    })
}

/// Calls that go well pay for a retry in the end.
fn refills(mut guards: Guards, clock: u64) -> Option<String> {
    let budget = guards.budget.as_ref()?;
    let length = match budget.config() {
        failsoft::budget::BudgetConfig::Ratio(share) => nanos(share.ttl()),
        failsoft::budget::BudgetConfig::Tokens(_) => 0,
    };
    let later = Instant::from_nanos(clock.saturating_add(length));
    for _ in 0..64 {
        guards.began(later);
        guards.succeeded(false);
    }
    (!guards.withdraw(later)).then(|| "calls that go well do not pay for a retry".into())
}

/// One wait for each machine, and one more for each that may have to be asked again.
const ROUNDS: usize = 12;
