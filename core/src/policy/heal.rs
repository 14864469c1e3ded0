//! The `heal` section: how it is read, what it says of itself, and what in it cannot work.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Policy;
use super::explain::{Warning, plural};
use super::reader::{Field, Section, join};
use super::tree::Tree;
use crate::error::ProblemCode;
use crate::heal::{HealConfig, MOST_REMEDIES};
use crate::redact::redact;

pub(super) fn read_heal(section: &mut Section<'_, '_>) -> Arc<HealConfig> {
    let default = HealConfig::default();
    let max_remedies = section.positive(&MAX_REMEDIES, MOST_REMEDIES).unwrap_or(default.max_remedies);
    let remedies = section.named_texts(&REMEDIES);
    if !section.has(REMEDIES.name) {
        section.miss(&REMEDIES, "expected the remedies of each diagnosis; without them nothing is healed");
    }
    let remedies = remedies.unwrap_or_default();
    check(section, &remedies);
    Arc::new(HealConfig { max_remedies, remedies })
}

/// No remedy is applied twice in a call, so naming one twice means something that does not happen.
fn check(section: &mut Section<'_, '_>, remedies: &BTreeMap<String, Vec<String>>) {
    for (diagnosis, names) in remedies {
        let path = join(&section.at(REMEDIES.name), diagnosis);
        for (index, name) in names.iter().enumerate() {
            if name.is_empty() {
                section.findings.add(ProblemCode::OutOfRange, &path, "the name of a remedy is empty");
            } else if names.iter().take(index).any(|other| other == name) {
                let found = Tree::Text(name.clone()).describe();
                let message = format!("{found} is given twice (a call has each remedy once)");
                section.findings.add(ProblemCode::Contradiction, &path, message);
            }
        }
    }
}

pub(super) fn about_heal(heal: &HealConfig) -> String {
    let rows = heal.remedies.iter().take(MOST_ROWS).map(|(diagnosis, remedies)| {
        let names: Vec<String> = remedies.iter().map(|name| redact(name)).collect();
        format!("{} by {}", redact(diagnosis), names.join(", then "))
    });
    let more = if heal.remedies.len() > MOST_ROWS { " …" } else { "" };
    format!(
        "a call that failed is diagnosed, and made again after each of at most {}: {}{more}",
        plural(heal.most_in_a_call(), "remedy", "remedies"),
        rows.collect::<Vec<_>>().join("; ")
    )
}

pub(super) fn remedies_out_of_reach(policy: &Policy) -> Option<Warning> {
    let heal = policy.heal.as_ref()?;
    let most = heal.max_remedies.get().min(MOST_REMEDIES);
    let beyond = |remedies: &Vec<String>| remedies.len() > most as usize;
    let (diagnosis, remedies) = heal.remedies.iter().find(|(_, remedies)| beyond(remedies))?;
    let message = format!(
        "{} has {} remedies, and a call gets no further than {most} of them",
        redact(diagnosis),
        remedies.len()
    );
    Some(Warning { path: "heal.max_remedies".into(), message })
}

/// More diagnoses than anybody wants to read in a sentence.
const MOST_ROWS: usize = 10;

const MAX_REMEDIES: Field = Field {
    name: "max_remedies",
    aliases: &[],
    doc: Field::doc("So many remedies at most in one call, those that failed included. Default: 3."),
};
const REMEDIES: Field = Field {
    name: "remedies",
    aliases: &[],
    doc: Field::doc(
        "For each diagnosis by its name the names of its remedies, in the order in which they are tried; each at most \
          once in a call. Default: none, so it must be given.",
    ),
};
