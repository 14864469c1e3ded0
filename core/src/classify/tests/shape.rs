//! The verdict as hosts see it, and tables that must stay consistent.

use super::judged;
use crate::classify::list::Name;
use crate::classify::names_table::{FAMILIES, VAGUE};
use crate::classify::text::Text;
use crate::classify::words_table::{CLEAR, FAINT, FETCH, MONEY, NEVER_SENT, PASSING_TLS, TRANSPORT};

#[test]
fn a_verdict_has_five_fields() {
    let verdict = judged(r#"{"status": 429, "headers": {"retry-after": "1.5"}}"#);
    let json = serde_json::to_value(&verdict).expect("plain data");
    let expected = serde_json::json!({
        "category": "rate_limit", "status": "transient", "retryable": true, "retry_after": 1.5, "rule": "http.status.429",
    });
    assert_eq!(expected, json);
}

#[test]
fn phrases_are_written_as_texts_are_read() {
    let messages = [CLEAR, FAINT, FETCH, MONEY, NEVER_SENT, PASSING_TLS, TRANSPORT].concat();
    for (_, phrases) in messages.iter().chain(FAMILIES) {
        for phrase in phrases.iter().map(Name::text) {
            assert!(!phrase.is_empty() && Text::split(phrase).words().eq(phrase.split(' ')), "{phrase}");
        }
    }
}

#[test]
fn words_called_vague_are_in_the_table() {
    let known = |words: &str| FAMILIES.iter().any(|(_, phrases)| phrases.contains(words));
    assert_eq!(None, VAGUE.iter().map(Name::text).find(|words| !known(words)));
}

#[test]
fn a_rule_never_repeats_what_the_error_said() {
    let verdict = judged(
        r#"{"type": "Hunter2Error", "message": "hunter2 connection refused", "code": "hunter2_rate_limit"}"#,
    );
    assert!(!verdict.rule.contains("hunter2"), "{}", verdict.rule);
}
