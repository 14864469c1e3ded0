//! What the server says explicitly about repeating the call.
//!
//! The one who answers knows best, in both directions: it may forbid the retry of a 503 and ask for the
//! retry of a 409 or even a 400, and SDKs of its own obey. So an instruction decides over every code and
//! status. It cannot overrule cancellation and an open circuit, which are not the server's to judge. A
//! header that says yes wrongly costs a bounded number of attempts, as any other error does.

use core::time::Duration;

use serde_json::Value;

use super::fault::Fault;
use super::meaning::{Finding, Level, SERVER};
use super::verdict::Category;

const HEADERS: [&str; 2] = ["x-should-retry", "stripe-should-retry"];

/// gRPC's name for its own; a negative or unreadable value means "do not" (gRFC A6).
const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// The finding as the server wants it.
pub(super) fn apply(fault: &Fault, mut found: Finding) -> Finding {
    let Some((header, retry)) = instruction(fault) else { return found };
    if found.level == Level::Cancellation || found.meaning.category == Category::Cancelled {
        return found;
    }
    if retry && found.meaning.category == Category::Unknown {
        found.meaning = SERVER;
    }
    found.meaning.retryable = retry;
    found.meaning.unsent = found.meaning.unsent || (retry && header == PUSHBACK);
    found.level = Level::Code;
    found.rule = alloc::format!("server.{header}");
    found
}

fn instruction(fault: &Fault) -> Option<(&'static str, bool)> {
    let by_header = HEADERS.into_iter().find_map(|header| match fault.header(header)? {
        value if value.eq_ignore_ascii_case("true") => Some((header, true)),
        value if value.eq_ignore_ascii_case("false") => Some((header, false)),
        _ => None,
    });
    by_header.or_else(|| pushback_value(fault).map(|pushback| (PUSHBACK, pushback.is_ok())))
}

/// How long gRPC's pushback says to wait.
pub(super) fn pushback(fault: &Fault) -> Option<Duration> {
    pushback_value(fault)?.ok().map(Duration::from_millis)
}

/// The server does not want another try.
struct Forbidden;

/// Milliseconds, or the opposite of them, where there is a pushback at all.
fn pushback_value(fault: &Fault) -> Option<Result<u64, Forbidden>> {
    if let Some(text) = fault.header(PUSHBACK) {
        return Some(text.parse().map_err(|_| Forbidden));
    }
    let places = ["trailing_metadata", "trailers", "metadata", "initial_metadata"];
    let own = fault.attrs.get(PUSHBACK);
    let value = own.or_else(|| places.iter().find_map(|place| entry(fault.attrs.get(*place)?, PUSHBACK)))?;
    let number = value.as_str().map_or_else(|| value.as_u64(), |text| text.trim().parse().ok());
    Some(number.ok_or(Forbidden))
}

/// Metadata comes as an object, as a list of pairs or as a list of `{key, value}`; values may be lists.
pub(super) fn entry<'a>(metadata: &'a Value, wanted: &str) -> Option<&'a Value> {
    let is_wanted = |key: &Value| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(wanted));
    let found = match metadata {
        Value::Object(fields) => {
            fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
        }
        Value::Array(entries) => entries.iter().take(256).find_map(|entry| match entry {
            Value::Array(pair) if pair.first().is_some_and(is_wanted) => pair.get(1),
            Value::Object(pair) if pair.get("key").is_some_and(is_wanted) => pair.get("value"),
            _ => None,
        }),
        _ => None,
    }?;
    match found {
        Value::Array(values) => values.first(),
        value => Some(value),
    }
}
