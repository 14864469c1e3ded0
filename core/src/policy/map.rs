//! Reading an object whose keys are the user's own names.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::reader::{Field, Section, complaint, join, text_or_number};
use super::shape::{Property, Shape};
use super::tree::Tree;
use crate::error::ProblemCode;

impl Section<'_, '_> {
    /// Names of the user's own, each with a text or a list of at least one.
    pub(super) fn named_texts(&mut self, field: &Field) -> Option<BTreeMap<String, Vec<String>>> {
        let shape = Shape::Map(Shape::Texts { least: 1 }.into());
        let expected = shape.expected();
        self.properties.push(Property::new(field, shape));
        let (key, tree) = self.take(field)?;
        let path = self.at(key);
        let Tree::Object(entries) = tree else {
            let code = ProblemCode::WrongType;
            let message = complaint(code, tree, field.name, &expected);
            self.findings.add(code, &path, message);
            return None;
        };
        if entries.iter().all(|(_, tree)| *tree == Tree::Null) {
            let message = format!("nothing is given (expected {expected})");
            self.findings.add(ProblemCode::OutOfRange, &path, message);
        }
        let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, tree) in entries.iter().filter(|(_, tree)| *tree != Tree::Null) {
            let path = join(&path, name);
            match texts(tree, 1) {
                _ if name.is_empty() => {
                    self.findings.add(ProblemCode::OutOfRange, &path, "a name is empty");
                }
                _ if named.contains_key(name) => {
                    self.findings.add(ProblemCode::Contradiction, &path, "given twice in one object");
                }
                Ok(texts) => drop(named.insert(name.clone(), texts)),
                Err(code) => {
                    let message = complaint(code, tree, field.name, &Shape::Texts { least: 1 }.expected());
                    self.findings.add(code, &path, message);
                }
            }
        }
        Some(named)
    }
}

/// A text, or a list of at least so many.
pub(super) fn texts(tree: &Tree, least: usize) -> Result<Vec<String>, ProblemCode> {
    match tree {
        Tree::List(items) if items.len() < least => Err(ProblemCode::OutOfRange),
        Tree::List(items) => items.iter().map(text_or_number).collect(),
        other => text_or_number(other).map(|text| alloc::vec![text]),
    }
}
