//! Errors of `reqwest`.

use alloc::borrow::ToOwned;

use super::walk::Phase;
use crate::classify::Fault;

/// Reads what the client says of itself; its sources say the rest, and hear from it whether it was connecting.
pub(super) fn read(error: &::reqwest::Error, fault: &mut Fault) -> Phase {
    fault.type_name = Some("reqwest::Error".to_owned());
    fault.status = error.status().map(|status| i64::from(status.as_u16()));
    let connecting = error.is_connect();
    if connecting {
        fault.syscall = Some("connect".to_owned());
    }
    let code = if error.is_timeout() {
        Some("TimedOut")
    } else if error.is_builder() {
        Some("InvalidInput")
    } else if error.is_redirect() {
        Some("ERR_TOO_MANY_REDIRECTS")
    } else {
        None
    };
    fault.code = code.map(str::to_owned);
    if connecting { Phase::Connecting } else { Phase::Unknown }
}
