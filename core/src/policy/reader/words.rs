//! Fields whose values are words that stand for something.
//!
//! What the words stand for is looked up last, so that there is one reader of words and not one for each meaning.

use alloc::vec::Vec;

use super::{Field, Section, Spot, complaint};
use crate::error::ProblemCode;
use crate::policy::shape::Shape;
use crate::policy::tree::Tree;

impl Section<'_, '_> {
    /// One of some words.
    pub(in crate::policy) fn word<T: Copy>(
        &mut self,
        field: &Field,
        words: &'static [(&'static str, T)],
    ) -> Option<T> {
        match self.choice(field, &names(words), false)? {
            Choice::Word(index) => words.get(index).map(|(_, word)| *word),
            Choice::Flag(_) => None,
        }
    }

    /// One of some words, or a flag that stands for one of them.
    pub(in crate::policy) fn word_or_flag<T: Copy>(
        &mut self,
        field: &Field,
        words: &'static [(&'static str, T)],
        (no, yes): (T, T),
    ) -> Option<T> {
        match self.choice(field, &names(words), true)? {
            Choice::Word(index) => words.get(index).map(|(_, word)| *word),
            Choice::Flag(flag) => Some(if flag { yes } else { no }),
        }
    }

    /// Which of these words it is, whatever they stand for.
    fn choice(&mut self, field: &Field, names: &[&'static str], flag: bool) -> Option<Choice> {
        self.read(field, Shape::Word { names: names.to_vec(), flag }, |tree, _| match tree {
            Tree::Text(text) => position(names, text).map(Choice::Word).ok_or(ProblemCode::UnknownValue),
            Tree::Flag(given) if flag => Ok(Choice::Flag(*given)),
            _ => Err(ProblemCode::WrongType),
        })
    }

    /// Some of these words; a single one may stand without its list.
    pub(in crate::policy) fn words<T: Copy>(
        &mut self,
        field: &Field,
        noun: &'static str,
        words: &'static [(&'static str, T)],
    ) -> Option<Vec<T>> {
        let indices = self.indices(field, noun, &names(words))?;
        Some(indices.into_iter().filter_map(|index| words.get(index)).map(|(_, word)| *word).collect())
    }

    /// Which of these words they are, whatever they stand for.
    fn indices(&mut self, field: &Field, noun: &str, names: &[&'static str]) -> Option<Vec<usize>> {
        let shape = Shape::Words(names.to_vec());
        let expected = shape.expected();
        let spot = self.spot(field, shape)?;
        let spots = if matches!(spot.tree, Tree::List(_)) { spot.items() } else { alloc::vec![spot] };
        let mut read = |spot: Spot<'_>| {
            let code = match spot.tree {
                Tree::Text(text) => match position(names, text) {
                    Some(index) => return Some(index),
                    None => ProblemCode::UnknownValue,
                },
                _ => ProblemCode::WrongType,
            };
            self.findings.add(code, &spot.path, complaint(code, spot.tree, noun, &expected));
            None
        };
        // Each of them first, so that every wrong one is named.
        let read: Vec<Option<usize>> = spots.into_iter().map(&mut read).collect();
        read.into_iter().collect()
    }
}

/// One of the words of a field, or a flag in their place.
enum Choice {
    Word(usize),
    Flag(bool),
}

/// The words, without what they stand for.
fn names<T>(words: &[(&'static str, T)]) -> Vec<&'static str> {
    words.iter().map(|(name, _)| *name).collect()
}

fn position(names: &[&str], text: &str) -> Option<usize> {
    names.iter().position(|name| *name == text)
}
