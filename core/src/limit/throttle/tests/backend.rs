//! A client and a dependency of limited capacity, played second by second.

use super::*;

/// What the dependency saw and what it accepted of that.
#[derive(Debug, Default)]
struct Load {
    seen: u64,
    accepted: u64,
}

impl Sim {
    /// So many seconds with so many calls in each; the dependency accepts the first so many of a second.
    fn play(&mut self, seconds: u64, calls: u64, capacity: u64) -> Load {
        let mut load = Load::default();
        for _ in 0..seconds {
            let mut left = capacity;
            for _ in 0..calls {
                if self.admit().is_ok() {
                    load.seen += 1;
                    load.accepted += u64::from(left > 0);
                    self.throttle.settle(left > 0, self.now);
                    left = left.saturating_sub(1);
                }
                self.after(secs(1) / u32::try_from(calls).unwrap());
            }
        }
        load
    }
}

const CAPACITY: u64 = 100;

#[test]
fn at_three_times_its_capacity_a_dependency_sees_twice_of_it_and_loses_none_of_its_work() {
    let mut sim = Sim::new(config());
    sim.play(60, 3 * CAPACITY, CAPACITY);
    let Load { seen, accepted } = sim.play(60, 3 * CAPACITY, CAPACITY);
    assert!((60 * 19 * CAPACITY / 10..=60 * 21 * CAPACITY / 10).contains(&seen), "{seen}");
    assert_eq!(60 * CAPACITY, accepted);
}

#[test]
fn within_a_window_of_normal_load_nothing_is_rejected_any_more() {
    let mut sim = Sim::new(config());
    sim.play(60, 3 * CAPACITY, CAPACITY);
    sim.play(30, CAPACITY, CAPACITY);
    let Load { seen, accepted } = sim.play(30, CAPACITY, CAPACITY);
    assert_eq!((30 * CAPACITY, 30 * CAPACITY, (0, 1)), (seen, accepted, sim.chance()));
}

#[test]
fn in_an_outage_one_call_in_ten_looks_whether_it_is_over() {
    let mut sim = Sim::new(config());
    sim.play(60, CAPACITY, CAPACITY);
    sim.play(60, CAPACITY, 0);
    let Load { seen, .. } = sim.play(60, CAPACITY, 0);
    assert!((60 * 9..=60 * 11).contains(&seen), "{seen}");
}

#[test]
fn two_windows_after_an_outage_under_full_load_nothing_is_rejected_any_more() {
    let mut sim = Sim::new(config());
    sim.play(120, CAPACITY, 0);
    sim.play(60, CAPACITY, CAPACITY);
    let Load { seen, accepted } = sim.play(30, CAPACITY, CAPACITY);
    assert_eq!((30 * CAPACITY, 30 * CAPACITY), (seen, accepted));
}
