//! How long the server asked to wait.
//!
//! The sources in order: milliseconds in headers, `Retry-After`, the reset of a limit that is used up,
//! gRPC's own, the body, and clear words. A source that cannot be read is no source; the next one is asked.
//! Nothing is capped here, that is the policy's work.

use core::time::Duration;

use serde_json::Value;

use super::dates::{self, Clock};
use super::durations;
use super::fault::Fault;
use super::text::Text;
use super::{http, instruction, said};
use crate::search::{has, replaced};

/// The wait that a fault, or an explicit cause of it, carries.
pub(super) fn find(fault: &Fault) -> Option<Duration> {
    fault.chain().find_map(|link| own(link, fault.now)).or_else(|| {
        // The slowest member of a group decides when all of it can work.
        fault.errors.iter().filter_map(|member| own(member, fault.now)).max()
    })
}

fn own(fault: &Fault, outer_now: Option<f64>) -> Option<Duration> {
    let clock = Clock::new(fault.now.or(outer_now), fault.header("date"));
    in_milliseconds(fault)
        .or_else(|| fault.header("retry-after").and_then(|value| retry_after(value, clock)))
        .or_else(|| limit_resets(fault, clock))
        .or_else(|| instruction::pushback(fault))
        .or_else(|| in_body(fault))
        .or_else(|| in_words(fault))
}

fn in_milliseconds(fault: &Fault) -> Option<Duration> {
    const HEADERS: [&str; 3] = ["retry-after-ms", "x-ms-retry-after-ms", "x-amz-retry-after"];
    HEADERS.iter().find_map(|header| durations::seconds(durations::decimal(fault.header(header)?)? / 1000.0))
}

fn retry_after(value: &str, clock: Clock) -> Option<Duration> {
    durations::decimal(value).and_then(durations::seconds).or_else(|| clock.until(dates::http_date(value)?))
}

/// Whether the headers say that a limit of the server is used up.
pub(super) fn limit_is_exhausted(fault: &Fault) -> bool {
    fault
        .headers
        .iter()
        .any(|(name, value)| is_limit(name) && says_remaining(name) && durations::decimal(value) == Some(0.0))
        || structured_limits(fault).any(|limit| limit.remaining == Some(0.0))
}

fn is_limit(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    has(&name, "ratelimit") || has(&name, "rate-limit")
}

fn says_remaining(name: &str) -> bool {
    has(&name.to_ascii_lowercase(), "remaining")
}

/// The latest reset of a limit of which nothing remains. A limit whose remainder nobody states counts on a
/// 429 only: elsewhere the header is mere bookkeeping.
fn limit_resets(fault: &Fault, clock: Clock) -> Option<Duration> {
    let refused = http::status(fault) == Some(429);
    let limits = fault.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
    let resets = limits.filter(|(name, _)| is_limit(name) && has(name, "reset")).take(LIMITS);
    let plain = resets.filter_map(|(name, value)| {
        let remaining =
            fault.header(&replaced(&replaced(&name, "reset-after", "reset"), "reset", "remaining"));
        let used_up = remaining.map_or(refused, |text| durations::decimal(text) == Some(0.0));
        used_up.then(|| reset(value.trim(), clock)).flatten()
    });
    let structured = structured_limits(fault)
        .filter(|limit| limit.remaining == Some(0.0))
        .filter_map(|limit| durations::seconds(limit.reset?));
    plain.chain(structured).max()
}

/// How many limits one answer may speak of.
const LIMITS: usize = 64;

/// A reset is a delta, an epoch in seconds or milliseconds, `1m30.5s`, or a date.
fn reset(value: &str, clock: Clock) -> Option<Duration> {
    const MILLISECONDS: f64 = 1e11;
    const SECONDS: f64 = 1e9;
    match durations::decimal(value) {
        Some(epoch) if epoch >= MILLISECONDS => clock.until(epoch / 1000.0),
        Some(epoch) if epoch >= SECONDS => clock.until(epoch),
        Some(delta) => durations::seconds(delta),
        None => durations::with_units(value)
            .or_else(|| clock.until(dates::rfc3339(value).or_else(|| dates::http_date(value))?)),
    }
}

/// `RateLimit: "default";r=0;t=30` and its older form `limit=10, remaining=0, reset=30`.
struct Limit {
    remaining: Option<f64>,
    reset: Option<f64>,
}

fn structured_limits(fault: &Fault) -> impl Iterator<Item = Limit> {
    let value = fault.header("ratelimit").unwrap_or_default();
    let old = has(value, "remaining=");
    let whole = old.then_some(value).into_iter();
    let items = value.split(',').filter(move |_| !old);
    whole.chain(items).map(|item| {
        let field = |names: [&str; 2]| {
            item.split([';', ',']).find_map(|part| {
                let (name, number) = part.trim().split_once('=')?;
                names.contains(&name.trim()).then(|| durations::decimal(number)).flatten()
            })
        };
        Limit { remaining: field(["r", "remaining"]), reset: field(["t", "reset"]) }
    })
}

const NODES: usize = 512;
const DEPTH: usize = 8;

/// `retryDelay`, `retry_after` and their kin, wherever in the body.
fn in_body(fault: &Fault) -> Option<Duration> {
    let mut budget = NODES;
    fault.attrs.iter().find_map(|(key, value)| visit(key, value, 0, &mut budget))
}

fn visit(key: &str, value: &Value, depth: usize, budget: &mut usize) -> Option<Duration> {
    if *budget == 0 || depth > DEPTH || matches!(key, "request" | "config" | "options") {
        return None;
    }
    *budget -= 1;
    let words = Text::split(key).words().collect::<alloc::vec::Vec<_>>().join(" ");
    let unit = match words.as_str() {
        "retry delay"
        | "retry after"
        | "retry after seconds"
        | "retry after secs"
        | "retry after sec"
        | "retry in" => Some(1.0),
        "retry after ms" | "retry after millis" | "retry after milliseconds" | "retry delay ms" => Some(1e-3),
        _ => None,
    };
    if let Some(unit) = unit {
        return stated(value, unit);
    }
    match value {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| visit(key, value, depth + 1, budget)),
        Value::Array(items) => items.iter().find_map(|item| visit("", item, depth + 1, budget)),
        Value::String(text) if text.len() < 65_536 && text.trim_start().starts_with(['{', '[']) => {
            let body = serde_json::from_str::<Value>(text).ok()?;
            visit("", &body, depth + 1, budget)
        }
        _ => None,
    }
}

/// A number in `unit`, text with or without a unit, or protobuf's `{seconds, nanos}`.
fn stated(value: &Value, unit: f64) -> Option<Duration> {
    match value {
        Value::Number(number) => durations::seconds(number.as_f64()? * unit),
        Value::String(text) => match durations::decimal(text) {
            Some(number) => durations::seconds(number * unit),
            None => durations::with_units(text.trim()),
        },
        Value::Object(fields) => {
            let part = |key| {
                fields
                    .get(key)
                    .and_then(|value: &Value| value.as_f64().or_else(|| durations::decimal(value.as_str()?)))
            };
            let nanos = part("nanos").unwrap_or_default();
            durations::seconds(part("seconds").or_else(|| part("nanos").map(|_| 0.0))? + nanos / 1e9)
        }
        _ => None,
    }
}

/// `try again in 20s`, `retry after 30 seconds`, `please wait 5 minutes`.
fn in_words(fault: &Fault) -> Option<Duration> {
    said::find(fault, &mut |message| {
        // Most messages name no number, and need not be cut into words.
        message.bytes().any(|byte| byte.is_ascii_digit()).then(|| in_sentence(message)).flatten()
    })
}

fn in_sentence(message: &str) -> Option<Duration> {
    const HEADS: [&str; 11] = [
        "try again in", "try again after", "retry in", "retry after", "retrying in", "please wait",
        "retry your request in", "available in", "wait for", "resets in", "wait of",
    ];
    let text = Text::split(message);
    (0..text.len()).find_map(|index| {
        let head = HEADS.iter().find(|head| text.has_at(index, head))?;
        let last = index + head.split(' ').count() - 1;
        let rest = text.rest(last)?;
        let bare = *head == "retry after";
        durations::in_sentence(rest.trim_start_matches([' ', ':', '=', '~', '"', '\'']), bare)
    })
}
