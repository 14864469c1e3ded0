//! Errors of the operating system, by name and by number.

use alloc::format;

use super::fault::Fault;
use super::meaning::{CONNECT_TIMEOUT, Finding, Level, Meaning, NOT_FOUND, TIMEOUT, TLS, UNREACHED};
use super::os_numbers::{name_of, name_of_windows};
use super::os_table::TABLE;
use super::text::Text;
use super::words;

/// What a code in words (`ECONNRESET`, `UND_ERR_SOCKET`, `CERT_HAS_EXPIRED`) or an errno says.
pub(super) fn find(fault: &Fault) -> Option<Finding> {
    // Codes of a browser's DOMException and of protocols of their own are numbers that mean something else.
    if let Some(found) = fault.code.as_deref().and_then(|code| by_name(code, fault)) {
        return Some(found);
    }
    if let Some(found) = fault.attr_text("errno").and_then(|code| by_name(code, fault)) {
        return Some(found);
    }
    let windows = fault.attr_number("winerror").and_then(name_of_windows);
    // A number whose name the host knows is no other system's number.
    let nameless = fault.errno.filter(|_| fault.attr_text("errno").is_none());
    let name = windows.or_else(|| nameless.and_then(|errno| by_number(errno, fault)))?;
    by_name(name, fault)
}

fn by_number(errno: i64, fault: &Fault) -> Option<&'static str> {
    // getaddrinfo numbers its own errors, and on the BSDs they are positive and collide with everybody's.
    // Python's errno is never negative, unless it is such a number in the hands of a wrapper.
    let of_lookup = fault.is_a("gaierror") || fault.is_a("herror") || fault.is_a("ClientConnectorDNSError");
    if of_lookup || (errno < 0 && fault.host.as_deref() == Some("python")) {
        return Some(match errno {
            -2 | 8 | 11001 => "ENOTFOUND",
            // Flags, families, socket types and services that there are not.
            -1 | -9..=-6 | 10 => "EINVAL",
            _ => "EAI_AGAIN",
        });
    }
    // OpenSSL counts its own errors in the same field: 1 is any of them, not a missing permission.
    if fault.is_a("SSLError") {
        return None;
    }
    // MySQL, SQLite and others keep their own numbers in the same field.
    if fault.comes_from("mysql") || fault.comes_from("mariadb") || fault.comes_from("sqlite") {
        return None;
    }
    name_of(errno)
}

/// The finding for a name, whatever the case.
pub(super) fn by_name(code: &str, fault: &Fault) -> Option<Finding> {
    let code = code.trim();
    let code = code.strip_prefix("net::").unwrap_or(code);
    let code = code.strip_prefix("NS_ERROR_").unwrap_or(code);
    let (name, meaning) = lookup(code)?;
    let meaning = in_phase(name, meaning, fault);
    // axios says this of every transport that broke: what broke it is in the cause, where there is one.
    let level = if name == "ERR_NETWORK" { Level::Type } else { Level::Errno };
    Some(Finding::new(level, meaning, format!("errno.{name}")))
}

fn lookup(code: &str) -> Option<(&'static str, Meaning)> {
    TABLE.iter().find_map(|(meaning, names)| {
        let known = names.iter().find(|name| name.0.eq_ignore_ascii_case(code.as_bytes()))?;
        Some((known.text(), *meaning))
    })
}

/// While connecting nothing can have been sent yet, whatever went wrong.
fn in_phase(name: &str, meaning: Meaning, fault: &Fault) -> Meaning {
    let connecting = fault.syscall.as_deref().is_some_and(|syscall| syscall.eq_ignore_ascii_case("connect"));
    match name {
        // A socket in the file system that is not there yet: nobody listens.
        "ENOENT" if connecting => UNREACHED,
        // Of a name server only where one was asked; a file has no such attribute.
        "ENODATA" if fault.errno.is_some() && fault.host.as_deref() == Some("python") => NOT_FOUND,
        // Nodemailer's, for whatever happens to its connection.
        "ESOCKET" if fault.message.as_deref().is_some_and(words::is_tls) => TLS,
        _ if !meaning.retryable => meaning,
        // axios uses this code for a timeout of its own.
        "ECONNABORTED" if Text::new(fault.message.as_deref().unwrap_or_default()).has("timeout") => TIMEOUT,
        "ETIMEDOUT" | "ETIME" | "ESOCKETTIMEDOUT" if connecting => CONNECT_TIMEOUT,
        "EHOSTUNREACH" | "ENETUNREACH" | "EHOSTDOWN" | "ENETDOWN" | "ECONNRESET" if connecting => UNREACHED,
        _ => meaning,
    }
}

/// The finding for a name of POSIX without underscores, which is how they are met in texts.
pub(super) fn by_posix_name(word: &str, fault: &Fault) -> Option<Finding> {
    let (name, _) = lookup(word)?;
    let posix =
        name.starts_with('E') && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    posix.then(|| by_name(name, fault)).flatten()
}
