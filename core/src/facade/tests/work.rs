//! Batches and self-healing.

use serde_json::json;

use super::*;

/// T9
#[test]
fn t9_a_batch_of_which_some_items_fail() {
    let mut batch = Batch::new(r#"{"batch": {"concurrency": 2}}"#, 4).unwrap();
    assert_eq!([0, 1, Batch::WAIT], [(); 3].map(|()| batch.next()));
    assert_eq!(([true, false], Ok(true)), ([batch.succeed(0), batch.succeed(0)], batch.fail(1, "timeout")));
    assert_eq!([2, 3, Batch::WAIT], [(); 3].map(|()| batch.next()));
    assert_eq!([true, true], [batch.ignore(2), batch.succeed(3)]);
    assert_eq!(Batch::DONE, batch.next());
    assert_eq!(
        json!({
            "items": 4, "successes": [0, 3], "failures": [{"index": 1, "category": "timeout"}], "cancelled": [2],
            "skipped": 0, "under_way": 0, "stopped": false, "success_rate": 0.5,
        }),
        value(&batch.report())
    );
}

#[test]
fn a_batch_that_is_stopped_begins_nothing_more() {
    let mut batch = Batch::new("{}", 4).unwrap();
    assert_eq!(0, batch.next());
    batch.stop();
    assert_eq!(Batch::WAIT, batch.next());
    assert!(batch.succeed(0));
    assert_eq!((Batch::DONE, json!(3)), (batch.next(), value(&batch.report())["skipped"].clone()));
}

#[test]
fn a_category_that_there_is_not_is_refused() {
    let mut batch = Batch::new("{}", 1).unwrap();
    assert_eq!(0, batch.next());
    let error = batch.fail(0, "bad").unwrap_err().to_string();
    assert!(error.starts_with("category: unknown category \"bad\" (expected timeout, "), "{error}");
}

const HEAL: &str =
    r#"{"heal": {"max_remedies": 2, "remedies": {"memory": ["free", "restart"], "disk": ["clean"]}}}"#;

/// T7
#[test]
fn t7_a_diagnosis_leads_to_remedies_one_after_the_other() {
    let mut heal = Heal::new(HEAL).unwrap();
    assert_eq!((1, Some("free".into())), heal.failed(Some("memory")).unwrap());
    assert_eq!((2, Some("restart".into())), heal.remedy_failed(1).unwrap());
    assert_eq!((0, None), heal.remedied(2).unwrap());
    assert_eq!(0, heal.remedies_left());
    heal.succeeded().unwrap();
    let report = value(&heal.report());
    assert_eq!((json!(2), json!("succeeded")), (report["attempts"].clone(), report["ending"].clone()));
}

#[test]
fn a_call_is_given_up_for_a_reason() {
    let reason = |diagnosis| Heal::new(HEAL).unwrap().failed(diagnosis).unwrap();
    assert_eq!(
        [(0, Some("no_diagnosis".into())), (0, Some("unknown_diagnosis".into()))],
        [reason(None), reason(Some("rust"))]
    );
    let mut heal = Heal::new(HEAL).unwrap();
    assert_eq!((1, Some("clean".into())), heal.failed(Some("disk")).unwrap());
    assert_eq!((0, None), heal.remedied(1).unwrap());
    assert_eq!((0, Some("no_remedy_left".into())), heal.failed(Some("disk")).unwrap());
    let mut heal = Heal::new(HEAL).unwrap();
    for remedy in [1, 2] {
        let _ = heal.failed(Some("memory")).unwrap();
        let _ = heal.remedied(remedy).unwrap();
    }
    assert_eq!((0, Some("max_remedies".into())), heal.failed(Some("disk")).unwrap());
}

#[test]
fn a_call_that_was_abandoned_is_over() {
    let mut heal = Heal::new(HEAL).unwrap();
    heal.abandon();
    heal.abandon();
    assert_eq!("remedy: the call is over", heal.succeeded().unwrap_err().to_string());
    assert_eq!(
        "heal: missing (expected the remedies of each diagnosis)",
        Heal::new("{}").unwrap_err().to_string()
    );
}
