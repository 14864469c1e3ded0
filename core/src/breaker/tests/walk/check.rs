//! What must hold in every state, and after every event in it.

use super::*;

/// What holds in every state.
pub(super) fn holds_in(place: &Place, story: &Story) {
    probes_are_few(place);
    comes_back(place);
    counts_are_the_models(place);
    made_up_tickets_change_nothing(place);
    a_clock_that_steps_back_has_not_moved(place, story);
    lane_says_what_the_machine_would(place, story);
    moves_to_another_host(place, story);
}

/// What holds after an event that came `step` nanoseconds later.
pub(super) fn holds_after(before: &Place, act: Act, step: u64, answer: Answer, after: &Place, story: &Story) {
    let context = || std::format!("{act:?} after {step} ns led from {before:?} to {after:?}");
    let (from, to) = (before.breaker.name(), after.breaker.name());
    match answer.change {
        // (vii) A chain: each change begins where the last one ended.
        Some(change) => assert_eq!((from, to), (change.from, change.to), "{}", context()),
        None => assert_eq!(from, to, "{}", context()),
    }
    if answer.change.is_some() {
        assert_ne!(before.breaker.epoch, after.breaker.epoch, "{}", context());
    }
    open_lasts_as_long_as_it_must(before, act, step, answer, story, &context);
    if let Act::Settle(index, outcome) = act {
        let (ticket, _) = before.out[index];
        // A half-open breaker may find out that a place is free again only when it is asked.
        let mut idle = before.clone();
        idle.breaker.advance(after.now());
        idle.out.remove(index);
        idle.model.clone_from(&after.model);
        match (idle.role(ticket), outcome) {
            // (iii) Nothing but the count of stale results has changed.
            (Role::Stale | Role::Bystander, _) => {
                assert_eq!(idle.key(story), after.key(story), "{}", context());
                assert_eq!(None, answer.change, "{}", context());
            }
            // (xiii) What says nothing changes nothing, and gives its place back.
            (Role::Due(..), Outcome::Ignored) => {
                assert_eq!((None, from), (answer.change, to), "{}", context());
                if let State::HalfOpen { probes, .. } = &mut idle.breaker.state {
                    probes.retain(|probe| probe.place != ticket.place());
                }
                idle.breaker.evidence.under_way.clone_from(&after.breaker.evidence.under_way);
                assert_eq!(idle.key(story), after.key(story), "{}", context());
            }
            (Role::Due(..), _) => {}
        }
    }
}

/// (v) An open breaker admits nobody before its wait is over, and the first who asks afterwards.
fn open_lasts_as_long_as_it_must(
    before: &Place,
    act: Act,
    step: u64,
    answer: Answer,
    story: &Story,
    context: &impl Fn() -> String,
) {
    let State::Open { until } = before.breaker.state else { return };
    let left = nanos(until.saturating_since(before.now()));
    if let Act::Admit = act {
        let step = if step == BACK { 0 } else { step };
        let over = step >= left;
        let shadow = before.breaker.config.mode == Mode::Shadow;
        let heard = if over || shadow { Ok(()) } else { Err(Some(Duration::from_nanos(left - step))) };
        assert_eq!((over, heard), (answer.change.is_some(), answer.heard), "{}", context());
    }
    if let Some(model) = &before.model
        && let oracle::Place::Open { since, wait } = model.place
    {
        assert!(wait >= story.config.recovery_timeout, "{}", context());
        assert_eq!(since + wait, clock(until), "{}", context());
    }
}

/// (i), (vi) No more probes are out than are allowed.
fn probes_are_few(place: &Place) {
    if let State::HalfOpen { probes, .. } = &place.breaker.state {
        let leased = probes.iter().filter(|probe| probe.lease_ends > place.now()).count();
        // Those that it admitted under other settings are not called back.
        if place.model.is_some() {
            assert!(leased <= place.breaker.config.half_open_max_calls.get() as usize, "{place:?}");
        }
    }
}

/// (xiv) Whoever comes back when the breaker says is admitted, and not before; unless it is held open by hand.
fn comes_back(place: &Place) {
    let (mut breaker, mut now) = (place.breaker.clone(), place.now());
    // Calls under way may become slow in the meantime and open it once more.
    for _ in 0..2 {
        let Some(wait) = breaker.retry_after(now) else {
            assert_eq!(StateName::ForcedOpen, breaker.name(), "{place:?}");
            return;
        };
        let most = breaker.config.longest_open_wait().max(breaker.config.probe_timeout);
        assert!(wait <= most, "{wait:?} in {place:?}");
        if !wait.is_zero() {
            let early = now.saturating_add(wait - Duration::from_nanos(1));
            let refused = breaker.clone().admit(early).ticket.map_err(|rejection| rejection.retry_after);
            assert_eq!(Err(Some(Duration::from_nanos(1))), refused.map(drop), "{place:?}");
        }
        now = now.saturating_add(wait);
        let admission = breaker.admit(now);
        if admission.ticket.is_ok() {
            return;
        }
        let reason = admission.transition.map(|change| change.reason);
        assert_eq!(Some(Reason::SlowCallRate), reason, "{place:?}");
    }
    panic!("wedged: {place:?}");
}

/// (viii) The window counts what a list of all calls would.
fn counts_are_the_models(place: &Place) {
    let (mut breaker, now) = (place.breaker.clone(), place.now());
    let Some(mut model) = place.model.clone() else { return };
    assert_eq!(model.failures(clock(now)), breaker.failure_count(now), "{place:?}");
    if breaker.config.has_rates() {
        assert_eq!(model.counts(clock(now)), breaker.counts(now), "{place:?}");
    }
    let lane = breaker.lane();
    assert_eq!(model.lane(), (lane.admits().is_some(), lane.counts()), "{place:?}");
}

fn made_up_tickets_change_nothing(place: &Place) {
    let epoch = place.breaker.epoch;
    for ticket in [Ticket::from_bits(0), Ticket::from_bits(u64::MAX), Ticket::new(epoch, 77, place.now())] {
        let half_open = matches!(place.breaker.state, State::HalfOpen { .. } | State::Open { .. });
        if ticket.is_of(epoch) && !half_open {
            // Calls of a closed breaker are not told apart.
            continue;
        }
        for outcome in OUTCOMES {
            let mut breaker = place.breaker.clone();
            assert_eq!(None, breaker.settle(ticket, outcome, place.now()), "{ticket:?} in {place:?}");
            breaker.tally = place.breaker.tally;
            assert_eq!(place.breaker, breaker, "{ticket:?} in {place:?}");
        }
    }
}

fn a_clock_that_steps_back_has_not_moved(place: &Place, story: &Story) {
    let earlier = Instant::from_nanos(place.now().as_nanos() - 1_000);
    for act in place.acts(story).into_iter().filter(|act| act.has_clock()) {
        let (mut still, mut back) = (place.clone(), place.clone());
        let answers = (still.act(act, place.now(), story), back.act(act, earlier, story));
        assert_eq!(answers.0, answers.1, "{act:?} in {place:?}");
        assert_eq!(still.breaker, back.breaker, "{act:?} in {place:?}");
    }
}

/// A call on the lane that succeeds leaves the breaker as one that asks the machine does.
fn lane_says_what_the_machine_would(place: &Place, story: &Story) {
    let Some(ticket) = place.breaker.lane().admits() else { return };
    let (mut asked, mut by_lane) = (place.clone(), place.clone());
    let admission = asked.breaker.admit(place.now());
    assert!(admission.ticket.is_ok() && admission.transition.is_none(), "{place:?}");
    for (outcome, ticket) in [
        (Outcome::Success, admission.ticket),
        (Outcome::Success, Ok(ticket)),
        (Outcome::failure(TIMEOUT), Ok(ticket)),
    ] {
        let (mut one, mut other) = (asked.clone(), asked.clone());
        let ticket = ticket.expect("admitted");
        let settled = one.breaker.settle(ticket, outcome, place.now());
        let own = other.breaker.settle(admission.ticket.expect("admitted"), outcome, place.now());
        assert_eq!((own, other.key(story)), (settled, one.key(story)), "{outcome:?} in {place:?}");
        if outcome == Outcome::Success {
            by_lane.breaker = place.breaker.clone();
            by_lane.act(Act::Lane, place.now(), story);
            assert_eq!(by_lane.key(story), one.key(story), "{place:?}");
        }
    }
}

/// A breaker that takes on the saved state, on a clock of its own, decides as this one would without its callers: those
/// do not survive the move.
fn moves_to_another_host(place: &Place, story: &Story) {
    let mut bare = place.clone();
    (bare.model, bare.out) = (None, Vec::new());
    if let State::HalfOpen { probes, .. } = &mut bare.breaker.state {
        probes.clear();
    }
    if let Some(under_way) = &mut bare.breaker.evidence.under_way {
        under_way.clear();
    }
    let saved = bare.breaker.snapshot(place.now());
    let mut twin = Place { breaker: Breaker::new(place.breaker.config), ..bare.clone() };
    twin.breaker.restore(&saved, Instant::from_nanos(ELSEWHERE)).expect("its own snapshot");
    // Elsewhere time goes on, which is all that tells it from here if here it has ended.
    assert_eq!(bare.key(story)[1..], twin.key(story)[1..], "{place:?}");
    if place.has_ended() {
        return;
    }
    for act in bare.acts(story) {
        for step in if act.has_clock() { story.steps } else { &[0] } {
            // Its clock has not run for long enough to go back by that much, and ends at another age of its buckets.
            let step = if matches!(*step, BACK | END) { &0 } else { step };
            let (mut here, mut there) = (bare.clone(), twin.clone());
            let answers = (
                here.act(act, later(bare.now(), *step), story),
                there.act(act, later(twin.now(), *step), story),
            );
            assert_eq!(answers.0, answers.1, "{act:?} in {place:?}");
            assert_eq!(here.key(story), there.key(story), "{act:?} in {place:?}");
        }
    }
    for (ticket, _) in &place.out {
        let mut breaker = twin.breaker.clone();
        if !ticket.is_of(breaker.epoch) {
            assert_eq!(None, breaker.settle(*ticket, Outcome::failure(TIMEOUT), breaker.now), "{place:?}");
            breaker.tally = twin.breaker.tally;
            assert_eq!(twin.breaker, breaker, "{place:?}");
        }
    }
}

/// Another host's clock: neither near this one's nor in step with any bucket.
const ELSEWHERE: u64 = 1_001;
