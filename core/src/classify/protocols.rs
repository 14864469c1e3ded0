//! Numbers of protocols that are not HTTP: WebSocket, SMTP, FTP, AMQP, mailboxes, and the exit
//! codes of processes.

use alloc::format;

use super::fault::{Fault, contains_without_case, last_part};
use super::http;
use super::meaning::{
    AUTH, CANCELLED, CONFLICT, CONNECTION, Finding, INVALID, LOST_RACE, Level, Meaning, NOT_FOUND, QUOTA,
    RATE_LIMIT, SERVER, SERVER_NEVER, TIMEOUT, TLS,
};
use super::text::Text;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    WebSocket,
    Smtp,
    Ftp,
    Nntp,
    Amqp,
    Mail,
    Process,
}

/// Whether the numbers of this fault belong to another protocol than HTTP.
pub(super) fn speaks_another(fault: &Fault) -> bool {
    protocol(fault).is_some()
}

/// Whether this is the failure of a process.
pub(super) fn is_process(fault: &Fault) -> bool {
    protocol(fault) == Some(Protocol::Process)
}

type Read = fn(i64) -> Option<Meaning>;

/// What a number of such a protocol says.
pub(super) fn find(fault: &Fault) -> Option<Finding> {
    let protocol = protocol(fault)?;
    let (name, keys, read): (_, &[&str], Read) = match protocol {
        Protocol::WebSocket => ("websocket", &["close_code", "rcvd_code"], websocket),
        Protocol::Smtp => ("smtp", &["smtp_code", "responseCode", "reply_code"], smtp),
        Protocol::Ftp => ("ftp", &["reply_code"], ftp),
        Protocol::Nntp => ("nntp", &[], nntp),
        Protocol::Amqp => ("amqp", &["reply_code"], amqp),
        Protocol::Mail => return mail(fault),
        Protocol::Process => return of_runner(fault),
    };
    if let Some((code, meaning)) = refused_recipients(fault) {
        return Some(Finding::new(Level::Code, meaning, format!("{name}.{code}")));
    }
    let in_attrs = keys.iter().chain(&["code", "status"]).find_map(|key| fault.attr_number(key));
    let in_code = fault.code.as_deref().and_then(|code| code.trim().parse().ok());
    let in_message = || match protocol {
        Protocol::Smtp | Protocol::Ftp | Protocol::Nntp => leading_number(fault),
        Protocol::WebSocket => received_code(fault),
        _ => None,
    };
    let number = in_code.or(in_attrs).or(fault.status).or_else(in_message)?;
    // The number of files that are missing is that of files that are closed to who asks, too.
    let denied = || fault.message.as_deref().is_some_and(|text| Text::split(text).has("permission denied"));
    let meaning = if name == "ftp" && number == 550 && denied() { AUTH } else { read(number)? };
    Some(Finding::new(Level::Code, meaning, format!("{name}.{number}")))
}

fn protocol(fault: &Fault) -> Option<Protocol> {
    // A handshake that was refused was refused by HTTP.
    let is_handshake =
        || ["handshake", "invalidstatus", "badstatus", "upgrade"].iter().any(|word| fault.comes_from(word));
    // nodemailer has one type for all, and the server's answer beside a code of its own.
    if fault.attrs.contains_key("responseCode") && fault.code.as_deref().is_some_and(is_of_nodemailer) {
        return Some(Protocol::Smtp);
    }
    // amqplib has no type for it.
    if fault.message.as_deref().is_some_and(|text| text.starts_with("Channel closed by server: ")) {
        return Some(Protocol::Amqp);
    }
    fault.all_names().find_map(|name| {
        let has = |words: &[&str]| words.iter().any(|word| contains_without_case(name, word));
        if has(&["websocket", "closeevent", "connectionclosederror", "connectionclosedok"]) && !is_handshake()
        {
            Some(Protocol::WebSocket)
        } else if has(&["smtp"]) {
            Some(Protocol::Smtp)
        } else if has(&["ftplib", "ftp_", "aioftp", "ftperror"]) {
            Some(Protocol::Ftp)
        } else if has(&["nntp"]) {
            Some(Protocol::Nntp)
        } else if has(&["amqp", "pika.", "aiormq", "kombu.", "aio_pika"]) {
            Some(Protocol::Amqp)
        } else if has(&["imap", "poplib", "pop3"]) {
            Some(Protocol::Mail)
        } else if has(&["subprocess"])
            || matches!(last_part(name), "CalledProcessError" | "ExitError" | "ExecaError")
        {
            Some(Protocol::Process)
        } else {
            None
        }
    })
}

/// What ran the process says why it ended it.
fn of_runner(fault: &Fault) -> Option<Finding> {
    let is_set = |key: &str| fault.attrs.get(key).is_some_and(|value| *value == true);
    if is_set("isCanceled") {
        return Some(Finding::new(Level::Cancellation, CANCELLED, "process.isCanceled"));
    }
    is_set("timedOut").then(|| Finding::new(Level::Code, TIMEOUT, "process.timedOut"))
}

/// RFC 6455 and the registry of close codes. Codes of applications often are 4000 and an HTTP status.
fn websocket(code: i64) -> Option<Meaning> {
    Some(match code {
        1002 | 1003 | 1007 | 1009 | 1010 => INVALID,
        1008 | 3000 | 3003 => AUTH,
        1015 => TLS,
        1011..=1014 => SERVER,
        1000..=1006 => CONNECTION,
        4400..=4599 => http::meaning(u16::try_from(code - 4000).ok()?)?,
        _ => return None,
    })
}

/// RFC 5321: 4yz will pass, 5yz will not.
fn smtp(code: i64) -> Option<Meaning> {
    Some(match code {
        400..=499 => SERVER,
        530 | 534 | 535 | 538 => AUTH,
        552 => QUOTA,
        550 | 551 | 553 => NOT_FOUND,
        500..=599 => INVALID,
        -1 | 0 => CONNECTION,
        _ => return None,
    })
}

fn ftp(code: i64) -> Option<Meaning> {
    Some(match code {
        425 | 426 => CONNECTION,
        430 | 530 | 532 => AUTH,
        400..=499 => SERVER,
        550 => NOT_FOUND,
        552 => QUOTA,
        500..=599 => INVALID,
        _ => return None,
    })
}

/// RFC 3977 and RFC 4643. Python calls all that begin with a 4 temporary.
fn nntp(code: i64) -> Option<Meaning> {
    Some(match code {
        400 | 403 | 436 => SERVER,
        411 | 420..=423 | 430 => NOT_FOUND,
        480..=483 | 502 => AUTH,
        503 => SERVER_NEVER,
        400..=599 => INVALID,
        _ => return None,
    })
}

/// AMQP 0-9-1 reply codes.
fn amqp(code: i64) -> Option<Meaning> {
    Some(match code {
        200 | 320 => CONNECTION,
        312 | 402 | 404 => NOT_FOUND,
        313 | 541 => SERVER,
        403 => AUTH,
        405 | 406 => CONFLICT,
        540 => SERVER_NEVER,
        311 | 501..=505 | 530 => INVALID,
        506 => super::meaning::BUSY,
        _ => return None,
    })
}

/// ftplib and smtplib put the code at the head of the text: `450 Mailbox busy`, `(421, b'…')`.
fn leading_number(fault: &Fault) -> Option<i64> {
    let text = fault.message.as_deref()?.trim_start_matches(['(', ' ', '\'']);
    let digits = text.get(..3)?;
    let ends = text.get(3..4).is_none_or(|next| matches!(next, " " | "-" | ","));
    digits.parse().ok().filter(|_| ends)
}

/// websockets writes the code of the other side first: `received 1011 (internal error); then sent 1011`.
fn received_code(fault: &Fault) -> Option<i64> {
    fault.message.as_deref()?.strip_prefix("received ")?.get(..4)?.parse().ok()
}

fn is_of_nodemailer(code: &str) -> bool {
    ["EAUTH", "EENVELOPE", "EMESSAGE", "EPROTOCOL", "ESTREAM"].contains(&code)
}

/// smtplib has an answer for each recipient: `{'a@b': (450, b'4.2.1 Greylisted')}`. One that is refused for good
/// is refused again; else all may be accepted later.
fn refused_recipients(fault: &Fault) -> Option<(i64, Meaning)> {
    if !fault.is_a("SMTPRecipientsRefused") {
        return None;
    }
    let message = fault.message.as_deref()?;
    let codes = message.split('(').skip(1).take(256).filter_map(|behind| behind.split_once(','));
    let mut codes = codes.filter_map(|(code, _)| code.parse().ok()).peekable();
    let first = *codes.peek()?;
    let worst = codes.find(|code| *code >= 500).unwrap_or(first);
    Some((worst, smtp(worst)?))
}

/// The codes in brackets of IMAP (RFC 5530) and POP3 (RFC 2449, RFC 3206).
fn mail(fault: &Fault) -> Option<Finding> {
    let (_, behind) = fault.message.as_deref()?.split_once('[')?;
    let (code, _) = behind.split_once(']')?;
    let meaning = match code {
        "UNAVAILABLE" | "SERVERBUG" | "SYS/TEMP" => SERVER,
        "AUTHENTICATIONFAILED"
        | "AUTHORIZATIONFAILED"
        | "EXPIRED"
        | "PRIVACYREQUIRED"
        | "NOPERM"
        | "CONTACTADMIN"
        | "AUTH" => AUTH,
        "INUSE" | "IN-USE" => LOST_RACE,
        "LOGIN-DELAY" => RATE_LIMIT,
        "OVERQUOTA" => QUOTA,
        "NONEXISTENT" | "TRYCREATE" => NOT_FOUND,
        "ALREADYEXISTS" => CONFLICT,
        "CLIENTBUG" | "CANNOT" | "LIMIT" => INVALID,
        "SYS/PERM" => SERVER_NEVER,
        _ => return None,
    };
    Some(Finding::new(Level::Code, meaning, format!("mail.{code}")))
}
