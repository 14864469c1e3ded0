//! What must hold after every step: fourteen promises, each with an oracle of its own.

use failsoft::breaker::StateName;
use failsoft::call::{Next, StopReason};
use failsoft::time::Instant;

use crate::caller::Waiting;
use crate::model::{Meaning, Place, nanos};
use crate::promises;
use crate::spy::{Changed, Seen};
use crate::world::World;

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which, by its number and name.
    pub invariant: &'static str,
    /// How.
    pub what: String,
}

type Check = fn(&mut World<'_>) -> Option<String>;

pub(crate) const INVARIANTS: [(&str, Check); 14] = [
    ("i: permits out are within their limits", permits_out_are_within_their_limits),
    ("ii: every admitted call has one outcome or is reclaimed", every_admitted_call_has_one_outcome),
    ("iii: a result of an older epoch changes nothing", a_result_of_an_older_epoch_changes_nothing),
    ("iv: closed opens exactly on enough evidence", closed_opens_exactly_on_enough_evidence),
    ("v: open lasts its wait and no longer", open_lasts_its_wait_and_no_longer),
    ("vi: half-open admits exactly its probes", half_open_admits_exactly_its_probes),
    ("vii: events form a chain", events_form_a_chain),
    ("viii: windows count what a list counts", windows_count_what_a_list_counts),
    ("ix: attempts are at most the most", promises::attempts_are_at_most_the_most),
    ("x: a wait is within its range and its cap", promises::a_wait_is_within_its_range_and_its_cap),
    ("xi: nothing goes beyond the deadline", promises::nothing_goes_beyond_the_deadline),
    ("xii: retries are within the budget", promises::retries_are_within_the_budget),
    ("xiii: cancelled counts nowhere", promises::cancelled_counts_nowhere),
    ("xiv: after some time a call is admitted", promises::after_some_time_a_call_is_admitted),
];

/// Checks all of them.
pub(crate) fn hold(world: &mut World<'_>) -> Result<(), Violation> {
    for (invariant, check) in INVARIANTS {
        if let Some(what) = check(world) {
            return Err(Violation { invariant, what });
        }
    }
    Ok(())
}

/// Bulkhead, its line, adaptive limit and probes against the callers that hold places; the rate limit against the list of
/// the moments that it gave out.
fn permits_out_are_within_their_limits(world: &mut World<'_>) -> Option<String> {
    let (now, latest, policy) = (Instant::from_nanos(world.latest), world.latest, world.policy());
    if let (Some(model), StateName::HalfOpen) = (&world.spy.model, world.place) {
        let asked = world.spy.seen.iter().any(|seen| matches!(seen, Seen::Asked { told: Ok(()), .. }));
        let most = model.config.half_open_max_calls.get() as usize;
        // A shadow lets everybody pass.
        let decides = model.config.mode != failsoft::breaker::Mode::Shadow;
        if asked && decides && model.leased() > most {
            return Some(format!("{} probes, at most {most}", model.leased()));
        }
    }
    let line: Vec<(u64, bool)> = world
        .callers
        .iter()
        .filter_map(|caller| match caller.waits_for {
            Waiting::InLine { until, joined } => {
                let granted = caller.call.place().is_some_and(|place| world.spy.granted.contains(&place));
                (granted || until > latest).then_some((joined, granted))
            }
            _ => None,
        })
        .collect();
    let attempts = world.callers.iter().flat_map(|caller| &caller.live);
    let leased = policy.adaptive.map_or(0, |adaptive| {
        attempts.clone().filter(|live| live.since.saturating_add(nanos(adaptive.lease)) > latest).count()
    });
    let limits = world.spy.guards.limits.as_deref_mut()?;
    if let (Some(bulkhead), Some(config)) = (limits.bulkhead(), policy.bulkhead) {
        let expected = (attempts.count() + granted(&line), line.len() - granted(&line));
        let found = (bulkhead.in_flight() as usize, bulkhead.queued(now) as usize);
        if found != expected
            || found.0 > config.max_concurrent.get() as usize
            || found.1 > config.max_queue as usize
        {
            return Some(format!(
                "in the bulkhead and its line are {found:?}, and callers hold {expected:?}"
            ));
        }
        let first = line.iter().filter(|(_, granted)| !granted).map(|(joined, _)| joined).min();
        let last = line.iter().filter(|(_, granted)| *granted).map(|(joined, _)| joined).max();
        if first.is_some_and(|first| last.is_some_and(|last| last > first))
            || first.is_some() && found.0 < config.max_concurrent.get() as usize
        {
            return Some(format!("somebody waits who should be next: {line:?}"));
        }
    }
    if let (Some(adaptive), Some(config)) = (limits.adaptive(), policy.adaptive) {
        let (found, height) = (adaptive.in_flight(now) as usize, adaptive.limit(now));
        let bounds = config.min.get()..=config.max.get();
        if found != leased || found > config.max.get() as usize || !bounds.contains(&height) {
            return Some(format!("{found} under an adaptive limit of {height}, and callers hold {leased}"));
        }
    }
    // At the end of time nobody can wait for a turn.
    let limit = policy.rate_limit.filter(|_| latest < u64::MAX)?;
    let (last, per) = (*world.spent.last()?, i128::from(nanos(limit.per)).max(1));
    let since =
        |first: i128| i128::from(limit.burst.get()) + (last - first) * i128::from(limit.rate.get()) / per;
    let mut seen = world.spent.iter().rev().zip(1_i128..);
    let (first, many) = seen.find(|(first, many)| *many > since(**first))?;
    Some(format!("the rate limit gave out {many} tokens within {} ns", last - first))
}

fn granted(line: &[(u64, bool)]) -> usize {
    line.iter().filter(|(_, granted)| *granted).count()
}

/// Tickets that the gate has out against the callers that hold them; calls that are over stay so.
fn every_admitted_call_has_one_outcome(world: &mut World<'_>) -> Option<String> {
    let held = world.callers.iter().map(crate::caller::Caller::tickets).sum::<usize>() + world.raw.len();
    let out = world.spy.out.len();
    if out != held {
        return Some(format!("{out} tickets are out, and callers hold {held}"));
    }
    let echo = world.told.iter().find(|told| told.did == crate::caller::Did::Echo { same: false });
    if let Some(echo) = echo {
        return Some(format!("an answer for an attempt that was over changed something: {echo:?}"));
    }
    let wrong = world.callers.iter().find(|caller| caller.call.stop_reason() != caller.over);
    if let Some(caller) = wrong {
        return Some(format!("caller {} is over: {:?}", caller.id, caller.call.stop_reason()));
    }
    let tally = world.chains.chain.tally();
    let found = [tally.served, tally.exhausted, tally.all_benched, tally.failed_now, tally.abandoned];
    if found != world.chains.endings || tally.calls != found.iter().sum::<u64>() {
        return Some(format!("the chain counts {tally:?}, and its calls ended {:?}", world.chains.endings));
    }
    world.broken.clone().filter(|why| why.starts_with("caller")).or_else(|| world.chains.complaint.clone())
}

/// The list of tickets says of which epoch a result is.
fn a_result_of_an_older_epoch_changes_nothing(world: &mut World<'_>) -> Option<String> {
    let stale = world.spy.model.as_ref()?.tally.stale;
    for seen in &world.spy.seen {
        if let Seen::Settled { waited_for: false, change, .. } = seen
            && change.told.is_some()
        {
            return Some(format!("{seen:?}"));
        }
    }
    let found = world.spy.guards.breaker.as_ref()?.tally().stale;
    (found != stale).then(|| format!("{found} results came too late, {stale} by the list"))
}

/// The model looks through the list of all results since it was closed.
fn closed_opens_exactly_on_enough_evidence(world: &mut World<'_>) -> Option<String> {
    differs(world, |from, change| {
        let opens = |change: failsoft::breaker::Transition| change.to == StateName::Open;
        from == Place::Closed && (change.told.is_some_and(opens) || change.due.is_some_and(opens))
    })
}

/// Between the bounds that the settings leave while it begins, and then to the nanosecond.
fn open_lasts_its_wait_and_no_longer(world: &mut World<'_>) -> Option<String> {
    let refused = world.spy.seen.iter().find(|seen| match seen {
        Seen::Asked { from: Place::Open { .. }, told, expected, .. } => told != expected,
        _ => false,
    });
    world.spy.misjudged.clone().or_else(|| refused.map(|seen| format!("{seen:?}"))).or_else(|| {
        differs(world, |from, _| matches!(from, Place::Open { .. }) && world.place != StateName::Closed)
    })
}

/// The list of probes that are out says how many more there may be, and what their results lead to.
fn half_open_admits_exactly_its_probes(world: &mut World<'_>) -> Option<String> {
    let asked = world.spy.seen.iter().find(|seen| match seen {
        Seen::Asked { from: Place::HalfOpen, told, expected, .. } => told != expected,
        _ => false,
    });
    asked.map(|seen| format!("{seen:?}")).or_else(|| differs(world, |from, _| from == Place::HalfOpen))
}

/// Each change begins where the last one ended, and those made by hand are the ones that were made.
fn events_form_a_chain(world: &mut World<'_>) -> Option<String> {
    if let Some(broken) = &world.broken {
        return Some(broken.clone());
    }
    if let Some(found) = differs(world, |_, _| true) {
        return Some(found);
    }
    if let (Some(breaker), Some(model)) = (&world.spy.guards.breaker, &world.spy.model) {
        let state = breaker.state(Instant::from_nanos(world.latest));
        let waited = model.place.name() == StateName::Open && state == StateName::HalfOpen;
        if world.place != model.place.name() || !waited && state != world.place {
            return Some(format!("{state:?}, told {:?}, expected {:?}", world.place, model.place));
        }
    }
    world.levels.complaint.clone()
}

/// Every result is looked at anew.
fn windows_count_what_a_list_counts(world: &mut World<'_>) -> Option<String> {
    if let Some(spoilt) = &world.spoilt {
        return Some(spoilt.clone());
    }
    let (now, model) = (Instant::from_nanos(world.latest), world.spy.model.as_ref()?);
    let wrong = world.spy.seen.iter().find(|seen| {
        matches!(
            seen,
            Seen::Settled { as_meant: false, meaning: Meaning::Success | Meaning::Failure(..), .. }
        )
    });
    if let Some(seen) = wrong {
        return Some(format!("{seen:?}"));
    }
    let breaker = world.spy.guards.breaker.as_mut()?;
    let found = (breaker.failure_count(now), breaker.tally());
    let listed = (model.failures(), model.tally);
    if found != listed {
        return Some(format!("{found:?}, by the list {listed:?}"));
    }
    let (found, listed) = (breaker.counts(now), model.counts());
    (model.config.has_rates() && found != listed).then(|| format!("{found:?}, by the list {listed:?}"))
}

/// A change of state other than the one that was due, of those that are `wanted`.
fn differs(world: &World<'_>, wanted: impl Fn(Place, Changed) -> bool) -> Option<String> {
    let found = world.spy.seen.iter().find(|seen| match seen {
        Seen::Asked { from, change, .. }
        | Seen::Settled { from, change, .. }
        | Seen::Commanded { from, change } => change.told != change.due && wanted(*from, *change),
        _ => false,
    });
    found.map(|seen| format!("{seen:?}"))
}

/// Whether a call has been told to stop for this reason.
pub(crate) fn stops(next: Option<Next>, why: StopReason) -> bool {
    next == Some(Next::Stop(why))
}
