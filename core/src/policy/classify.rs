//! The `classify` section.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::reader::{Field, Findings, Section, read_object};
use super::tree::Tree;
use crate::classify::{Category, Classifier, Kind, Match, Rule, StatusPattern, Then};
use crate::error::{ConfigError, ProblemCode};

/// Reads a `classify` block that stands alone.
pub fn parse_classifier(text: &str) -> Result<Classifier, ConfigError> {
    let tree = Tree::parse(text)?;
    let mut findings = Findings::default();
    let (classifier, _) = read_object(String::new(), &tree, &mut findings, read_classify);
    if findings.problems.is_empty() {
        Ok(classifier)
    } else {
        Err(ConfigError { problems: findings.problems })
    }
}

pub(super) fn read_classify(section: &mut Section<'_, '_>) -> Classifier {
    Classifier {
        kind: section.word(&KIND, &KINDS).unwrap_or_default(),
        retry_unknown: section.word(&UNKNOWN, &UNKNOWNS).unwrap_or(false),
        rules: section.sections(&RULES, read_rule).unwrap_or_default().into_iter().flatten().collect(),
    }
}

fn read_rule(section: &mut Section<'_, '_>) -> Option<Rule> {
    let matches = section.section(&MATCH, read_match);
    let then = section.text(&THEN);
    let retry_after = section.duration(&RETRY_AFTER);
    for field in [&MATCH, &THEN] {
        if !section.has(field.name) {
            section.miss(field, "a rule says what it matches and what that is then");
        }
    }
    let word = then?;
    let Some(then) = Then::parse(&word) else {
        let (found, expected) = (Tree::Text(word).describe(), Then::NAMES.join(", "));
        let message = format!("unknown verdict {found} (expected one of {expected})");
        section.findings.add(ProblemCode::UnknownValue, &section.at(THEN.name), message);
        return None;
    };
    Some(Rule { retry_after, ..Rule::new(matches?, then) })
}

fn read_match(section: &mut Section<'_, '_>) -> Match {
    let mut list = |field| section.names(field).unwrap_or_default();
    let (types, names, codes) = (list(&TYPE), list(&NAME), list(&CODE));
    let (statuses, messages, categories) = (list(&STATUS), list(&MESSAGE), list(&CATEGORY));
    Match {
        types,
        names,
        codes,
        messages,
        statuses: words(
            section,
            &STATUS,
            statuses,
            "a status such as 503, or a class such as \"5xx\"",
            StatusPattern::parse,
        ),
        categories: words(section, &CATEGORY, categories, "a category such as rate_limit", Category::parse),
    }
}

fn words<T>(
    section: &mut Section<'_, '_>,
    field: &Field,
    words: Vec<String>,
    expected: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let mut parsed = Vec::new();
    for word in words {
        if let Some(value) = parse(&word) {
            parsed.push(value);
        } else {
            let found = Tree::Text(word).describe();
            let message = format!("unknown {} {found} (expected {expected})", field.name);
            section.findings.add(ProblemCode::UnknownValue, &section.at(field.name), message);
        }
    }
    parsed
}

const KINDS: [(&str, Kind); 3] =
    [("default", Kind::Default), ("keyword", Kind::Keyword), ("none", Kind::None)];
const UNKNOWNS: [(&str, bool); 3] = [("permanent", false), ("transient", true), ("retry", true)];

const KIND: Field = Field {
    name: "kind",
    aliases: &[],
    doc: Field::doc(
        "Who decides where no rule fits: the library's tables, keywords of the message, or nobody. Default: default.",
    ),
};
const UNKNOWN: Field = Field {
    name: "unknown",
    aliases: &[],
    doc: Field::doc(
        "Whether an error of which nothing can be told is retried: permanent, or transient (also: retry). Default: \
          permanent.",
    ),
};
const RULES: Field = Field {
    name: "rules",
    aliases: &[],
    doc: Field::doc("Rules of your own; the first that fits decides. Default: none."),
};
const MATCH: Field = Field {
    name: "match",
    aliases: &[],
    doc: Field::doc(
        "What the rule is about. All keys must fit, and any entry of a list; no key at all fits every error.",
    ),
};
const THEN: Field = Field {
    name: "then",
    aliases: &[],
    doc: Field::doc("What such an error is: transient, permanent, degraded, ignore, or a category."),
};
const RETRY_AFTER: Field = Field {
    name: "retry_after",
    aliases: &[],
    doc: Field::doc("How long to wait, whatever the server says. Default: its hint."),
};
const TYPE: Field = Field {
    name: "type",
    aliases: &[],
    doc: Field::doc("The error's type or one of its bases, by full name or by its last part."),
};
const NAME: Field = Field { name: "name", aliases: &[], doc: Field::doc("JavaScript's error.name.") };
const CODE: Field =
    Field { name: "code", aliases: &[], doc: Field::doc("A code of the system, a library or the provider.") };
const STATUS: Field =
    Field { name: "status", aliases: &[], doc: Field::doc("An HTTP status such as 503, or a class: 5xx.") };
const MESSAGE: Field =
    Field { name: "message", aliases: &[], doc: Field::doc("Whole words of the message, without case.") };
const CATEGORY: Field = Field {
    name: "category",
    aliases: &[],
    doc: Field::doc("What the library's own tables say of the error."),
};
