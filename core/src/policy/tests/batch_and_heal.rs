//! The `batch` and the `heal` section.

use super::*;
use crate::batch::BatchConfig;
use crate::heal::HealConfig;

#[test]
fn an_empty_batch_section_means_its_defaults() {
    assert_eq!(
        Some(BatchConfig { concurrency: count(8), stop_after_failures: None }),
        policy(r#"{"batch": {}}"#).batch
    );
    assert_eq!(BatchConfig::default(), policy(r#"{"batch": {}}"#).batch.unwrap());
}

#[test]
fn a_batch_section_is_read() {
    let document = r#"{"batch": {"concurrency": 3, "stop_after_failures": 10}}"#;
    let expected = BatchConfig { concurrency: count(3), stop_after_failures: Some(count(10)) };
    assert_eq!(Some(expected), policy(document).batch);
}

#[test]
fn the_remedies_of_each_diagnosis_are_kept_in_their_order() {
    let document = r#"{"heal": {"max_remedies": 5, "remedies": {"slow": "restart", "disk_full": ["rotate_logs", "clear_cache"]}}}"#;
    let row = |diagnosis: &str, remedies: &[&str]| {
        (String::from(diagnosis), remedies.iter().map(|name| String::from(*name)).collect())
    };
    let expected = HealConfig {
        max_remedies: count(5),
        remedies: [row("slow", &["restart"]), row("disk_full", &["rotate_logs", "clear_cache"])].into(),
    };
    assert_eq!(Some(&expected), policy(document).heal.as_deref());
}

#[test]
fn a_call_has_three_remedies_unless_told_otherwise() {
    let heal = policy(r#"{"heal": {"remedies": {"slow": "restart"}}}"#).heal.unwrap();
    assert_eq!((count(3), count(3)), (heal.max_remedies, HealConfig::default().max_remedies));
}

#[test]
fn secrets_in_names_are_not_repeated_in_problems_or_sentences() {
    let told = problems(r#"{"heal": {"remedies": {"a": ["token=abc123def", "token=abc123def"]}}}"#);
    let sentences = policy(r#"{"heal": {"remedies": {"a": "token=abc123def"}}}"#).explain().sentences;
    let all = told.into_iter().chain(sentences).collect::<String>();
    assert_eq!((2, 0), (all.matches("token=[redacted]").count(), all.matches("abc123def").count()), "{all}");
}
