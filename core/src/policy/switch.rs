//! Fields that are on by default: an object, or `false` to do without.

use alloc::format;
use alloc::vec::Vec;

use super::reader::{Field, Section, describe, read_object};
use super::shape::{Property, Shape};
use super::tree::Tree;
use crate::error::ProblemCode;

/// What stands in the place of an object that can be switched off.
pub(crate) enum Switch<T> {
    /// Nothing, or nothing that could be read.
    Absent,
    /// `false`.
    Off,
    /// An object.
    On(T),
}

impl Section<'_, '_> {
    /// An object of its own, or `false`.
    pub(crate) fn section_or_false<T>(
        &mut self,
        field: &Field,
        read: impl FnOnce(&mut Section<'_, '_>) -> T,
    ) -> Switch<T> {
        let tree = self.take(field).map(|(_, tree)| tree);
        let path = self.at(field.name);
        if let Some(tree @ Tree::Object(_)) = tree {
            let (answer, properties) = read_object(path, tree, self.findings, read);
            self.properties.push(Property::new(field, or_false(properties)));
            return Switch::On(answer);
        }
        let shape = or_false(describe(read));
        let expected = shape.expected();
        self.properties.push(Property::new(field, shape));
        match tree {
            None => Switch::Absent,
            Some(Tree::Flag(false)) => Switch::Off,
            Some(other) => {
                let message = format!("expected {expected}, found {}", other.describe());
                self.findings.add(ProblemCode::WrongType, &path, message);
                Switch::Absent
            }
        }
    }
}

fn or_false(properties: Vec<Property>) -> Shape {
    Shape::OneOf(alloc::vec![Shape::Object(properties), Shape::False])
}
