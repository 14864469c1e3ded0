//! gRPC statuses, which are no HTTP statuses even where they look like one.

use alloc::format;

use super::codes;
use super::fault::{Fault, contains_without_case};
use super::meaning::{
    AUTH, CANCELLED, CONFLICT, Finding, INVALID, LOST_RACE, Level, Meaning, NOT_FOUND, QUOTA, RATE_LIMIT,
    SERVER, SERVER_NEVER, TIMEOUT, UNKNOWN,
};
use super::text::Text;
use super::words;
use crate::search;

/// By number; the name of `OK` is no error.
const NAMES: [&str; 17] = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
    "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
];

/// Whether the fault comes from a gRPC client, so that its numbers are gRPC's.
pub(super) fn is_grpc(fault: &Fault) -> bool {
    fault.host.as_deref().is_some_and(|host| host.eq_ignore_ascii_case("grpc"))
        || ["grpc", "tonic", "rpcerror", "aiorpc"].iter().any(|word| fault.comes_from(word))
        || (fault.status.is_none() && prefix_of_message(fault).is_some())
}

/// What the gRPC status of a fault says.
pub(super) fn find(fault: &Fault) -> Option<Finding> {
    let name = name_of(fault)?;
    let daily = codes::daily(fault).is_some();
    if name != "CANCELLED"
        && !daily
        && let Some(reason) = codes::reason(fault)
    {
        return Some(reason);
    }
    let meaning = refined(name, fault, daily)?;
    Some(Finding::new(Level::Code, meaning, format!("grpc.{name}")))
}

pub(super) fn name_of(fault: &Fault) -> Option<&'static str> {
    let keys = ["grpc_status", "grpc_status_code", "grpcStatus", "grpc-status"];
    let explicit = keys.iter().find_map(|key| fault.attrs.get(*key));
    let explicit = explicit.and_then(|value| match value.as_str() {
        Some(text) => by_text(text),
        None => by_number(value.as_i64()?),
    });
    if let Some(name) = explicit.or_else(|| fault.header("grpc-status").and_then(by_text)) {
        return Some(name);
    }
    if is_grpc(fault) {
        let code =
            fault.code.as_deref().or_else(|| fault.attr_text("code")).or_else(|| fault.attr_text("status"));
        let by_code = code.and_then(by_text);
        let number =
            fault.status.or_else(|| fault.attr_number("code")).or_else(|| fault.attr_number("status"));
        return by_code.or_else(|| number.and_then(by_number)).or_else(|| prefix_of_message(fault));
    }
    // Written in capitals the names are gRPC's own, in whatever library.
    let code = fault.code.as_deref()?.trim();
    NAMES.iter().copied().find(|name| *name == code && *name != "UNKNOWN")
}

fn by_text(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let word = text.rsplit('.').next().unwrap_or(text);
    let named = NAMES.iter().copied().find(|name| same_name(name, word));
    named
        .or_else(|| by_number(text.parse().ok()?))
        .or_else(|| word.eq_ignore_ascii_case("canceled").then_some("CANCELLED"))
}

/// `DeadlineExceeded` (Go, tonic), `deadline-exceeded` (Firebase) and `DEADLINE_EXCEEDED` are one name.
fn same_name(name: &str, word: &str) -> bool {
    let letters = |text: &'_ str| -> alloc::string::String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
    };
    letters(name) == letters(word)
}

fn by_number(number: i64) -> Option<&'static str> {
    NAMES.get(usize::try_from(number).ok()?).copied()
}

/// grpc-js writes `14 UNAVAILABLE: …`: number and name must agree.
fn prefix_of_message(fault: &Fault) -> Option<&'static str> {
    let (head, _) = fault.message.as_deref()?.split_once(':')?;
    let (number, name) = head.trim().split_once(' ')?;
    by_number(number.parse().ok()?).filter(|known| *known == name.trim())
}

fn refined(name: &str, fault: &Fault, daily: bool) -> Option<Meaning> {
    let meaning = meaning(name)?;
    let says = |phrases: &[&str]| {
        let message = fault.message.as_deref().or_else(|| fault.attr_text("details")).unwrap_or_default();
        let text = Text::new(message);
        phrases.iter().any(|phrase| text.has(phrase))
    };
    match name {
        // Both sides of a connection use this code for a message that will never fit.
        "RESOURCE_EXHAUSTED" if daily => Some(QUOTA),
        "RESOURCE_EXHAUSTED"
            if says(&[
                "larger than max", "with a size larger than", "message too large", "exceeds maximum",
            ]) =>
        {
            Some(INVALID)
        }
        "UNAVAILABLE" | "INTERNAL" | "UNKNOWN" if is_tls(fault) => Some(super::meaning::TLS),
        // The code of whoever had none: the words may know more.
        "UNKNOWN" => None,
        _ => Some(meaning),
    }
}

fn is_tls(fault: &Fault) -> bool {
    let message = fault.message.as_deref().unwrap_or_default();
    let verified = ["certificate_verify_failed", "certificate verify failed"];
    // grpc-js has what broke its connection behind these words; else the text may be the server's.
    let own = search::split(message, "Last error: ").map(|(_, error)| error);
    verified.iter().any(|words| contains_without_case(message, words)) || own.is_some_and(words::is_tls)
}

fn meaning(name: &str) -> Option<Meaning> {
    Some(match name {
        "CANCELLED" => CANCELLED,
        "UNKNOWN" => UNKNOWN,
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => INVALID,
        "DEADLINE_EXCEEDED" => TIMEOUT,
        "NOT_FOUND" => NOT_FOUND,
        "ALREADY_EXISTS" => CONFLICT,
        "PERMISSION_DENIED" | "UNAUTHENTICATED" => AUTH,
        "RESOURCE_EXHAUSTED" => RATE_LIMIT,
        "ABORTED" => LOST_RACE,
        // What was lost or not built stays so.
        "UNIMPLEMENTED" | "DATA_LOSS" => SERVER_NEVER,
        "INTERNAL" | "UNAVAILABLE" => SERVER,
        _ => return None,
    })
}
