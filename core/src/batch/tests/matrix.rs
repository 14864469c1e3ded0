//! The table in the module's documentation, played: every event for an item in every state.

use super::*;

/// A batch of two items, one at a time, whose first is in the named state.
fn in_state(name: &str) -> Batch {
    let mut batch = Batch::new(config(1, 1), 2);
    if name != "not started" {
        let _ = batch.next();
    }
    match name {
        "succeeded" => drop(batch.succeed(0)),
        "failed" => drop(batch.fail(0, Category::Server)),
        "cancelled" => drop(batch.ignore(0)),
        _ => {}
    }
    batch
}

fn state_of(batch: &Batch) -> &'static str {
    let report = batch.report();
    match () {
        () if report.successes.contains(&0) => "succeeded",
        () if report.failures.iter().any(|failure| failure.index == 0) => "failed",
        () if report.cancelled.contains(&0) => "cancelled",
        () if report.under_way == 1 => "under way",
        () => "not started",
    }
}

#[test]
fn every_event_in_every_state_does_what_the_table_says() {
    let table = [
        ("not started", ["–", "–", "–"]),
        ("under way", ["succeeded", "failed", "cancelled"]),
        ("succeeded", ["–"; 3]),
        ("failed", ["–"; 3]),
        ("cancelled", ["–"; 3]),
    ];
    for (state, expected) in table {
        assert_eq!(state, state_of(&in_state(state)));
        let found = ["succeed", "fail", "ignore"].map(|event| {
            let mut batch = in_state(state);
            let before = batch.clone();
            let counted = match event {
                "succeed" => batch.succeed(0),
                "fail" => batch.fail(0, Category::Server),
                _ => batch.ignore(0),
            };
            assert_eq!(counted, before != batch, "{event} in {state}");
            if counted { state_of(&batch) } else { "–" }
        });
        assert_eq!(expected, found, "{state}");
    }
}

#[test]
fn what_is_next_follows_from_how_the_first_item_stands() {
    let next =
        ["not started", "under way", "succeeded", "failed", "cancelled"].map(|state| in_state(state).next());
    assert_eq!([Next::Start(0), Next::Wait, Next::Start(1), Next::Done, Next::Start(1)], next);
}
