//! Errors of `hyper`.

use alloc::borrow::ToOwned;

use crate::classify::Fault;

/// Reads what the client says of itself, in the words that the standard library has for it.
pub(super) fn read(error: &::hyper::Error, fault: &mut Fault) {
    fault.type_name = Some("hyper::Error".to_owned());
    let code = if error.is_timeout() {
        Some("TimedOut")
    } else if error.is_incomplete_message() {
        Some("UnexpectedEof")
    } else if error.is_canceled() || error.is_closed() {
        // The connection went away under the request. Nobody asked to stop: who does drops the future.
        Some("ConnectionAborted")
    } else if error.is_user() {
        Some("InvalidInput")
    } else {
        None
    };
    fault.code = code.map(str::to_owned);
    if code == Some("ConnectionAborted") {
        // Its words say "canceled".
        fault.message = None;
    }
}
