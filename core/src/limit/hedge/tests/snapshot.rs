use super::*;

/// The same hedge in another process, whose clock began at another time.
fn moved(sim: &mut Sim, uptime: Duration) -> Sim {
    let text = serde_json::to_string(&sim.hedge.snapshot(sim.now)).unwrap();
    let snapshot: Snapshot = serde_json::from_str(&text).unwrap();
    let mut other = Sim::new(*sim.hedge.config());
    other.now = Instant::from_nanos(0).saturating_add(uptime);
    other.hedge.restore(&snapshot, other.now).unwrap();
    other
}

#[test]
fn a_restored_hedge_decides_as_the_original() {
    for config in [config(), fixed(), HedgeConfig::default()] {
        for age in [Duration::ZERO, secs(3), millis(9_999), secs(25), secs(100)] {
            for uptime in [Duration::ZERO, secs(3), millis(12_345), secs(864_000)] {
                let mut here = Sim::new(config);
                here.after(millis(300)).observes(1..=100).after(secs(11)).observes(300..=400).after(age);
                let mut there = moved(&mut here, uptime);
                for step in 0..60 {
                    let ours = (here.after(secs(1)).delay(), here.observed());
                    let theirs = (there.after(secs(1)).delay(), there.observed());
                    assert_eq!(ours, theirs, "{step} s after a move at age {age:?} to uptime {uptime:?}");
                }
            }
        }
    }
}

#[test]
fn the_shape_is_pinned() {
    let mut sim = Sim::new(config());
    sim.observes([0, 1, 1]).after(secs(20)).observes([100]).after(millis(1_500));
    let expected = "{\"version\":1,\"parts\":[[[399,1]],[],[[0,1],[189,2]]],\"into_part\":1500000000}";
    assert_eq!(expected, serde_json::to_string(&sim.hedge.snapshot(sim.now)).unwrap());
    let fixed = serde_json::to_string(&Sim::new(fixed()).hedge.snapshot(sim.now)).unwrap();
    assert_eq!("{\"version\":1,\"parts\":[],\"into_part\":0}", fixed);
}

#[test]
fn a_clock_that_went_backwards_changes_nothing() {
    let mut sim = Sim::new(config());
    sim.after(secs(25)).observes([100; 10]);
    let before = sim.hedge.snapshot(sim.now);
    assert_eq!((5_000_000_000, before.clone()), (before.into_part, sim.hedge.snapshot(NOW)));
    sim.hedge.restore(&before, NOW).unwrap();
    assert_eq!((10, before), (sim.observed(), sim.hedge.snapshot(sim.now)));
}

#[test]
fn what_was_observed_before_the_restoring_is_forgotten() {
    let mut sim = Sim::new(config());
    let empty = sim.hedge.snapshot(sim.now);
    sim.observes([100; 10]).hedge.restore(&empty, NOW).unwrap();
    assert_eq!((0, None), (sim.observed(), sim.delay()));
}

#[test]
fn an_unknown_version_is_refused_and_nothing_happens() {
    let mut sim = Sim::new(config());
    sim.observes([100; 10]);
    let before = sim.hedge.clone();
    let snapshot = Snapshot { version: 2, parts: vec![], into_part: 0 };
    let error = sim.hedge.restore(&snapshot, sim.now).unwrap_err();
    assert_eq!(
        (RestoreError::Version(2), "version: 2 is not known (expected 1)"),
        (error.clone(), &*error.to_string())
    );
    assert_eq!(before, sim.hedge);
}

#[test]
fn what_is_no_snapshot_is_not_read_as_one() {
    for text in [
        "null",
        "{}",
        "{\"version\":1,\"parts\":[]}",
        "{\"version\":1,\"parts\":[[[1]]],\"into_part\":0}",
        "{\"version\":1,\"parts\":[[[1,-1]]],\"into_part\":0}",
        "{\"version\":1,\"parts\":[[[1,4294967296]]],\"into_part\":0}",
        "{\"version\":1,\"parts\":[],\"into_part\":0,\"extra\":1}",
    ] {
        assert!(serde_json::from_str::<Snapshot>(text).is_err(), "{text}");
    }
}

#[test]
fn no_snapshot_from_a_broken_store_misleads_for_longer_than_the_window() {
    let full = vec![(895, u32::MAX), (895, u32::MAX), (896, 1), (u32::MAX, u32::MAX)];
    for (parts, into_part) in
        [(vec![full.clone(); 100], u64::MAX), (vec![full], 0), (vec![vec![]; 1_000], 9_999_999_999)]
    {
        for config in [config(), fixed()] {
            for uptime in [Duration::ZERO, secs(1_000), Duration::MAX] {
                let mut sim = Sim::new(config);
                sim.now = Instant::from_nanos(0).saturating_add(uptime);
                let snapshot = Snapshot { version: 1, parts: parts.clone(), into_part };
                sim.hedge.restore(&snapshot, sim.now).unwrap();
                let known = (sim.delay().is_some(), sim.observed() > 0);
                assert!(known.0 || !known.1, "{parts:?}");
                if uptime < Duration::MAX {
                    assert_eq!(0, sim.after(secs(40)).observed());
                }
                sim.observes([100; 10]);
            }
        }
    }
}

const NOW: Instant = Instant::from_nanos(0);
