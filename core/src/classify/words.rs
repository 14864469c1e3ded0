//! What the words of a message say: the last evidence, and only whole words of it.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use super::fault::Fault;
use super::list::Names;
use super::meaning::{Finding, Level, Meaning, POOL, TLS, UNKNOWN};
use super::text::Text;
use super::verdict::Category;
use super::words_table::{
    CLEAR, CREDIT, FAINT, FETCH, MONEY, NEVER_SENT, PASSING_TLS, SLOWED_DOWN, TRANSPORT,
};
use super::{http, names, os, os_numbers, types};
use crate::search::{self, has};

/// A phrase of a table and what it says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phrase {
    pub(super) meaning: Meaning,
    pub(super) words: &'static str,
}

/// Phrases by meaning.
pub(super) type Phrases = &'static [(Meaning, Names)];

/// What the message of a fault says.
pub(super) fn find(fault: &Fault) -> Option<Finding> {
    let message = fault.message.as_deref().filter(|message| !message.trim().is_empty())?;
    if let Some(said) = said_on_arrival(message) {
        return Some(
            find(&Fault::of_text(said)).unwrap_or_else(|| Finding::new(Level::Words, UNKNOWN, "words.fatal")),
        );
    }
    let text = Text::split(&without_addresses(message));
    if let Some(phrase) = first(&text, CLEAR) {
        return Some(finding(phrase));
    }
    if let Some((status, meaning)) = http_status(&text) {
        // What says no more than "wrong" may have the code beside it that does.
        if matches!(status, 400 | 500)
            && let Some(found) = code_in_capitals(message, fault)
        {
            return Some(found);
        }
        return Some(Finding::new(Level::Words, meaning, format!("words.http.{status}")));
    }
    if let Some(found) = bracketed_errno(&text, fault).or_else(|| errno_word(&text, fault)) {
        return Some(found.within("words."));
    }
    if let Some(found) = types::find_in_text(message).or_else(|| code_in_capitals(message, fault)) {
        return Some(found);
    }
    first(&text, FAINT).map(finding)
}

/// What a Postgres server answered to who connected: `connection to server at … failed: FATAL:  …`. So there was a connection; and the
/// answer is in the server's language.
fn said_on_arrival(message: &str) -> Option<&str> {
    let (before, _) = search::split(message, "FATAL:")?;
    message.get(before.len()..).filter(|_| before.trim_end().ends_with("failed:"))
}

/// Why a transport that broke will break again.
pub(super) fn permanent_transport(message: &str) -> Option<Phrase> {
    first(&Text::split(message), TRANSPORT)
}

/// What broke under TLS and may hold the next time.
pub(super) fn passing_tls(message: &str) -> Option<Phrase> {
    first(&Text::split(message), PASSING_TLS)
}

/// Whether what this says of a connection is that its TLS failed for good.
pub(super) fn is_tls(message: &str) -> bool {
    permanent_transport(message).is_some_and(|phrase| phrase.meaning == TLS)
}

/// Whether the time that ran out was spent waiting for a place in a pool.
pub(super) fn waited_for_pool(message: &str) -> Option<Phrase> {
    first(&Text::split(message), CLEAR).filter(|phrase| phrase.meaning == POOL)
}

/// Whether the message says that no connection came about.
pub(super) fn never_sent(message: &str) -> bool {
    first(&Text::split(message), NEVER_SENT).is_some()
}

/// Whether a "slow down" is about money.
pub(super) fn no_money(message: &str) -> Option<Phrase> {
    first(&Text::split(message), MONEY)
}

/// Whether a request that was forbidden will be allowed later.
pub(super) fn slowed_down(message: &str) -> Option<Phrase> {
    first(&Text::split(message), SLOWED_DOWN)
}

/// Whether a request was refused because nobody pays for it.
pub(super) fn no_credit(message: &str) -> Option<Phrase> {
    first(&Text::split(message), CREDIT)
}

/// Whether this is what an engine says when a fetch got no answer.
pub(super) fn fetch_failure(message: &str) -> Option<Phrase> {
    first(&Text::new(message), FETCH)
}

fn finding(phrase: Phrase) -> Finding {
    Finding { level: Level::Words, meaning: phrase.meaning, rule: format!("words.{}", phrase.words) }
}

/// The phrase of the earliest row that occurs, and of that row the one that is said first.
fn first(text: &Text, table: Phrases) -> Option<Phrase> {
    table.iter().find_map(|(meaning, phrases)| {
        let denied = |start: &usize| is_denied(text, *start, *meaning);
        let said =
            phrases.iter().filter_map(|words| Some((text.places(words).find(|at| !denied(at))?, words)));
        let (_, words) = said.min_by_key(|(start, _)| *start)?;
        Some(Phrase { meaning: *meaning, words: words.text() })
    })
}

/// `this is not a timeout`, `no rate limit was hit`: what is said not to have happened. Without an article most
/// phrases bring their own "not", and a "no" before them is about what is missing.
fn is_denied(text: &Text, start: usize, meaning: Meaning) -> bool {
    const ARTICLES: [&str; 3] = ["a", "an", "any"];
    const BETWEEN: [&str; 5] = ["the", "due", "to", "by", "been"];
    const DENIALS: [&str; 6] = ["not", "no", "never", "without", "isn", "wasn"];
    let near = |index: &usize| text.gap(*index).is_some_and(|gap| gap == " " || gap == "'");
    let before = (start.saturating_sub(6)..start).rev().take_while(near);
    let mut article = false;
    for word in before.filter_map(|index| text.word(index)).filter(|word| *word != "t") {
        if DENIALS.contains(&word) {
            let bare = matches!(meaning.category, Category::RateLimit | Category::Timeout | Category::Quota);
            return article || bare;
        }
        let is_article = ARTICLES.contains(&word);
        if !is_article && !BETWEEN.contains(&word) {
            return false;
        }
        article |= is_article;
    }
    false
}

/// A number that the words around it call a status: `HTTP 503`, `status code: 503`, `503 Service
/// Unavailable`.
fn http_status(text: &Text) -> Option<(u16, Meaning)> {
    (0..text.len()).find_map(|index| {
        let word = text.word(index)?;
        let status: u16 =
            word.parse().ok().filter(|status| word.len() == 3 && (400..600).contains(status))?;
        let named = has_reason(text, index, status) || is_called_status(text, index);
        let meaning = named.then(|| http::meaning(status)).flatten()?;
        Some((status, meaning))
    })
}

/// The words in which servers and clients say what a status means.
fn has_reason(text: &Text, index: usize, status: u16) -> bool {
    let follows = [
        http::reason(status),
        "client error",
        "server error",
        "error responses",
        "error response",
        "service temporarily unavailable",
        "gateway time",
        "proxy error",
    ];
    follows.iter().any(|phrase| text.has_at(index + 1, phrase))
        && text.gap(index).is_none_or(|gap| !gap.contains('.'))
}

/// `http 503`, `HTTP/1.1 503`, `status code 503`, `error code: 503`; not `exit status 503` and not
/// `http://503`.
fn is_called_status(text: &Text, index: usize) -> bool {
    const OTHERS: [&str; 9] = ["exit", "smtp", "ftp", "amqp", "grpc", "websocket", "close", "process", "sql"];
    let before = |back: usize| index.checked_sub(back).and_then(|index| text.word(index)).unwrap_or_default();
    let near = index
        .checked_sub(1)
        .and_then(|index| text.gap(index))
        .is_some_and(|gap| gap.len() <= 3 && !has(gap, "//") && !gap.contains('.'));
    if !near || (1..=4).any(|back| OTHERS.contains(&before(back))) {
        return false;
    }
    match before(1) {
        "http" | "https" | "status" | "statuscode" => true,
        "code" => matches!(before(2), "status" | "error" | "http" | "response"),
        "response" if before(2) == "server" => true,
        // curl, and git with it.
        "error" if before(2) == "returned" => true,
        // `HTTP/2 503`: the word before is the number of a version.
        "error" | "response" | "2" | "3" => before(2) == "http",
        "1" | "0" => before(2) == "1" && before(3) == "http",
        _ => false,
    }
}

/// `[Errno 111]` and `[WinError 10061]`: the number of the system, as Python writes it into texts.
fn bracketed_errno(text: &Text, fault: &Fault) -> Option<Finding> {
    // A host that names the number has said whose it is.
    if fault.attr_text("errno").is_some() {
        return None;
    }
    (0..text.len()).find_map(|index| {
        let called = match text.word(index)? {
            "errno" | "winerror" => true,
            "error" => index.checked_sub(1).and_then(|before| text.word(before)) == Some("win"),
            _ => false,
        };
        let number: i64 = called.then(|| text.word(index + 1)?.parse().ok()).flatten()?;
        let negative = text.gap(index).is_some_and(|gap| gap.ends_with('-'));
        // A negative number here is getaddrinfo's.
        let name = match (negative, number) {
            (true, 2) => "ENOTFOUND",
            (true, 3) => "EAI_AGAIN",
            (true, 4 | 5 | 8) => "EAI_FAIL",
            (true, _) => return None,
            (false, _) => os_numbers::name_of(number)?,
        };
        os::by_name(name, fault)
    })
}

/// `net::ERR_NAME_NOT_RESOLVED`, `UNKNOWN_TOPIC_OR_PART`: nobody writes so but for a code.
fn code_in_capitals(message: &str, fault: &Fault) -> Option<Finding> {
    let is_code = |word: &&str| {
        let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        word.len() >= 8 && word.trim_matches('_').contains('_') && word.bytes().all(capital)
    };
    let words = message.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    words.take(512).filter(is_code).find_map(|word| {
        let found = os::by_name(word, fault).map(|found| (found.meaning, found.rule));
        let (meaning, rule) = found.or_else(|| {
            let family = names::family(word)?;
            Some((family.meaning, format!("code.{}", family.words.replace(' ', "_"))))
        })?;
        Some(Finding::new(Level::Words, meaning, format!("words.{rule}")))
    })
}

/// What stands in an address is a name that somebody chose: `https://host/timeouts/503` has failed in any way.
fn without_addresses(message: &str) -> Cow<'_, str> {
    if !has(message, "://") {
        return Cow::Borrowed(message);
    }
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | ')' | '>' | ',' | ';');
    let mut kept = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, address)) = search::split(rest, "://") {
        kept.push_str(before);
        // A word of its own, so that those around it do not become neighbours.
        kept.push_str("://");
        rest = address.find(ends).and_then(|end| address.get(end..)).unwrap_or_default();
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// `connect ECONNREFUSED 127.0.0.1:80`: such a word occurs in no sentence about anything else.
fn errno_word(text: &Text, fault: &Fault) -> Option<Finding> {
    text.words().find_map(|word| {
        let looks_like =
            word.len() >= 5 && word.starts_with('e') && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        looks_like.then(|| os::by_posix_name(word, fault)).flatten()
    })
}
