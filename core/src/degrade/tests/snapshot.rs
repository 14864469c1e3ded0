//! Saving, moving and coming back.

use super::*;
use crate::degrade::{RestoreError, SavedReading};

/// The same machine in another process, whose clock began at another time.
fn moved(sim: &Sim, uptime: u64) -> Sim {
    let text = serde_json::to_string(&sim.machine.snapshot(sim.now)).unwrap();
    let snapshot: Snapshot = serde_json::from_str(&text).unwrap();
    let mut other = Sim::new(sim.machine.config().clone());
    other.now = Instant::default().saturating_add(secs(uptime));
    other.machine.restore_snapshot(&snapshot, other.now).unwrap();
    other
}

#[test]
fn a_restored_machine_decides_as_the_original() {
    let stories: [fn(&mut Sim) -> &mut Sim; 6] = [
        |sim| sim,
        |sim| sim.reads("cpu_usage", 0.99).after(5).reads("error_rate", 0.5),
        |sim| sim.reads("cpu_usage", 0.99).after(5).reads("cpu_usage", 0.1),
        |sim| sim.reads("cpu_usage", 0.99).sets("minimal"),
        |sim| sim.reads("cpu_usage", 0.99).pins("low").reads("cpu_usage", 0.99),
        |sim| sim.pins("low").reads("cpu_usage", 0.99).unpins().after(40),
    ];
    for (number, story) in stories.iter().enumerate() {
        for (age, uptime) in [(0, 0), (0, 3), (10, 0), (29, 864_000), (100, 1), (130, 0)] {
            let mut here = Sim::new(config());
            story(&mut here);
            here.after(age);
            here.changes();
            let mut there = moved(&here, uptime);
            for second in 0..400 {
                for sim in [&mut here, &mut there] {
                    match second {
                        150 => sim.unpins(),
                        200..230 => sim.reads("memory_usage", 0.95),
                        _ => sim.after(1).ticks(),
                    };
                }
                assert_eq!(
                    (here.stands(), here.machine.metrics(here.now).collect::<Vec<_>>()),
                    (there.stands(), there.machine.metrics(there.now).collect::<Vec<_>>()),
                    "story {number}, {second} s after a move at age {age} s to uptime {uptime} s"
                );
            }
            assert_eq!(here.changes(), there.changes());
        }
    }
}

#[test]
fn a_snapshot_is_readable_and_leaves_out_what_says_nothing() {
    let mut sim = Sim::new(config());
    assert_eq!(
        json!({"version": 1, "level": "full"}),
        serde_json::to_value(sim.machine.snapshot(sim.now)).unwrap()
    );
    sim.reads("cpu_usage", 0.99).after(10).reads("error_rate", 0.01);
    let expected = json!({
        "version": 1, "level": "high", "dwell_remaining": 20_000_000_000_u64,
        "metrics": {
            "cpu_usage": {"value": 0.99, "remaining": 110_000_000_000_u64},
            "error_rate": {"value": 0.01, "remaining": 120_000_000_000_u64, "unspent": true},
        },
        "trace": [{
            "from": "full", "to": "high", "ago": 10_000_000_000_u64,
            "cause": {"kind": "trigger", "metric": "cpu_usage", "value": 0.99, "threshold": 0.95},
        }],
    });
    assert_eq!(expected, serde_json::to_value(sim.machine.snapshot(sim.now)).unwrap());
}

#[test]
fn what_cannot_be_understood_is_an_error_and_changes_nothing() {
    let sound = Sim::new(config()).machine.snapshot(Instant::default());
    let reading = SavedReading { value: f64::NAN, remaining: 1, unspent: true };
    let metrics = BTreeMap::from([(String::from("cpu_usage"), reading)]);
    for (snapshot, expected) in [
        (Snapshot { version: 2, ..sound.clone() }, "version: 2 is not known (expected 1)"),
        (
            Snapshot { level: String::from("most"), ..sound.clone() },
            "level: unknown level \"most\" (expected full, high, medium, low or minimal)",
        ),
        (
            Snapshot { metrics, ..sound.clone() },
            "metrics.cpu_usage: NaN is out of range (expected a finite number)",
        ),
    ] {
        let mut sim = Sim::new(config());
        sim.degrades("before");
        let before = sim.machine.clone();
        let error: RestoreError =
            sim.machine.restore_snapshot(&snapshot, sim.now.saturating_add(NOON)).unwrap_err();
        assert_eq!(expected, error.to_string());
        assert_eq!(before, sim.machine);
    }
}

#[test]
fn a_hostile_snapshot_holds_nothing_for_ever() {
    let mut here = Sim::new(config());
    here.reads("cpu_usage", 0.99);
    let mut snapshot = here.machine.snapshot(here.now);
    snapshot.dwell_remaining = u64::MAX;
    snapshot.metrics.values_mut().for_each(|reading| reading.remaining = u64::MAX);
    snapshot.trace = core::iter::repeat_n(snapshot.trace[0].clone(), 5_000).collect();
    let mut there = Sim::new(config());
    there.machine.restore_snapshot(&snapshot, there.now).unwrap();
    assert_eq!((("high", Some(120)), 32), (there.stands(), there.machine.trace().count()));
}

#[test]
fn metrics_without_a_trigger_are_left_behind() {
    let mut here = Sim::new(config());
    here.reads("cpu_usage", 0.99);
    let snapshot = here.machine.snapshot(here.now);
    let mut there = Sim::new(DegradeConfig { triggers: BTreeMap::new(), ..config() });
    there.machine.restore_snapshot(&snapshot, there.now).unwrap();
    assert_eq!((0, ("high", Some(30))), (there.machine.metrics(there.now).count(), there.stands()));
}
