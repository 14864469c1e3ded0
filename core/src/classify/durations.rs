//! Lengths of time as servers write them.

use core::time::Duration;

use crate::number;

/// Digits with at most one point, and nothing else: no sign, exponent, separator or digit of another script.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let text = text.trim_matches([' ', '\t']);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let valid = digits
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().filter(|byte| *byte == b'.').count() <= 1;
    valid.then(|| number::parse(text)).flatten().filter(|number| number.is_finite())
}

/// So many seconds, if that is a length of time at all. What a clock cannot count is the longest there is.
pub(super) fn seconds(number: f64) -> Option<Duration> {
    if !number.is_finite() || number < 0.0 {
        return None;
    }
    Some(Duration::try_from_secs_f64(number).unwrap_or(Duration::MAX))
}

/// `1m30.5s`, `20ms`, `6m0s`, `1h`: every number has a unit.
pub(super) fn with_units(text: &str) -> Option<Duration> {
    let (found, rest) = leading(text)?;
    rest.is_empty().then_some(found)
}

/// The length of time at the head of a sentence; a bare number is seconds where `bare` says so.
pub(super) fn in_sentence(text: &str, bare: bool) -> Option<Duration> {
    if let Some((found, _)) = leading(text) {
        return Some(found);
    }
    let number = number_at(text)?;
    let rest = text.get(number.len()..).unwrap_or_default();
    let ends = !rest.starts_with(|letter: char| {
        letter.is_alphanumeric() || matches!(letter, '_' | '-' | ':' | '/' | '%')
    });
    (bare && ends).then(|| decimal(number).and_then(seconds)).flatten()
}

fn leading(text: &str) -> Option<(Duration, &str)> {
    let mut rest = text;
    let mut total = 0.0;
    let mut any = false;
    loop {
        let part = rest.trim_start_matches(' ');
        let Some((number, behind)) =
            number_at(part).and_then(|number| Some((decimal(number)?, part.get(number.len()..)?)))
        else {
            break;
        };
        let unit_text = behind.trim_start_matches(' ');
        let end = unit_text.find(|letter: char| !letter.is_alphabetic()).unwrap_or(unit_text.len());
        let Some(unit) = unit_text.get(..end).and_then(unit) else { break };
        total += number * unit;
        rest = unit_text.get(end..)?;
        any = true;
    }
    if any { Some((seconds(total)?, rest)) } else { None }
}

fn number_at(text: &str) -> Option<&str> {
    let end = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
    // The full stop of a sentence is no decimal point.
    let number = text.get(..end)?.trim_end_matches('.');
    (!number.is_empty()).then_some(number)
}

fn unit(word: &str) -> Option<f64> {
    Some(match word {
        "ns" => 1e-9,
        "us" | "µs" | "μs" => 1e-6,
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" | "millis" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    })
}
