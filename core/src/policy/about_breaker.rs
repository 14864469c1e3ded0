//! What a breaker does, in plain words.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::explain::{plural, seconds};
use crate::breaker::{BreakerConfig, Growth, Mode, Window};
use crate::number::plain;

pub(super) fn about_breaker(breaker: &BreakerConfig) -> String {
    let mode = match breaker.mode {
        Mode::Normal => "",
        Mode::Shadow => "in shadow mode, rejecting nobody, ",
        Mode::ForcedOpen => "held open until it is reset; then ",
        Mode::ForcedClosed => "held closed until it is reset; then ",
    };
    format!(
        "{mode}the breaker opens after {}, for {}; then it admits {} at a time and closes after {}{}",
        trips(breaker).join(" or "),
        open_wait(breaker),
        plural(breaker.half_open_max_calls.get(), "probe", "probes"),
        plural(breaker.success_threshold.get(), "success", "successes"),
        if breaker.slow_call.is_some() { ", none of them slow" } else { "" },
    )
}

fn trips(breaker: &BreakerConfig) -> Vec<String> {
    let among = match breaker.window {
        Window::Consecutive => "in a row".to_string(),
        Window::Count(calls) => format!("among {calls} calls"),
        Window::Time(length) => format!("within {}", seconds(length)),
    };
    let minimum = breaker.minimum_calls;
    let mut trips = Vec::new();
    trips.extend(breaker.failure_threshold.map(|threshold| format!("{threshold} failures {among}")));
    trips.extend(
        breaker.identical_failures.map(|count| format!("{count} failures of the same kind in a row")),
    );
    trips.extend(breaker.failure_rate.map(|rate| {
        format!("{} % of failures {among}, if there were at least {minimum}", per_cent(rate.as_f64()))
    }));
    trips.extend(breaker.slow_call.map(|slow| {
        format!(
            "{} % of calls that take {} {among}, if there were at least {minimum}",
            per_cent(slow.rate.as_f64()),
            seconds(slow.duration)
        )
    }));
    trips
}

fn open_wait(breaker: &BreakerConfig) -> String {
    let mut wait = seconds(breaker.recovery_timeout);
    if let Some(jitter) = breaker.recovery_jitter {
        wait = format!("{wait} less up to {} %", per_cent(jitter.as_f64()));
    }
    if breaker.recovery_growth != Growth::NONE {
        let factor = plain(breaker.recovery_growth.as_f64());
        let most = seconds(breaker.max_recovery_timeout);
        wait = format!("{wait}, {factor} times as long after each probe that fails, at most {most}");
    }
    wait
}

/// To the ten-thousandth: 0.07 is 7 and not 7.000000000000001.
fn per_cent(share: f64) -> String {
    plain(rounded(share * 1_000_000.0) / 10_000.0)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of at most a million"
)]
fn rounded(number: f64) -> f64 {
    (number + 0.5) as u64 as f64
}
