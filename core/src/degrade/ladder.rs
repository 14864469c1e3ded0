//! Ordered values, and how far down a level goes.

use serde_json::Value;

use super::level::Levels;
use super::rules::PerLevel;
use crate::number;

/// How a level chooses from a ladder. None of the three ever goes up.
#[derive(Debug, Clone, PartialEq)]
pub enum Steps {
    /// This rung or, if the value is already below it, the value.
    AtMost(PerLevel<Value>),
    /// So many rungs down.
    Down(PerLevel<u32>),
    /// The highest rung that is not above the value's number times this factor (0 to 1), where the number of `1080p` is
    /// 1080.
    Scale(PerLevel<f64>),
}

impl Steps {
    /// What becomes of `value`; `None` if it is no rung, or stays.
    pub(super) fn choose<'a>(
        &self,
        rungs: &'a [Value],
        value: &Value,
        levels: &Levels,
        at: usize,
    ) -> Option<&'a Value> {
        let from = position(rungs, value)?;
        let lowest = rungs.len().saturating_sub(1);
        let to = match self {
            Self::AtMost(most) => position(rungs, most.at(levels, at)?)?,
            Self::Down(steps) => {
                from.saturating_add(usize::try_from(*steps.at(levels, at)?).unwrap_or(usize::MAX))
            }
            Self::Scale(factors) => {
                let most = number(value)? * factors.at(levels, at)?;
                let fits = |rung: &Value| number(rung).is_some_and(|number| number <= most);
                rungs.iter().position(fits).unwrap_or(lowest)
            }
        };
        if to > from { rungs.get(to.min(lowest)) } else { None }
    }
}

/// Which rung a value is.
pub(super) fn position(rungs: &[Value], value: &Value) -> Option<usize> {
    rungs.iter().position(|rung| match (rung, value) {
        // By their size: 1024 and 1024.0 are one number to a host that has one kind of number.
        (Value::Number(rung), Value::Number(value)) => rung.as_f64() == value.as_f64(),
        (Value::String(rung), Value::String(value)) => rung == value,
        _ => false,
    })
}

/// The number that a rung begins with, or is.
pub(super) fn number(rung: &Value) -> Option<f64> {
    match rung {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            let end =
                text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
            number::parse(text.get(..end)?).filter(|number| number.is_finite())
        }
        _ => None,
    }
}
