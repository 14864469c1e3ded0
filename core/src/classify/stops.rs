//! What is no failure at all: someone asked to stop, or a circuit breaker of ours said no.

use alloc::format;

use super::fault::{Fault, last_part};
use super::grpc;
use super::meaning::{CANCELLED, Finding, Level, OPEN_CIRCUIT, UNKNOWN};

/// The rule of a Python `BaseException` that is no `Exception`.
pub(super) const EXIT: &str = "python.BaseException";

/// Cancellation, in every host. Sorted.
const CANCELLATIONS: [&str; 29] = [
    "APIUserAbortError", "AbortError", "AbortException", "CanceledError", "CanceledException", "Cancelled",
    "CancelledError", "CancelledException", "CancellationError", "CancellationException",
    "ClientCancelledError", "GeneratorExit", "InterruptedException", "KeyboardInterrupt",
    "OperationCanceledError", "OperationCanceledException", "OperationCancelled", "OperationCancelledError",
    "RequestAbortedError", "RequestCanceledError", "RequestCancelledError", "SystemExit",
    "TaskCanceledException", "TaskCancelledError", "TaskRevokedError", "Terminated", "UserAbortError",
    "UserCancelledError", "WorkerShutdown",
];

/// Codes that say the same. ECANCELED is the system's, the others are of Node, axios, undici and Chromium.
const CODES: [&str; 8] = [
    "ABORT_ERR", "ECANCELED", "ECANCELLED", "ERR_CANCELED", "ERR_CANCELLED", "UND_ERR_ABORTED",
    "ERR_REQUEST_ABORTED", "RequestAbortedError",
];

/// Whether this is cancellation, or an error that no program may swallow. Nothing overrules the answer.
/// redis-errors calls a command that lost its connection aborted, which nobody asked for.
pub(super) fn cancellation(fault: &Fault) -> Option<Finding> {
    let by_name = fault
        .all_names()
        .map(last_part)
        .find_map(|name| CANCELLATIONS.iter().find(|known| **known == name))
        .filter(|name| !(**name == "AbortError" && fault.is_a("RedisError")));
    if let Some(name) = by_name {
        return Some(Finding::new(Level::Cancellation, CANCELLED, format!("cancel.{name}")));
    }
    let code =
        fault.code.as_deref().and_then(|code| CODES.iter().find(|known| known.eq_ignore_ascii_case(code)));
    if let Some(code) = code {
        return Some(Finding::new(Level::Cancellation, CANCELLED, format!("cancel.{code}")));
    }
    // superagent's, of a request that was taken back; elsewhere this is a gRPC status.
    let aborted = fault.code.as_deref() == Some("ABORTED") && fault.message.as_deref() == Some("Aborted");
    if aborted && !grpc::is_grpc(fault) {
        return Some(Finding::new(Level::Cancellation, CANCELLED, "cancel.ABORTED"));
    }
    // AbortSignal.abort(reason) and DOMException: 20 is the number of AbortError.
    if fault.is_a("DOMException") && fault.code.as_deref() == Some("20") {
        return Some(Finding::new(Level::Cancellation, CANCELLED, "cancel.DOMException"));
    }
    // Tokio has one type for a task that was stopped and one that panicked.
    let of_task = fault.is_a("JoinError");
    if of_task && fault.message.as_deref().is_some_and(|message| message.ends_with("was cancelled")) {
        return Some(Finding::new(Level::Cancellation, CANCELLED, "cancel.JoinError"));
    }
    if is_exit(fault) {
        // A group is made a base exception by the one member that is.
        let member = fault.errors.iter().find_map(cancellation).filter(|found| found.meaning == CANCELLED);
        if let Some(found) = member {
            return Some(found);
        }
        return Some(Finding::new(Level::Cancellation, UNKNOWN, EXIT));
    }
    None
}

/// A Python `BaseException` that is no `Exception`: made so that a handler of errors does not catch it.
fn is_exit(fault: &Fault) -> bool {
    let has = |wanted: &str| fault.type_names().any(|name| last_part(name) == wanted);
    has("BaseException") && !has("Exception")
}

/// Whether this is our own rejection, or another breaker's.
pub(super) fn open_circuit(fault: &Fault) -> Option<Finding> {
    // Every name of such an error has one of these; to search the tables for all others would double the time
    // that a verdict takes.
    let likely = ["circuit", "breaker", "permitted"].iter().any(|word| fault.comes_from(word));
    let names = likely.then(|| fault.all_names()).into_iter().flatten();
    let family = names.map(last_part).find_map(super::names::family);
    let by_name = family.is_some_and(|family| family.meaning == OPEN_CIRCUIT);
    let by_code = fault.code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case("EOPENBREAKER"));
    (by_name || by_code).then(|| Finding::new(Level::Cancellation, OPEN_CIRCUIT, "open_circuit"))
}
