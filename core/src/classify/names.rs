//! What the words in a name say: `ModelOverloadedException`, `rate_limit_exceeded`, `PoolTimeout`.
//!
//! Names of types and of codes are made of the same words in every library, so the words generalise to
//! libraries that nobody here has heard of, and survive a module that is renamed, vendored or minified
//! around them.

use super::meaning::{INVALID, Meaning};
use super::names_table::{FAMILIES, VAGUE};
use super::text::Text;

/// What a name says, and the words that say it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Family {
    pub(super) meaning: Meaning,
    pub(super) words: &'static str,
}

impl Family {
    /// Whether the words are such that any better evidence should be asked first.
    pub(super) fn is_vague(self) -> bool {
        VAGUE.contains(self.words)
    }
}

/// Names are short; what is longer is no name.
const LONGEST: usize = 160;

/// The first family of the table that has its words in this name.
pub(super) fn family(name: &str) -> Option<Family> {
    if name.len() > LONGEST {
        return None;
    }
    let text = Text::split(name);
    let found = search(&text)?;
    // `InvalidSessionTimeout` is about a setting, not about time that ran out.
    let about_input = found.meaning.retryable && text.word(0).is_some_and(|word| ABOUT_INPUT.contains(&word));
    Some(if about_input { Family { meaning: INVALID, words: "invalid" } } else { found })
}

const ABOUT_INPUT: [&str; 5] = ["invalid", "illegal", "malformed", "unsupported", "incorrect"];

fn search(text: &Text) -> Option<Family> {
    FAMILIES.iter().find_map(|(meaning, phrases)| {
        let words = phrases.iter().find(|phrase| text.places(*phrase).any(|at| !is_denied(text, at)))?;
        Some(Family { meaning: *meaning, words: words.text() })
    })
}

/// `ResourceNotInUse`: the word before says that it is not so. Phrases that mean what is not bring their own "not".
fn is_denied(text: &Text, start: usize) -> bool {
    start.checked_sub(1).and_then(|before| text.word(before)) == Some("not")
}
