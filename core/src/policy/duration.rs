//! Durations as people write them.

use alloc::string::String;
use core::time::Duration;

use crate::number::{self, plain};
use crate::time::duration_from_secs;

/// Reads `"250ms"`, `"30s"`, `"5m"`, `"2h"`, `"1d"`, with decimals; nothing else.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match text.get(digits.len()..)? {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    // Rust's own parser would also take "inf", "1e3" and a sign.
    let bare_point = digits.starts_with('.') || digits.ends_with('.');
    if digits.is_empty() || bare_point || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    number::parse(digits).and_then(|amount| seconds(amount * factor))
}

/// A number of seconds as a duration, if it is one: finite, not negative, at most [`LONGEST_SECONDS`].
pub(super) fn seconds(seconds: f64) -> Option<Duration> {
    (0.0..=LONGEST_SECONDS).contains(&seconds).then(|| duration_from_secs(seconds))
}

/// How many seconds it is, for a sentence.
pub(super) fn in_seconds(duration: Duration) -> String {
    plain(duration.as_secs_f64())
}

/// A hundred years. What is longer is a mistake of units, and sums of durations below it cannot overflow.
pub(super) const LONGEST_SECONDS: f64 = 3_155_760_000.0;

/// What a duration may look like, for error messages.
pub(super) const EXPECTED: &str =
    "seconds from 0 to 3155760000, or a string such as \"250ms\", \"30s\", \"5m\" or \"2h\"";
