//! The `throttle` section.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Policy;
use super::explain::{Warning, seconds};
use super::reader::{Field, Section};
use crate::limit::throttle::{Thousandths, ThrottleConfig};
use crate::number::plain;

pub(super) fn read_throttle(section: &mut Section<'_, '_>) -> ThrottleConfig {
    let default = ThrottleConfig::default();
    let k = section.number(&K, 1.0, 1_000.0).map(Thousandths::nearest);
    let window = section.positive_duration(&WINDOW);
    let max_reject_rate = section.number(&MAX_REJECT_RATE, 0.0, 1.0).map(Thousandths::nearest);
    let minimum_calls = section.count(&MINIMUM_CALLS, 0, u32::MAX);
    ThrottleConfig {
        k: k.unwrap_or(default.k),
        window: window.unwrap_or(default.window),
        max_reject_rate: max_reject_rate.unwrap_or(default.max_reject_rate),
        minimum_calls: minimum_calls.unwrap_or(default.minimum_calls),
    }
}

pub(super) fn about_throttle(throttle: &ThrottleConfig) -> String {
    format!(
        "at most {} times as many calls go out as were accepted in the last {}; any other is rejected, but never more than a \
         share of {}, and none while there were fewer than {}",
        plain(throttle.k.as_f64()),
        seconds(throttle.window),
        plain(throttle.max_reject_rate.as_f64()),
        throttle.minimum_calls,
    )
}

pub(super) fn throttle_doubts(policy: &Policy) -> Vec<Warning> {
    let Some(throttle) = &policy.throttle else { return Vec::new() };
    let stuck = (throttle.k == Thousandths::ONE).then(|| Warning {
        path: "throttle.k".into(),
        message:
            "with a k of 1 no more calls go out than were accepted lately: after an outage it stays at few"
                .into(),
    });
    let rate = match throttle.max_reject_rate {
        Thousandths::ONE => Some("in an outage hardly a call goes out, so that its end is found late"),
        rate if rate.get() == 0 => Some("a throttle that may reject no share of the calls rejects nobody"),
        _ => None,
    };
    let rate =
        rate.map(|message| Warning { path: "throttle.max_reject_rate".into(), message: message.into() });
    stuck.into_iter().chain(rate).collect()
}

const K: Field = Field {
    name: "k",
    aliases: &[],
    doc: Field::doc(
        "At most so many times what the dependency accepted lately go out; to a thousandth. Default: 2.",
    ),
};
const WINDOW: Field = Field {
    name: "window",
    aliases: &[],
    doc: Field::doc(
        "What happened within this long counts as lately, to a thirtieth of it. Default: 2 minutes.",
    ),
};
const MAX_REJECT_RATE: Field = Field {
    name: "max_reject_rate",
    aliases: &[],
    doc: Field::doc(
        "No larger a share of the calls is rejected, so that some find out whether the dependency is back. Default: \
          0.9.",
    ),
};
const MINIMUM_CALLS: Field = Field {
    name: "minimum_calls",
    aliases: &[],
    doc: Field::doc("With fewer calls in the window nothing is rejected. Default: 10."),
};
