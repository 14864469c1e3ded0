//! Every state that small breakers can reach, and every event in each of them.
//!
//! A walk goes breadth-first over the real machine, with the model that keeps every event beside it. States that differ
//! in nothing that a later answer can depend on are one: times count from now, epochs from the present one. So the walk
//! ends, and what it has found to hold does so after any history of these events.

mod check;
mod place;
mod stories;
mod table;

use alloc::collections::btree_map::Entry;
use alloc::collections::{BTreeMap, VecDeque};

use self::place::{Act, Answer, Place, Role, clock};
use super::model::oracle::{self, Model, Pass};
use super::*;
use crate::breaker::machine::State;
use crate::breaker::trip::Counted;
use crate::time::nanos;

/// Settings small enough to be walked to the end.
#[derive(Debug, Clone, Copy)]
struct Story {
    /// What is special about it.
    name: &'static str,
    config: BreakerConfig,
    /// Settings that a change goes to, and back.
    sibling: Option<BreakerConfig>,
    /// How many nanoseconds may have passed when something happens.
    steps: &'static [u64],
    /// Calls that may be under way.
    in_flight: usize,
    /// Calls counted in a window beyond which it goes no further.
    most_counted: u32,
    /// The longest runs of identical failures, and of failures, that tell states apart.
    longest_runs: (u32, u32),
}

/// How far a walk went: states, and events tried in them.
type Extent = (usize, usize);

/// Visits every state; `see` is told of each.
fn walk(story: &Story, mut see: impl FnMut(&Place)) -> Extent {
    let begin = Place::new(story.config);
    let mut seen = BTreeMap::from([(begin.key(story), begin.looks())]);
    let mut open = VecDeque::from([begin]);
    let mut cells = 0;
    while let Some(place) = open.pop_front() {
        see(&place);
        check::holds_in(&place, story);
        for act in place.acts(story) {
            let steps = if act.has_clock() { story.steps } else { &[0] };
            for step in steps {
                let mut next = place.clone();
                let answer = next.act(act, later(place.now(), *step), story);
                check::holds_after(&place, act, *step, answer, &next, story);
                cells += 1;
                let mut counted = next.breaker.clone();
                if counted.counts(next.now()).calls > story.most_counted {
                    continue;
                }
                match seen.entry(next.key(story)) {
                    Entry::Occupied(same) => {
                        assert_eq!(*same.get(), next.looks(), "told apart by nothing: {next:?}");
                    }
                    Entry::Vacant(new) => {
                        new.insert(next.looks());
                        open.push_back(next);
                    }
                }
            }
        }
    }
    (seen.len(), cells)
}

fn later(now: Instant, step: u64) -> Instant {
    match step {
        BACK => Instant::from_nanos(now.as_nanos() - 1_000),
        END => NEVER,
        step => now.saturating_add(Duration::from_nanos(step)),
    }
}

/// Two kinds of failure, and one that asks for time: more than the open wait, less than the longest.
const OUTCOMES: [Outcome; 5] = [
    Outcome::Success,
    Outcome::failure(TIMEOUT),
    Outcome::failure(REFUSED),
    Outcome::Failure { fingerprint: TIMEOUT, hint: Some(Duration::from_nanos(HINT)) },
    Outcome::Ignored,
];

/// When the walk begins: a whole number of every bucket.
const BEGIN: Instant = Instant::from_nanos(3_600_000);
/// Steps that are none: the clock goes back, or leaps to the last reading that there is.
const BACK: u64 = u64::MAX - 1;
const END: u64 = u64::MAX;
const NEVER: Instant = Instant::from_nanos(u64::MAX);
const WAIT: u64 = 10;
const LEASE: u64 = 6;
const HINT: u64 = 15;
const LONGEST: u64 = 20;
