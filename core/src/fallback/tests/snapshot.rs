use super::*;

/// The same chain in another process, whose clock began at another time.
fn moved(sim: &Sim, uptime: Duration) -> Sim {
    let text = serde_json::to_string(&sim.chain.snapshot(sim.now)).unwrap();
    let mut other = Sim::new(sim.chain.config().clone());
    other.now = at(0).saturating_add(uptime);
    other.chain.restore(&serde_json::from_str(&text).unwrap(), other.now).unwrap();
    (other.down, other.benched, other.took) = (sim.down.clone(), sim.benched.clone(), sim.took);
    other
}

#[test]
fn a_restored_chain_decides_as_the_original() {
    for config in [plain(), learning()] {
        for age in [0, 199, 201, 399, 599, 700] {
            for uptime in [Duration::ZERO, secs(3), secs(864_000)] {
                let mut here = Sim::new(config.clone());
                here.down = std::vec![0];
                here.calls(9).after(secs(age));
                let mut there = moved(&here, uptime);
                for step in 0..60 {
                    if step == 20 {
                        (here.down, there.down) = (Vec::new(), Vec::new());
                    }
                    assert_eq!(here.statistics(), there.statistics(), "{step} at {age} and {uptime:?}");
                    assert_eq!(here.after(secs(9)).call(), there.after(secs(9)).call());
                }
            }
        }
    }
}

#[test]
fn the_shape_is_pinned() {
    let mut sim = Sim::new(learning());
    sim.benched = std::vec![(1, Availability::Benched)];
    sim.down = std::vec![0];
    sim.calls(1).after(secs(5));
    let zeros = "\"ignored\":0,\"abandoned\":0";
    let end = "\"explored\":0,\"recovering\":false";
    let expected = std::format!(
        "{{\"version\":1,\"tally\":{{\"calls\":1,\"served\":1,\"exhausted\":0,\"all_benched\":0,\"failed_now\":0,\
         \"abandoned\":0}},\"last_served\":\"local\",\"turns\":0,\"steps\":{{\
         \"claude\":{{\"successes\":0,\"failures\":0,{zeros},\"benched\":1,\"latency\":0,{end}}},\
         \"gpt4\":{{\"successes\":0,\"failures\":1,{zeros},\"benched\":0,\"latency\":0,\"recent\":[{{\"successes\":0,\
         \"failures\":1,\"latency\":0,\"remaining\":594000000000}}],{end}}},\
         \"local\":{{\"successes\":1,\"failures\":0,{zeros},\"benched\":0,\"latency\":1000000000,\
         \"last_latency\":1000000000,\"last_success_ago\":5000000000,\"recent\":[{{\"successes\":1,\"failures\":0,\
         \"latency\":1000000000,\"remaining\":595000000000}}],{end}}}}}}}"
    );
    assert_eq!(expected, serde_json::to_string(&sim.chain.snapshot(sim.now)).unwrap());
}

#[test]
fn merged_snapshots_add_up_and_learn_from_each_other() {
    let (mut one, mut other) = (Sim::new(learning()), Sim::new(learning()));
    (one.down, other.down) = (std::vec![0], std::vec![0]);
    one.calls(1);
    other.calls(1).after(secs(1));
    assert_eq!(([0, 1, 2], [0, 1, 2]), (one.order().try_into().unwrap(), other.order().try_into().unwrap()));
    let (here, there) = (one.chain.snapshot(one.now), other.chain.snapshot(other.now));
    let (mut merged, mut swapped) = (here.clone(), there.clone());
    merged.merge(&there).unwrap();
    swapped.merge(&here).unwrap();
    assert_eq!(merged, swapped);
    one.chain.restore(&merged, one.now).unwrap();
    assert_eq!([1, 0, 2], *one.order());
    let statistics = one.statistics();
    assert_eq!((2, 2), (statistics.tally.calls, statistics.steps[0].failures));
    assert_eq!(Some("claude".to_string()), statistics.last_successful_fallback);
}

#[test]
fn a_document_may_order_drop_and_add_steps() {
    let mut sim = Sim::new(learning());
    sim.down = std::vec![0];
    sim.calls(3);
    let snapshot = sim.chain.snapshot(sim.now);
    let steps = std::vec![Step::new("new"), tools().swap_remove(1)];
    let mut other = Sim::new(ChainConfig::new(steps));
    other.chain.restore(&snapshot, other.now).unwrap();
    let statistics = other.statistics();
    assert_eq!([0, 3], *statistics.steps.iter().map(|step| step.successes).collect::<Vec<_>>());
    assert_eq!(
        (3, Some("claude".to_string())),
        (statistics.tally.calls, statistics.last_successful_fallback)
    );
}

#[test]
fn an_unknown_version_is_refused_and_nothing_happens() {
    let mut sim = Sim::new(learning());
    sim.calls(3);
    let before = sim.chain.clone();
    let snapshot = Snapshot { version: 2, ..sim.chain.snapshot(sim.now) };
    let error = sim.chain.restore(&snapshot, sim.now.saturating_add(secs(1))).unwrap_err();
    assert_eq!("version: 2 is not known (expected 1)", error.to_string());
    assert_eq!(before, sim.chain);
    let mut good = sim.chain.snapshot(sim.now);
    let unchanged = good.clone();
    assert_eq!(Err(RestoreError::Version(2)), good.merge(&snapshot));
    assert_eq!(unchanged, good);
}

#[test]
fn no_snapshot_from_a_broken_store_demotes_for_ever_or_panics() {
    let most = u64::MAX;
    let generation =
        std::format!("{{\"successes\":{most},\"failures\":{most},\"latency\":{most},\"remaining\":{most}}}");
    let step = std::format!(
        "{{\"successes\":{most},\"failures\":{most},\"latency\":{most},\"last_success_ago\":{most},\"recovering\":true,\
         \"explored\":{most},\"recent\":[{}]}}",
        std::vec![generation; 9].join(",")
    );
    let text = std::format!(
        "{{\"version\":1,\"turns\":{most},\"last_served\":\"nobody\",\"tally\":{{\"calls\":{most},\"served\":{most},\
         \"exhausted\":{most},\"all_benched\":0,\"failed_now\":0,\"abandoned\":{most}}},\
         \"steps\":{{\"gpt4\":{step},\"claude\":{step},\"ghost\":{step}}}}}"
    );
    let mut snapshot: Snapshot = serde_json::from_str(&text).unwrap();
    snapshot.merge(&snapshot.clone()).unwrap();
    for uptime in [Duration::ZERO, secs(1_000), Duration::from_secs(500 * 365 * 86_400)] {
        let mut sim = Sim::new(learning());
        sim.now = at(0).saturating_add(uptime);
        sim.chain.restore(&snapshot, sim.now).unwrap();
        sim.down = std::vec![0];
        sim.calls(50);
        let _ = (sim.statistics(), sim.chain.snapshot(sim.now));
        sim.after(secs(601));
        assert_eq!([0, 1, 2], *sim.order());
    }
}

#[test]
fn turns_from_a_broken_store_neither_run_out_nor_keep_a_step_waiting() {
    let mut sim = Sim::new(learning());
    sim.down = std::vec![0, 1];
    sim.calls(2);
    let mut snapshot = sim.chain.snapshot(sim.now);
    snapshot.turns = u64::MAX;
    snapshot.steps.get_mut("gpt4").unwrap().explored = u64::MAX;
    sim.chain.restore(&snapshot, sim.now).unwrap();
    let firsts: Vec<_> = (0..16).map(|_| sim.call()[0]).collect();
    assert_eq!([2, 2, 2, 1, 2, 2, 2, 0, 2, 2, 2, 1, 2, 2, 2, 0], *firsts);
}

#[test]
fn what_is_no_snapshot_is_not_read_as_one() {
    for text in ["null", "{}", "{\"version\":1}", "{\"version\":1,\"tally\":{},\"steps\":{}}"] {
        assert!(serde_json::from_str::<Snapshot>(text).is_err(), "{text}");
    }
}

#[test]
fn of_two_that_are_merged_the_later_success_is_the_last() {
    let (mut early, mut late) = (Sim::new(learning()), Sim::new(learning()));
    late.down = std::vec![0];
    early.calls(1).after(secs(5));
    late.calls(1).after(secs(1));
    let (early, late) = (early.chain.snapshot(early.now), late.chain.snapshot(late.now));
    let (mut merged, mut swapped) = (early.clone(), late.clone());
    merged.merge(&late).unwrap();
    swapped.merge(&early).unwrap();
    assert_eq!(
        (Some("claude"), Some("claude")),
        (merged.last_served.as_deref(), swapped.last_served.as_deref())
    );
    let mut never = Sim::new(learning()).chain.snapshot(at(43_200));
    never.merge(&early).unwrap();
    assert_eq!(Some("gpt4"), never.last_served.as_deref());
}

#[test]
fn of_successes_of_the_same_age_ours_stays() {
    let (mut ours, mut theirs) = (Sim::new(learning()), Sim::new(learning()));
    theirs.took = [secs(2); 3];
    theirs.down = std::vec![0];
    ours.calls(2);
    theirs.calls(1);
    theirs.down.clear();
    theirs.calls(1);
    let (mut merged, theirs) = (ours.chain.snapshot(ours.now), theirs.chain.snapshot(theirs.now));
    merged.merge(&theirs).unwrap();
    let last = |snapshot: &Snapshot| snapshot.steps["gpt4"].last_latency.map(Duration::from_nanos);
    assert_eq!((Some(secs(1)), Some(secs(2))), (last(&merged), last(&theirs)));
    let mut other = ours.chain.snapshot(ours.now);
    other.last_served = Some("local".into());
    merged.merge(&other).unwrap();
    assert_eq!(Some("gpt4"), merged.last_served.as_deref());
}

#[test]
fn of_two_latencies_that_are_merged_the_later_holds() {
    let (mut ours, mut theirs) = (Sim::new(learning()), Sim::new(learning()));
    theirs.took = [secs(2); 3];
    ours.calls(1).after(secs(5));
    theirs.calls(1).after(secs(1));
    let (ours, theirs) = (ours.chain.snapshot(ours.now), theirs.chain.snapshot(theirs.now));
    for (mut merged, other) in [(ours.clone(), &theirs), (theirs.clone(), &ours)] {
        merged.merge(other).unwrap();
        let step = &merged.steps["gpt4"];
        let nanos = |time| Duration::from_nanos(time);
        assert_eq!(
            (Some(secs(2)), Some(secs(1))),
            (step.last_latency.map(nanos), step.last_success_ago.map(nanos))
        );
    }
}

#[test]
fn a_step_recovers_where_either_of_two_that_are_merged_says_so() {
    let mut sim = Sim::new(learning());
    sim.calls(1);
    let plain = sim.chain.snapshot(sim.now);
    let mut recovering = plain.clone();
    recovering.steps.get_mut("gpt4").unwrap().recovering = true;
    for (mut merged, other) in [(plain.clone(), &recovering), (recovering.clone(), &plain)] {
        merged.merge(other).unwrap();
        assert!(merged.steps["gpt4"].recovering);
    }
}

#[test]
fn experience_that_is_over_is_not_saved() {
    let mut sim = Sim::new(learning());
    sim.calls(1);
    for _ in 0..=600 {
        sim.after(secs(1));
        let recent = &sim.chain.snapshot(sim.now).steps["gpt4"].recent;
        assert!(recent.iter().all(|generation| generation.remaining > 0), "{recent:?}");
    }
}
