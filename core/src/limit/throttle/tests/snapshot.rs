//! Moves to another process.

use std::format;
use std::string::ToString;

use super::*;

/// The same throttle in another process, whose clock began at another time.
fn moved(sim: &mut Sim, uptime: Duration) -> Sim {
    let text = serde_json::to_string(&sim.throttle.snapshot(sim.now)).unwrap();
    let snapshot: Snapshot = serde_json::from_str(&text).unwrap();
    let mut other = Sim { rng: sim.rng.clone(), ..Sim::new(*sim.throttle.config()) };
    other.now = Instant::default().saturating_add(uptime);
    other.throttle.restore(&snapshot, other.now).unwrap();
    other
}

#[test]
fn a_restored_throttle_decides_as_the_original() {
    for age in [0, 300, 29_700, 40_000].map(Duration::from_millis) {
        for uptime in [Duration::ZERO, Duration::from_millis(12_345), secs(864_000)] {
            let mut here = Sim::new(config());
            // Long enough for the ring to come round in between.
            here.accepted(1)
                .after(Duration::from_millis(28_450))
                .refused(20)
                .after(secs(3))
                .accepted(4)
                .refused(9)
                .after(age);
            let mut there = moved(&mut here, uptime);
            for step in 0..70 {
                let half = Duration::from_millis(500);
                let (ours, theirs) = (here.after(half).admit(), there.after(half).admit());
                assert_eq!(ours, theirs, "half second {step} after a move at age {age:?} to {uptime:?}");
                assert_eq!((here.counts(), here.chance()), (there.counts(), there.chance()));
            }
            assert_eq!(here.throttle.tally(), there.throttle.tally());
        }
    }
}

#[test]
fn the_shape_is_pinned() {
    let mut sim = Sim::new(config());
    sim.refused(3).after(secs(2)).accepted(1).after(Duration::from_millis(500));
    let expected = "{\"version\":1,\"buckets\":[{\"requests\":1,\"accepts\":1},{\"requests\":0,\"accepts\":0},\
                    {\"requests\":3,\"accepts\":0}],\"into_bucket\":500000000,\
                    \"tally\":{\"rejected\":0,\"accepted\":1,\"refused\":3}}";
    assert_eq!(expected, serde_json::to_string(&sim.throttle.snapshot(sim.now)).unwrap());
}

#[test]
fn what_was_there_before_a_restore_is_replaced() {
    let mut sim = Sim::new(config());
    let empty = sim.throttle.snapshot(sim.now);
    sim.refused(100);
    sim.throttle.restore(&empty, sim.now).unwrap();
    assert_eq!(((0, 0), Tally::default()), (sim.counts(), sim.throttle.tally()));
}

#[test]
fn an_unknown_version_is_refused_and_nothing_happens() {
    let mut sim = Sim::new(config());
    sim.refused(5);
    let before = sim.throttle.clone();
    let snapshot = Snapshot { version: 2, ..Sim::new(config()).throttle.snapshot(sim.now) };
    let error = sim.throttle.restore(&snapshot, sim.now).unwrap_err();
    assert_eq!("version: 2 is not known (expected 1)", error.to_string());
    assert_eq!((RestoreError::Version(2), before), (error, sim.throttle));
}

#[test]
fn what_is_no_snapshot_is_not_read_as_one() {
    for fields in [
        "\"buckets\":[]",
        "\"buckets\":[3],\"into_bucket\":0",
        "\"buckets\":[{\"requests\":-1,\"accepts\":0}],\"into_bucket\":0",
        "\"buckets\":[{\"requests\":1,\"accepts\":0,\"extra\":1}],\"into_bucket\":0",
        "\"buckets\":[],\"into_bucket\":0,\"extra\":1",
    ] {
        let text =
            format!("{{\"version\":1,{fields},\"tally\":{{\"rejected\":0,\"accepted\":0,\"refused\":0}}}}");
        assert!(serde_json::from_str::<Snapshot>(&text).is_err(), "{text}");
    }
}

#[test]
fn no_snapshot_from_a_broken_store_wedges_a_throttle_or_makes_it_panic() {
    let most = Counts { requests: u64::MAX, accepts: u64::MAX };
    let none = Counts { requests: u64::MAX, accepts: 0 };
    let tally = Tally { rejected: u64::MAX, accepted: u64::MAX, refused: u64::MAX };
    for counts in [most, none] {
        let snapshot =
            Snapshot { version: 1, buckets: std::vec![counts; 1_000], into_bucket: u64::MAX, tally };
        for uptime in [Duration::ZERO, secs(1_000), Duration::MAX] {
            let mut sim = Sim::new(config());
            sim.now = Instant::default().saturating_add(uptime);
            sim.throttle.restore(&snapshot, sim.now).unwrap();
            let _ = sim.admit();
            sim.accepted(1).refused(1);
            assert_eq!(tally, sim.throttle.tally());
            assert!(sim.chance().0 <= sim.chance().1);
            let later = sim.throttle.snapshot(sim.now);
            sim.throttle.restore(&later, Instant::from_nanos(1)).unwrap();
            if uptime < Duration::MAX {
                assert_eq!((0, 0), sim.after(secs(30)).counts());
            }
        }
    }
}
