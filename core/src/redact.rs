//! Secrets out of every text before it leaves: log lines, reports, error messages, bundles.
//!
//! One pass from left to right, in linear time, over names that hold secrets (in headers, URLs, JSON, reprs
//! and `key=value` text, percent-encoded and escaped ones too), over tokens that are known by their shape,
//! and over the user part of URLs. Where it cannot be told whether something is a secret, a harmless word
//! too many is hidden rather than a secret too few; but prose about tokens and keys stays prose.

use alloc::string::String;

use crate::search::{find, find_last};

/// What stands in the place of a secret.
const PLACEHOLDER: &str = "[redacted]";

/// How much of a text is kept; a body of megabytes belongs in no log.
const LONGEST: usize = 2048;

/// How much of a text is read for it.
const PREFIX: usize = 8192;

/// The text without secrets and control characters, cut to a length that fits a log line.
pub fn redact(text: &str) -> String {
    let prefix = floor(text, PREFIX);
    let mut scanner = Scanner { text: prefix, at: 0, before: None, out: String::new() };
    while scanner.at < prefix.len() && scanner.out.len() <= LONGEST {
        scanner.step();
    }
    let mut out = scanner.out;
    if out.len() > LONGEST || prefix.len() < text.len() {
        let kept = floor(&out, LONGEST).len();
        out.truncate(kept);
        out.push('…');
    }
    out
}

/// The text as [`redact`] makes it, cut to so many letters. Cut last: half a secret is not known for one.
pub fn redact_within(text: &str, letters: usize) -> String {
    redact(text).chars().take(letters).collect()
}

/// The longest beginning of at most so many bytes.
fn floor(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    before: Option<char>,
    out: String,
}

impl Scanner<'_> {
    fn step(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        // `%22api_key%22`: the digits before the name are a quote's.
        let escape =
            self.text.get(self.at.saturating_sub(3)..self.at).is_some_and(|head| head.starts_with('%'));
        let boundary = escape || self.before.is_none_or(|letter| !letter.is_ascii_alphanumeric());
        let hidden = private_key(rest).or_else(|| user_info(rest)).or_else(|| {
            let inside_word = !boundary || matches!(self.before, Some('_' | '-' | '%'));
            let named = if inside_word { None } else { named_secret(rest, self.before) };
            named.or_else(|| if boundary { scheme(rest).or_else(|| shaped(rest)) } else { None })
        });
        if let Some((kept, secret)) = hidden {
            let head = rest.get(..kept).unwrap_or_default();
            head.chars().for_each(|letter| self.write(letter));
            self.out.push_str(PLACEHOLDER);
            self.at += kept + secret;
            self.before = Some(']');
        } else {
            let Some(letter) = rest.chars().next() else { return };
            self.write(letter);
            self.at += letter.len_utf8();
            self.before = Some(letter);
        }
    }

    /// A control character could forge a log line or drive a terminal, and a direction mark could hide one.
    fn write(&mut self, letter: char) {
        match letter {
            '\n' => self.out.push_str("\\n"),
            '\r' => self.out.push_str("\\r"),
            '\t' => self.out.push_str("\\t"),
            '\u{2028}'
            | '\u{2029}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                self.out.extend(letter.escape_unicode());
            }
            _ if letter.is_control() => self.out.extend(letter.escape_unicode()),
            _ => self.out.push(letter),
        }
    }
}

/// How many bytes to keep, and how many after them to hide.
type Hidden = (usize, usize);

fn private_key(rest: &str) -> Option<Hidden> {
    let head = rest.strip_prefix("-----BEGIN ")?;
    let label = head.get(..find(floor(head, 64), "-----")?)?;
    if !label.ends_with("PRIVATE KEY") && !label.ends_with("PRIVATE KEY BLOCK") {
        return None;
    }
    let end = find(rest, "-----END ").and_then(|at| {
        let tail = rest.get(at + 9..)?;
        Some(at + 9 + find(tail, "-----")? + 5)
    });
    Some((0, end.unwrap_or(rest.len())))
}

/// `user:password@` of `scheme://user:password@host`.
fn user_info(rest: &str) -> Option<Hidden> {
    let mark = ["://", "%3A%2F%2F", "%3a%2f%2f"].into_iter().find(|mark| rest.starts_with(mark))?;
    let behind = floor(rest.get(mark.len()..)?, 512);
    let end = behind.find(|letter: char| {
        letter.is_whitespace() || matches!(letter, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | '|')
    });
    let authority = behind.get(..end.unwrap_or(behind.len()))?;
    let info = authority.rfind('@').or_else(|| find_last(authority, "%40"))?;
    (info > 0).then_some((mark.len(), info))
}

/// How a name of a secret is bound to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// Its value is hidden wherever it stands: `password: hunter2`.
    Strong,
    /// A header whose value goes to the end of the line.
    Header,
    /// An everyday word: bound by `=` or quotes only, or when its value looks like a secret.
    Weak,
}

/// Names as they are once `_`, `-` and case are gone. A longer name that ends in a strong one is strong.
const STRONG: [&str; 24] = [
    "apikey", "password", "passwd", "passphrase", "passcode", "pwd", "secret", "accesstoken", "refreshtoken",
    "idtoken", "authtoken", "sessiontoken", "securitytoken", "bearertoken", "accesskey", "accesskeyid",
    "secretkey", "privatekey", "accountkey", "sharedaccesskey", "subscriptionkey", "credentials", "jwt",
    "xamzcredential",
];
const HEADERS: [&str; 4] = ["authorization", "proxyauthorization", "cookie", "setcookie"];
const WEAK: [&str; 11] = [
    "key", "token", "sig", "signature", "auth", "session", "sessionid", "credential", "sid", "code",
    "assertion",
];

fn named_secret(rest: &str, before: Option<char>) -> Option<Hidden> {
    let (name_len, kind) = name(rest)?;
    let quote = before.filter(|letter| matches!(letter, '"' | '\''));
    let (value_at, by_equals, quoted_name) = binding(rest, name_len, quote.is_some())?;
    let value = rest.get(value_at..)?;
    let (inner, len, quoted) = extent(value, kind, quote.filter(|_| !quoted_name))?;
    let secret = value.get(inner..inner + len)?;
    let bound = match kind {
        Name::Strong | Name::Header => true,
        Name::Weak => by_equals || (quoted_name && quoted) || looks_random(secret),
    };
    let empty = secret.trim().is_empty()
        || matches!(
            secret,
            "null" | "None" | "none" | "nil" | "undefined" | "true" | "false" | "True" | "False"
        );
    let nested = secret.starts_with(['{', '[', '(']) || secret.starts_with(PLACEHOLDER);
    (bound && !empty && !nested).then_some((value_at + inner, len))
}

/// The length of the name at the head of the text, and what kind of secret it names.
fn name(rest: &str) -> Option<(usize, Name)> {
    const LONGEST_NAME: usize = 64;
    let bytes = rest.as_bytes();
    let mut letters = String::new();
    let mut at = 0;
    while at < LONGEST_NAME {
        let (byte, len) = decoded(bytes, at)?;
        match byte {
            _ if byte.is_ascii_alphanumeric() => letters.push(char::from(byte.to_ascii_lowercase())),
            b'_' | b'-' => {}
            b'.' => letters.clear(),
            _ => break,
        }
        at += len;
    }
    let is_one_of = |names: &[&str]| names.contains(&letters.as_str());
    let kind = if is_one_of(&HEADERS) {
        Name::Header
    } else if STRONG.iter().any(|known| letters.ends_with(known)) {
        Name::Strong
    } else if is_one_of(&WEAK) || letters.ends_with("token") || letters.ends_with("signature") {
        Name::Weak
    } else {
        return None;
    };
    Some((at, kind))
}

/// A byte, percent-decoded, and how many bytes it takes.
fn decoded(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let byte = *bytes.get(at)?;
    let digit = |index: usize| {
        bytes
            .get(index)
            .and_then(|byte| char::from(*byte).to_digit(16))
            .and_then(|digit| u8::try_from(digit).ok())
    };
    match (byte, digit(at + 1), digit(at + 2)) {
        (b'%', Some(high), Some(low)) => Some((high * 16 + low, 3)),
        _ => Some((byte, 1)),
    }
}

/// Where the value begins, whether `=` binds it, and whether the name is in quotes of its own.
fn binding(rest: &str, name_len: usize, after_quote: bool) -> Option<(usize, bool, bool)> {
    let bytes = rest.as_bytes();
    let mut at = name_len;
    let mut quoted = false;
    // The closing quote of the name, escaped or not.
    let mut ahead = at;
    while bytes.get(ahead) == Some(&b'\\') {
        ahead += 1;
    }
    if let Some((b'"' | b'\'', len)) = decoded(bytes, ahead) {
        quoted = true;
        at = ahead + len;
    }
    at = skip_blanks(bytes, at);
    let (sign, len) = decoded(bytes, at)?;
    let equals = match sign {
        b'=' => true,
        b':' => false,
        b',' if quoted && after_quote => false,
        _ => return None,
    };
    at += len;
    if equals && bytes.get(at) == Some(&b'>') {
        at += 1;
    }
    Some((skip_blanks(bytes, at), equals, quoted))
}

fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    let blanks = bytes.iter().skip(at).take(16).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    at + blanks
}

/// Where in `value` the secret begins, how long it is, and whether it is in quotes.
fn extent(value: &str, kind: Name, outer_quote: Option<char>) -> Option<(usize, usize, bool)> {
    let bytes = value.as_bytes();
    let mut start = usize::from(bytes.first() == Some(&b'['));
    if matches!(bytes.get(start), Some(b'b' | b'r' | b'u'))
        && matches!(bytes.get(start + 1), Some(b'"' | b'\''))
    {
        start += 1;
    }
    let escapes = bytes.iter().skip(start).take_while(|byte| **byte == b'\\').count();
    if let Some((quote @ (b'"' | b'\''), len)) = decoded(bytes, start + escapes) {
        let inner = start + escapes + len;
        return Some((inner, closing(bytes, inner, quote, escapes), true));
    }
    let plain = value.trim_end();
    let is_end = |letter: char| letter.is_control() || outer_quote == Some(letter);
    let ends_word = |letter: char| {
        letter.is_whitespace() || matches!(letter, '"' | '\'' | '&' | ';' | '<' | '>' | '`') || is_end(letter)
    };
    let word = plain.find(ends_word).unwrap_or(plain.len());
    let len = match kind {
        Name::Header => plain.find(is_end).unwrap_or(plain.len()),
        _ if is_scheme(plain.get(..word)?) => {
            let tail = plain.get(word..)?;
            let blanks = tail.len() - tail.trim_start_matches(' ').len();
            let next = tail.get(blanks..)?;
            word + blanks + next.find(ends_word).unwrap_or(next.len())
        }
        _ => find(plain.get(..word)?, "%26").unwrap_or(word),
    };
    Some((0, len, false))
}

/// The length up to the quote that closes, which has as many backslashes before it as the one that opened.
fn closing(bytes: &[u8], from: usize, quote: u8, escapes: usize) -> usize {
    let mut at = from;
    let mut backslashes = 0;
    while let Some((byte, len)) = decoded(bytes, at) {
        if byte == quote && backslashes <= escapes {
            return at.saturating_sub(from).saturating_sub(backslashes);
        }
        backslashes = if byte == b'\\' { backslashes + 1 } else { 0 };
        at += len;
    }
    bytes.len().saturating_sub(from)
}

fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "digest", "negotiate", "token", "apikey"]
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case(word))
}

/// `Bearer …` and `Basic …` outside a header.
fn scheme(rest: &str) -> Option<Hidden> {
    let word = ["bearer", "basic"]
        .into_iter()
        .find(|word| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)))?;
    let tail = rest.get(word.len()..)?;
    let blank = ["%20", "+", " ", ":"].into_iter().find(|blank| tail.starts_with(blank))?;
    let behind = tail.get(blank.len()..)?;
    let gap = blank.len() + behind.len() - behind.trim_start_matches(' ').len();
    let value = tail.get(gap..)?;
    let secret = value.get(..token_len(value))?;
    looks_random(secret).then_some((word.len() + gap, secret.len()))
}

fn token_len(text: &str) -> usize {
    text.find(|letter: char| {
        !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '~' | '+' | '/' | '=' | '-' | '%'))
    })
    .unwrap_or(text.len())
}

/// Not a word of prose: digits, signs or capitals inside, or far too long.
fn looks_random(text: &str) -> bool {
    let text = text.trim_end_matches(['.', ',', ')', ':', ';']);
    let odd = text.chars().skip(1).any(|letter| {
        letter.is_ascii_digit()
            || letter.is_ascii_uppercase()
            || matches!(letter, '=' | '+' | '/' | '_' | '.' | '~' | '!' | '$')
    });
    (odd && text.len() >= 6) || text.len() >= 24
}

/// Beginnings of tokens that are known everywhere, and how long the rest must be.
const SHAPES: [(&str, usize); 38] = [
    ("sk-", 16),
    ("sk_live_", 8),
    ("sk_test_", 8),
    ("rk_live_", 8),
    ("rk_test_", 8),
    ("whsec_", 8),
    ("ghp_", 16),
    ("gho_", 16),
    ("ghu_", 16),
    ("ghs_", 16),
    ("ghr_", 16),
    ("github_pat_", 16),
    ("glpat-", 12),
    ("gldt-", 12),
    ("xoxb-", 8),
    ("xoxp-", 8),
    ("xoxa-", 8),
    ("xoxr-", 8),
    ("xoxs-", 8),
    ("xapp-", 8),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ya29.", 16),
    ("eyJ", 16),
    ("hf_", 16),
    ("npm_", 24),
    ("pypi-", 24),
    ("SG.", 24),
    ("gsk_", 16),
    ("r8_", 16),
    ("dop_v1_", 16),
    ("shpat_", 16),
    ("shpss_", 16),
    ("xai-", 16),
    ("pplx-", 16),
    ("AGE-SECRET-KEY-", 16),
    ("hvs.", 16),
];

fn shaped(rest: &str) -> Option<Hidden> {
    let (prefix, least) = SHAPES.iter().find(|(prefix, _)| rest.starts_with(prefix))?;
    let len = token_len(rest);
    let tail = rest.get(prefix.len()..len)?.trim_end_matches(['.', '-', '%']);
    // `sk-learn-contributions-everywhere` is prose; keys have digits or capitals.
    let random = tail.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    (tail.len() >= *least && random).then_some((0, prefix.len() + tail.len()))
}
