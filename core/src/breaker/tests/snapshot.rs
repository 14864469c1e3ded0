use std::string::ToString;

use super::*;
use crate::breaker::{RestoreError, Snapshot};

/// The same breaker in another process, whose clock began at another time.
fn moved(sim: &mut Sim, uptime: Duration) -> Sim {
    let text = serde_json::to_string(&sim.breaker.snapshot(sim.now)).unwrap();
    let snapshot: Snapshot = serde_json::from_str(&text).unwrap();
    let mut other = Sim::new(*sim.breaker.config());
    other.now = Instant::from_nanos(0).saturating_add(uptime);
    other.breaker.restore(&snapshot, other.now).unwrap();
    other
}

fn all_configs() -> [BreakerConfig; 5] {
    let both = BreakerConfig { identical_failures: NonZeroU32::new(3), ..timing() };
    [config(), counting(), timing(), identical(), both]
}

#[test]
fn a_restored_breaker_decides_as_the_original() {
    for config in all_configs() {
        for age in [Duration::ZERO, secs(10), secs(29), Duration::from_millis(29_700), secs(40)] {
            for uptime in [Duration::ZERO, secs(3), Duration::from_millis(12_345), secs(864_000)] {
                let mut here = Sim::new(config);
                here.after(Duration::from_millis(300)).fails(1).succeeds(1).fails(1).after(age);
                let mut there = moved(&mut here, uptime);
                for step in 0..40 {
                    let (ours, theirs) = (here.after(secs(1)).view(), there.after(secs(1)).view());
                    assert_eq!(
                        ours, theirs,
                        "{config:?}, {step} s after a move at age {age:?} to uptime {uptime:?}"
                    );
                }
                here.fails_if_admitted(2);
                there.fails_if_admitted(2);
                assert_eq!(
                    (here.view(), here.changes()),
                    (there.view(), there.changes()),
                    "{config:?} {age:?}"
                );
            }
        }
    }
}

#[test]
fn a_run_of_failures_goes_on_where_it_was() {
    for config in all_configs() {
        let mut here = Sim::new(config);
        here.fails(2);
        let mut there = moved(&mut here, secs(1));
        there.fails(1);
        assert_eq!(refused(StateName::Open, 60), there.ask(), "{config:?}");
    }
}

/// mode: monotonic time in a store that others read
/// mode: clock skew between hosts
#[test]
fn an_open_wait_goes_on_where_it_was_whatever_the_uptime() {
    for uptime in [Duration::ZERO, secs(5), secs(864_000)] {
        let mut here = tripped(config());
        here.after(secs(20));
        let mut there = moved(&mut here, uptime);
        assert_eq!(refused(StateName::Open, 40), there.ask());
        there.after(secs(40));
        assert_eq!(Ok(()), there.ask());
    }
}

#[test]
fn probes_that_succeeded_count_and_those_under_way_free_their_places() {
    let mut here = tripped(BreakerConfig { success_threshold: count(2), ..config() });
    here.after(secs(60)).succeeds(1).call();
    let mut there = moved(&mut here, secs(9));
    there.succeeds(1);
    assert_eq!(["half_open > closed: probes_succeeded"], *there.changes());
}

#[test]
fn a_hold_survives() {
    for forced in [Forced::Open, Forced::Closed] {
        let mut here = Sim::new(config());
        here.force(forced);
        let mut there = moved(&mut here, secs(9));
        assert_eq!(here.view(), there.view());
    }
}

#[test]
fn the_tally_and_the_last_failure_survive() {
    let mut here = tripped(config());
    here.ask().unwrap_err();
    here.after(secs(5));
    let mut there = moved(&mut here, secs(1_000));
    assert_eq!(here.tally(), there.tally());
    let last = there.breaker.last_failure().unwrap();
    assert_eq!(secs(5), there.now.saturating_since(last));
    assert_eq!(refused(StateName::Open, 55), there.ask());
}

#[test]
fn tickets_from_before_are_stale() {
    let mut sim = Sim::new(config());
    let early = sim.call();
    let snapshot = sim.breaker.snapshot(sim.now);
    sim.breaker.restore(&snapshot, sim.now).unwrap();
    sim.settle(early, failure(TIMEOUT));
    assert_eq!((View::closed(0), 1), (sim.view(), sim.tally().stale));
}

#[test]
fn the_shape_is_pinned() {
    let mut sim = Sim::new(timing());
    sim.fails(1).after(secs(2)).fails(1).after(Duration::from_millis(500));
    let expected = "{\"version\":1,\"state\":{\"name\":\"closed\"},\"evidence\":{\"consecutive\":2,\"identical\":2,\
                    \"fingerprint\":\"b\",\"buckets\":[{\"calls\":1,\"failures\":1,\"slow\":0},\
                    {\"calls\":0,\"failures\":0,\"slow\":0},{\"calls\":1,\"failures\":1,\"slow\":0}],\
                    \"into_bucket\":500000000},\
                    \"last_failure_ago\":500000000,\"tally\":{\"rejected\":0,\"failures\":2,\"trips\":0,\"stale\":0}}";
    assert_eq!(expected, serde_json::to_string(&sim.breaker.snapshot(sim.now)).unwrap());
}

#[test]
fn an_unknown_version_is_refused_and_nothing_happens() {
    let mut sim = tripped(config());
    let before = sim.breaker.clone();
    let snapshot = Snapshot { version: 2, ..Sim::new(config()).breaker.snapshot(sim.now) };
    let error = sim.breaker.restore(&snapshot, sim.now).unwrap_err();
    assert_eq!(
        (RestoreError::Version(2), "version: 2 is not known (expected 1)"),
        (error.clone(), &*error.to_string())
    );
    assert_eq!(before, sim.breaker);
}

#[test]
fn a_fingerprint_that_is_no_number_is_refused_and_nothing_happens() {
    let mut sim = Sim::new(config());
    sim.fails(1);
    let before = sim.breaker.clone();
    for fingerprint in ["", "x", "11112222333344445", "-"] {
        let text = closed(&format!("\"consecutive\":9,\"identical\":9,\"fingerprint\":\"{fingerprint}\""));
        let error = sim.breaker.restore(&serde_json::from_str(&text).unwrap(), sim.now).unwrap_err();
        assert_eq!(RestoreError::Fingerprint(fingerprint.into()), error);
        assert_eq!(before, sim.breaker);
    }
}

#[test]
fn what_is_no_snapshot_is_not_read_as_one() {
    for text in [
        "null",
        "[]",
        "{}",
        "{\"version\":1}",
        "{\"version\":-1,\"state\":{\"name\":\"forced_open\"},\"tally\":{}}",
        &closed("\"consecutive\":-1,\"identical\":0,\"fingerprint\":\"0\""),
        &closed("\"consecutive\":0,\"identical\":0,\"fingerprint\":\"0\",\"extra\":1"),
        &with_state("{\"name\":\"ajar\"}"),
        &with_state("{\"name\":\"open\"}"),
        &with_state("{\"name\":\"open\",\"remaining\":1e400}"),
        &with_state("{\"name\":\"half_open\",\"successes\":4294967296}"),
    ] {
        assert!(serde_json::from_str::<Snapshot>(text).is_err(), "{text}");
    }
}

/// mode: open for ever
#[test]
fn no_snapshot_from_a_broken_store_wedges_a_breaker_or_makes_it_panic() {
    let many = "{\"calls\":4294967295,\"failures\":4294967295,\"slow\":4294967295},".repeat(100);
    for text in [
        with_state("{\"name\":\"open\",\"remaining\":18446744073709551615}"),
        with_state("{\"name\":\"half_open\",\"successes\":4294967295}"),
        closed("\"consecutive\":4294967295,\"identical\":4294967295,\"fingerprint\":\"ffffffffffffffff\""),
        closed(&format!(
            "\"consecutive\":0,\"identical\":0,\"fingerprint\":\"0\",\"buckets\":[{}],\"into_bucket\":18446744073709551615",
            many.trim_end_matches(',')
        )),
        closed(&format!(
            "\"consecutive\":0,\"identical\":0,\"fingerprint\":\"0\",\"calls\":[{}]",
            "true,".repeat(1_000).trim_end_matches(',')
        )),
        closed(
            "\"consecutive\":0,\"identical\":0,\"fingerprint\":\"0\",\"calls\":[true],\"slow\":[true,true],\"successes\":4294967295",
        ),
    ] {
        for config in all_configs() {
            for uptime in [Duration::ZERO, secs(1_000), Duration::MAX] {
                let mut sim = Sim::new(config);
                sim.now = Instant::from_nanos(0).saturating_add(uptime);
                let snapshot: Snapshot = serde_json::from_str(&text).unwrap();
                sim.breaker.restore(&snapshot, sim.now).unwrap();
                let _ = sim.view();
                sim.ask().unwrap_or_default();
                if let Ok(ticket) = sim.admit() {
                    sim.settle(ticket, failure(TIMEOUT));
                }
                sim.settle(Ticket::from_bits(7), failure(TIMEOUT));
                sim.after(secs(60));
                assert_eq!(Some(Duration::ZERO), sim.breaker.retry_after(Instant::from_nanos(u64::MAX)));
                let _ = sim.view();
            }
        }
    }
}

fn closed(fields: &str) -> String {
    with("{\"name\":\"closed\"}", fields)
}

fn with_state(state: &str) -> String {
    with(state, "\"consecutive\":0,\"identical\":0,\"fingerprint\":\"0\"")
}

fn with(state: &str, evidence: &str) -> String {
    let most = u64::MAX;
    let tally = format!("{{\"rejected\":{most},\"failures\":{most},\"trips\":{most},\"stale\":{most}}}");
    format!(
        "{{\"version\":1,\"state\":{state},\"evidence\":{{{evidence}}},\"last_failure_ago\":{most},\"tally\":{tally}}}"
    )
}

#[test]
fn a_breaker_restored_while_open_forgets_its_window_at_the_same_moment() {
    let mut sim = Sim::new(timing());
    sim.after(Duration::from_millis(700)).fails(3);
    let mut other = Sim::new(timing());
    other.now = Instant::from_nanos(5);
    other.breaker.restore(&sim.breaker.snapshot(sim.now), other.now).unwrap();
    assert_eq!(3, other.view().failures);
    for sim in [&mut sim, &mut other] {
        sim.after(secs(60)).succeeds(1).fails(1).after(Duration::from_millis(29_300));
    }
    assert_eq!(sim.view(), other.view());
    for sim in [&mut sim, &mut other] {
        sim.after(Duration::from_millis(600));
    }
    assert_eq!((sim.view(), View::closed(0)), (other.view(), sim.after(secs(1)).view()));
}

#[test]
fn buckets_that_hold_more_than_can_be_counted_expire_like_others() {
    let full = "{\"calls\":4294967295,\"failures\":4294967295,\"slow\":0},".repeat(3);
    let text = closed(&format!(
        "\"consecutive\":0,\"identical\":0,\"fingerprint\":\"0\",\"buckets\":[{}]",
        full.trim_end_matches(',')
    ));
    let mut sim = Sim::new(timing());
    sim.breaker.restore(&serde_json::from_str(&text).unwrap(), sim.now).unwrap();
    assert_eq!(u32::MAX, sim.view().failures);
    assert_eq!(View::closed(0), sim.after(secs(30)).view());
}

#[test]
fn successes_and_slow_calls_of_a_window_move_along() {
    let mut here = Sim::new(slow());
    here.succeeds(2).takes(secs(9));
    assert_eq!(Counts { calls: 3, failures: 0, slow: 1 }, moved(&mut here, secs(3)).counts());
}

#[test]
fn successes_of_probes_that_the_other_has_no_room_for_stay_behind() {
    let needs = |successes| BreakerConfig { success_threshold: count(successes), ..config() };
    let mut here = Sim::new(needs(5));
    here.fails(3).after(secs(60)).succeeds(3);
    let mut there = Sim::new(needs(2));
    there.now = here.now;
    there.breaker.restore(&here.breaker.snapshot(here.now), there.now).unwrap();
    there.reconfigure(needs(5)).succeeds(3);
    assert_eq!(StateName::HalfOpen, there.view().state);
    assert_eq!(StateName::Closed, there.succeeds(1).view().state);
}

#[test]
fn successes_are_saved_only_where_their_number_matters() {
    for config in [counting(), timing()] {
        let (mut busy, mut idle) = (Sim::new(config), Sim::new(config));
        busy.succeeds(2);
        for sim in [&mut busy, &mut idle] {
            sim.fails(1);
        }
        let evidence = |sim: &mut Sim| sim.breaker.snapshot(sim.now).evidence;
        assert_eq!(evidence(&mut idle), evidence(&mut busy), "{config:?}");
    }
}
