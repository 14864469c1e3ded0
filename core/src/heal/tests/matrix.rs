//! The table in the module's documentation, played: every event in every state.

use super::*;

fn in_state(name: &str) -> Heal {
    let mut heal = call(3, &DISK);
    match name {
        "remedy" => drop(heal.failed(Some("disk_full"))),
        "succeeded" => heal.succeeded().unwrap(),
        "gave up" => drop(heal.failed(None)),
        "abandoned" => heal.abandoned().unwrap(),
        _ => {}
    }
    heal
}

fn state_of(heal: &Heal) -> &'static str {
    match heal.ending() {
        Some(_) => "over",
        None if heal.report().remedies.last().is_some_and(|last| last.outcome == RemedyOutcome::UnderWay) => {
            "remedy"
        }
        None => "attempt",
    }
}

/// What an event makes of a call in the named state.
fn after(name: &str, event: &str) -> &'static str {
    let mut heal = in_state(name);
    let before = heal.clone();
    let result = match event {
        "failed" => heal.failed(Some("disk_full")).map(drop),
        "failed, unknown" => heal.failed(Some("?")).map(drop),
        "remedied" => heal.remedied(1).map(drop),
        "remedy failed" => heal.remedy_failed(1).map(drop),
        "succeeded" => heal.succeeded(),
        _ => heal.abandoned(),
    };
    assert_eq!(result.is_err(), before == heal, "{event} in {name}");
    if result.is_ok() { state_of(&heal) } else { "misuse" }
}

#[test]
fn every_event_in_every_state_does_what_the_table_says() {
    let misuse = "misuse";
    let table = [
        ("attempt", ["remedy", "over", misuse, misuse, "over", "over"]),
        ("remedy", [misuse, misuse, "attempt", "remedy", misuse, "over"]),
        ("succeeded", [misuse; 6]),
        ("gave up", [misuse; 6]),
        ("abandoned", [misuse; 6]),
    ];
    let events = ["failed", "failed, unknown", "remedied", "remedy failed", "succeeded", "abandoned"];
    for (state, expected) in table {
        assert_eq!(expected, events.map(|event| after(state, event)), "{state}");
    }
}

#[test]
fn misuse_says_what_is_wrong_with_it() {
    let text = |misuse: Misuse| misuse.to_string();
    assert_eq!(
        ["remedy 1 is still under way", "remedy 2 is not under way", "the call is over"].map(String::from),
        [
            text(in_state("remedy").succeeded().unwrap_err()),
            text(in_state("remedy").remedied(2).unwrap_err()),
            text(in_state("succeeded").remedied(2).unwrap_err()),
        ]
    );
}
