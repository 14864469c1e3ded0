//! Stores with codes of their own: Redis and Valkey, `MongoDB`, Prisma.

use alloc::format;

use serde_json::Value;

use super::fault::Fault;
use super::list::{Names, meaning_of, names};
use super::meaning::{
    AUTH, BUSY, CANCELLED, CONFLICT, CONNECTION, FULL, Finding, INVALID, LOST_RACE, Level, Meaning,
    NOT_FOUND, POOL, QUOTA, RATE_LIMIT, SERVER, TIMEOUT, TLS, UNREACHED,
};
use super::names;
use super::text::Text;
use crate::search::{self, has};

/// What a store's own code says.
pub(super) fn find(fault: &Fault) -> Option<Finding> {
    redis(fault).or_else(|| mongo(fault)).or_else(|| prisma(fault)).or_else(|| neo4j(fault))
}

/// Prisma numbers the errors of every database in its own way.
fn prisma(fault: &Fault) -> Option<Finding> {
    let code = fault
        .code
        .as_deref()
        .or_else(|| fault.attr_text("errorCode"))
        .filter(|_| fault.comes_from("prisma"))?;
    let meaning = match code.strip_prefix('P')? {
        "1000" | "1010" => AUTH,
        "1001" => UNREACHED,
        "1002" | "1008" => TIMEOUT,
        "1011" => TLS,
        "1017" => CONNECTION,
        "1003" | "2001" | "2015" | "2018" | "2021" | "2022" | "2025" => NOT_FOUND,
        "2002" | "2003" | "2004" | "2011" | "2014" | "1009" => CONFLICT,
        "2024" => POOL,
        "2028" | "2034" => LOST_RACE,
        "2037" => BUSY,
        number if number.len() == 4 && number.starts_with('2') && is_number(number) => INVALID,
        _ => return None,
    };
    Some(Finding::new(Level::Code, meaning, format!("prisma.{code}")))
}

/// Neo4j says itself which of its errors pass, whatever they are about.
fn neo4j(fault: &Fault) -> Option<Finding> {
    const CLASS: &str = "Neo.TransientError.";
    let title = fault.code.as_deref()?.strip_prefix(CLASS)?;
    // Somebody ended these, and nobody should begin them anew: the drivers do not either.
    if matches!(title, "Transaction.Terminated" | "Transaction.LockClientStopped") {
        return Some(Finding::new(Level::Code, CANCELLED, "neo4j.Terminated"));
    }
    let Some(family) = names::family(title) else {
        return Some(Finding::new(Level::Code, SERVER, "neo4j.TransientError"));
    };
    let rule = format!("code.{}", family.words.replace(' ', "_"));
    Some(Finding::new(Level::Code, Meaning { retryable: true, ..family.meaning }, rule))
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A reply of Redis begins with its code. The types say less: `ResponseError` is all of them.
fn redis(fault: &Fault) -> Option<Finding> {
    let from_redis =
        ["redis", "valkey", "replyerror", "errorreply"].iter().any(|word| fault.comes_from(word));
    if !from_redis {
        return None;
    }
    let message = fault.message.as_deref()?.trim_start();
    // redis-py takes the code away where it has a type for it.
    if has(message, "max number of clients") {
        return Some(Finding::new(Level::Code, BUSY, "redis.max_clients"));
    }
    if message.starts_with("No connection available") || message.starts_with("Too many connections") {
        return Some(Finding::new(Level::Code, POOL, "redis.no_connection"));
    }
    // redis-py says first which command of a pipeline it was.
    let message = search::split(message, " of pipeline caused error: ").map_or(message, |(_, said)| said);
    let word = message.split([' ', ':']).next()?;
    let meaning = match word {
        "ERR" if has(message, "invalid password") || has(message, "AUTH") => AUTH,
        "ERR" if has(message, "no such key") || has(message, "unknown index name") => NOT_FOUND,
        // The client's own words: whoever answered speaks another protocol.
        "Protocol" if message.get(..14).is_some_and(|head| head.eq_ignore_ascii_case("protocol error")) => {
            TLS
        }
        _ => meaning_of(REPLIES, word)?,
    };
    Some(Finding::new(Level::Code, meaning, format!("redis.{word}")))
}

/// What a reply of Redis begins with.
#[rustfmt::skip]
const REPLIES: &[(Meaning, Names)] = &[
    (SERVER, names![
        "LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "NOREPLICAS", "NOQUORUM",
        "UNBLOCKED", "MOVED", "ASK", "REDIRECT", "NOGOODSLAVE", "NOMASTERLINK",
    ]),
    (FULL, names!["OOM", "MISCONF"]),
    (AUTH, names!["NOAUTH", "WRONGPASS", "NOPERM", "DENIED"]),
    (NOT_FOUND, names!["NOSCRIPT", "NOGROUP"]),
    (CONFLICT, names!["BUSYGROUP", "BUSYKEY", "INPROG"]),
    (INVALID, names![
        "ERR", "WRONGTYPE", "EXECABORT", "CROSSSLOT", "NOPROTO", "SYNTAX", "UNKILLABLE", "NOTBUSY",
    ]),
];

fn mongo(fault: &Fault) -> Option<Finding> {
    if !fault.comes_from("mongo") {
        return None;
    }
    let in_code = fault.code.as_deref().and_then(|code| code.trim().parse().ok());
    let number = in_code.or_else(|| fault.attr_number("code")).filter(|number| *number != MULTIPLE_ERRORS);
    let number = number.or_else(|| nested_code(fault));
    if let Some((number, meaning)) = number.and_then(|number| Some((number, mongo_number(number)?))) {
        let is_full = || fault.message.as_deref().is_some_and(|message| Text::new(message).has("quota"));
        let meaning = if number == ATLAS && is_full() { QUOTA } else { meaning };
        return Some(Finding::new(Level::Code, meaning, format!("mongo.{number}")));
    }
    // Newer servers say themselves what may be repeated.
    let labels = ["errorLabels", "error_labels", "_error_labels", "errorLabelSet"]
        .iter()
        .find_map(|key| fault.attrs.get(*key)?.as_array())
        .or_else(|| fault.attrs.get("details")?.get("errorLabels")?.as_array());
    let says =
        |label: &str| labels.is_some_and(|labels| labels.iter().any(|said| said.as_str() == Some(label)));
    // What kind of connection broke, and how, the type says.
    if fault.is_a("ConnectionFailure") || fault.is_a("MongoNetworkError") {
        return None;
    }
    let label = ["TransientTransactionError", "RetryableWriteError", "RetryableReadError"]
        .into_iter()
        .find(|label| says(label))?;
    let meaning = if label == "TransientTransactionError" { LOST_RACE } else { SERVER };
    Some(Finding::new(Level::Code, meaning, format!("mongo.{label}")))
}

/// The number of what a bulk write says one by one.
const MULTIPLE_ERRORS: i64 = 65;

/// Atlas has one number for all that its proxies refuse.
const ATLAS: i64 = 8000;

fn nested_code(fault: &Fault) -> Option<i64> {
    ["details", "errorResponse", "result"]
        .iter()
        .find_map(|key| fault.attrs.get(*key)?.get("code").and_then(Value::as_i64))
        .filter(|number| *number != MULTIPLE_ERRORS)
        .or_else(|| {
            let details = fault.attrs.get("details")?;
            // A bulk write keeps them one by one; an ordered one ends with the first.
            ["writeErrors", "writeConcernErrors"]
                .iter()
                .find_map(|key| details.get(*key)?.as_array()?.first()?.get("code")?.as_i64())
        })
}

fn mongo_number(number: i64) -> Option<Meaning> {
    Some(match number {
        6 | 7 => UNREACHED,
        9001 | 384 => CONNECTION,
        50 | 64 | 89 | 202 | 262 => TIMEOUT,
        63 | 150 | 13388 | 234 | 112 | 251 | 246 | 24 | 46 | 225 | 175 | 136 | 412 => LOST_RACE,
        1 | 91 | 133 | 134 | 189 | 10107 | 11600 | 11602 | 13435 | 13436 | 10058 | 317 | 358 | 75 => SERVER,
        16500 => RATE_LIMIT,
        240 => BUSY,
        146 | 292 | 14031 => FULL,
        13 | 18 | 33 | 8000 | 11 | 31 | 391 => AUTH,
        26 | 27 | 43 | 60 | 47 | 13113 | 286 => NOT_FOUND,
        48 | 68 | 85 | 86 | 11000 | 11001 | 12582 | 121 | 13297 => CONFLICT,
        8001..=8013 => QUOTA,
        11601 => CANCELLED,
        2..=5
        | 9
        | 10
        | 14..=17
        | 19
        | 20
        | 28
        | 34
        | 40
        | 52..=55
        | 59
        | 66
        | 67
        | 72
        | 73
        | 76
        | 79
        | 115
        | 120
        | 160
        | 165
        | 168
        | 181
        | 217
        | 256
        | 307
        | 10003
        | 10334
        | 17280 => INVALID,
        _ => return None,
    })
}
