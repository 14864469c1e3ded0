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
        "exhausted" => {
            sim.fails(&mut run, 0, Category::Server);
            let _ = run.next(&mut sim.chain, |_| Availability::Benched, sim.now).unwrap();
        }
        "all benched" => {
            run.refused(&mut sim.chain, 0, None, sim.now).unwrap();
            let _ = run.next(&mut sim.chain, |_| Availability::Benched, sim.now).unwrap();
        }
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
        "refused" => run.refused(chain, 0, None, now),
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
    let events = [
        "next", "next, all benched", "failed", "fails now", "refused", "cancelled", "succeeded", "abandoned",
    ];
    let (misuse, between, over) = ("misuse", "between steps", "abandoned");
    let answered = ["same", "same", misuse, misuse, misuse, misuse, misuse, misuse];
    let table = [
        (between, ["under way", "all_benched", misuse, misuse, misuse, misuse, misuse, over]),
        ("under way", [misuse, misuse, between, "failed_now", between, over, "served", over]),
        ("served", [misuse; 8]),
        ("failed now", answered),
        ("exhausted", answered),
        ("all benched", answered),
        (over, [misuse; 8]),
    ];
    for (state, expected) in table {
        assert_eq!(expected, events.map(|event| after(state, event)), "{state}");
    }
}
