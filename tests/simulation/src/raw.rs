//! What is done to the breaker without a policy, and to all machines by people and by restarts.

use failsoft::breaker::{Breaker, Forced, Outcome, Snapshot, Ticket};
use failsoft::budget::Budget;
use failsoft::guard::{Gate, Guards, Limits};
use failsoft::time::Instant;
use serde_json::json;

use crate::calls::pick;
use crate::model::{Meaning, Place};
use crate::totals::Fault;
use crate::world::{BEGIN, World};

impl World<'_> {
    pub(crate) fn asks(&mut self) {
        if self.spy.model.is_none() || self.raw.len() >= MOST {
            return;
        }
        let admission = self.spy.admit(self.now());
        self.tell(|| format!("a caller asks the breaker: {admission:?}"));
        if admission.ticket.is_ok() {
            self.raw.extend(self.spy.out.last().copied());
        }
    }

    pub(crate) fn settles(&mut self, which: u8, how: u8) {
        let index = usize::from(which) % self.raw.len().max(1);
        if index >= self.raw.len() {
            return;
        }
        let (ticket, issue) = self.raw.swap_remove(index);
        let kind = RAW + u64::from(how) % 2;
        let hint = how.is_multiple_of(9).then_some(90_000_000_000);
        let (meaning, outcome) = match how % 5 {
            0 | 1 => (Meaning::Success, Outcome::Success),
            2 => (Meaning::Nothing, Outcome::Ignored),
            _ => (
                Meaning::Failure(kind, hint),
                Outcome::Failure { fingerprint: kind, hint: hint.map(core::time::Duration::from_nanos) },
            ),
        };
        if let (Some(model), Some(issue)) = (&self.spy.model, issue)
            && model.generation != issue.generation
        {
            self.totals.count(Fault::LateTicket);
        }
        self.spy.meaning = Some(meaning);
        let change = self.spy.settle(ticket, outcome, self.now());
        self.tell(|| format!("a ticket comes back with {outcome:?}: {change:?}"));
        self.done.extend(issue.map(|issue| (ticket, issue)));
        if self.done.len() > 4 {
            self.done.remove(0);
        }
    }

    pub(crate) fn loses(&mut self, which: u8) {
        let index = usize::from(which) % self.raw.len().max(1);
        if index < self.raw.len() {
            let lost = self.raw.swap_remove(index);
            // Calls that a closed breaker let out at the same moment are not told apart.
            let held = self.spy.out.iter().position(|(ticket, _)| *ticket == lost.0);
            held.map(|held| self.spy.out.swap_remove(held));
            self.totals.count(Fault::LostTicket);
            self.tell(|| format!("a ticket is lost: {:?}", lost.0));
        }
    }

    /// Calls of a closed breaker are not told apart, so only what can be known is handed in again.
    pub(crate) fn doubles(&mut self, which: u8) {
        let Some((ticket, issue)) = pick(&self.done, which) else { return };
        let Some(model) = &self.spy.model else { return };
        if issue.bystander || issue.generation == model.generation && !issue.probe {
            return;
        }
        self.totals.count(Fault::DoubledTicket);
        self.spy.again(ticket, Some(issue), Outcome::Success, self.now());
        self.tell(|| format!("a ticket comes back again: {ticket:?}"));
    }

    pub(crate) fn forges(&mut self) {
        if self.spy.model.is_some() {
            self.totals.count(Fault::ForgedTicket);
            self.spy.again(Ticket::from_bits(7), None, Outcome::Success, self.now());
            self.tell(|| "somebody makes up a ticket".into());
        }
    }

    /// A call that reads the lane and succeeds at once.
    pub(crate) fn takes_the_lane(&mut self, odds: u64) {
        let now = self.now();
        let Some(lane) = self.spy.guards.breaker.as_ref().map(Breaker::lane) else { return };
        let Some(ticket) = lane.admits() else { return };
        let fails = odds.is_multiple_of(4);
        let kind = RAW + 3;
        self.spy.command(
            |breaker| {
                let change = breaker.tick(now);
                if fails {
                    return breaker.settle(ticket, Outcome::failure(kind), now).or(change);
                }
                if lane.counts() {
                    breaker.fold(ticket, 1);
                }
                change
            },
            |model| {
                let (issue, change) = model.ask(now.as_nanos());
                let meaning = if fails { Meaning::Failure(kind, None) } else { Meaning::Success };
                model.settle(issue.ok(), meaning, now.as_nanos()).or(change)
            },
        );
        self.tell(|| format!("a call takes the lane and {}", if fails { "fails" } else { "succeeds" }));
    }

    pub(crate) fn ticks(&mut self) {
        let now = self.now();
        let change = self.spy.command(|breaker| breaker.tick(now), |model| model.wake(now.as_nanos()));
        self.tell(|| format!("a timer ticks: {change:?}"));
    }

    pub(crate) fn forces(&mut self, place: Place) {
        let open = place == Place::ForcedOpen;
        self.totals.count(if open { Fault::ForcedOpen } else { Fault::ForcedClosed });
        let forced = if open { Forced::Open } else { Forced::Closed };
        self.spy.command(|breaker| breaker.force(forced), |model| model.force(place));
        self.tell(|| format!("somebody holds the breaker: {forced:?}"));
    }

    pub(crate) fn resets(&mut self) {
        self.totals.count(Fault::Reset);
        self.spy.command(Breaker::reset, crate::model::Model::reset);
        self.tell(|| "somebody resets the breaker".into());
    }

    pub(crate) fn reconfigures(&mut self, which: u8) {
        self.which = usize::from(which) % self.plan.policies.len();
        let now = self.now();
        let Some(config) = self.policy().breaker else { return };
        self.totals.count(Fault::Reconfigured);
        let change = self.spy.command(
            |breaker| breaker.reconfigure(config, now),
            |model| model.reconfigure(config, now.as_nanos()),
        );
        let which = self.which;
        self.tell(|| format!("the breaker takes on the settings of document {which}: {change:?}"));
    }

    /// Breaker and budget are saved and restored where they are.
    pub(crate) fn restores(&mut self) {
        self.totals.count(Fault::RestoredInPlace);
        let (now, latest) = (Instant::from_nanos(self.latest), self.latest);
        self.spy.command(
            |breaker| {
                let saved = through_text(&breaker.snapshot(now));
                breaker.restore(&saved, now).expect("its own snapshot");
                None
            },
            |model| {
                model.restore(latest, latest);
                None
            },
        );
        if let Some(budget) = &mut self.spy.guards.budget {
            let saved = budget.snapshot(now);
            budget.restore(&saved, now).expect("its own snapshot");
        }
        self.tell(|| "breaker and budget are restored in place".into());
    }

    /// A snapshot that cannot be read changes nothing.
    pub(crate) fn restores_nonsense(&mut self) {
        let now = Instant::from_nanos(self.latest);
        let Some(breaker) = &mut self.spy.guards.breaker else { return };
        self.totals.count(Fault::BrokenSnapshot);
        let mut saved = breaker.snapshot(now);
        let before = breaker.clone();
        saved.version += 1;
        let refused = breaker.restore(&saved, now).is_err();
        (saved.version, saved.evidence.fingerprint) = (1, "no number".into());
        if !refused || breaker.restore(&saved, now).is_ok() || *breaker != before {
            self.spoilt.get_or_insert_with(|| format!("a snapshot that nobody can read left {breaker:?}"));
        }
        self.tell(|| "a snapshot cannot be read".into());
    }

    /// The program ends with all its calls, and begins again on another clock from what it saved.
    pub(crate) fn restarts(&mut self, chance: u64) {
        self.totals.count(Fault::Restarted);
        let (before, now) = (self.latest, Instant::from_nanos(self.latest));
        (self.clock, self.stalled) = (BEGIN + chance % 100_000_000_000_000, 0);
        self.latest = self.clock;
        let (there, after) = (Instant::from_nanos(self.clock), self.clock);
        let mut guards = Guards::new(&self.policy().guards());
        self.callers.clear();
        self.gone.clear();
        self.raw.clear();
        self.done.clear();
        (self.spy.out, self.spy.granted) = (Vec::new(), Vec::new());
        if let (Some(new), Some(old)) = (&mut guards.breaker, &mut self.spy.guards.breaker) {
            new.restore(&through_text(&old.snapshot(now)), there).expect("its own snapshot");
            new.seed(chance);
        }
        if let (Some(new), Some(old)) = (&mut guards.budget, &mut self.spy.guards.budget) {
            let text = json!(old.snapshot(now)).to_string();
            let saved = serde_json::from_str(&text).expect("a snapshot can be read");
            Budget::restore(new, &saved, there).expect("its own snapshot");
        }
        if let (Some(new), Some(old)) = (&mut guards.limits, &mut self.spy.guards.limits) {
            move_limits(old, now, new, there);
        }
        self.spy.guards = guards;
        if let Some(model) = &mut self.spy.model {
            model.restore(before, after);
        }
        if let Some(budget) = &mut self.spy.budget {
            budget.move_to(before, after);
        }
        if before == u64::MAX {
            self.spent.clear();
        }
        self.spent.iter_mut().for_each(|due| *due += i128::from(after) - i128::from(before));
        self.levels.restart(now, there);
        self.chains.restart(now, there);
        self.tell(|| "the program restarts from its snapshots, on another clock".into());
    }
}

fn through_text(saved: &Snapshot) -> Snapshot {
    let text = json!(saved).to_string();
    serde_json::from_str(&text).expect("a snapshot can be read")
}

fn move_limits(old: &mut Limits, now: Instant, new: &mut Limits, there: Instant) {
    if let (Some(new), Some(old)) = (new.throttle(), old.throttle()) {
        new.restore(&old.snapshot(now), there).expect("its own snapshot");
    }
    if let (Some(new), Some(old)) = (new.rate_limit(), old.rate_limit()) {
        new.restore(&old.snapshot(now), there).expect("its own snapshot");
    }
    if let (Some(new), Some(old)) = (new.bulkhead(), old.bulkhead()) {
        new.restore(&old.snapshot(now), there).expect("its own snapshot");
    }
    if let (Some(new), Some(old)) = (new.adaptive(), old.adaptive()) {
        new.restore(&old.snapshot(now), there).expect("its own snapshot");
    }
    if let (Some(new), Some(old)) = (new.hedge(), old.hedge()) {
        new.restore(&old.snapshot(now), there).expect("its own snapshot");
    }
}

/// Tickets without a call at a time.
const MOST: usize = 4;
/// Kinds of failures that no server answers with.
const RAW: u64 = 1_000;
