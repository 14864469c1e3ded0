//! The rules of the `degradation` section: what a level makes of a parameter.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::reader::{Field, Findings, Section, Spot, describe};
use super::shape::Shape;
use super::tree::Tree;
use crate::degrade::{PerLevel, Rule, Steps};
use crate::error::ProblemCode;
use crate::gather::gathered;

pub(super) fn describe_rule() -> Shape {
    Shape::Object(describe(read))
}

pub(super) fn read_rule(spot: &Spot<'_>, findings: &mut Findings) -> Option<Rule> {
    if matches!(spot.tree, Tree::Object(_)) {
        return spot.clone().object(findings, read);
    }
    spot.wrong(findings, "an object");
    None
}

/// A factor for each level, or the level's own quality.
enum Scale {
    Quality,
    Factors(PerLevel<f64>),
}

#[allow(
    clippy::redundant_closure_for_method_calls,
    reason = "the method itself is one for a single lifetime, the closure one for any"
)]
fn read(section: &mut Section<'_, '_>) -> Option<Rule> {
    let kinds = [&SCALE, &CAP, &ENABLE, &LADDER].map(|field| field.is_in(section));
    let [scales, caps, enables, ladder] = kinds;
    let steps = [&AT_MOST, &DOWN].map(|field| field.is_in(section));
    let fits = match [caps, enables, ladder].into_iter().filter(|given| *given).count() {
        0 => scales && steps == [false, false],
        1 if ladder => [scales, steps[0], steps[1]].into_iter().filter(|given| *given).count() == 1,
        1 => !scales && steps == [false, false],
        _ => false,
    };
    let scale = read_scale(section);
    let fraction = section.flag(&FRACTION);
    let cap = per_level(section, &CAP, Shape::Number { least: 0.0, most: MOST }, |spot, findings| {
        spot.number(findings, 0.0, MOST)
    });
    let rungs = read_rungs(section);
    let at_most = per_level(section, &AT_MOST, Shape::Scalar, |spot, findings| spot.scalar(findings));
    let down = per_level(section, &DOWN, Shape::Count { least: 0, most: LONGEST }, |spot, findings| {
        spot.count(findings, LONGEST)
    });
    let enable =
        per_level(section, &ENABLE, Shape::Texts { least: 0 }, |spot, findings| spot.texts(findings));
    if !fits {
        let path = section.path.clone();
        let message = "is no rule (expected one of scale, cap and enable, or ladder with one of at_most, down and scale)";
        section.findings.add(ProblemCode::Contradiction, &path, message);
        return None;
    }
    if fraction.is_some() && (!scales || ladder) {
        let message = "belongs to scale without ladder only";
        section.findings.add(ProblemCode::Contradiction, &section.at(FRACTION.name), message);
    }
    match (scale, rungs) {
        (Some(Scale::Quality), None) if !ladder => {
            Some(Rule::Scale { factors: None, fraction: fraction.unwrap_or(true) })
        }
        (Some(Scale::Factors(factors)), None) if !ladder => {
            Some(Rule::Scale { factors: Some(factors), fraction: fraction.unwrap_or(false) })
        }
        (Some(Scale::Quality), Some(_)) => {
            let message = "quality belongs to scale without ladder only (expected a factor for each level)";
            section.findings.add(ProblemCode::Contradiction, &section.at(SCALE.name), message);
            None
        }
        (Some(Scale::Factors(factors)), Some(rungs)) => {
            Some(Rule::Ladder { rungs, steps: Steps::Scale(factors) })
        }
        (_, Some(rungs)) => {
            let steps = at_most.map(Steps::AtMost).or(down.map(Steps::Down))?;
            Some(Rule::Ladder { rungs, steps })
        }
        (_, None) => cap.map(Rule::Cap).or(enable.map(Rule::Enable)),
    }
}

fn read_scale(section: &mut Section<'_, '_>) -> Option<Scale> {
    let factors = Shape::Map(Box::new(Shape::Number { least: 0.0, most: 1.0 }));
    let quality = Shape::Word { names: alloc::vec![OWN_QUALITY], flag: false };
    let shape = Shape::OneOf(alloc::vec![quality, factors]);
    let expected = shape.expected();
    let spot = section.spot(&SCALE, shape)?;
    match spot.tree {
        Tree::Text(word) if word == OWN_QUALITY => Some(Scale::Quality),
        Tree::Text(_) => {
            let message = format!("unknown scale {} (expected {expected})", spot.tree.describe());
            section.findings.add(ProblemCode::UnknownValue, &spot.path, message);
            None
        }
        _ => {
            let read = |spot: &Spot<'_>, findings: &mut Findings| spot.number(findings, 0.0, 1.0);
            spot.entries(section.findings, read).map(by_level).map(Scale::Factors)
        }
    }
}

fn read_rungs(section: &mut Section<'_, '_>) -> Option<Vec<serde_json::Value>> {
    let shape = Shape::List { of: Box::new(Shape::Scalar), least: 2 };
    let expected = shape.expected();
    let spot = section.spot(&LADDER, shape)?;
    if !matches!(spot.tree, Tree::List(_)) {
        spot.wrong(section.findings, &expected);
        return None;
    }
    // Each of them first, so that every wrong one is named.
    let rungs: Vec<_> = spot.items().iter().map(|rung| rung.scalar(section.findings)).collect();
    rungs.into_iter().collect()
}

/// A setting for each level that is named.
fn per_level<T>(
    section: &mut Section<'_, '_>,
    field: &Field,
    of: Shape,
    read: impl FnMut(&Spot<'_>, &mut Findings) -> Option<T>,
) -> Option<PerLevel<T>> {
    section.map(field, of, read).map(by_level)
}

fn by_level<T>(entries: Vec<(String, T)>) -> PerLevel<T> {
    PerLevel(gathered(entries))
}

/// The word for the level's own quality in the place of factors.
const OWN_QUALITY: &str = "quality";
/// More is no cap.
const MOST: f64 = 1e15;
/// As many steps as lead to the end of any ladder.
const LONGEST: u32 = 1_000_000;

const SCALE: Field = Field {
    name: "scale",
    aliases: &[],
    doc: Field::doc(
        "What a number is multiplied with at each level, or a rung of the ladder: a factor for each, or quality for the \
          level's own. Whole numbers are rounded down. Default: none.",
    ),
};
const FRACTION: Field = Field {
    name: "fraction",
    aliases: &[],
    doc: Field::doc(
        "Whether the whole number 1 is the fraction 1.0, which JavaScript writes the same. Default: true where scale is \
          quality.",
    ),
};
const CAP: Field = Field {
    name: "cap",
    aliases: &[],
    doc: Field::doc("What a number is at most at each level. Default: none."),
};
const LADDER: Field = Field {
    name: "ladder",
    aliases: &[],
    doc: Field::doc(
        "The values of the parameter, the best first. With it goes one of at_most, down and scale. Default: none.",
    ),
};
const AT_MOST: Field = Field {
    name: "at_most",
    aliases: &[],
    doc: Field::doc("The best value of the ladder that each level allows. Default: none."),
};
const DOWN: Field = Field {
    name: "down",
    aliases: &[],
    doc: Field::doc("How many rungs of the ladder each level goes down. Default: none."),
};
const ENABLE: Field = Field {
    name: "enable",
    aliases: &["features_enabled"],
    doc: Field::doc(
        "The features of each level, all for every one; a level has those of the levels below it, too. Default: none.",
    ),
};
