//! What a policy says of its degradation: a sentence, and doubts.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::explain::{Warning, and_list, seconds};
use crate::degrade::DegradeConfig;

pub(super) fn about_degradation(degradation: &DegradeConfig) -> String {
    let levels: Vec<String> = degradation.levels.names().map(String::from).collect();
    let levels = and_list(&levels);
    if degradation.triggers.is_empty() {
        return format!("the levels {levels} change by hand only");
    }
    let triggers = || degradation.triggers.iter();
    let down: Vec<String> = triggers().map(|(metric, at)| format!("{metric} reaches {}", at.enter)).collect();
    let up: Vec<String> =
        triggers().map(|(metric, at)| format!("{metric} is back at {}", at.leave)).collect();
    format!(
        "of the levels {levels} it is one step down when {}, and one step up when {}; changes are at least {} apart, \
         and a reading counts for {}",
        down.join(" or "),
        and_list(&up),
        seconds(degradation.dwell),
        seconds(degradation.stale_after)
    )
}

pub(super) fn degradation_doubts(degradation: &DegradeConfig) -> Vec<Warning> {
    let mut found = Vec::new();
    if degradation.triggers.is_empty() {
        return found;
    }
    if degradation.dwell.is_zero() {
        found.push(Warning {
            path: "degradation.dwell".into(),
            message: "without a dwell the level falls by a step with each reading, before a step can show its effect"
                .into(),
        });
    }
    if degradation.stale_after <= degradation.dwell {
        found.push(Warning {
            path: "degradation.stale_after".into(),
            message: format!(
                "a reading counts for {} only, and may wait out a dwell of {} before it can change the level",
                seconds(degradation.stale_after),
                seconds(degradation.dwell)
            ),
        });
    }
    found
}
