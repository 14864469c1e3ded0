//! The table in the module's documentation, played: every event in every state.

use super::*;

/// A chain of two steps and a run in the named state.
fn in_state(name: &str) -> (Sim, ChainRun) {
    let mut sim = Sim::new(ChainConfig::new(std::vec![Step::new("a"), Step::new("b")]));
    let mut run = sim.begin();
    if name != "between steps" {
        sim.tries(&mut run);
    }
    match name {
        "served" => drop(run.succeeded(&mut sim.chain, 0, sim.now).unwrap()),
        "failed now" => sim.fails(&mut run, 0, Category::Auth),
        "abandoned" => run.abandoned(&mut sim.chain, sim.now).unwrap(),
        _ => {}
    }
    (sim, run)
}

/// What an event makes of a run in the named state.
fn after(name: &str, event: &str) -> &'static str {
    let (mut sim, mut run) = in_state(name);
    let (chain, now) = (&mut sim.chain, sim.now);
    let before = (chain.clone(), run.clone());
    let result = match event {
        "next" => run.next(chain, |_| Availability::Ready, now).map(drop),
        "next, all benched" => run.next(chain, |_| Availability::Benched, now).map(drop),
        "failed" => run.failed(chain, 0, &verdict(Category::Server), now),
        "fails now" => run.failed(chain, 0, &verdict(Category::Auth), now),
        "cancelled" => run.failed(chain, 0, &verdict(Category::Cancelled), now),
        "succeeded" => run.succeeded(chain, 0, now).map(drop),
        _ => run.abandoned(chain, now),
    };
    if result.is_err() {
        assert_eq!(before, (sim.chain, run), "{event} in {name}");
        return "misuse";
    }
    if before == (sim.chain.clone(), run.clone()) {
        return "same";
    }
    match run.ending() {
        Some(ending) => ending.name(),
        None if run.succeeded(&mut sim.chain, 0, now).is_ok() => "under way",
        None => "between steps",
    }
}

#[test]
fn every_event_in_every_state_does_what_the_table_says() {
    let events = ["next", "next, all benched", "failed", "fails now", "cancelled", "succeeded", "abandoned"];
    let misuse = "misuse";
    let table = [
        ("between steps", ["under way", "all_benched", misuse, misuse, misuse, misuse, "abandoned"]),
        ("under way", [misuse, misuse, "between steps", "failed_now", "abandoned", "served", "abandoned"]),
        ("served", [misuse; 7]),
        ("failed now", ["same", "same", misuse, misuse, misuse, misuse, misuse]),
        ("abandoned", [misuse; 7]),
    ];
    for (state, expected) in table {
        assert_eq!(expected, events.map(|event| after(state, event)), "{state}");
    }
}
