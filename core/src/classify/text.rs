//! Words of a text: the only way in which text is ever looked at.
//!
//! A substring is no evidence. A port 40329 contains 403, and `tokens` contains `token`; so everything that
//! reads messages, type names or codes compares whole words.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::list::Name;

/// The words of the beginning of a text, in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct Text {
    folded: String,
    words: Vec<Word>,
    /// A bit for each of their initials: most phrases are ruled out by it.
    any_initials: u64,
}

/// Where a word stands, and its first two bytes, which tell it from most others.
#[derive(Debug, Clone)]
struct Word {
    range: Range<usize>,
    initials: [u8; 2],
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
        // A message has a word for each six letters, and a few more are no matter.
        let (letters, words) = (text.len().min(PREFIX), text.len().min(PREFIX) / 4 + 1);
        let mut cut = Self {
            folded: String::with_capacity(letters),
            words: Vec::with_capacity(words),
            any_initials: 0,
        };
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
            let initials = initials(self.folded.as_bytes().get(start..).unwrap_or_default());
            self.words.push(Word { range: start..self.folded.len(), initials });
            self.any_initials |= bit(initials);
        }
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The word at this place.
    pub(super) fn word(&self, index: usize) -> Option<&str> {
        self.folded.get(self.words.get(index)?.range.clone())
    }

    /// All words.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| self.folded.get(word.range.clone()))
    }

    /// What stands between a word and the next one.
    pub(super) fn gap(&self, index: usize) -> Option<&str> {
        let end = self.words.get(index)?.range.end;
        self.folded.get(end..self.words.get(index + 1)?.range.start)
    }

    /// The lower-case text behind a word.
    pub(super) fn rest(&self, index: usize) -> Option<&str> {
        self.folded.get(self.words.get(index)?.range.end..)
    }

    /// Whether the words of `phrase` stand here in a row.
    pub(super) fn contains(&self, phrase: &Self) -> bool {
        phrase.len() > 0
            && (0..self.len()).any(|start| phrase.words().eq(self.words().skip(start).take(phrase.len())))
    }

    /// Whether the words of `phrase`, which are single-spaced and in lower case, stand at this place.
    pub(super) fn has_at(&self, index: usize, phrase: &str) -> bool {
        self.stands_at(index, phrase.as_bytes())
    }

    fn stands_at(&self, index: usize, mut wanted: &[u8]) -> bool {
        for Word { range, .. } in self.words.get(index..).unwrap_or_default() {
            let word = self.folded.as_bytes().get(range.clone()).unwrap_or_default();
            match wanted.strip_prefix(word) {
                Some([]) => return true,
                Some([b' ', next @ ..]) => wanted = next,
                _ => return false,
            }
        }
        false
    }

    /// All places where the words of a list's `phrase`, which are single-spaced and in lower case, stand in a row.
    pub(super) fn places(&self, Name(phrase): Name) -> impl Iterator<Item = usize> {
        self.places_of(phrase)
    }

    fn places_of<'a>(&'a self, phrase: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        let initials = initials(phrase);
        let words = if self.any_initials & bit(initials) == 0 { [].as_slice() } else { &self.words };
        let fitting = words.iter().enumerate().filter(move |(_, word)| word.initials == initials);
        fitting.map(|(index, _)| index).filter(move |index| self.stands_at(*index, phrase))
    }

    fn find_bytes(&self, phrase: &[u8]) -> Option<usize> {
        self.places_of(phrase).next()
    }

    /// Whether the words of `phrase`, which are single-spaced and in lower case, stand anywhere in a row.
    pub(super) fn has(&self, phrase: &str) -> bool {
        self.find_bytes(phrase.as_bytes()).is_some()
    }
}

/// The first two bytes of a word or a phrase; a word of one is followed by a space in both.
const fn initials(bytes: &[u8]) -> [u8; 2] {
    match bytes {
        [] => [b' ', b' '],
        [only] => [*only, b' '],
        [first, second, ..] => [*first, *second],
    }
}

/// One of 64 bits, by the last five of the first byte and whether the second comes late in the alphabet.
const fn bit([first, second]: [u8; 2]) -> u64 {
    1 << (first & 31) << (if second >= b'l' { 32_u32 } else { 0 })
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
