//! Reading an object of a document field by field, and describing it on the way.

mod open;
mod words;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::time::Duration;

use super::duration;
use super::map::texts;
use super::shape::{Property, Shape};
use super::tree::Tree;
use crate::error::{Problem, ProblemCode};
use crate::gather::in_order;
use crate::number::plain;
pub(super) use open::{Spot, describe};

/// A field of a section: its name, the other names that it goes by in our source documents, and what it means.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// Other names for the same thing. One that ends in `_ms` takes milliseconds.
    pub(crate) aliases: &'static [&'static str],
    /// What it means, with its unit and default: [`Field::doc`].
    pub(crate) doc: &'static str,
}

impl Field {
    /// The words of a description, or none in a library that does not describe itself (feature `describe`).
    pub(crate) const fn doc(words: &'static str) -> &'static str {
        if cfg!(feature = "describe") { words } else { "" }
    }

    /// Whether the document has it, under any of its names.
    pub(super) fn is_in(&self, section: &Section<'_, '_>) -> bool {
        section.has(self.name) || self.aliases.iter().any(|alias| section.has(alias))
    }
}

/// What a whole reading collects.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) problems: Vec<Problem>,
    /// How many policies are being read inside each other.
    depth: usize,
}

impl Findings {
    pub(crate) fn add(&mut self, code: ProblemCode, path: &str, message: impl Into<String>) {
        self.problems.push(Problem { code, path: path.to_owned(), message: message.into() });
    }
}

/// One object of a document, while it is read. Without a document it only describes itself.
pub(crate) struct Section<'d, 'f> {
    pub(super) path: String,
    entries: &'d [(String, Tree)],
    /// False for what is no object, where a field that is missing is not worth a word.
    is_object: bool,
    read: Vec<&'static str>,
    pub(super) properties: Vec<Property>,
    pub(crate) findings: &'f mut Findings,
}

impl<'d, 'f> Section<'d, 'f> {
    /// Begins to read what stands at `path`; what is no object is reported and read as an empty one.
    pub(super) fn open(path: String, tree: &'d Tree, findings: &'f mut Findings) -> Self {
        let entries: &[(String, Tree)] = if let Tree::Object(entries) = tree {
            entries
        } else {
            let found = tree.describe();
            findings.add(ProblemCode::WrongType, &path, format!("expected an object, found {found}"));
            &[]
        };
        let is_object = matches!(tree, Tree::Object(_));
        Self { path, entries, is_object, read: Vec::new(), properties: Vec::new(), findings }
    }

    /// Ends the reading: every key that nobody asked for is a problem. Answers with the description.
    pub(super) fn close(self) -> Vec<Property> {
        let mut seen: Vec<&str> = Vec::new();
        for (key, _) in self.entries {
            let path = join(&self.path, key);
            if seen.contains(&key.as_str()) {
                self.findings.add(ProblemCode::Contradiction, &path, "given twice in one object");
            } else if !self.read.contains(&key.as_str()) {
                let names = in_order(self.properties.iter().map(|property| property.name));
                let near = self.read.iter().find(|name| is_near(name, key));
                let hint = near.map_or(String::new(), |name| format!("did you mean {name}? "));
                let message = format!("unknown key ({hint}allowed: {})", names.join(", "));
                self.findings.add(ProblemCode::UnknownKey, &path, message);
            }
            seen.push(key);
        }
        self.properties
    }

    /// Whether the document has this key.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, tree)| key == name && *tree != Tree::Null)
    }

    /// Reports that a field without which the rest has no meaning is not there.
    pub(super) fn miss(&mut self, field: &Field, why: &str) {
        if self.is_object {
            let path = self.at(field.name);
            self.findings.add(ProblemCode::Missing, &path, format!("missing ({why})"));
        }
    }

    /// The path of a field of this section.
    pub(super) fn at(&self, name: &str) -> String {
        join(&self.path, name)
    }

    /// The path of a field under the name that it was given by.
    pub(crate) fn path_of(&self, field: &Field) -> String {
        let names = |key: &str| key == field.name || field.aliases.contains(&key);
        let given = self.entries.iter().find(|(key, tree)| names(key) && *tree != Tree::Null);
        self.at(given.map_or(field.name, |(key, _)| key))
    }

    /// A length of time.
    pub(crate) fn duration(&mut self, field: &Field) -> Option<Duration> {
        self.read(field, Shape::Duration, |tree, key| {
            length(tree, if key.ends_with("_ms") { 0.001 } else { 1.0 })
        })
    }

    /// A length of time above zero.
    pub(crate) fn positive_duration(&mut self, field: &Field) -> Option<Duration> {
        let length = self.duration(field)?;
        if length.is_zero() {
            let path = self.path_of(field);
            self.findings.add(
                ProblemCode::OutOfRange,
                &path,
                "0 is too short (expected more than 0 seconds)",
            );
            return None;
        }
        Some(length)
    }

    /// A whole number from `least` to `most`.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range check before the cast leaves whole numbers of u32 only"
    )]
    pub(crate) fn count(&mut self, field: &Field, least: u32, most: u32) -> Option<u32> {
        self.read(field, Shape::Count { least, most }, |tree, _| match tree {
            Tree::Number(number) => {
                let fits = (f64::from(least)..=f64::from(most)).contains(number) && *number % 1.0 == 0.0;
                if fits { Ok(*number as u32) } else { Err(ProblemCode::OutOfRange) }
            }
            Tree::Text(text) if non_finite(text) => Err(ProblemCode::OutOfRange),
            _ => Err(ProblemCode::WrongType),
        })
    }

    /// A whole number from 1.
    pub(crate) fn positive(&mut self, field: &Field, most: u32) -> Option<NonZeroU32> {
        self.count(field, 1, most).and_then(NonZeroU32::new)
    }

    /// A number from `least` to `most`.
    pub(crate) fn number(&mut self, field: &Field, least: f64, most: f64) -> Option<f64> {
        self.read(field, Shape::Number { least, most }, |tree, _| match tree {
            Tree::Number(number) if (least..=most).contains(number) => Ok(*number),
            Tree::Number(_) => Err(ProblemCode::OutOfRange),
            Tree::Text(text) if non_finite(text) => Err(ProblemCode::OutOfRange),
            _ => Err(ProblemCode::WrongType),
        })
    }

    /// True or false.
    pub(super) fn flag(&mut self, field: &Field) -> Option<bool> {
        self.read(field, Shape::Flag, |tree, _| match tree {
            Tree::Flag(flag) => Ok(*flag),
            _ => Err(ProblemCode::WrongType),
        })
    }

    /// Any text.
    pub(super) fn text(&mut self, field: &Field) -> Option<String> {
        self.read(field, Shape::Text, |tree, _| match tree {
            Tree::Text(text) => Ok(text.clone()),
            _ => Err(ProblemCode::WrongType),
        })
    }

    /// A text or a list of texts.
    pub(super) fn texts(&mut self, field: &Field) -> Option<Vec<String>> {
        self.some_texts(field, 0)
    }

    /// A text or a list of at least one: an empty list of what to match would be read as "everything" by some
    /// and as "nothing" by others.
    pub(super) fn names(&mut self, field: &Field) -> Option<Vec<String>> {
        self.some_texts(field, 1)
    }

    fn some_texts(&mut self, field: &Field, least: usize) -> Option<Vec<String>> {
        self.read(field, Shape::Texts { least }, |tree, _| texts(tree, least))
    }

    /// A list of lengths of time.
    pub(super) fn durations(&mut self, field: &Field) -> Option<Vec<Duration>> {
        let items = self.read(field, Shape::Durations, |tree, _| match tree {
            Tree::List(items) if !items.is_empty() => Ok(items.clone()),
            Tree::List(_) => Err(ProblemCode::OutOfRange),
            _ => Err(ProblemCode::WrongType),
        })?;
        let path = self.path_of(field);
        let read = |(index, item): (usize, &Tree)| match length(item, 1.0) {
            Ok(length) => Some(length),
            Err(code) => {
                self.findings.add(
                    code,
                    &format!("{path}[{index}]"),
                    complaint(code, item, "duration", duration::EXPECTED),
                );
                None
            }
        };
        let lengths: Vec<Option<Duration>> = items.iter().enumerate().map(read).collect();
        lengths.into_iter().collect()
    }

    /// An object of its own.
    pub(crate) fn section<T>(
        &mut self,
        field: &Field,
        read: impl FnOnce(&mut Section<'_, '_>) -> T,
    ) -> Option<T> {
        let Some((_, tree)) = self.take(field) else {
            self.properties.push(Property::new(field, Shape::Object(describe(read))));
            return None;
        };
        let (answer, properties) = read_object(self.at(field.name), tree, self.findings, read);
        self.properties.push(Property::new(field, Shape::Object(properties)));
        Some(answer)
    }

    /// An object of its own that is carried out with feature `full` only; without it, it is refused.
    pub(super) fn section_of_full<T>(
        &mut self,
        field: &Field,
        read: impl FnOnce(&mut Section<'_, '_>) -> T,
    ) -> Option<T> {
        if cfg!(feature = "full") {
            return self.section(field, read);
        }
        self.leave_out(field);
        None
    }

    /// Refuses what this library is built without. It is known all the same: who mistypes its name is told so.
    pub(super) fn leave_out(&mut self, field: &Field) {
        if let Some((key, _)) = self.take(field) {
            self.findings.add(ProblemCode::Contradiction, &self.at(key), NOT_CARRIED_OUT);
        }
        self.properties.push(Property::new(field, Shape::Object(Vec::new())));
    }

    /// A list of objects.
    pub(super) fn sections<T>(
        &mut self,
        field: &Field,
        read: impl Fn(&mut Section<'_, '_>) -> T,
    ) -> Option<Vec<T>> {
        let (tree, path) = (self.take(field).map(|(_, tree)| tree), self.at(field.name));
        self.properties.push(Property::new(field, Shape::Objects(describe(&read))));
        Spot { path, tree: tree? }.objects(self.findings, read)
    }

    fn read<T>(
        &mut self,
        field: &Field,
        shape: Shape,
        convert: impl FnOnce(&Tree, &str) -> Result<T, ProblemCode>,
    ) -> Option<T> {
        let answer = self.take(field).and_then(|(key, tree)| match convert(tree, key) {
            Ok(value) => Some(value),
            Err(code) => {
                let message = complaint(code, tree, shape.noun(field.name), &shape.expected());
                self.findings.add(code, &self.at(key), message);
                None
            }
        });
        self.properties.push(Property::new(field, shape));
        answer
    }

    /// The name that a field was given under, and its value. `null` is absent.
    pub(super) fn take(&mut self, field: &Field) -> Option<(&'d str, &'d Tree)> {
        self.read.push(field.name);
        self.read.extend(field.aliases);
        let entries = self.entries;
        let mut given = entries.iter().filter(|(key, tree)| {
            (key == field.name || field.aliases.contains(&key.as_str())) && *tree != Tree::Null
        });
        let (key, tree) = given.next()?;
        if let Some((other, _)) = given.find(|(other, _)| other != key) {
            let message = format!("given twice, as {key} and as {other} (expected one of them)");
            self.findings.add(ProblemCode::Contradiction, &join(&self.path, other), message);
        }
        Some((key.as_str(), tree))
    }
}

/// Reads one object from `open` to `close`.
pub(crate) fn read_object<T>(
    path: String,
    tree: &Tree,
    findings: &mut Findings,
    read: impl FnOnce(&mut Section<'_, '_>) -> T,
) -> (T, Vec<Property>) {
    let mut section = Section::open(path, tree, findings);
    let answer = read(&mut section);
    (answer, section.close())
}

/// An empty object: what a section is described with.
pub(super) static NOTHING: Tree = Tree::Object(Vec::new());

fn length(tree: &Tree, scale: f64) -> Result<Duration, ProblemCode> {
    match tree {
        Tree::Number(number) => duration::seconds(number * scale).ok_or(ProblemCode::OutOfRange),
        Tree::Text(text) if non_finite(text) => Err(ProblemCode::OutOfRange),
        Tree::Text(text) => duration::parse(text).ok_or(ProblemCode::UnknownValue),
        _ => Err(ProblemCode::WrongType),
    }
}

pub(super) fn text_or_number(tree: &Tree) -> Result<String, ProblemCode> {
    match tree {
        Tree::Text(text) => Ok(text.clone()),
        Tree::Number(number) => Ok(plain(*number)),
        _ => Err(ProblemCode::WrongType),
    }
}

pub(super) fn complaint(code: ProblemCode, found: &Tree, noun: &str, expected: &str) -> String {
    let found = found.describe();
    match code {
        ProblemCode::UnknownValue => format!("unknown {noun} {found} (expected {expected})"),
        ProblemCode::OutOfRange => format!("{found} is out of range (expected {expected})"),
        _ => format!("expected {expected}, found {found}"),
    }
}

pub(super) fn join(path: &str, key: &str) -> String {
    // Nothing at all would be the place of the whole document.
    let key = if key.is_empty() { "\"\"" } else { key };
    let key: String = crate::redact::redact(key).chars().take(LONGEST_KEY).collect();
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// JSON has no word for these numbers; hosts whose numbers do hand them in as text.
fn non_finite(text: &str) -> bool {
    matches!(text, "NaN" | "Infinity" | "-Infinity")
}

/// Whether one is the other with a letter added, lost, changed or two swapped.
fn is_near(name: &str, key: &str) -> bool {
    let (name, key) = (name.as_bytes(), key.as_bytes());
    let same_start = name.iter().zip(key).take_while(|(a, b)| a == b).count();
    let same_end = name.iter().rev().zip(key.iter().rev()).take_while(|(a, b)| a == b).count();
    let shorter = name.len().min(key.len());
    let left = shorter.saturating_sub(same_start + same_end);
    shorter > 2 && name.len().abs_diff(key.len()) <= 1 && left <= 2
}

/// What is said of a section that nobody here carries out.
pub const NOT_CARRIED_OUT: &str = "not carried out by this host (expected none here)";

const LONGEST_KEY: usize = 60;
