//! The levels, from the best to the least.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::change::short;
use crate::error::{ConfigError, Problem, ProblemCode};

/// How much of the service is left.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    /// Its name, such as `medium`.
    pub name: String,
    /// How much of the service it stands for, 0 to 100; for people and dashboards, nothing is decided by it.
    pub percentage: u8,
    /// What quality is multiplied with at this level, 0 to 1.
    pub quality: f64,
}

/// An ordered list of at least two levels with different names, the best first, none better than the one before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    best: Level,
    lower: Vec<Level>,
}

impl Levels {
    /// The levels from the best to the least, or everything that is wrong with them, under `levels[…]`.
    pub fn new(levels: Vec<Level>) -> Result<Self, ConfigError> {
        let problems = problems_of(&levels);
        if !problems.is_empty() {
            return Err(ConfigError { problems });
        }
        let mut levels = levels.into_iter();
        let Some(best) = levels.next() else {
            return Err(ConfigError::one(ProblemCode::Missing, "levels", TOO_FEW));
        };
        Ok(Self { best, lower: levels.collect() })
    }

    /// Levels of these names whose percentage and quality fall evenly: of five, 100, 80, 60, 40 and 20 %.
    pub fn even<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, ConfigError> {
        let names: Vec<&str> = names.into_iter().collect();
        let count = names.len();
        let level = |(index, name): (usize, &&str)| {
            let percentage = u8::try_from(100 * (count - index) / count).unwrap_or(100);
            Level { name: (*name).to_owned(), percentage, quality: f64::from(percentage) / 100.0 }
        };
        Self::new(names.iter().enumerate().map(level).collect())
    }

    /// From the best to the least.
    pub fn iter(&self) -> impl Iterator<Item = &Level> + Clone {
        core::iter::once(&self.best).chain(&self.lower)
    }

    /// Their names, from the best to the least.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.iter().map(|level| level.name.as_str())
    }

    /// How many steps below the best the level of this name is.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names().position(|other| other == name)
    }

    /// The level so many steps below the best.
    pub(super) fn get(&self, steps: usize) -> &Level {
        steps.checked_sub(1).and_then(|index| self.lower.get(index)).unwrap_or(&self.best)
    }

    /// How many steps below the best the least is.
    pub(super) const fn depth(&self) -> usize {
        self.lower.len()
    }
}

impl Default for Levels {
    /// The five of document 004, with its percentages and its quality multipliers.
    fn default() -> Self {
        let level = |name: &str, percentage, quality| Level { name: name.to_owned(), percentage, quality };
        Self {
            best: level("full", 100, 1.0),
            lower: alloc::vec![
                level("high", 80, 0.9),
                level("medium", 60, 0.8),
                level("low", 40, 0.6),
                level("minimal", 20, 0.4),
            ],
        }
    }
}

fn problems_of(levels: &[Level]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |code, path: String, message: String| problems.push(Problem { code, path, message });
    if levels.len() < 2 {
        add(ProblemCode::Missing, "levels".to_owned(), TOO_FEW.to_owned());
    }
    for (index, level) in levels.iter().enumerate() {
        let before = levels.get(..index).unwrap_or_default();
        let at = |field: &str| format!("levels[{index}].{field}");
        if level.name.is_empty() {
            add(
                ProblemCode::OutOfRange,
                at("name"),
                "a level needs a name (expected at least one letter)".to_owned(),
            );
        } else if before.iter().any(|other| other.name == level.name) {
            let message =
                format!("a second level named \"{}\" (expected different names)", short(&level.name));
            add(ProblemCode::Contradiction, at("name"), message);
        }
        if level.percentage > 100 {
            let message = format!("{} is out of range (expected 0 to 100)", level.percentage);
            add(ProblemCode::OutOfRange, at("percentage"), message);
        }
        if !(0.0..=1.0).contains(&level.quality) {
            let message = format!("{} is out of range (expected 0 to 1)", level.quality);
            add(ProblemCode::OutOfRange, at("quality"), message);
        }
        let Some(above) = before.last() else { continue };
        if level.percentage > above.percentage {
            let message =
                format!("{} is more than the {} of the level above", level.percentage, above.percentage);
            add(ProblemCode::Contradiction, at("percentage"), message);
        }
        if level.quality > above.quality {
            let message = format!("{} is more than the {} of the level above", level.quality, above.quality);
            add(ProblemCode::Contradiction, at("quality"), message);
        }
    }
    problems
}

const TOO_FEW: &str = "too few levels (expected at least two, the best first)";
