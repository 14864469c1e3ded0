//! The document for who looks for a fault.

use super::*;
use crate::time::Instant;

fn info() -> DebugInfo {
    let analytics = Analytics::new(AnalyticsConfig::default()).report(Instant::default());
    DebugInfo::new(judge(&HealthInput::default()), analytics)
}

/// S9: `get_debug_info()` is JSON: health, analytics, and the state of each part.
#[test]
fn s9_the_debug_information_is_one_json_document() {
    let mut info = info();
    let tally = RegistryTally { parts: 1, most: 1024, evicted: 0, refused: 0 };
    info.registries.insert("circuit_breakers".to_string(), tally);
    info.add("circuit_breakers.search", json!({"state": "open", "remaining": 3, "calls": [true, null]}));
    let document = serde_json::to_value(&info).unwrap();
    let keys: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(["analytics", "degradation", "events", "health", "parts", "registries", "version"], *keys);
    assert_eq!(
        json!({"circuit_breakers": {"parts": 1, "most": 1024, "evicted": 0, "refused": 0}}),
        document["registries"]
    );
    assert_eq!(
        json!({"circuit_breakers.search": {"state": "open", "remaining": 3, "calls": [true, null]}}),
        document["parts"]
    );
}

/// L11: what a part tells of itself may hold secrets, by their shape or by the name they stand under.
#[test]
fn l11_the_debug_information_has_no_secrets() {
    let mut info = info();
    info.add(
        "client",
        json!({
            "url": "https://user:hunter2@host/path?page=2",
            "auth": {"password": "hunter2", "user": "ann"},
            "headers": [{"Authorization": "Bearer abc.def"}, "api_key=hunter2"],
            "code": "timeout",
        }),
    );
    let expected = json!({
        "url": "https://[redacted]@host/path?page=2",
        "auth": {"password": "[redacted]", "user": "ann"},
        "headers": [{"Authorization": "[redacted]"}, "api_key=[redacted]"],
        "code": "timeout",
    });
    assert_eq!(Some(&expected), info.parts().get("client"));
}

#[test]
fn a_long_text_is_cut_and_not_hidden_for_its_length() {
    let mut info = info();
    info.add("a", json!({"note": "word ".repeat(1_000)}));
    let note = info.parts()["a"]["note"].as_str().unwrap();
    assert_eq!((true, 2_049), (note.starts_with("word word "), note.chars().count()));
}

#[test]
fn what_lies_too_deep_is_left_out() {
    let mut info = info();
    let deep = (0..100_u32).fold(json!("here"), |inner, _| json!([inner]));
    info.add("deep", deep);
    let text = serde_json::to_string(info.parts()).unwrap();
    assert_eq!((32, true), (text.matches('[').count(), text.contains("[\"…\"]")));
}

#[test]
fn two_parts_of_one_name_are_both_there() {
    let mut info = info();
    for number in 1..=3 {
        info.add("a", json!(number));
    }
    assert_eq!(json!({"a": 1, "a (2)": 2, "a (3)": 3}), json!(info.parts()));
}
