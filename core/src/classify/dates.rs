//! Dates as servers write them: the three forms of HTTP, and RFC 3339.

use core::time::Duration;

use super::durations;

/// The wall clock at the moment of the error: the host's, unless it can't be right.
///
/// The server wrote its `Date` with the same clock as its hint, so that where the two disagree the server's decides. But an answer
/// may have been kept for a while on its way, so small differences are not the clock's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock(Option<f64>);

/// How far the host's clock may be from the server's `Date`, in seconds: what clients that sign their requests are allowed too.
const SKEW: f64 = 300.0;

impl Clock {
    pub(super) fn new(now: Option<f64>, date: Option<&str>) -> Self {
        let date = date.and_then(http_date);
        let now = now.filter(|now| now.is_finite());
        let wrong = now.zip(date).is_some_and(|(now, date)| (now - date).abs() > SKEW);
        Self(if wrong { date } else { now.or(date) })
    }

    /// From now until then, in seconds since 1970; a moment that has passed needs no wait.
    pub(super) fn until(self, then: f64) -> Option<Duration> {
        durations::seconds((then - self.0?).max(0.0))
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`, in
/// seconds since 1970.
pub(super) fn http_date(text: &str) -> Option<f64> {
    if text.len() > 64 {
        return None;
    }
    let mut parts = text.split([' ', ',', '-']).filter(|part| !part.is_empty());
    let weekday = parts.next()?;
    if !weekday.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let second = parts.next()?;
    if let Some(month) = month(second) {
        let day = number(parts.next()?)?;
        let time = clock_time(parts.next()?)?;
        let year = number(parts.next()?)?;
        return epoch(year, month, day, time);
    }
    let day = number(second)?;
    let month = month(parts.next()?)?;
    let year = parts.next()?;
    let full = match number(year)? {
        // RFC 9110: a two-digit year is the nearest one that is not 50 years ahead; no server dates from
        // before 1970.
        short if year.len() == 2 => {
            if short < 70 {
                short + 2000
            } else {
                short + 1900
            }
        }
        full => full,
    };
    let time = clock_time(parts.next()?)?;
    matches!(parts.next(), None | Some("GMT" | "UTC" | "Z" | "+0000"))
        .then(|| epoch(full, month, day, time))
        .flatten()
}

/// `2026-11-22T01:02:03.5Z` or with an offset, in seconds since 1970.
pub(super) fn rfc3339(text: &str) -> Option<f64> {
    let (date, time) = text.trim().split_once(['T', 't', ' '])?;
    let mut date = date.splitn(3, '-');
    let (year, month, day) = (number(date.next()?)?, number(date.next()?)?, number(date.next()?)?);
    let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (time.get(..at)?, time.get(at..)?),
        None => (time, "Z"),
    };
    let offset = match offset {
        "Z" | "z" => 0.0,
        signed => {
            let (hours, minutes) = signed.get(1..)?.split_once(':')?;
            let seconds = as_f64(number(hours)? * 3600 + number(minutes)? * 60);
            if signed.starts_with('-') { -seconds } else { seconds }
        }
    };
    Some(epoch(year, month, day, clock_time(clock)?)? - offset)
}

fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn month(name: &str) -> Option<i64> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let index = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    i64::try_from(index).ok().map(|index| index + 1)
}

/// Seconds since midnight; a leap second is the next one.
fn clock_time(text: &str) -> Option<f64> {
    let mut parts = text.splitn(3, ':');
    let (hours, minutes) = (number(parts.next()?)?, number(parts.next()?)?);
    let seconds = parts.next().map_or(Some(0.0), durations::decimal)?;
    let valid = hours < 24 && minutes < 60 && seconds < 61.0;
    valid.then(|| as_f64(hours * 3600 + minutes * 60) + seconds)
}

fn epoch(year: i64, month: i64, day: i64, time: f64) -> Option<f64> {
    let valid = (1..=12).contains(&month) && (1..=31).contains(&day) && (1970..=9999).contains(&year);
    let days = days_since_1970(year, month, day);
    // The 31st of February is a day of no calendar.
    let in_month = days < days_since_1970(year + month / 12, month % 12 + 1, 1);
    (valid && in_month).then(|| as_f64(days * 86_400) + time)
}

/// Howard Hinnant's `days_from_civil`: years begin in March, so that the leap day is the last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let year_of_era = year - era * 400;
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[allow(clippy::cast_precision_loss, reason = "seconds of a date stay far below 2^53")]
fn as_f64(number: i64) -> f64 {
    number as f64
}
