//! Pages of the documentation that a walk over a machine's states writes.

use alloc::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::format;
use std::string::String;
use std::vec::Vec;

/// States × events, filled cell by cell as a walk meets them.
#[derive(Debug, Default)]
pub(crate) struct Table {
    columns: Vec<&'static str>,
    /// The states in the order in which they were met, and in each what every event led to.
    rows: Vec<(String, Vec<BTreeSet<String>>)>,
    changes: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Table {
    pub(crate) fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.into(), ..Self::default() }
    }

    /// In `state` the event of this column was seen to lead to what `cell` says.
    pub(crate) fn saw(&mut self, state: &str, column: &str, cell: String) {
        let index = self.columns.iter().position(|other| *other == column).expect("a column");
        let row = self.rows.iter().position(|(name, _)| name == state).unwrap_or_else(|| {
            self.rows.push((state.into(), self.columns.iter().map(|_| BTreeSet::new()).collect()));
            self.rows.len() - 1
        });
        self.rows[row].1[index].insert(cell);
    }

    /// A change was seen, for this reason.
    pub(crate) fn changed(&mut self, from: &str, to: &str, reason: &str) {
        self.changes.entry((from.into(), to.into())).or_default().insert(reason.into());
    }

    /// Events that lead to more than one end from a state of one name: names that say too little.
    pub(crate) fn ambiguous(&self) -> Vec<String> {
        let cells = self.rows.iter().flat_map(|(state, cells)| {
            let cells = self.columns.iter().zip(cells).filter(|(_, cell)| cell.len() > 1);
            cells.map(move |(column, cell)| format!("{state}: {column}: {cell:?}"))
        });
        cells.collect()
    }

    /// The table; `order` sorts the states. Of a name such as `open; for long` the second part is left out where states
    /// of the same first part all answer everything alike, and otherwise those that do share a row.
    pub(crate) fn render<K: Ord>(&self, order: impl Fn(&str) -> K) -> String {
        let mut sorted: Vec<&(String, Vec<BTreeSet<String>>)> = self.rows.iter().collect();
        sorted.sort_by_key(|(state, _)| order(state));
        let mut rows: Vec<(&str, Vec<&str>, String)> = Vec::new();
        for (state, cells) in sorted {
            let (state, detail) = state.split_once("; ").unwrap_or((state, ""));
            let cells: Vec<String> = cells
                .iter()
                .map(|cell| cell.iter().map(String::as_str).collect::<Vec<_>>().join(" or "))
                .collect();
            let cells = cells.join(" | ");
            match rows.iter_mut().find(|(other, _, answers)| *other == state && *answers == cells) {
                Some((_, details, _)) => details.push(detail),
                None => rows.push((state, Vec::from([detail]), cells)),
            }
        }
        let line = "|---".repeat(self.columns.len());
        let mut text = format!("| state | {} |\n|---{line}|\n", self.columns.join(" | "));
        for (state, details, cells) in &rows {
            let alone = rows.iter().filter(|(other, ..)| other == state).count() == 1;
            let details = if alone { String::new() } else { format!(" ({})", details.join(", ")) };
            let _ = writeln!(text, "| {state}{details} | {cells} |");
        }
        text
    }

    /// The changes between states as a diagram.
    pub(crate) fn diagram(&self, begin: &str) -> String {
        let id = |state: &str| {
            let id = state.replace([' ', '-'], "_");
            // A number alone is no name there.
            if id.starts_with(|first: char| first.is_ascii_digit()) { format!("with_{id}") } else { id }
        };
        let mut text = format!("```mermaid\nstateDiagram-v2\n    [*] --> {}\n", id(begin));
        for ((from, to), reasons) in &self.changes {
            let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
            let _ = writeln!(text, "    {} --> {}: {}", id(from), id(to), reasons.join(", "));
        }
        text + "```\n"
    }
}

/// Compares a page of `docs/machines` with what was made, or writes it anew with `UPDATE=1`.
pub(crate) fn check(name: &str, made: &str) {
    let path = format!("{}/../docs/machines/{name}.md", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, made).expect("docs/machines can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == written,
        "docs/machines/{name}.md is out of date: UPDATE=1 cargo test -p failsoft machines"
    );
}

/// How far walks went, as the rows of a table: settings, states, events in them.
pub(crate) fn extents(walks: &[(&str, (usize, usize))]) -> String {
    let mut text = String::new();
    for (name, (states, cells)) in walks {
        let _ = writeln!(text, "| {name} | {} | {} |", grouped(*states), grouped(*cells));
    }
    text
}

/// A number as people write it: `12 345`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = format!("{number}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
