//! The `fallback` section: a list of steps, or an object with the steps and what decides between them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Policy;
use super::document;
use super::reader::{Field, Findings, Section, describe};
use super::shape::Shape;
use super::tree::Tree;
use crate::classify::Category;
use crate::error::ProblemCode;
use crate::fallback::{ChainConfig, OrderBy, Reorder, Step};
use crate::gather::gathered;

/// What a `fallback` section says.
#[derive(Debug, Clone, PartialEq)]
pub struct Fallback {
    /// The steps and what decides between them. They follow the policy's own function, which is tried first and
    /// guarded by what stands beside this section.
    pub chain: ChainConfig,
    /// What guards each of the steps, in their order; `None`: nothing.
    pub policies: Vec<Option<Policy>>,
}

/// A step as it was read.
struct ReadStep {
    step: Step,
    policy: Option<Policy>,
}

pub(super) fn read_fallback(document: &mut Section<'_, '_>) -> Option<Fallback> {
    if !cfg!(feature = "full") {
        document.leave_out(&FALLBACK);
        return None;
    }
    let (steps, whole) = (Shape::Objects(describe(read_step)), Shape::Object(describe(read_chain)));
    let shape = Shape::OneOf(alloc::vec![steps, whole]);
    let expected = shape.expected();
    let spot = document.spot(&FALLBACK, shape)?;
    let path = spot.path.clone();
    match spot.tree {
        Tree::List(_) => {
            let chain = chain(spot.objects(document.findings, read_step)?);
            check(&chain.chain, document.findings, |problem| match problem.strip_prefix(STEPS.name) {
                Some(rest) => format!("{path}{rest}"),
                None => format!("{path}.{problem}"),
            });
            Some(chain)
        }
        Tree::Object(_) => spot.object(document.findings, read_chain),
        _ => {
            spot.wrong(document.findings, &expected);
            None
        }
    }
}

fn read_chain(section: &mut Section<'_, '_>) -> Option<Fallback> {
    if !STEPS.is_in(section) {
        section.miss(&STEPS, "expected a list of steps; without it the rest of this section means nothing");
    }
    let steps = section.sections(&STEPS, read_step);
    let fail_now = section.words(&FAIL_NOW, "category", &CATEGORIES);
    let reorder = read_reorder(section);
    let mut fallback = chain(steps?);
    fallback.chain.reorder = reorder;
    if let Some(categories) = fail_now {
        fallback.chain.fail_now = gathered(categories);
    }
    let path = section.path.clone();
    check(&fallback.chain, section.findings, |problem| format!("{path}.{problem}"));
    Some(fallback)
}

fn read_reorder(section: &mut Section<'_, '_>) -> Option<Reorder> {
    let default = Reorder::default();
    let order = section.word(&ORDER, &ORDERS);
    let misread = order.is_none() && ORDER.is_in(section);
    let reorder = Reorder {
        by: order.flatten().unwrap_or(default.by),
        minimum_calls: section.positive(&MINIMUM_CALLS, u32::MAX).unwrap_or(default.minimum_calls),
        history: section.positive(&HISTORY, MOST_HISTORY).unwrap_or(default.history),
        forget_after: section.positive_duration(&FORGET_AFTER).unwrap_or(default.forget_after),
        explore_every: section.positive(&EXPLORE_EVERY, u32::MAX).unwrap_or(default.explore_every),
    };
    for field in [&MINIMUM_CALLS, &HISTORY, &FORGET_AFTER, &EXPLORE_EVERY] {
        if order.flatten().is_none() && !misread && field.is_in(section) {
            let message = "belongs to a chain that is re-ordered (expected order success or success_then_latency \
                           beside it)";
            section.findings.add(ProblemCode::Contradiction, &section.path_of(field), message);
        }
    }
    order.flatten().map(|_| reorder)
}

fn read_step(section: &mut Section<'_, '_>) -> ReadStep {
    if !NAME.is_in(section) {
        section.miss(&NAME, "a step needs a name of its own, for reports");
    }
    // What could not be read is nobody's double.
    let name = section.text(&NAME).unwrap_or_else(|| section.path.clone());
    let default = Step::new(name);
    let step = Step {
        quality: section.number(&QUALITY, 0.0, 1.0).unwrap_or(default.quality),
        cost: section.number(&COST, 0.0, MOST_COST).unwrap_or(default.cost),
        fail_now: section.words(&STEP_FAIL_NOW, "category", &CATEGORIES).map(gathered),
        ..default
    };
    ReadStep { step, policy: section.policy(&POLICY, document::read) }
}

fn chain(steps: Vec<ReadStep>) -> Fallback {
    let (steps, policies) = steps.into_iter().map(|read| (read.step, read.policy)).unzip();
    Fallback { chain: ChainConfig::new(steps), policies }
}

/// Adds what only the whole chain can tell, such as a name that is there twice.
fn check(chain: &ChainConfig, findings: &mut Findings, path: impl Fn(&str) -> String) {
    for problem in chain.validate().err().into_iter().flat_map(|error| error.problems) {
        findings.add(problem.code, &path(&problem.path), problem.message);
    }
}

const ORDERS: [(&str, Option<OrderBy>); 3] = [
    ("fixed", None),
    ("success", Some(OrderBy::Success)),
    ("success_then_latency", Some(OrderBy::SuccessThenLatency)),
];
/// Cancellation always ends the call, and an open breaker never does.
const CATEGORIES: [(&str, Category); 11] = [
    ("timeout", Category::Timeout),
    ("rate_limit", Category::RateLimit),
    ("quota", Category::Quota),
    ("connection", Category::Connection),
    ("server", Category::Server),
    ("auth", Category::Auth),
    ("invalid_request", Category::InvalidRequest),
    ("not_found", Category::NotFound),
    ("resource", Category::Resource),
    ("conflict", Category::Conflict),
    ("unknown", Category::Unknown),
];
/// What [`ChainConfig`] allows.
const MOST_HISTORY: u32 = 1_000_000;
/// Whole numbers up to here are exact in every host, and their sums for a long time.
const MOST_COST: f64 = 1e12;

const FALLBACK: Field = Field {
    name: "fallback",
    aliases: &[],
    doc: Field::doc(
        "Other ways to the answer, the best first: a list of steps, or an object with them and what decides between \
          them. They are tried one after the other when the call itself, which the rest of this document guards, has \
          failed for good. Default: none.",
    ),
};
const STEPS: Field = Field {
    name: "steps",
    aliases: &[],
    doc: Field::doc("Other ways to the answer, the best first, at most 32. No default."),
};
const FAIL_NOW: Field = Field {
    name: "fail_now",
    aliases: &[],
    doc: Field::doc(
        "What ends the call at once instead of leading to the next step: a category or a list of them. Default: auth \
          and invalid_request, which another step would only hide.",
    ),
};
const ORDER: Field = Field {
    name: "order",
    aliases: &[],
    doc: Field::doc(
        "In which order steps are tried: fixed, as they are listed; success, by the share of calls that succeeded \
          lately; success_then_latency, among equals the faster one first. Default: fixed.",
    ),
};
const MINIMUM_CALLS: Field = Field {
    name: "minimum_calls",
    aliases: &[],
    doc: Field::doc("So many recent calls of a step before it may change places. Default: 5."),
};
const HISTORY: Field = Field {
    name: "history",
    aliases: &[],
    doc: Field::doc("So many of a step's last calls are recent, and up to a third more. Default: 20."),
};
const FORGET_AFTER: Field = Field {
    name: "forget_after",
    aliases: &[],
    doc: Field::doc("Calls longer ago than this are not recent. Default: 10 minutes."),
};
const EXPLORE_EVERY: Field = Field {
    name: "explore_every",
    aliases: &[],
    doc: Field::doc(
        "One of so many calls tries a step first that has lost its place, so that its recovery is found. Default: \
          20.",
    ),
};
const NAME: Field =
    Field { name: "name", aliases: &[], doc: Field::doc("What it is called in reports. No default.") };
const QUALITY: Field = Field {
    name: "quality",
    aliases: &["expected_quality", "accuracy"],
    doc: Field::doc("How good its answer is, for reports. Default: 1."),
};
const COST: Field = Field {
    name: "cost",
    aliases: &[],
    doc: Field::doc("What a call of it costs, in any unit, for reports. Default: 0."),
};
const STEP_FAIL_NOW: Field = Field {
    name: "fail_now",
    aliases: &[],
    doc: Field::doc(
        "What ends the call at once if it happens here: a category or a list of them. Default: what the chain says.",
    ),
};
const POLICY: Field = Field {
    name: "policy",
    aliases: &[],
    doc: Field::doc("A whole policy document that guards this step alone. Default: none."),
};
