//! What a policy says of its fallback chain: sentences, and doubts.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::explain::{Warning, and_list, seconds};
use super::{Fallback, Policy};
use crate::classify::Category;
use crate::fallback::{OrderBy, Reorder, Step};

impl Fallback {
    pub(super) fn sentences(&self) -> Vec<String> {
        let steps: Vec<String> = self.chain.steps.iter().map(about_step).collect();
        let ending = about_ending(&self.chain.fail_now);
        let mut sentences =
            alloc::vec![format!("a call that failed falls back on {}; {ending}", steps.join(", then on "))];
        sentences.extend(self.chain.reorder.as_ref().map(about_order));
        for (step, policy) in self.steps() {
            if let Some(categories) = &step.fail_now {
                sentences.push(format!("\"{}\": {}", step.name, about_ending(categories)));
            }
            let own = policy.iter().flat_map(|policy| policy.explain().sentences);
            sentences.extend(own.map(|sentence| format!("\"{}\": {sentence}", step.name)));
        }
        sentences
    }

    pub(super) fn doubts(&self) -> Vec<Warning> {
        let mut found: Vec<Warning> = Vec::new();
        found.extend(self.misplaced());
        found.extend(self.overtaken());
        for (index, (_, policy)) in self.steps().enumerate() {
            let Some(policy) = policy else { continue };
            found.extend(super::doubts::doubts(policy).into_iter().map(|doubt| {
                let path = format!("fallback[{index}].policy.{}", doubt.path);
                Warning { path: path.into(), ..doubt }
            }));
        }
        found
    }

    /// All steps one after the other, if each of them has an end.
    pub(super) fn worst_case(&self) -> Option<Duration> {
        let worst = |policy: &Option<Policy>| policy.as_ref()?.worst_case();
        self.policies.iter().try_fold(Duration::ZERO, |sum, policy| Some(sum.saturating_add(worst(policy)?)))
    }

    /// How many calls the busiest of the dependencies may see.
    pub(super) fn amplification(&self) -> u32 {
        let of = |policy: &Option<Policy>| policy.as_ref().map_or(1, Policy::amplification);
        self.policies.iter().map(of).max().unwrap_or(1)
    }

    fn steps(&self) -> impl Iterator<Item = (&Step, Option<&Policy>)> {
        self.chain.steps.iter().zip(self.policies.iter().map(Option::as_ref))
    }

    /// A step that is better than one that is tried before it.
    fn misplaced(&self) -> Option<Warning> {
        if self.chain.reorder.is_some() {
            return None;
        }
        let mut pairs = self.chain.steps.iter().zip(self.chain.steps.iter().skip(1)).enumerate();
        let (index, (step, better)) = pairs.find(|(_, (step, next))| next.quality > step.quality)?;
        let message = format!(
            "\"{}\" is better ({}) than \"{}\" before it ({}), and is tried only where that failed",
            better.name, better.quality, step.name, step.quality
        );
        Some(Warning { path: Cow::from(format!("fallback[{}].quality", index + 1)), message })
    }

    /// A step that is much worse, but may come to lead.
    fn overtaken(&self) -> Option<Warning> {
        self.chain.reorder.as_ref()?;
        let best = self.chain.steps.first()?;
        let worse = self.chain.steps.iter().find(|step| step.quality < best.quality / 2.0)?;
        let message = format!(
            "quality does not count in this order: \"{}\" ({}) is tried before \"{}\" ({}) once it fails less",
            worse.name, worse.quality, best.name, best.quality
        );
        Some(Warning { path: "fallback.order".into(), message })
    }
}

fn about_step(step: &Step) -> String {
    let cost = if step.cost > 0.0 { format!(", cost {}", step.cost) } else { String::new() };
    format!("\"{}\" (quality {}{cost})", step.name, step.quality)
}

fn about_order(reorder: &Reorder) -> String {
    let by = match reorder.by {
        OrderBy::Success => "success",
        OrderBy::SuccessThenLatency => "success and then latency",
    };
    format!(
        "steps change places by {by} among their last {} calls within {}, after {} at least; one call in {} tries a \
         step first that has lost its place",
        reorder.history,
        seconds(reorder.forget_after),
        reorder.minimum_calls,
        reorder.explore_every
    )
}

fn about_ending(categories: &BTreeSet<Category>) -> String {
    let names: Vec<String> = categories.iter().map(|category| String::from(category.name())).collect();
    match names.as_slice() {
        [] => String::from("no failure ends the call at once"),
        [only] => format!("{only} ends the call at once"),
        more => format!("{} end the call at once", and_list(more)),
    }
}
