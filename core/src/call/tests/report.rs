use super::*;

#[test]
fn a_report_has_every_attempt_its_wait_and_its_verdict() {
    let mut story = Story::of(&plain(""));
    story.admit().after(secs(1)).fail(UNAVAILABLE).sleep().admit().after(secs(1)).succeed();
    let expected = serde_json::json!({
        "attempt_count": 2,
        "attempts": [
            {
                "number": 1,
                "started": 0.0,
                "waited": 0.0,
                "verdict": {
                    "category": "server",
                    "status": "transient",
                    "retryable": true,
                    "retry_after": null,
                    "rule": "http.status.503",
                },
            },
            { "number": 2, "started": 2.0, "waited": 1.0, "verdict": null },
        ],
        "stop_reason": "success",
        "elapsed": 3.0,
    });
    assert_eq!(expected, serde_json::to_value(story.call.report()).unwrap());
}

#[test]
fn a_call_under_way_has_no_stop_reason() {
    let mut story = Story::of(&plain(""));
    story.admit();
    assert_eq!((1, None), (story.call.report().attempt_count, story.call.report().stop_reason));
}

#[test]
fn every_attempt_is_counted_but_only_the_last_failures_are_kept() {
    let mut story = Story::of("{\"retry\":{\"max_attempts\":4294967295,\"initial_delay\":0}}");
    story.play(&[UNAVAILABLE; 1_000]);
    let report = story.call.report();
    let numbers: Vec<u32> = report.attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!((1_001, (901..=1_001).collect()), (report.attempt_count, numbers));
}

#[test]
fn every_reason_to_stop_has_the_word_that_it_is_written_with() {
    for reason in [
        StopReason::Success,
        StopReason::Permanent,
        StopReason::Exhausted,
        StopReason::Deadline,
        StopReason::CircuitOpen,
        StopReason::RetryAfterOverCap,
        StopReason::NotIdempotent,
        StopReason::Cancelled,
    ] {
        assert_eq!(serde_json::json!(reason.name()), serde_json::to_value(reason).unwrap());
    }
}

/// mode: secret in a log
#[test]
fn no_secret_of_a_fault_is_in_its_report() {
    let mut story = Story::of(&plain(""));
    let fault = r#"{"type":"HTTPStatusError","status":503,"message":"GET https://u:hunter2@x.io/?api_key=sk-hunter2 failed",
        "headers":{"authorization":"Bearer hunter2"},"attrs":{"body":"token=hunter2"}}"#;
    story.admit().fail(fault);
    let report = serde_json::to_string(&story.call.report()).unwrap();
    assert!(!report.contains("hunter2"), "{report}");
}
