//! Values that may be written in more than one way, and objects whose keys are the user's own.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Field, Findings, NOTHING, Section, complaint, join, non_finite, read_object, text_or_number};
use crate::error::ProblemCode;
use crate::number::plain;
use crate::policy::shape::{Property, Shape};
use crate::policy::tree::Tree;

/// A value of the document, and where it stands.
#[derive(Clone)]
pub(in crate::policy) struct Spot<'d> {
    pub(in crate::policy) path: String,
    pub(in crate::policy) tree: &'d Tree,
}

/// The fields that a reader asks for, in a library that describes itself (feature `describe`).
pub(in crate::policy) fn describe<T>(read: impl FnOnce(&mut Section<'_, '_>) -> T) -> Vec<Property> {
    if !cfg!(feature = "describe") {
        return Vec::new();
    }
    // What is missing inside of a section that is not there is no fault.
    read_object(String::new(), &NOTHING, &mut Findings::default(), read).1
}

impl<'d> Section<'d, '_> {
    /// What is given for a field of this shape, to be read by hand. `null` is absent.
    pub(in crate::policy) fn spot(&mut self, field: &Field, shape: Shape) -> Option<Spot<'d>> {
        self.properties.push(Property::new(field, shape));
        let (key, tree) = self.take(field)?;
        Some(Spot { path: self.at(key), tree })
    }

    /// An object whose keys are the user's own.
    pub(in crate::policy) fn map<T>(
        &mut self,
        field: &Field,
        of: Shape,
        read: impl FnMut(&Spot<'_>, &mut Findings) -> Option<T>,
    ) -> Option<Vec<(String, T)>> {
        let spot = self.spot(field, Shape::Map(of.into()))?;
        spot.entries(self.findings, read)
    }

    /// A whole policy, read by `read`, which is also what reads the one that this is a part of.
    pub(in crate::policy) fn policy<T>(
        &mut self,
        field: &Field,
        read: impl FnOnce(&mut Section<'_, '_>) -> T,
    ) -> Option<T> {
        let spot = self.spot(field, Shape::Policy)?;
        if self.findings.depth >= DEEPEST {
            let message = format!("too many policies inside each other (expected at most {DEEPEST})");
            self.findings.add(ProblemCode::OutOfRange, &spot.path, message);
            return None;
        }
        self.findings.depth += 1;
        let (answer, _) = read_object(spot.path, spot.tree, self.findings, read);
        self.findings.depth -= 1;
        Some(answer)
    }
}

impl Spot<'_> {
    /// The items of a list; none of what is no list.
    pub(in crate::policy) fn items(&self) -> Vec<Self> {
        let Tree::List(items) = self.tree else { return Vec::new() };
        let item = |(index, tree)| Self { path: format!("{}[{index}]", self.path), tree };
        items.iter().enumerate().map(item).collect()
    }

    /// A list of objects, each read from `open` to `close`.
    pub(in crate::policy) fn objects<T>(
        self,
        findings: &mut Findings,
        read: impl Fn(&mut Section<'_, '_>) -> T,
    ) -> Option<Vec<T>> {
        if !matches!(self.tree, Tree::List(_)) {
            self.wrong(findings, "a list of objects");
            return None;
        }
        Some(self.items().into_iter().map(|item| item.object(findings, &read)).collect())
    }

    /// An object, read from `open` to `close`.
    pub(in crate::policy) fn object<T>(
        self,
        findings: &mut Findings,
        read: impl FnOnce(&mut Section<'_, '_>) -> T,
    ) -> T {
        read_object(self.path, self.tree, findings, read).0
    }

    /// The entries of an object whose keys are the user's own, but for those that could not be read. `null` is absent.
    pub(in crate::policy) fn entries<T>(
        &self,
        findings: &mut Findings,
        mut read: impl FnMut(&Spot<'_>, &mut Findings) -> Option<T>,
    ) -> Option<Vec<(String, T)>> {
        let Tree::Object(entries) = self.tree else {
            self.wrong(findings, "an object");
            return None;
        };
        let (mut seen, mut values): (Vec<&str>, Vec<(String, T)>) = (Vec::new(), Vec::new());
        for (key, tree) in entries {
            let spot = Spot { path: join(&self.path, key), tree };
            if seen.contains(&key.as_str()) {
                findings.add(ProblemCode::Contradiction, &spot.path, "given twice in one object");
            } else if *tree != Tree::Null {
                values.extend(read(&spot, findings).map(|value| (key.clone(), value)));
            }
            seen.push(key);
        }
        Some(values)
    }

    /// A number from `least` to `most`.
    pub(in crate::policy) fn number(&self, findings: &mut Findings, least: f64, most: f64) -> Option<f64> {
        let code = match self.tree {
            Tree::Number(number) if (least..=most).contains(number) => return Some(*number),
            Tree::Number(_) => ProblemCode::OutOfRange,
            Tree::Text(text) if non_finite(text) => ProblemCode::OutOfRange,
            _ => ProblemCode::WrongType,
        };
        let expected = Shape::Number { least, most }.expected();
        findings.add(code, &self.path, complaint(code, self.tree, "number", &expected));
        None
    }

    /// A whole number from 0 to `most`.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range check before the cast leaves whole numbers of u32 only"
    )]
    pub(in crate::policy) fn count(&self, findings: &mut Findings, most: u32) -> Option<u32> {
        let number = self.number(findings, 0.0, f64::from(most))?;
        if number % 1.0 == 0.0 {
            return Some(number as u32);
        }
        let (code, expected) = (ProblemCode::OutOfRange, Shape::Count { least: 0, most }.expected());
        findings.add(code, &self.path, complaint(code, self.tree, "number", &expected));
        None
    }

    /// A text or a list of texts.
    pub(in crate::policy) fn texts(&self, findings: &mut Findings) -> Option<Vec<String>> {
        let texts = match self.tree {
            Tree::List(items) => items.iter().map(text_or_number).collect(),
            other => text_or_number(other).map(|text| alloc::vec![text]),
        };
        if texts.is_err() {
            self.wrong(findings, &Shape::Texts { least: 0 }.expected());
        }
        texts.ok()
    }

    /// A text or a number, as it is.
    pub(in crate::policy) fn scalar(&self, findings: &mut Findings) -> Option<serde_json::Value> {
        match self.tree {
            Tree::Text(text) => Some(text.as_str().into()),
            Tree::Number(number) => Some(whole_or_not(*number)),
            _ => {
                self.wrong(findings, &Shape::Scalar.expected());
                None
            }
        }
    }

    /// Reports that this is of another type than `expected`.
    pub(in crate::policy) fn wrong(&self, findings: &mut Findings, expected: &str) {
        let message = complaint(ProblemCode::WrongType, self.tree, "", expected);
        findings.add(ProblemCode::WrongType, &self.path, message);
    }
}

/// A number as people write it: 1024 and not 1024.0.
fn whole_or_not(number: f64) -> serde_json::Value {
    let whole = plain(number).parse::<i64>();
    whole.map_or_else(|_| number.into(), Into::into)
}

/// A chain of chains of chains is a mistake long before this, and the stack holds many more.
const DEEPEST: usize = 8;
