//! HTTP statuses, all of them.

use alloc::format;

use super::fault::Fault;
use super::meaning::{
    AUTH, CANCELLED, CONFLICT, CONNECTION, FULL, Finding, INVALID, LOST_RACE, Level, Meaning, NOT_FOUND,
    QUOTA, RATE_LIMIT, RATE_LIMIT_REFUSED, SERVER, SERVER_NEVER, SERVER_REFUSED, TIMEOUT,
};
use super::{grpc, protocols, said, types, wait, words};

/// The HTTP status of a fault, where the number it carries is one.
pub(super) fn status(fault: &Fault) -> Option<u16> {
    let stated = fault.status.and_then(in_range);
    let number = stated.or_else(|| nested_status(fault)).or_else(|| status_in_code(fault))?;
    // Asked last: most faults carry no number, and whose number it is takes a look at every name.
    let of_http = !grpc::is_grpc(fault) && !protocols::speaks_another(fault) && !is_of_parser(fault);
    of_http.then_some(number)
}

/// What the status of a fault says.
pub(super) fn find(fault: &Fault) -> Option<Finding> {
    // Browsers say 0 where there was no answer.
    if fault.status == Some(0) && fault.host.as_deref() == Some("browser") {
        return Some(Finding::new(Level::Status, CONNECTION, "http.status.0"));
    }
    let status = status(fault)?;
    let meaning = refined(status, fault)?;
    Some(Finding::new(Level::Status, meaning, format!("http.status.{status}")))
}

fn refined(status: u16, fault: &Fault) -> Option<Meaning> {
    // GitHub and others say "slow down" with a 403; they say so in the headers.
    if status == 403 && (wait::limit_is_exhausted(fault) || fault.header("retry-after").is_some()) {
        return Some(RATE_LIMIT);
    }
    // Who names a time to come back has turned the request away; a 503 without one may have come of it.
    if status == 503 && fault.header("retry-after").is_some() {
        return Some(SERVER_REFUSED);
    }
    if status == 403 && is_slowed_down(fault) {
        return Some(RATE_LIMIT);
    }
    // Google's clients tell a transaction that lost a race from a name that is taken by the type alone.
    if status == 409 && types::find(fault).is_some_and(|found| found.meaning == LOST_RACE) {
        return Some(LOST_RACE);
    }
    meaning(status)
}

/// GitHub's answers say so in the text as well, and its clients have a type for it.
fn is_slowed_down(fault: &Fault) -> bool {
    types::find(fault).is_some_and(|found| found.meaning == RATE_LIMIT)
        || said::find(fault, &mut words::slowed_down).is_some()
}

/// What a status says by itself; informational, successful and redirected answers are no evidence.
pub(super) fn meaning(status: u16) -> Option<Meaning> {
    Some(match status {
        401 | 403 | 407 | 419 | 440 | 495 | 496 | 498 | 511 | 561 => AUTH,
        402 | 509 => QUOTA,
        404 | 410 => NOT_FOUND,
        408 | 504 | 598 | 599 => TIMEOUT,
        409 | 412 => CONFLICT,
        // Locked by another; "retry with" (Cosmos DB).
        423 | 449 => LOST_RACE,
        // The connection was the wrong one; it will not be the next time. 444 and 460 are closed connections.
        421 | 444 | 460 => CONNECTION,
        425 => SERVER,
        420 => RATE_LIMIT,
        429 => RATE_LIMIT_REFUSED,
        499 => CANCELLED,
        400..=498 => INVALID,
        507 => FULL,
        501 | 505 | 506 | 508 | 510 => SERVER_NEVER,
        500..=599 => SERVER,
        _ => return None,
    })
}

/// aiohttp calls an answer that it cannot read a bad request, as it would as a server.
fn is_of_parser(fault: &Fault) -> bool {
    const BASE: &str = "HttpProcessingError";
    fault.is_a(BASE) || fault.cause.as_deref().is_some_and(|cause| cause.is_a(BASE))
}

/// The reason phrases of RFC 9110, in lower case.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        400 => "bad request",
        401 => "unauthorized",
        402 => "payment required",
        403 => "forbidden",
        404 => "not found",
        405 => "method not allowed",
        407 => "proxy authentication required",
        408 => "request timeout",
        409 => "conflict",
        410 => "gone",
        413 => "payload too large",
        415 => "unsupported media type",
        422 => "unprocessable",
        425 => "too early",
        429 => "too many requests",
        500 => "internal server error",
        501 => "not implemented",
        502 => "bad gateway",
        503 => "service unavailable",
        504 => "gateway timeout",
        529 => "overloaded",
        _ => "server error",
    }
}

/// Whether this is the phrase of a status.
pub(super) fn is_reason(text: &str) -> bool {
    (400..600).any(|status| reason(status).eq_ignore_ascii_case(text.trim()))
}

fn in_range(status: i64) -> Option<u16> {
    u16::try_from(status).ok().filter(|status| (100..600).contains(status))
}

/// Where clients keep the status when the error itself has none.
fn nested_status(fault: &Fault) -> Option<u16> {
    const PLACES: &[&[&str]] = &[
        &["status_code"],
        &["statusCode"],
        &["http_status"],
        &["httpStatus"],
        &["status"],
        &["$metadata", "httpStatusCode"],
        &["ResponseMetadata", "HTTPStatusCode"],
        &["response", "ResponseMetadata", "HTTPStatusCode"],
        &["response", "status"],
        &["response", "status_code"],
        &["response", "statusCode"],
        &["meta", "status"],
    ];
    PLACES.iter().find_map(|path| {
        let (first, rest) = path.split_first()?;
        let found = rest.iter().try_fold(fault.attrs.get(*first)?, |value, key| value.get(key))?;
        let number = found.as_i64().or_else(|| found.as_str().and_then(|text| text.trim().parse().ok()))?;
        in_range(number)
    })
}

/// A bare number in `code` is a status only for those who keep it there: urllib's and tornado's `HTTPError`,
/// Google's clients, HTTP hosts.
fn status_in_code(fault: &Fault) -> Option<u16> {
    let code = fault.code.as_deref()?.trim().parse().ok().and_then(in_range).filter(|code| *code >= 400)?;
    let speaks_http = ["http", "google", "genai", "openai", "anthropic", "axios", "fetch", "nats"];
    let known =
        fault.host.as_deref() == Some("http") || speaks_http.iter().any(|word| fault.comes_from(word));
    known.then_some(code)
}
