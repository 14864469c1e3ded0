//! Words of a text: the only way in which text is ever looked at.
//!
//! A substring is no evidence. A port 40329 contains 403, and `tokens` contains `token`; so everything that
//! reads messages, type names or codes compares whole words.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// The words of the beginning of a text, in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct Text {
    folded: String,
    words: Vec<Range<usize>>,
    /// The first byte of each word, and a bit for each of those bytes: most phrases are ruled out by them.
    initials: Vec<u8>,
    any_initial: u32,
}

/// How much of a text is read. What matters is said at the beginning; a megabyte of body must not cost time.
const PREFIX: usize = 4096;

impl Text {
    /// Words as a user would count them: `read_timeout` and `ReadTimeout` are one.
    pub(super) fn new(text: &str) -> Self {
        Self::cut(text, false)
    }

    /// Words as a programmer writes them: `read_timeout` and `ReadTimeout` are two, `SSLError` too.
    pub(super) fn split(text: &str) -> Self {
        Self::cut(text, true)
    }

    fn cut(text: &str, names: bool) -> Self {
        let mut cut = Self::default();
        let mut start = 0;
        let mut before = Shape::Other;
        let mut letters = text.chars().take(PREFIX).peekable();
        while let Some(letter) = letters.next() {
            let shape = Shape::of(letter, names);
            let inner_border = names
                && shape == Shape::Upper
                && (before == Shape::Lower
                    || (before == Shape::Upper && letters.peek().is_some_and(|next| next.is_lowercase())));
            if shape == Shape::Other || inner_border {
                cut.close(start);
                start = cut.folded.len();
            }
            if letter.is_ascii() {
                cut.folded.push(letter.to_ascii_lowercase());
            } else {
                cut.folded.extend(letter.to_lowercase());
            }
            if shape == Shape::Other {
                start = cut.folded.len();
            }
            before = shape;
        }
        cut.close(start);
        cut
    }

    fn close(&mut self, start: usize) {
        if start < self.folded.len() {
            self.words.push(start..self.folded.len());
            if let Some(initial) = self.folded.as_bytes().get(start) {
                self.initials.push(*initial);
                self.any_initial |= bit(*initial);
            }
        }
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The word at this place.
    pub(super) fn word(&self, index: usize) -> Option<&str> {
        self.folded.get(self.words.get(index)?.clone())
    }

    /// All words.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|range| self.folded.get(range.clone()))
    }

    /// What stands between a word and the next one.
    pub(super) fn gap(&self, index: usize) -> Option<&str> {
        let end = self.words.get(index)?.end;
        self.folded.get(end..self.words.get(index + 1)?.start)
    }

    /// The lower-case text behind a word.
    pub(super) fn rest(&self, index: usize) -> Option<&str> {
        self.folded.get(self.words.get(index)?.end..)
    }

    /// Whether the words of `phrase` stand here in a row.
    pub(super) fn contains(&self, phrase: &Self) -> bool {
        phrase.len() > 0
            && (0..self.len()).any(|start| phrase.words().eq(self.words().skip(start).take(phrase.len())))
    }

    /// Whether the words of `phrase`, which are single-spaced and in lower case, stand at this place.
    pub(super) fn has_at(&self, index: usize, phrase: &str) -> bool {
        phrase.split(' ').zip(index..).all(|(wanted, index)| self.word(index) == Some(wanted))
    }

    /// Where the words of `phrase`, which are single-spaced and in lower case, first stand in a row.
    pub(super) fn find(&self, phrase: &str) -> Option<usize> {
        let initial = phrase.as_bytes().first()?;
        if self.any_initial & bit(*initial) == 0 {
            return None;
        }
        let mut from = 0;
        while let Some(ahead) = self.initials.get(from..)?.iter().position(|first| first == initial) {
            if self.has_at(from + ahead, phrase) {
                return Some(from + ahead);
            }
            from += ahead + 1;
        }
        None
    }

    /// Whether the words of `phrase`, which are single-spaced and in lower case, stand anywhere in a row.
    pub(super) fn has(&self, phrase: &str) -> bool {
        self.find(phrase).is_some()
    }
}

const fn bit(initial: u8) -> u32 {
    1 << (initial & 31)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Upper,
    Lower,
    Other,
}

impl Shape {
    fn of(letter: char, names: bool) -> Self {
        if letter.is_uppercase() {
            Self::Upper
        } else if letter.is_alphanumeric() || (letter == '_' && !names) {
            Self::Lower
        } else {
            Self::Other
        }
    }
}
