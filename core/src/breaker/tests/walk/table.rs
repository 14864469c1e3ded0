//! The page of the documentation that shows a small breaker whole.

use super::stories::{STORIES, shown};
use super::*;
use crate::tests::page::{self, Table};

const COLUMNS: [&str; 9] = [
    "a call asks", "its call succeeds", "fails", "is ignored", "a result comes late", "the wait ends",
    "held open", "held closed", "reset",
];

#[test]
fn machines_breaker_page_is_what_the_walk_finds() {
    page::check("breaker", &made());
}

fn made() -> String {
    let story = shown();
    let mut table = Table::new(&COLUMNS);
    walk(&story, |place| {
        // There every wait is over as soon as it begins: true, and no help to a reader.
        if place.has_ended() {
            return;
        }
        let state = name(place);
        for column in COLUMNS {
            if let Some((next, answer)) = event(place, column, &story) {
                let to = name(&next);
                let moved = if to == state { String::new() } else { format!("**{to}**") };
                let cell = match (answer, moved.is_empty()) {
                    ("", true) => String::from("–"),
                    ("", false) => moved,
                    (answer, true) => answer.into(),
                    (answer, false) => format!("{answer}: {moved}"),
                };
                table.saw(&state, column, cell);
            }
        }
        for act in place.acts(&story) {
            for step in story.steps {
                let mut next = place.clone();
                let answer = next.act(act, later(place.now(), *step), &story);
                if let Some(change) = answer.change.filter(|change| change.reason != Reason::Manual) {
                    table.changed(change.from.name(), change.to.name(), change.reason.name());
                }
            }
        }
    });
    assert_eq!(Vec::<String>::new(), table.ambiguous());
    let walks = STORIES.map(|(story, extent)| (story().name, extent));
    HEAD.replace("DIAGRAM", table.diagram("closed").trim_end())
        .replace("TABLE", table.render(order).trim_end())
        .replace("WALKS", page::extents(&walks).trim_end())
}

/// What a person would call the state.
fn name(place: &Place) -> String {
    let Breaker { config, evidence, .. } = &place.breaker;
    match &place.breaker.state {
        State::Closed => match (evidence.consecutive, config.failure_threshold) {
            (0, _) | (_, None) => "closed".into(),
            (failures, Some(most)) => format!("closed, {failures} of {most}"),
        },
        State::Open { until } if *until <= place.now() => "open, wait over".into(),
        State::Open { .. } => "open".into(),
        State::HalfOpen { successes, probes, .. } => {
            let probe = match probes.first() {
                None => "",
                Some(probe) if probe.lease_ends > place.now() => ", probe out",
                Some(_) => ", lease over",
            };
            format!("half-open, {successes} of {}{probe}", config.success_threshold)
        }
        State::Forced(Forced::Open) => "held open".into(),
        State::Forced(Forced::Closed) => "held closed".into(),
    }
}

/// The event of a column, where it can happen, and what the caller hears.
fn event(place: &Place, column: &str, story: &Story) -> Option<(Place, &'static str)> {
    let due = || place.out.iter().position(|(ticket, _)| matches!(place.role(*ticket), Role::Due(..)));
    let (mut next, mut wait) = (place.clone(), Duration::ZERO);
    let act = match column {
        "a call asks" => Act::Admit,
        "its call succeeds" => Act::Settle(due()?, Outcome::Success),
        "fails" => Act::Settle(due()?, failure(TIMEOUT)),
        "is ignored" => Act::Settle(due()?, Outcome::Ignored),
        "a result comes late" => {
            next.out.push((Ticket::from_bits(0), None));
            Act::Settle(place.out.len(), failure(TIMEOUT))
        }
        "the wait ends" => {
            wait = place.breaker.retry_after(place.now()).filter(|wait| !wait.is_zero())?;
            Act::Tick
        }
        "held open" => Act::Force(Forced::Open),
        "held closed" => Act::Force(Forced::Closed),
        _ => Act::Reset,
    };
    let answer = next.act(act, place.now().saturating_add(wait), story);
    let heard = match (act, answer.heard) {
        (Act::Admit, Ok(())) => "goes",
        (Act::Admit, Err(Some(_))) => "refused for a while",
        (Act::Admit, Err(None)) => "refused",
        _ => "",
    };
    Some((next, heard))
}

fn order(state: &str) -> (usize, String) {
    let kinds = ["closed", "open", "half-open", "held open", "held closed"];
    let kind = state.split(',').next().unwrap_or_default();
    (kinds.iter().position(|other| *other == kind).unwrap_or(kinds.len()), state.into())
}

const HEAD: &str = "# The breaker, state by state

Written by a test that walks the real machine through every state it can reach (`core/src/breaker/tests/walk`);
`UPDATE=1 cargo test -p failsoft machines` writes it anew. The rules in words are in `core/src/breaker/mod.rs`.

What calls and time bring about. By hand it is held open or closed from any state, and reset from any state to closed.

DIAGRAM

## Every event in every state

Three failures in a row open it; one probe at a time goes out, and two successes close it. A state is **bold** where the
event leads to another one; a dash is an event that changes nothing, and an empty cell one that cannot happen there.
*The wait* is the open wait, or in a half-open breaker the lease of the probe.

TABLE

A probe whose lease is over still counts if it answers before somebody else takes its place.

## What was walked

In every state: every event, after no time, one nanosecond, a lease and an open wait and a nanosecond less than each, and
other times that matter; with a clock that goes back, and with one that leaps to the last reading there is; with up to three
calls under way. `make soak` walks farther: two probes at a time, and the ends of the wait in windows of time as well. Beside the machine runs a model that keeps every event and counts anew each time; the two must answer
alike. Checked in every state:

- No more probes are out than allowed; whoever comes back when told is admitted, and nobody before.
- An open breaker stays so for its whole wait and not a nanosecond longer than until somebody asks.
- Changes form a chain. A result of an earlier epoch, a ticket handed in twice or made up changes nothing; an ignored one
  gives its place back and changes nothing else.
- A clock that steps back has not moved.
- A success on the lane leaves the breaker as one that asked the machine.
- At the end of time, where every wait is cut short, nothing is stuck, and the state can be moved to another clock.
- A breaker restored elsewhere from its snapshot gives the same answer to every event that follows.

| settings | states | events in them |
|---|---|---|
WALKS
";
