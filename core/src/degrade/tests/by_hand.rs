//! What people and the host's own code do to the level.

use super::*;

#[test]
fn by_hand_the_dwell_does_not_matter_but_starts_over() {
    let mut sim = Sim::new(config());
    sim.reads("cpu_usage", 0.99).after(1).degrades("queue full").after(29).reads("cpu_usage", 0.99);
    assert_eq!("medium", sim.level());
    assert_eq!("low", sim.after(1).reads("cpu_usage", 0.99).level());
}

#[test]
fn there_is_nothing_below_the_lowest_level_or_above_the_best() {
    let mut sim = Sim::new(config());
    assert_eq!("full", sim.restores().level());
    assert_eq!("minimal", sim.sets("minimal").degrades("more").level());
    assert_eq!(["full > minimal: manual"], *sim.changes());
}

#[test]
fn a_level_chosen_by_hand_is_not_left_for_silence() {
    let mut sim = Sim::new(config());
    sim.sets("low");
    assert_eq!(("low", None), sim.after(86_400).ticks().stands());
    assert_eq!("medium", sim.reads("cpu_usage", 0.1).level());
    assert_eq!("high", sim.after(30).ticks().level());
    assert_eq!("full", sim.after(86_400).ticks().level());
}

#[test]
fn a_level_chosen_by_hand_is_not_left_for_silence_though_metrics_had_led_there() {
    let choices: [fn(&mut Sim) -> &mut Sim; 2] = [|sim| sim.sets("minimal"), |sim| sim.degrades("stay")];
    for choose in choices {
        let mut sim = Sim::new(config());
        for _ in 0..4 {
            sim.reads("cpu_usage", 0.99).after(30);
        }
        sim.changes();
        choose(&mut sim);
        assert_eq!(Vec::<String>::new(), sim.changes());
        assert_eq!(("minimal", None), sim.after(86_400).ticks().stands());
        assert_eq!("low", sim.reads("cpu_usage", 0.1).level());
    }
}

#[test]
fn a_choice_while_pinned_is_none() {
    let mut sim = Sim::new(config());
    sim.pins("low").degrades("no").sets("low").unpins().after(30).ticks();
    assert_eq!("medium", sim.level());
}

#[test]
fn the_level_that_is_there_already_is_no_change() {
    let mut sim = Sim::new(config());
    sim.sets("full").pins("full");
    assert_eq!((0, true), (sim.changes().len(), sim.machine.is_pinned()));
}

#[test]
fn an_unknown_level_is_an_error_that_names_those_there_are() {
    let mut sim = Sim::new(config());
    let before = sim.machine.clone();
    let errors = [sim.machine.set_level("medum", sim.now), sim.machine.pin("medum", sim.now)];
    for error in errors.map(Result::unwrap_err) {
        assert_eq!(
            "unknown level \"medum\" (expected full, high, medium, low or minimal)",
            error.to_string()
        );
    }
    assert_eq!(before, sim.machine);
}

#[test]
fn a_pinned_level_stays_whatever_happens() {
    let mut sim = Sim::new(config());
    sim.pins("medium");
    for value in [0.99, 0.1, 0.99] {
        sim.after(60).reads("cpu_usage", value).degrades("no").restores().sets("minimal").ticks();
    }
    assert_eq!(("medium", None), sim.stands());
    assert_eq!(["full > medium: pinned", "medium > high: pinned"], *sim.pins("high").changes());
}

#[test]
fn what_metrics_said_meanwhile_counts_once_the_level_is_unpinned() {
    let mut sim = Sim::new(config());
    sim.pins("medium").after(60).reads("cpu_usage", 0.99).unpins();
    assert_eq!(Some(0), sim.wakeup());
    assert_eq!("low", sim.ticks().level());
}

#[test]
fn unpinning_gives_the_choice_back_to_the_metrics_even_to_their_silence() {
    let mut sim = Sim::new(config());
    sim.pins("high").after(30).unpins();
    assert_eq!("full", sim.ticks().level());
    assert_eq!("high", sim.sets("high").unpins().after(86_400).ticks().level());
}

#[test]
fn no_reason_is_none() {
    let mut sim = Sim::new(config());
    assert_eq!(["full > high: manual", "high > medium: manual"], *sim.degrades("").degrades(" ").changes());
}

#[test]
fn a_reason_is_kept_in_short() {
    let mut sim = Sim::new(config());
    let Some(Cause::Manual { reason: Some(kept) }) =
        sim.degrades(&"é queue is full. ".repeat(100_000)).changes.pop().map(|change| change.cause)
    else {
        panic!("a reason")
    };
    assert_eq!((300, true), (kept.chars().count(), kept.starts_with("é queue is full. é")));
}

#[test]
fn a_reason_is_kept_without_its_secrets() {
    let mut sim = Sim::new(config());
    sim.degrades("upstream said api_key=sk-abcdef1234567890 is over quota");
    assert_eq!(["full > high: by hand, upstream said api_key=[redacted] is over quota"], *sim.changes());
}
