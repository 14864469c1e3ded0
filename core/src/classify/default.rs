//! The order in which evidence is heard.
//!
//! Structured facts beat text, and the error itself beats its cause. Two things may correct a first answer:
//! a broken transport whose reason is permanent (a certificate, a proxy that wants a password, a URL that is
//! none) is permanent whatever the wrapper is called, and a "slow down" that speaks of money will not pass
//! by itself.

use alloc::format;
use alloc::string::ToString;
use core::time::Duration;

use super::fault::{DEPTH, Fault, last_part};
use super::meaning::{Finding, INVALID, Level, Meaning, NOT_FOUND, QUOTA, RATE_LIMIT, SERVER, TLS, UNKNOWN};
use super::verdict::Category;
use super::words::{self, Phrase};
use super::{codes, curl, grpc, http, instruction, os, protocols, said, sql, stops, stores, types, wait};
use crate::search;

/// What a fault means, by the tables of this library.
pub(super) fn judge(fault: &Fault) -> Finding {
    at_depth(fault, 0)
}

fn at_depth(fault: &Fault, depth: usize) -> Finding {
    let own = structured(fault, depth).map(|own| of_driver(fault, &own, depth).unwrap_or(own));
    let found = own
        .or_else(|| by_cause(fault, depth))
        .or_else(|| by_words(fault))
        .or_else(|| by_collective_name(fault));
    let found = found.unwrap_or_else(|| Finding::new(Level::Words, UNKNOWN, "unknown"));
    let found = with_reason(fault, passing_quota(fault, found), depth);
    instruction::apply(fault, with_opinion(fault, found))
}

/// Everything but the cause and the words.
fn structured(fault: &Fault, depth: usize) -> Option<Finding> {
    stops::cancellation(fault)
        .map(|cancelled| by_tunnel(fault).unwrap_or(cancelled))
        .or_else(|| stops::open_circuit(fault))
        .or_else(|| sql::find(fault))
        .or_else(|| stores::find(fault))
        .or_else(|| grpc::find(fault))
        .or_else(|| protocols::find(fault))
        .or_else(|| codes::find(fault, true).filter(|_| !is_errno(fault)))
        .or_else(|| http::find(fault))
        .or_else(|| curl::find(fault))
        .or_else(|| os::find(fault))
        .or_else(|| codes::find(fault, false))
        .or_else(|| by_members(fault, depth))
        .or_else(|| fetch_failed(fault, depth))
        .or_else(|| types::find(fault))
}

/// What an object mapper calls an error is a name of the DB API; the driver's own code behind it says more.
fn of_driver(fault: &Fault, own: &Finding, depth: usize) -> Option<Finding> {
    const NAMES: [&str; 7] = [
        "DatabaseError", "DataError", "IntegrityError", "InterfaceError", "InternalError",
        "OperationalError", "ProgrammingError",
    ];
    let named = fault.type_name.as_deref().map(last_part).is_some_and(|name| NAMES.contains(&name));
    let by_type = own.level == Level::Type && own.meaning.category == Category::Connection;
    let cause = fault.cause.as_deref().filter(|_| (named || by_type) && depth < DEPTH)?;
    if sql::find(fault).is_some() {
        return None;
    }
    Some(sql::find(cause)?.within("cause."))
}

/// A code of the operating system reads like a provider's (`ETIMEDOUT`), but means less where a status is
/// known. What Rust calls its kinds of errors (`QuotaExceeded`) is what clouds call theirs.
fn is_errno(fault: &Fault) -> bool {
    fault.code.as_deref().is_some_and(|code| {
        let of_provider = code.bytes().any(|byte| byte.is_ascii_lowercase()) && http::status(fault).is_some();
        !of_provider && os::by_name(code, fault).is_some()
    })
}

fn by_cause(fault: &Fault, depth: usize) -> Option<Finding> {
    fault.chain().skip(1).take(DEPTH.saturating_sub(depth)).find_map(|cause| {
        let found = structured(cause, depth + 1)?;
        Some(instruction::apply(cause, found).within("cause."))
    })
}

fn by_words(fault: &Fault) -> Option<Finding> {
    // The text of a failed process is its command line, its number an exit code: neither is evidence. What it said
    // last is.
    if protocols::is_process(fault) {
        let said = Fault::of_text(fault.attr_text("stderr")?);
        return curl::find(&said).or_else(|| words::find(&said));
    }
    // So does Node, which has it behind the line with the command.
    let behind = fault.message.as_deref().filter(|message| message.starts_with("Command failed: "));
    let own = match behind.map(|message| message.split_once('\n').map_or("", |(_, said)| said)) {
        Some(said) => words::find(&Fault::of_text(said)),
        None => words::find(fault),
    };
    let found =
        own.or_else(|| fault.chain().skip(1).find_map(|cause| Some(words::find(cause)?.within("cause."))))?;
    // "Your quota is exceeded, retry in 20 s" is about a minute's quota, not about money.
    let soon = wait::find(fault).is_some_and(|wait| wait <= SOON);
    let found = if found.meaning == QUOTA && soon { Finding { meaning: RATE_LIMIT, ..found } } else { found };
    // Words do not prove where the request stayed: they may be a server's, about a connection of its own.
    Some(Finding { meaning: Meaning { unsent: false, ..found.meaning }, ..found })
}

fn by_collective_name(fault: &Fault) -> Option<Finding> {
    fault.chain().find_map(types::find_vague)
}

/// How deeply groups in causes in groups are looked at. Each level may be asked more than once, so this
/// bounds the work.
const GROUPS: usize = 8;

/// A wait that a caller may live to see.
const SOON: Duration = Duration::from_secs(3600);

/// A group is worth another try if all its members are; the first that is not speaks for it. Cancellation of
/// a member is cancellation of the whole: someone asked to stop.
fn by_members(fault: &Fault, depth: usize) -> Option<Finding> {
    if depth >= GROUPS {
        return None;
    }
    let mut gravest: Option<Finding> = None;
    // One member that never left does not tell about the others.
    let mut all_unsent = true;
    for (index, member) in fault.errors.iter().enumerate() {
        let found = at_depth(member, depth + 1).within(&format!("errors[{index}]."));
        all_unsent &= found.meaning.unsent;
        let graver = gravest.as_ref().is_none_or(|so_far| gravity(&found) > gravity(so_far));
        if graver {
            gravest = Some(found);
        }
    }
    let mut found = gravest?;
    found.meaning.unsent &= all_unsent;
    found.level = if found.level == Level::Cancellation { Level::Cancellation } else { Level::Group };
    Some(found)
}

fn gravity(found: &Finding) -> u8 {
    match found.meaning.category {
        Category::Cancelled => 3,
        Category::Unknown if !found.meaning.retryable => 1,
        _ if !found.meaning.retryable => 2,
        _ => 0,
    }
}

/// Browsers and Node report a broken transport as a `TypeError`; only its text tells it from a mistake.
fn fetch_failed(fault: &Fault, depth: usize) -> Option<Finding> {
    let python = fault.host.as_deref() == Some("python") || fault.is_a("BaseException");
    if python || !fault.is_a("TypeError") {
        return None;
    }
    let message = fault.message.as_deref().unwrap_or_default();
    let phrase = words::fetch_failure(message)?;
    if let Some(found) = by_tunnel(fault) {
        return Some(found);
    }
    // What broke it is in the cause, where there is one: `fetch failed` itself says nothing.
    let cause = fault.cause.as_deref().filter(|_| depth < DEPTH);
    let cause = cause.and_then(|cause| structured(cause, depth + 1).or_else(|| words::find(cause)));
    if let Some(found) = cause {
        return Some(found.within("cause."));
    }
    Some(Finding::new(Level::Type, phrase.meaning, format!("type.TypeError.{}", phrase.words)))
}

/// Looks for a permanent reason behind a transient first answer, and for proof that nothing was sent.
fn with_reason(fault: &Fault, found: Finding, depth: usize) -> Finding {
    if found.meaning == INVALID && found.level == Level::Status {
        return no_credit(fault).unwrap_or(found);
    }
    if !found.meaning.retryable {
        return if found.meaning == TLS && found.level == Level::Type {
            broken_handshake(fault, found)
        } else {
            found
        };
    }
    if found.level == Level::Type
        && found.meaning.category == Category::Timeout
        && let Some(phrase) = fault.message.as_deref().and_then(words::waited_for_pool)
    {
        return Finding::new(Level::Type, phrase.meaning, format!("words.{}", phrase.words));
    }
    match found.meaning.category {
        Category::Connection | Category::Timeout | Category::Unknown | Category::Server
            if found.level >= Level::Group =>
        {
            broken_transport(fault, found, depth)
        }
        Category::RateLimit if found.level >= Level::Status => money(fault, found),
        _ => found,
    }
}

fn broken_transport(fault: &Fault, mut found: Finding, depth: usize) -> Finding {
    // A connection is explained by what broke it; time that ran out, and a server that failed, did so for any reason.
    // PyMongo waits for its servers until the time is over, whatever keeps it from them.
    let explained = found.meaning.category == Category::Connection || fault.is_a("ConnectionFailure");
    let phrase = || fault.chain().find_map(|link| words::permanent_transport(link.message.as_deref()?));
    if let Some(phrase) = explained.then(phrase).flatten() {
        return Finding::new(found.level, phrase.meaning, format!("words.{}", phrase.words));
    }
    if let Some(refused) = fault.chain().find_map(refused_by_proxy).filter(|_| explained) {
        return Finding { level: found.level, ..refused };
    }
    for cause in fault.chain().skip(1).take(DEPTH.saturating_sub(depth)) {
        let Some(reason) = structured(cause, depth + 1) else { continue };
        let permanent = !reason.meaning.retryable && reason.meaning.category != Category::Unknown;
        // A mistake that somebody took for a broken connection does not break the next one.
        let mistaken = reason.meaning == INVALID && reason.level == Level::Type && is_builtin(cause);
        // A socket in the file system is there when somebody listens.
        let mistaken = mistaken || (reason.level == Level::Errno && reason.meaning == NOT_FOUND);
        if explained && permanent && !mistaken && reason.level != Level::Cancellation {
            return reason.within("cause.");
        }
        let same =
            matches!(reason.meaning.category, Category::Connection | Category::Timeout | Category::Resource);
        found.meaning.unsent |= reason.meaning.unsent && same && found.level == Level::Type;
    }
    // A sentence about a refused connection may be a server's, about one of its own.
    let by_transport = found.level == Level::Type && found.meaning.category == Category::Connection;
    found.meaning.unsent |= by_transport
        && fault.chain().any(|link| words::never_sent(link.message.as_deref().unwrap_or_default()));
    found
}

/// A type of Python's own has no module before its name.
fn is_builtin(fault: &Fault) -> bool {
    fault.type_name.as_deref().is_some_and(|name| last_part(name) == name)
}

/// A proxy that answers with a status instead of a tunnel: httpx has it at the head of the text.
fn refused_by_proxy(link: &Fault) -> Option<Finding> {
    let message = link.message.as_deref().filter(|_| link.comes_from("proxy"))?;
    let status: u16 = message.split_whitespace().next()?.parse().ok()?;
    let meaning = http::meaning(status).filter(|meaning| !meaning.retryable)?;
    Some(Finding::new(Level::Type, meaning, format!("proxy.{status}")))
}

/// undici takes a request back, as it calls that, when its proxy answers with a status instead of a tunnel.
fn by_tunnel(fault: &Fault) -> Option<Finding> {
    let status = |link: &Fault| {
        let (_, behind) = search::split(link.message.as_deref()?, "Proxy response (")?;
        behind.get(..3)?.parse::<u16>().ok()
    };
    let status = fault.chain().find_map(status)?;
    Some(Finding::new(Level::Status, http::meaning(status)?, format!("proxy.{status}")))
}

/// What TLS calls an error may also be a transport that broke under it.
fn broken_handshake(fault: &Fault, found: Finding) -> Finding {
    let texts = || fault.chain().map(|link| link.message.as_deref().unwrap_or_default());
    if texts().any(|text| words::permanent_transport(text).is_some()) {
        return found;
    }
    if let Some(phrase) = texts().find_map(words::passing_tls) {
        return Finding::new(found.level, phrase.meaning, format!("words.{}", phrase.words));
    }
    let cause = fault.chain().skip(1).find_map(types::find);
    cause.filter(|cause| cause.meaning.retryable).map_or(found, |cause| cause.within("cause."))
}

/// "Quota exceeded" is said of a month's money and of a minute's calls; a 429 with a short wait means the minute.
fn passing_quota(fault: &Fault, found: Finding) -> Finding {
    let slowed = || http::status(fault) == Some(429) || grpc::name_of(fault) == Some("RESOURCE_EXHAUSTED");
    let ambiguous = found.rule == "code.quota_exceeded" && slowed();
    let soon = ambiguous && wait::find(fault).is_some_and(|wait| wait <= SOON);
    if soon { Finding { meaning: RATE_LIMIT, ..found } } else { found }
}

/// A 429 that means "no money left" passes only when somebody pays; with a wait it would pass by itself.
fn money(fault: &Fault, found: Finding) -> Finding {
    if wait::find(fault).is_some() {
        return found;
    }
    match said::find(fault, &mut words::no_money) {
        Some(Phrase { words, .. }) => Finding::new(found.level, QUOTA, format!("words.{words}")),
        None => found,
    }
}

/// Some call the request of whoever cannot pay a bad one, and say the rest in the text.
fn no_credit(fault: &Fault) -> Option<Finding> {
    let phrase = said::find(fault, &mut words::no_credit)?;
    Some(Finding::new(Level::Status, QUOTA, format!("words.{}", phrase.words)))
}

/// What the library that raised it says about another try, where nothing better than the type is known.
fn with_opinion(fault: &Fault, mut found: Finding) -> Finding {
    const KEYS: [&str; 6] =
        ["retryable", "retriable", "is_retryable", "isRetryable", "isRetriable", "$retryable"];
    if found.level < Level::Group
        || matches!(found.meaning.category, Category::Cancelled | Category::OpenCircuit)
        || types::is_wrapper(fault)
    {
        return found;
    }
    let opinion = KEYS.iter().find_map(|key| match fault.attrs.get(*key)? {
        serde_json::Value::Bool(opinion) => Some((*key, *opinion)),
        serde_json::Value::Object(_) if *key == "$retryable" => Some((*key, true)),
        _ => None,
    });
    let Some((key, opinion)) = opinion else { return found };
    if opinion == found.meaning.retryable {
        return found;
    }
    // Who asks for a token may be refused by a server that fails; credentials that are refused are so again.
    if opinion && matches!(found.meaning.category, Category::Unknown | Category::Auth) {
        found.meaning = SERVER;
    }
    found.meaning.retryable = opinion;
    found.meaning.unsent &= opinion;
    found.rule = "attrs.".to_string() + key;
    found
}
