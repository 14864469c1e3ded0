//! What document 001 asks for, by its id.

use super::*;

/// T7: fail → diagnose → apply the remedy → retry, with the document's receipt.
#[test]
fn t7_a_failure_is_diagnosed_remedied_and_the_call_made_again() {
    let mut heal = call(3, &[("image_quality", &["preprocess_image"]), ("encoding", &["fix_encoding"])]);
    assert_eq!(remedy(1, "preprocess_image"), heal.failed(Some("image_quality")));
    assert_eq!(Ok(Next::Retry), heal.remedied(1));
    assert_eq!(remedy(2, "fix_encoding"), heal.failed(Some("encoding")));
    assert_eq!(Ok(Next::Retry), heal.remedied(2));
    assert_eq!(Ok(()), heal.succeeded());
    let expected = serde_json::json!({
        "attempts": 3,
        "remedies": [
            {"diagnosis": "image_quality", "remedy": "preprocess_image", "outcome": "succeeded"},
            {"diagnosis": "encoding", "remedy": "fix_encoding", "outcome": "succeeded"},
        ],
        "ending": "succeeded",
        "unknown_diagnosis": null,
    });
    assert_eq!(expected, serde_json::to_value(heal.report()).unwrap());
}

/// T7: it is bounded: a diagnoser that says the same for ever does not make it loop.
#[test]
fn t7_the_same_diagnosis_again_and_again_ends() {
    let mut heal = call(5, &[("image_quality", &["preprocess_image"])]);
    assert_eq!(remedy(1, "preprocess_image"), heal.failed(Some("image_quality")));
    assert_eq!(Ok(Next::Retry), heal.remedied(1));
    assert_eq!(given_up(GiveUp::NoRemedyLeft), heal.failed(Some("image_quality")));
    assert_eq!(2, heal.report().attempts);
}
