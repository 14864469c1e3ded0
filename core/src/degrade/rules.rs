//! What a level makes of a parameter.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::ladder::Steps;
use super::level::Levels;
use crate::gather::gathered;

/// What becomes of one parameter when the level falls.
///
/// No rule ever adds a parameter, raises a number, goes up a ladder or turns a feature on; and what a rule does not
/// understand (a word where it expects a number, a value that is on no rung) stays as it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Multiplies a number. Integers stay integers, rounded down; one that was at least 1 stays at least 1 (a batch of
    /// one is not made a batch of none) unless the factor is 0. Negative numbers stay, since a factor would raise them.
    Scale {
        /// From 0 to 1; `None` multiplies with the level's own quality.
        factors: Option<PerLevel<f64>>,
        /// Whether the integer 1 is the fraction 1.0. JavaScript has no other way to write it; a count says no.
        fraction: bool,
    },
    /// A number is at most this. Integers stay integers.
    Cap(PerLevel<f64>),
    /// The value is one of an ordered list, the best first.
    Ladder {
        /// Texts or numbers, at least two.
        rungs: Vec<Value>,
        /// How far down each level goes.
        steps: Steps,
    },
    /// The features that a level has, `all` for every one; a level has those of the levels below it, too. Names that
    /// are not enabled are taken out of a list, and set to `false` in an object of flags.
    Enable(PerLevel<Vec<String>>),
}

/// A setting for each level, by its name. A level without one has that of the next level above it that has; the levels
/// above the first that has leave the parameter alone.
#[derive(Debug, Clone, PartialEq)]
pub struct PerLevel<T>(pub BTreeMap<String, T>);

impl<T> PerLevel<T> {
    /// The setting that holds so many steps below the best level.
    pub(super) fn at(&self, levels: &Levels, steps: usize) -> Option<&T> {
        (0..=steps).rev().find_map(|steps| self.0.get(&levels.get(steps).name))
    }

    /// The settings from the best level to the least.
    pub(super) fn ordered<'a>(&'a self, levels: &'a Levels) -> impl Iterator<Item = (&'a str, &'a T)> {
        levels.names().filter_map(|name| Some((name, self.0.get(name)?)))
    }
}

impl<T, const N: usize> From<[(&str, T); N]> for PerLevel<T> {
    fn from(settings: [(&str, T); N]) -> Self {
        Self(gathered(settings.map(|(level, setting)| (level.to_owned(), setting))))
    }
}

impl Rule {
    /// The feature that stands for every one.
    pub const ALL: &'static str = "all";

    /// What becomes of `value` so many steps below the best level; `None` if it stays.
    pub(super) fn adjust(&self, value: &Value, levels: &Levels, at: usize) -> Option<Value> {
        match self {
            Self::Scale { factors: None, fraction } => scale(value, levels.get(at).quality, *fraction),
            Self::Scale { factors: Some(factors), fraction } => {
                scale(value, *factors.at(levels, at)?, *fraction)
            }
            Self::Cap(caps) => cap(value, *caps.at(levels, at)?),
            Self::Ladder { rungs, steps } => steps.choose(rungs, value, levels, at).cloned(),
            Self::Enable(features) => disable(value, |name| enables(features, name, levels, at)),
        }
    }

    /// Whether a feature is there so many steps below the best level. Every one is where this rule enables nothing.
    pub(super) fn has(&self, feature: &str, levels: &Levels, at: usize) -> bool {
        match self {
            Self::Enable(features) => enables(features, feature, levels, at),
            Self::Scale { .. } | Self::Cap(_) | Self::Ladder { .. } => true,
        }
    }
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturating and rounding down is what is wanted of a factor that is itself a double"
)]
fn scale(value: &Value, factor: f64, fraction: bool) -> Option<Value> {
    let Value::Number(number) = value else { return None };
    if factor >= 1.0 {
        return None;
    }
    match number.as_u64() {
        Some(1) if fraction => Some(Value::from(factor)),
        Some(whole) => {
            let least = u64::from(whole > 0 && factor > 0.0);
            Some(Value::from(((whole as f64 * factor) as u64).clamp(least, whole)))
        }
        None => number.as_f64().filter(|number| *number > 0.0).map(|number| Value::from(number * factor)),
    }
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cap is not negative, and an integer stays one by rounding it down"
)]
fn cap(value: &Value, cap: f64) -> Option<Value> {
    let Value::Number(number) = value else { return None };
    match number.as_u64() {
        Some(whole) => (whole as f64 > cap).then(|| Value::from((cap as u64).min(whole))),
        None => number.as_f64().filter(|number| *number > cap).map(|_| Value::from(cap)),
    }
}

/// A list without the names that are not enabled, or an object with their flags down.
fn disable(value: &Value, enabled: impl Fn(&str) -> bool) -> Option<Value> {
    match value {
        Value::Array(items) => {
            let stays = |item: &&Value| item.as_str().is_none_or(&enabled);
            Some(Value::Array(items.iter().filter(stays).cloned().collect()))
        }
        Value::Object(flags) => {
            let flag = |(name, flag): (&String, &Value)| {
                let off = flag == &Value::Bool(true) && !enabled(name);
                (name.clone(), if off { Value::Bool(false) } else { flag.clone() })
            };
            Some(Value::Object(gathered(flags.iter().map(flag))))
        }
        _ => None,
    }
}

/// Lists of a level and of those below it: what is worth keeping when little is left is worth keeping when more is.
fn enables(features: &PerLevel<Vec<String>>, feature: &str, levels: &Levels, at: usize) -> bool {
    let Some(here) = features.at(levels, at) else { return true };
    let below = levels.names().skip(at).filter_map(|level| features.0.get(level));
    let mut listed = core::iter::once(here).chain(below).flatten();
    listed.any(|name| name == feature || name == Rule::ALL)
}
