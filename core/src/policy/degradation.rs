//! The `degradation` section.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::parameters::{describe_rule, read_rule};
use super::reader::{Field, Findings, Section, Spot, describe};
use super::shape::Shape;
use super::tree::Tree;
use crate::degrade::{DegradeConfig, Level, Levels, Trigger};
use crate::error::{ConfigError, ProblemCode};
use crate::gather::gathered;

pub(crate) fn read_degradation(section: &mut Section<'_, '_>) -> DegradeConfig {
    let path = section.path.clone();
    let (given, levels) = (LEVELS.is_in(section), read_levels(section));
    // Where the levels could not be read, nobody knows what speaks of them.
    let known = levels.is_some() || !given;
    let mut config = levels.map_or_else(DegradeConfig::default, DegradeConfig::of);
    let triggers = read_triggers(section);
    if let Some(triggers) = &triggers {
        config.triggers = gathered(triggers.iter().map(|given| (given.metric.clone(), given.trigger)));
    }
    config.dwell = section.duration(&DWELL).unwrap_or(config.dwell);
    config.stale_after = section.positive_duration(&STALE_AFTER).unwrap_or(config.stale_after);
    config.trace = section
        .count(&TRACE, 0, LONGEST_TRACE)
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(config.trace);
    let rules = section.map(&PARAMETERS, describe_rule(), read_rule);
    if let Some(rules) = rules {
        config.parameters = if known { gathered(rules) } else { BTreeMap::new() };
    }
    let rules_under = section.path_of(&PARAMETERS);
    for problem in config.check() {
        let mut under = format!("{path}.{}", problem.path);
        if let Some(rest) = problem.path.strip_prefix(PARAMETERS.name) {
            under = format!("{rules_under}{rest}");
        }
        for given in triggers.iter().flatten() {
            let metric = format!("{}.{}.", TRIGGERS.name, given.metric);
            if let Some(rest) = problem.path.strip_prefix(&metric) {
                under = format!("{}.{rest}", given.path);
            }
        }
        section.findings.add(problem.code, &under, problem.message);
    }
    config
}

fn read_levels(section: &mut Section<'_, '_>) -> Option<Levels> {
    let item = Shape::OneOf(alloc::vec![
        Shape::Text,
        Shape::Object(describe(|level| read_level(level, (100, 1.0))))
    ]);
    let shape = Shape::List { of: item.into(), least: 2 };
    let expected = shape.expected();
    let spot = section.spot(&LEVELS, shape)?;
    if !matches!(spot.tree, Tree::List(_)) {
        spot.wrong(section.findings, &expected);
        return None;
    }
    let (path, items) = (spot.path.clone(), spot.items());
    let count = items.len();
    let read = |(index, item): (usize, Spot<'_>)| {
        let percentage = u8::try_from(100 * (count - index) / count).unwrap_or(100);
        let even = (percentage, f64::from(percentage) / 100.0);
        match item.tree {
            Tree::Text(name) => Some(Level { name: name.clone(), percentage: even.0, quality: even.1 }),
            Tree::Object(_) => item.object(section.findings, |level| read_level(level, even)),
            _ => {
                item.wrong(section.findings, "text or an object");
                None
            }
        }
    };
    let levels: Vec<Option<Level>> = items.into_iter().enumerate().map(read).collect();
    let levels: Option<Vec<Level>> = levels.into_iter().collect();
    match Levels::new(levels?) {
        Ok(levels) => Some(levels),
        Err(ConfigError { problems }) => {
            for problem in problems {
                let rest = problem.path.strip_prefix(LEVELS.name).unwrap_or_default();
                section.findings.add(problem.code, &format!("{path}{rest}"), problem.message);
            }
            None
        }
    }
}

fn read_level(section: &mut Section<'_, '_>, (percentage, quality): (u8, f64)) -> Option<Level> {
    if !NAME.is_in(section) {
        section.miss(&NAME, "a level needs a name of its own");
    }
    let name = section.text(&NAME);
    let read = section.count(&PERCENTAGE, 0, 100).and_then(|count| u8::try_from(count).ok());
    let (misread, percentage) = (read.is_none() && PERCENTAGE.is_in(section), read.unwrap_or(percentage));
    let default = if read.is_some() { f64::from(percentage) / 100.0 } else { quality };
    let quality = section.number(&QUALITY, 0.0, 1.0);
    let misread = misread || quality.is_none() && QUALITY.is_in(section);
    name.filter(|_| !misread).map(|name| Level { name, percentage, quality: quality.unwrap_or(default) })
}

/// A trigger as it was read.
struct Given {
    path: String,
    /// What the document calls its metric.
    key: String,
    metric: String,
    trigger: Trigger,
}

fn read_triggers(section: &mut Section<'_, '_>) -> Option<Vec<Given>> {
    let number = Shape::Number { least: LEAST, most: MOST };
    let shape = Shape::OneOf(alloc::vec![number, Shape::Object(describe(read_trigger))]);
    let read = |spot: &Spot<'_>, findings: &mut Findings| {
        let trigger = match spot.tree {
            Tree::Object(_) => spot.clone().object(findings, read_trigger),
            _ => spot.number(findings, LEAST, MOST).map(Trigger::at),
        };
        trigger.map(|trigger| (spot.path.clone(), trigger))
    };
    let mut given: Vec<Given> = Vec::new();
    for (key, (path, trigger)) in section.map(&TRIGGERS, shape, read)? {
        let metric =
            METRICS.iter().find(|(other, _)| *other == key).map_or(key.as_str(), |(_, metric)| metric);
        if let Some(first) = given.iter().find(|given| given.metric == metric) {
            let message = format!("given twice, as {} and as {key} (expected one of them)", first.key);
            section.findings.add(ProblemCode::Contradiction, &path, message);
        } else {
            given.push(Given { metric: metric.to_owned(), path, key, trigger });
        }
    }
    Some(given)
}

fn read_trigger(section: &mut Section<'_, '_>) -> Option<Trigger> {
    if !ENTER.is_in(section) {
        section.miss(&ENTER, "expected the value from which on the level falls");
    }
    let enter = section.number(&ENTER, LEAST, MOST);
    let leave = section.number(&LEAVE, LEAST, MOST);
    let misread = leave.is_none() && LEAVE.is_in(section);
    let enter = enter.filter(|_| !misread)?;
    Some(Trigger { leave: leave.unwrap_or(Trigger::at(enter).leave), enter })
}

/// Other names of the metrics that have a trigger by default, and what document 004 calls their thresholds.
const METRICS: [(&str, &str); 7] = [
    ("error_rate_threshold", "error_rate"),
    ("memory", "memory_usage"),
    ("memory_usage_threshold", "memory_usage"),
    ("cpu", "cpu_usage"),
    ("cpu_usage_threshold", "cpu_usage"),
    ("latency", "response_time"),
    ("response_time_threshold", "response_time"),
];
/// More is no metric but a mistake, and less has a shorter name.
const MOST: f64 = 1e15;
const LEAST: f64 = -MOST;
/// What [`DegradeConfig`] allows.
const LONGEST_TRACE: u32 = 1_000;

const LEVELS: Field = Field {
    name: "levels",
    aliases: &[],
    doc: Field::doc(
        "The levels, the best first: names, or objects with a name, percentage and quality. Default: full, high, \
          medium, low and minimal, of 100, 80, 60, 40 and 20 %.",
    ),
};
const NAME: Field =
    Field { name: "name", aliases: &[], doc: Field::doc("What the level is called. No default.") };
const PERCENTAGE: Field = Field {
    name: "percentage",
    aliases: &[],
    doc: Field::doc("How much of the service it stands for, for people. Default: an even share of 100."),
};
const QUALITY: Field = Field {
    name: "quality",
    aliases: &["quality_multiplier"],
    doc: Field::doc("What quality is multiplied with at this level. Default: its percentage as a fraction."),
};
const TRIGGERS: Field = Field {
    name: "triggers",
    aliases: &[],
    doc: Field::doc(
        "The metrics that move the level, by name: from which value on it falls, or an object with enter and leave. \
          memory, cpu and latency are memory_usage, cpu_usage and response_time. Default: error_rate 0.1, memory_usage 0.9, cpu_usage 0.95, response_time \
          30; none but those given.",
    ),
};
const ENTER: Field = Field {
    name: "enter",
    aliases: &[],
    doc: Field::doc("From this value on the level falls by one. No default."),
};
const LEAVE: Field = Field {
    name: "leave",
    aliases: &[],
    doc: Field::doc(
        "Down to this value, which is below enter, the level does not rise. Default: a fifth below enter.",
    ),
};
const DWELL: Field = Field {
    name: "dwell",
    aliases: &[],
    doc: Field::doc(
        "The least time from one change to the next that metrics bring about. Default: 30 seconds.",
    ),
};
const STALE_AFTER: Field = Field {
    name: "stale_after",
    aliases: &[],
    doc: Field::doc("After so long without a reading a metric no longer counts. Default: 2 minutes."),
};
const TRACE: Field = Field {
    name: "trace",
    aliases: &[],
    doc: Field::doc("So many changes are remembered with their causes. Default: 32."),
};
const PARAMETERS: Field = Field {
    name: "parameters",
    aliases: &["rules"],
    doc: Field::doc(
        "What each level makes of the parameter of this name, by one rule: scale, cap, ladder or enable. Default: \
          quality, resolution, steps, model and features as in document 004, or with levels of your own quality \
          alone; none but those given.",
    ),
};
