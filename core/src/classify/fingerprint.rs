//! When two errors are the same error again.

use super::fault::Fault;

/// How much of a message is looked at.
const PREFIX: usize = 512;

/// A run of hexadecimal digits this long is an id, not a word.
const ID: usize = 8;

impl Fault {
    /// The same number for the same error again, whatever port, address, id or time its message names this
    /// time. It is what "N identical failures" counts.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Fnv::default();
        for field in [&self.type_name, &self.name, &self.code] {
            hash.text(field.as_deref().unwrap_or_default());
            hash.byte(0);
        }
        for number in [self.status, self.errno.map(i64::abs)] {
            number.unwrap_or_default().to_le_bytes().into_iter().for_each(|byte| hash.byte(byte));
        }
        hash.normalised(self.message.as_deref().unwrap_or_default());
        hash.0
    }
}

/// FNV-1a: tiny, and the same on every target.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }

    fn text(&mut self, text: &str) {
        text.bytes().for_each(|byte| self.byte(byte));
    }

    /// Runs of letters and digits that are numbers or ids are folded into one sign.
    fn normalised(&mut self, message: &str) {
        let end = message.char_indices().nth(PREFIX).map_or(message.len(), |(end, _)| end);
        let prefix = message.get(..end).unwrap_or_default().trim();
        for run in prefix.split_inclusive(|letter: char| !(letter.is_alphanumeric() || letter == '-')) {
            if is_uuid(run.trim_end_matches(|letter: char| !letter.is_alphanumeric())) {
                self.byte(b'#');
                continue;
            }
            for word in run.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
                self.byte(b' ');
                if is_id(word) { self.byte(b'#') } else { self.folded(word) }
            }
        }
    }

    /// A word with each run of digits folded: `20s` and `21s` are the same.
    fn folded(&mut self, word: &str) {
        let mut in_digits = false;
        for byte in word.bytes() {
            let digit = byte.is_ascii_digit();
            if digit && !in_digits {
                self.byte(b'#');
            } else if !digit {
                self.byte(byte);
            }
            in_digits = digit;
        }
    }
}

/// Groups of hexadecimal digits with dashes between them, as long as an id of this kind is.
fn is_uuid(run: &str) -> bool {
    run.len() == 36 && run.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Whether a word is a number, an address or a random id. Ids without a digit are ordinary words (`deadbeef`
/// is rare).
fn is_id(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let hex = word.strip_prefix("0x").unwrap_or(word);
    let all_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits > 0
        && (digits == word.len()
            || (all_hex && (hex.len() >= ID || hex.len() < word.len()))
            || long_id(word, digits))
}

/// `req_011CSHoEeqs5C35K2UUqR7Fy`: long, and letters mixed with several digits.
fn long_id(word: &str, digits: usize) -> bool {
    word.len() >= 16 && digits >= 3
}
