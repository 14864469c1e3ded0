//! In which order a call tries the steps; the rules are in the [module](super).

use core::cmp::Reverse;

use super::chain::StepState;
use super::config::{MOST_STEPS, OrderBy, Reorder};
use crate::time::Instant;

/// Step numbers in the order of trying; a value of fixed size, so that a call allocates nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    steps: [u8; MOST_STEPS],
    len: usize,
}

impl Order {
    /// As the document has it.
    pub(super) fn of_document(len: usize) -> Self {
        let mut steps = [0; MOST_STEPS];
        for (number, step) in (0..).zip(steps.iter_mut()) {
            *step = number;
        }
        Self { steps, len: len.min(MOST_STEPS) }
    }

    /// By what was observed of each step.
    pub(super) fn by_experience(steps: &[StepState], reorder: &Reorder, now: Instant) -> Self {
        let mut order = Self::of_document(steps.len());
        let mut known = [None; MOST_STEPS];
        for ((number, step), place) in (0_u8..).zip(steps).zip(known.iter_mut()) {
            let recent = step.experience.recent(now);
            if recent.calls() >= u64::from(reorder.minimum_calls.get()) {
                let pace = if reorder.by == OrderBy::Success { 0 } else { recent.pace() };
                *place = Some((Reverse(recent.rate()), pace, number));
            }
        }
        let mut sorted = known;
        // The number is part of the key, so that ties keep the document's order. Unknown steps sort to the front.
        sorted.sort_unstable();
        let places = order.steps.iter_mut().zip(known).filter(|(_, known)| known.is_some());
        for ((place, _), (_, _, number)) in places.zip(sorted.into_iter().flatten()) {
            *place = number;
        }
        order
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.steps.iter().take(self.len).map(|step| usize::from(*step))
    }

    /// The steps that stand behind one that the document puts after them.
    pub(super) fn demoted(&self) -> impl Iterator<Item = usize> + '_ {
        let mut latest = 0;
        self.iter().filter(move |step| {
            latest = latest.max(*step);
            *step < latest
        })
    }

    /// Moves a step to the front; the others keep their order.
    pub(super) fn lead_with(&mut self, step: usize) {
        let place = self.iter().position(|other| other == step);
        if let Some(front) = place.and_then(|place| self.steps.get_mut(..=place)) {
            front.rotate_right(1);
        }
    }
}
