//! How long a server asks to wait: dates and lengths of time as anybody may write them.

use core::time::Duration;
use std::time::UNIX_EPOCH;

use failsoft::classify::{Classifier, Fault};
use serde_json::Value;

use super::bytes::Bytes;

/// The first byte says where the hint stands, the next two when it is read; the rest is the hint.
pub fn holds(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let place = PLACES[usize::from(bytes.take()) % PLACES.len()];
    let now = f64::from(bytes.take()) * STEP + f64::from(bytes.take());
    let text = bytes.text();
    let wait = asked(place, &text, now);
    match place {
        Place::Header("retry-after") => {
            as_others_read_it(&text, now, wait);
            as_counted(&text, wait);
        }
        Place::Header("date") => assert_eq!(None, wait, "a date by itself asks for nothing"),
        _ => {}
    }
    in_time(place, &text, now, wait);
    for now in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1e300, 1e300, f64::MIN_POSITIVE] {
        asked(place, &text, now);
    }
}

/// An input for a hint in the header, or the key of the body, of this name; `message` is the message.
pub fn input(place: &str, now: f64, text: &str) -> Option<Vec<u8>> {
    let is = |known: &Place| match known {
        Place::Header(name) | Place::Body(name) => *name == place,
        Place::Message => place == "message",
        Place::Clock => false,
    };
    let place = PLACES.iter().position(is).and_then(|index| u8::try_from(index).ok())?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "these casts saturate")]
    let days = (now / STEP) as u8;
    Some([&[place, days, 0], text.as_bytes()].concat())
}

/// Where a hint may stand.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// A header of this name.
    Header(&'static str),
    /// The header by which a wait is computed, with a date an hour later.
    Clock,
    /// The error's message.
    Message,
    /// The body, under this key.
    Body(&'static str),
}

const PLACES: [Place; 12] = [
    Place::Header("retry-after"),
    Place::Header("retry-after-ms"),
    Place::Header("x-ratelimit-reset"),
    Place::Header("x-ratelimit-reset-requests"),
    Place::Header("ratelimit"),
    Place::Header("date"),
    Place::Header("grpc-retry-pushback-ms"),
    Place::Clock,
    Place::Message,
    Place::Body("retryDelay"),
    Place::Body("retry_after_ms"),
    Place::Body("details"),
];

fn asked(place: Place, text: &str, now: f64) -> Option<Duration> {
    let mut fault = Fault { status: Some(429), now: Some(now), ..Fault::default() };
    let mut header = |name: &str, value: &str| fault.headers.insert(name.to_owned(), value.to_owned());
    match place {
        Place::Header(name) => {
            header(name, text);
        }
        Place::Clock => {
            header("date", text);
            header("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT");
            fault.now = None;
        }
        Place::Message => fault.message = Some(text.to_owned()),
        Place::Body(key) => {
            fault.attrs.insert(key.to_owned(), Value::String(text.to_owned()));
        }
    }
    Classifier::default().classify(&fault).retry_after
}

/// A date that another library reads is the same date here. (Here some more are read: real servers are careless.)
fn as_others_read_it(text: &str, now: f64, wait: Option<Duration>) {
    if let Ok(then) = httpdate::parse_http_date(text) {
        let then = then.duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64();
        assert_eq!(Some(Duration::from_secs_f64((then - now).max(0.0))), wait, "{text:?} at {now}");
    }
}

/// Digits are seconds.
fn as_counted(text: &str, wait: Option<Duration>) {
    if !text.is_empty() && text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        assert_eq!(text.parse().ok().map(Duration::from_secs), wait, "{text:?}");
    }
}

/// Ten seconds later the wait is the same, if it is a length of time, or at most ten seconds shorter, if it is a moment.
fn in_time(place: Place, text: &str, now: f64, wait: Option<Duration>) {
    let later = asked(place, text, now + 10.0);
    assert_eq!(wait.is_some(), later.is_some(), "{place:?} {text:?} at {now}");
    if let (Some(wait), Some(later)) = (wait, later) {
        let passed = wait.as_secs_f64() - later.as_secs_f64();
        let exact = wait.as_secs_f64().max(1.0) * 1e-9;
        assert!(
            (-exact..=10.0 + exact).contains(&passed),
            "{place:?} {text:?} at {now}: {wait:?}, then {later:?}"
        );
    }
}

/// Some months, so that a byte reaches from 1970 to 2149 and dates of the corpus lie on both sides.
const STEP: f64 = 257.0 * 86_400.0;
