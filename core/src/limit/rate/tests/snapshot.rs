//! Moves to another process.

use std::string::ToString;

use super::*;

/// The same limiter in another process, whose clock began at another time.
fn moved(sim: &mut Sim, uptime: Duration) -> Sim {
    let text = serde_json::to_string(&sim.limiter.snapshot(sim.now)).unwrap();
    let snapshot: Snapshot = serde_json::from_str(&text).unwrap();
    let mut other = Sim::new(*sim.limiter.config());
    other.now = Instant::default().saturating_add(uptime);
    other.limiter.restore(&snapshot, other.now).unwrap();
    other
}

#[test]
fn a_restored_limiter_decides_as_the_original() {
    for calls in 0..6 {
        for uptime in [Duration::ZERO, millis(3), Duration::from_secs(864_000)] {
            let mut here = Sim::new(patient());
            let _ = here.asks(calls);
            let mut there = moved(here.after(millis(33)), uptime);
            assert_eq!(here.limiter.tally(), there.limiter.tally());
            assert_eq!(here.asks(5), there.asks(5), "{calls} calls before a move to {uptime:?}");
        }
    }
}

#[test]
fn another_rate_takes_on_as_many_tokens() {
    let mut here = Sim::new(patient());
    let _ = here.asks(3);
    let snapshot = here.limiter.snapshot(here.now);
    let mut slower = Sim::new(RateLimitConfig { rate: count(2), ..patient() });
    slower.limiter.restore(&snapshot, slower.now).unwrap();
    assert_eq!(
        (millis(500), 0),
        (slower.limiter.retry_after(slower.now), slower.limiter.available(slower.now))
    );
}

#[test]
fn the_shape_is_pinned() {
    let mut sim = Sim::new(patient());
    let _ = sim.asks(3);
    let expected = "{\"version\":1,\"missing\":2,\"part\":800000000,\
                    \"tally\":{\"admitted\":3,\"delayed\":1,\"rejected\":0,\"cancelled\":0}}";
    sim.after(millis(50));
    assert_eq!(expected, serde_json::to_string(&sim.limiter.snapshot(sim.now)).unwrap());
}

#[test]
fn an_unknown_version_is_refused_and_nothing_happens() {
    let mut sim = Sim::new(patient());
    let _ = sim.asks(3);
    let before = sim.limiter.clone();
    let snapshot = Snapshot { version: 2, ..Sim::new(config()).limiter.snapshot(sim.now) };
    let error = sim.limiter.restore(&snapshot, sim.now).unwrap_err();
    assert_eq!("version: 2 is not known (expected 1)", error.to_string());
    assert_eq!((RestoreError::Version(2), before), (error, sim.limiter));
}

#[test]
fn what_is_no_snapshot_is_not_read_as_one() {
    let tally = "{\"admitted\":0,\"delayed\":0,\"rejected\":0,\"cancelled\":0}";
    for text in [
        "null",
        "{}",
        "{\"version\":1}",
        &std::format!("{{\"version\":1,\"missing\":-1,\"part\":0,\"tally\":{tally}}}"),
        &std::format!("{{\"version\":1,\"missing\":1e400,\"part\":0,\"tally\":{tally}}}"),
        &std::format!("{{\"version\":1,\"missing\":0,\"part\":0,\"tally\":{tally},\"extra\":1}}"),
    ] {
        assert!(serde_json::from_str::<Snapshot>(text).is_err(), "{text}");
    }
}

#[test]
fn no_snapshot_from_a_broken_store_shuts_a_limiter_for_longer_than_its_longest_line() {
    let most = Tally { admitted: u64::MAX, delayed: u64::MAX, rejected: u64::MAX, cancelled: u64::MAX };
    let snapshot = Snapshot { version: 1, missing: u64::MAX, part: u64::MAX, tally: most };
    for (config, longest) in [(config(), millis(250)), (patient(), millis(250))] {
        for now in [0, NOON.as_nanos(), u64::MAX] {
            let mut sim = Sim { limiter: RateLimiter::new(config), now: Instant::from_nanos(now) };
            sim.limiter.restore(&snapshot, sim.now).unwrap();
            assert_eq!(Err(longest), sim.ask());
            let last = sim.limiter.acquire(Instant::from_nanos(u64::MAX)).map(|place| place.permit);
            assert_eq!(most, sim.limiter.tally());
            if let Ok(last) = last {
                assert!(sim.cancel(last));
            }
        }
    }
}
