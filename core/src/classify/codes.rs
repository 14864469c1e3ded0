//! Codes that a provider puts into its answer: `insufficient_quota`, `ThrottlingException`,
//! `rateLimitExceeded`.
//!
//! Providers bury them in bodies of every shape, so the whole body is walked (within bounds) for the keys
//! under which codes are kept. Only what reads like a code is taken for one.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use super::fault::{Fault, last_part};
use super::meaning::{
    AUTH, BUSY, CONFLICT, Finding, INVALID, LOST_RACE, Level, Meaning, NOT_FOUND, QUOTA, RATE_LIMIT, SERVER,
    SERVER_NEVER, TIMEOUT,
};
use super::text::Text;
use super::verdict::Category;
use super::walk::{LONGEST_BODY, Walk};
use super::{http, names};
use crate::search;

/// Keys that hold codes, the most specific first.
const KEYS: &[(usize, &[&str])] = &[
    (
        0,
        &[
            "code", "error_code", "errorcode", "err_code", "codename", "errorlabels", "subcode",
            "error_subcode",
        ],
    ),
    (1, &["reason", "error_reason"]),
    (2, &["type", "__type", "error_type", "error", "kind", "error_name"]),
    (3, &["status", "grpc_status", "grpc_status_code"]),
];

/// Headers in which clouds name the error.
const HEADERS: [&str; 4] = ["x-amzn-errortype", "x-ms-error-code", "x-amz-error-code", "x-error-code"];

const NODES: usize = 512;
const LEVELS: usize = 9;
const LONGEST_CODE: usize = 80;

/// A transaction that its database called off, of which the codes beside it say why.
const COLLECTIVE: &str = "TransactionCanceledException";

/// What the codes of a fault say: those that refine any status if `refining`, else the vague ones.
pub(super) fn find(fault: &Fault, refining: bool) -> Option<Finding> {
    if refining && let Some(quota) = daily(fault) {
        return Some(quota);
    }
    let (codes, status) = (collect(fault), http::status(fault));
    let (collective, single): (Vec<_>, Vec<_>) = codes.iter().partition(|code| *code == COLLECTIVE);
    let of_transaction = !collective.is_empty();
    let mut said = single.into_iter().chain(collective).filter_map(|code| {
        let (meaning, words, vague) = read(code)?;
        let meaning = beside_status(status, code, meaning, words)?;
        (vague != refining).then_some((meaning, words))
    });
    let first = said.next();
    // One part that will fail again fails the whole, whatever the parts before it died of.
    let found = if of_transaction && first.is_some_and(|(meaning, _)| meaning.retryable) {
        said.find(|(meaning, words)| !meaning.retryable && *words != "transaction canceled").or(first)
    } else {
        first
    };
    let (meaning, words) = found.or_else(|| if refining { thrown_by_name(fault) } else { None })?;
    Some(finding(meaning, words))
}

fn finding(meaning: Meaning, words: &str) -> Finding {
    Finding::new(Level::Code, meaning, format!("code.{}", words.replace(' ', "_")))
}

/// What a code means beside the status that it came with. Nothing where its words fit many things, and the status says which.
fn beside_status(status: Option<u16>, code: &str, meaning: Meaning, words: &str) -> Option<Meaning> {
    let Some(status) = status else { return Some(meaning) };
    let (refused, code) = ((400..500).contains(&status), Text::split(code));
    let says_less = match words {
        // Some call all of their errors so.
        "api" | "server" => refused || status == 504,
        // Reports, pages and versions expire too.
        "expired" => refused && !matches!(status, 401 | 403 | 419 | 440 | 498),
        // A feature, or what one would buy, and not who is asked.
        "not available" => refused,
        "unavailable" => refused && code.len() > 1 && !code.has("server"),
        "missing" => matches!(status, 404 | 409 | 410 | 412),
        // What was announced has happened.
        "deprecated" => matches!(status, 404 | 410),
        _ => false,
    };
    // Who is refused with a 401 is not who forgot a parameter.
    if says_less || (meaning == INVALID && status == 401) {
        return None;
    }
    // How many things there may be is no matter of pace.
    let of_things = match words {
        "limit exceeded" | "limits exceeded" | "limit reached" => {
            let named = code.word(0) != Some("limit");
            matches!(status, 403 | 409)
                || (status == 400 && named && !PACED.iter().any(|word| code.has(word)))
        }
        _ => false,
    };
    Some(if of_things { QUOTA } else { meaning })
}

/// What is limited by the minute, or at any one time.
const PACED: [&str; 13] = [
    "api", "call", "calls", "concurrent", "concurrency", "execution", "operation", "query", "rate",
    "request", "requests", "throughput", "transaction",
];

/// Whether a reason says no more than is known: the phrase behind a status, or what OpenSSL calls unsupported or
/// insufficient, which is its peer.
fn says_nothing(fault: &Fault, reason: &str) -> bool {
    let of_transport =
        |meaning: Meaning| matches!(meaning.category, Category::Connection | Category::Timeout);
    let of_peer = || !read(reason).is_some_and(|(meaning, ..)| of_transport(meaning));
    http::is_reason(reason) || (fault.is_a("SSLError") && of_peer())
}

/// All codes that a fault carries, the most specific first.
pub(super) fn collect(fault: &Fault) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(code) = fault.code.as_deref() {
        push(&mut found, 0, code);
    }
    for header in HEADERS {
        if let Some(code) = fault.header(header) {
            push(&mut found, 0, code.split([':', ',']).next().unwrap_or(code));
        }
    }
    let mut kept = |key: &str, text: &str| {
        keep(&mut found, key, text);
        false
    };
    let mut walk = Walk { budget: NODES, everything: false, look: &mut kept };
    for (key, value) in &fault.attrs {
        // Drivers of MongoDB call every server overloaded that cannot be reached.
        if search::has(key, "Labels") && fault.is_a("MongoNetworkError") {
            continue;
        }
        if key == "reason" && value.as_str().is_some_and(|reason| says_nothing(fault, reason)) {
            continue;
        }
        walk.finds(key, value, LEVELS);
    }
    found.into_iter().map(|(_, code)| code).collect()
}

/// What one text says, if it is a code for its key or an answer in XML.
fn keep(found: &mut Vec<(usize, String)>, key: &str, text: &str) {
    if text.trim_start().starts_with('<') {
        if let Some(code) = code_in_xml(text) {
            push(found, 0, code);
        }
        return;
    }
    let key = key.to_ascii_lowercase();
    if let Some((rank, _)) = KEYS.iter().find(|(_, keys)| keys.contains(&key.as_str())) {
        push(found, *rank, text);
    }
}

/// S3, Azure and Google answer in XML: `<Error><Code>SlowDown</Code>…`.
fn code_in_xml(text: &str) -> Option<&str> {
    let (_, behind) = search::split(text.get(..text.len().min(LONGEST_BODY))?, "<Code>")?;
    search::split(behind, "</Code>").map(|(code, _)| code)
}

/// Keeps a code behind those of its rank, so that the most specific come first. A code has no spaces; AWS writes a namespace before
/// it, Firebase a service, RFC 9457 a URL.
fn push(found: &mut Vec<(usize, String)>, rank: usize, code: &str) {
    let code = code.trim().rsplit(['#', '/']).next().unwrap_or_default();
    if reads_like_one(code) && code.chars().any(char::is_alphabetic) {
        let place = found.partition_point(|(known, _)| *known <= rank);
        found.insert(place, (rank, code.to_string()));
    }
}

fn reads_like_one(code: &str) -> bool {
    code.len() <= LONGEST_CODE && !code.contains(char::is_whitespace)
}

/// What one code says, the words that say it, and whether they are vague.
fn read(code: &str) -> Option<(Meaning, &'static str, bool)> {
    let text = Text::split(code);
    let all = text.words().collect::<Vec<_>>().join(" ");
    let without_end = |name: &str| {
        ["error", "exception", "fault"]
            .iter()
            .find_map(|end| Some(name.strip_suffix(end)?.strip_suffix(' ')?.len()))
    };
    // `ModelErrorException` has two of them.
    let once = without_end(&all).and_then(|end| all.get(..end)).unwrap_or(&all);
    let bare = without_end(once).and_then(|end| once.get(..end)).unwrap_or(once);
    let whole = WHOLE.iter().find_map(|(meaning, codes)| {
        let code = codes.iter().find(|code| **code == bare)?;
        Some((*meaning, *code, false))
    });
    whole.or_else(|| names::family(code).map(|family| (family.meaning, family.words, family.is_vague())))
}

/// Codes whose words mean something else than they do in other names.
const WHOLE: &[(Meaning, &[&str])] = &[
    (
        RATE_LIMIT,
        &[
            "concurrent limit exceeded",
            "user rate limit exceeded",
            "job rate limit exceeded",
            "limit exceeded",
            "over rate limit",
            "too many request",
            "ec2throttled",
            "request rate too large",
            "over limit",
            "too many failed attempts",
            "too many invalidations in progress",
            "concurrent snapshot limit exceeded",
        ],
    ),
    (
        SERVER,
        &[
            "overloaded", "engine overloaded", "internal", "internal failure", "backend", "unavailable",
            "busy", "api", "server", "model stream", "database resuming", "credential report not ready",
            "batch execute statement", "execute statement",
        ],
    ),
    (SERVER_NEVER, &["model"]),
    (TIMEOUT, &["request timeout", "idle timeout"]),
    (CONFLICT, &["idempotency", "etag mismatch", "transaction canceled", "waf associated item"]),
    (
        INVALID,
        &[
            "serialization", "required", "dependency violation", "permanent redirect", "invalid runtime",
            "invalid zip file", "invalid subnet id", "invalid security group id", "malformed certificate",
            "insufficient capabilities", "kms disabled", "kms invalid state",
        ],
    ),
    (
        AUTH,
        &[
            "unauthorized operation", "access not configured", "account deactivated",
            "organization deactivated", "account not active", "not authed", "invalid auth", "missing scope",
            "account inactive", "user disabled", "invalid identity token", "interaction required",
            "account selection required", "token refresh required",
        ],
    ),
    (
        QUOTA,
        &[
            "access terminated", "usage not included", "exceeded current quota", "billing not active",
            "billing hard limit reached", "user exceeded quota", "too many buckets",
            "max spot instance count exceeded",
        ],
    ),
    (
        NOT_FOUND,
        &[
            "channel not found", "credential report not present", "credential report expired",
            "report expired",
        ],
    ),
    (BUSY, &["account over capacity", "insufficient storage cluster capacity"]),
    (
        LOST_RACE,
        &[
            "aborted", "lock timeout", "resource locked", "too many updates", "concurrent tag access",
            "state machine deleting", "crawler stopping", "scheduler transitioning",
            "entity temporarily unmodifiable",
        ],
    ),
];

/// AWS SDKs turn the code into the name of the type, and say it nowhere else.
fn thrown_by_name(fault: &Fault) -> Option<(Meaning, &'static str)> {
    let from_aws = fault.comes_from("botocore.errorfactory")
        || fault.attrs.contains_key("$metadata")
        || fault.attrs.contains_key("$fault")
        || fault.bases.iter().any(|base| last_part(base).ends_with("ServiceException"));
    if !from_aws {
        return None;
    }
    let name = fault.name.as_deref().or(fault.type_name.as_deref()).map(last_part)?;
    // An SDK that could not read the answer, such as a proxy's page.
    if ["SyntaxError", "TypeError", "RangeError", "ReferenceError"].contains(&name) {
        return None;
    }
    let (meaning, words, vague) = read(name)?;
    let meaning = beside_status(http::status(fault), name, meaning, words)?;
    (!vague).then_some((meaning, words))
}

/// What the reason beside a status of gRPC says: `BILLING_DISABLED` refines `PERMISSION_DENIED`.
pub(super) fn reason(fault: &Fault) -> Option<Finding> {
    let details = fault.attrs.get("status_details").and_then(Value::as_array);
    let within = details.into_iter().flatten().filter_map(|detail| detail.get("reason")?.as_str());
    // Others call something else so; Google's has a domain in which it is valid.
    let beside = fault.attr_text("reason").filter(|_| fault.attr_text("domain").is_some());
    let mut reasons = within.chain(beside);
    let (meaning, words) = reasons.find_map(|reason| {
        let (meaning, words, vague) = read(reason).filter(|_| reads_like_one(reason))?;
        (!vague).then_some((meaning, words))
    })?;
    Some(finding(meaning, words))
}

/// An allowance per day is spent until tomorrow, whatever delay comes with the answer.
pub(super) fn daily(fault: &Fault) -> Option<Finding> {
    // Google keeps the limit's name among what describes the error.
    let mut walk = Walk { budget: NODES, everything: true, look: &mut is_daily_quota };
    let per_day = fault.attrs.iter().any(|(key, value)| walk.finds(key, value, LEVELS));
    per_day.then(|| Finding::new(Level::Code, QUOTA, "code.quota_per_day"))
}

fn is_daily_quota(key: &str, text: &str) -> bool {
    ["quotaId", "quota_id", "quota_limit", "quotaLimit", "quota_unit"].contains(&key) && {
        let words = Text::split(text);
        words.has("per day") || words.has("d") || words.has("daily")
    }
}
