//! Numbers of libcurl, which its bindings of every language hand on.

use alloc::format;

use super::fault::{Fault, last_part};
use super::meaning::{
    AUTH, BUSY, CANCELLED, CONNECTION, FULL, Finding, INVALID, Level, Meaning, NOT_FOUND, TIMEOUT, TLS,
    UNREACHED,
};
use crate::search;

/// What such a number says: in the text (`curl: (28) …`), in `code`, or in the tuple of `pycurl.error`.
pub(super) fn find(fault: &Fault) -> Option<Finding> {
    let message = fault.message.as_deref().unwrap_or_default();
    let number = match search::split(message, "curl: (") {
        Some((_, behind)) => behind.split_once(')')?.0.parse().ok()?,
        None => of_binding(fault, message)?,
    };
    let meaning = match number {
        // A scheme that libcurl does not speak, or an answer without a status line.
        1 if search::has(message, "HTTP/0.9") => TLS,
        _ => meaning(number)?,
    };
    Some(Finding::new(Level::Errno, meaning, format!("curl.{number}")))
}

fn of_binding(fault: &Fault, message: &str) -> Option<i64> {
    if !fault.comes_from("curl") {
        return None;
    }
    let in_code = fault.code.as_deref().and_then(|code| code.trim().parse().ok());
    let of_pycurl = || {
        let tuple = message
            .strip_prefix('(')
            .filter(|_| fault.type_names().any(|name| last_part(name) == "error"))?;
        tuple.split_once(',')?.0.parse().ok()
    };
    in_code.or_else(|| fault.attr_number("code")).or_else(of_pycurl)
}

/// 22 is a status of HTTP, and 35 any failure of a handshake: the words behind them know more.
fn meaning(number: i64) -> Option<Meaning> {
    Some(match number {
        1 | 3 | 4 | 43 | 47 | 48 | 61 => INVALID,
        5..=7 => UNREACHED,
        9 | 67 | 94 => AUTH,
        28 => TIMEOUT,
        16 | 18 | 52 | 55 | 56 | 79 | 92 | 95 | 96 => CONNECTION,
        51 | 53 | 54 | 58..=60 | 64 | 66 | 77 | 80 | 82 | 83 | 90 | 91 | 98 => TLS,
        27 | 70 => FULL,
        42 => CANCELLED,
        37 | 78 => NOT_FOUND,
        89 => BUSY,
        _ => return None,
    })
}
