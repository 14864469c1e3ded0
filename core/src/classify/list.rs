//! Lists of names, packed. A pointer and a length for each would be eight bytes more, which hardly compress: a page would wait for them.

use super::meaning::Meaning;

/// Names one after the other, each behind a byte with its length. [`names!`](super::names) makes one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names(pub(super) &'static [u8]);

impl Names {
    /// Each of them, in their order.
    pub(super) fn iter(self) -> impl Iterator<Item = Name> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (length, behind) = rest.split_first()?;
            let (name, next) = behind.split_at_checked(usize::from(*length))?;
            rest = next;
            Some(Name(name))
        })
    }

    /// Whether this is one of them.
    pub(super) fn contains(self, name: &str) -> bool {
        self.iter().any(|known| known.0 == name.as_bytes())
    }

    /// The name that is this text.
    pub(super) fn find(self, text: &str) -> Option<&'static str> {
        self.iter().find(|name| name.0 == text.as_bytes()).map(Name::text)
    }
}

/// What the first row that has this name says.
pub(super) fn meaning_of(table: &[(Meaning, Names)], name: &str) -> Option<Meaning> {
    table.iter().find(|(_, names)| names.contains(name)).map(|(meaning, _)| *meaning)
}

/// A name of a list. Most are only compared, for which its bytes will do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name(pub(super) &'static [u8]);

impl Name {
    /// The name itself.
    pub(super) fn text(self) -> &'static str {
        core::str::from_utf8(self.0).unwrap_or_default()
    }
}

/// How many bytes these names are when they are packed.
pub(super) const fn packed_len(mut names: &[&str]) -> usize {
    let mut bytes = 0;
    while let [name, rest @ ..] = names {
        assert!(name.len() < 256, "a name is too long for a byte");
        bytes += 1 + name.len();
        names = rest;
    }
    bytes
}

/// These names, packed; for [`names!`](super::names), while it is compiled.
#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "it runs in the compiler only, where a mistake is an error"
)]
pub(super) const fn packed<const N: usize>(mut names: &[&str]) -> [u8; N] {
    let (mut bytes, mut at) = ([0; N], 0);
    while let [name, rest @ ..] = names {
        bytes[at] = name.len() as u8;
        at += 1;
        let mut letters = name.as_bytes();
        while let [letter, behind @ ..] = letters {
            bytes[at] = *letter;
            at += 1;
            letters = behind;
        }
        names = rest;
    }
    bytes
}

/// A list of names.
macro_rules! names {
    ($($name:literal),* $(,)?) => {{
        const ALL: &[&str] = &[$($name),*];
        const PACKED: [u8; $crate::classify::list::packed_len(ALL)] = $crate::classify::list::packed(ALL);
        $crate::classify::list::Names(&PACKED)
    }};
}
pub(super) use names;
