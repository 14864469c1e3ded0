//! The `rate_limit` section.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Policy;
use super::explain::{Warning, seconds};
use super::reader::{Field, Section};
use crate::limit::rate::RateLimitConfig;

pub(super) fn read_rate_limit(section: &mut Section<'_, '_>) -> Option<RateLimitConfig> {
    let rate = section.positive(&RATE, u32::MAX);
    let per = section.positive_duration(&PER);
    let burst = section.positive(&BURST, u32::MAX);
    let max_wait = section.duration(&MAX_WAIT);
    if !RATE.is_in(section) {
        section.miss(&RATE, "expected how many calls; without it the rest of this section means nothing");
    }
    let default = RateLimitConfig::per_second(rate?);
    Some(RateLimitConfig {
        rate: default.rate,
        per: per.unwrap_or(default.per),
        burst: burst.unwrap_or(default.burst),
        max_wait: max_wait.unwrap_or(default.max_wait),
    })
}

pub(super) fn about_rate_limit(limit: &RateLimitConfig) -> String {
    let longest = if limit.max_wait.is_zero() {
        String::new()
    } else {
        format!(" longer than {}", seconds(limit.max_wait))
    };
    format!(
        "calls go out at a rate of {} in {}, after a pause {} at once; one that would have to wait{longest} is rejected",
        limit.rate,
        seconds(limit.per),
        limit.burst,
    )
}

pub(super) fn rate_limit_doubts(policy: &Policy) -> Vec<Warning> {
    let Some(limit) = &policy.rate_limit else { return Vec::new() };
    let beyond = policy.retry.deadline.filter(|deadline| limit.max_wait >= *deadline);
    let doubt = beyond.map(|deadline| Warning {
        path: "rate_limit.max_wait".into(),
        message: format!(
            "a call would wait for {} and then be over: its deadline is {}",
            seconds(limit.max_wait),
            seconds(deadline)
        ),
    });
    doubt.into_iter().collect()
}

const RATE: Field = Field {
    name: "rate",
    aliases: &[],
    doc: Field::doc("How many calls may go out in the time of per. No default."),
};
const PER: Field = Field {
    name: "per",
    aliases: &[],
    doc: Field::doc("The time in which rate calls may go out. Default: 1 second."),
};
const BURST: Field = Field {
    name: "burst",
    aliases: &[],
    doc: Field::doc("So many calls may go out at once after a pause. Default: as many as rate."),
};
const MAX_WAIT: Field = Field {
    name: "max_wait",
    aliases: &[],
    doc: Field::doc(
        "A call that can go out within this long waits for its turn; any other is rejected. Default: 0 seconds, \
          nobody waits.",
    ),
};
