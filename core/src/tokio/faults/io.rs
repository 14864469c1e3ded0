//! Errors of the standard library's I/O.

use alloc::borrow::ToOwned;
use alloc::format;
use std::error::Error;
use std::io::{self, ErrorKind};

use super::walk::Phase;
use crate::classify::Fault;

/// Reads the number and the kind of an I/O error; answers with what is behind it.
pub(super) fn read<'a>(
    error: &'a io::Error,
    phase: Phase,
    fault: &mut Fault,
) -> Option<&'a (dyn Error + 'static)> {
    fault.type_name = Some("std::io::Error".to_owned());
    fault.errno = error.raw_os_error().map(i64::from);
    if phase == Phase::Connecting {
        fault.syscall = Some("connect".to_owned());
    }
    // The kind is the same on every system, unlike the number; the standard library has none for many of those.
    if error.kind() != ErrorKind::Other {
        fault.code = Some(format!("{:?}", error.kind())).filter(|name| name != "Uncategorized");
    }
    // A failed name lookup has neither number nor kind, and its words come from the C library.
    if fault.code.is_none() && is_lookup(fault) {
        fault.code = Some("ENOTFOUND".to_owned());
    }
    // What was wrapped is not its source: that is the source of what was wrapped.
    error.get_ref().map(|inner| inner as _)
}

fn is_lookup(fault: &Fault) -> bool {
    fault.message.as_deref().is_some_and(|text| text.starts_with("failed to lookup address information"))
}
