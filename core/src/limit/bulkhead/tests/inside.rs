//! Who is admitted, and what numbers are good for.

use super::*;

#[test]
fn so_many_calls_at_a_time_are_admitted_and_no_more() {
    let mut sim = Sim::new(BulkheadConfig { max_queue: 0, ..config() });
    let first = sim.enter();
    assert_eq!(("admitted", "full"), (sim.ask(), sim.ask()));
    assert_eq!((None, "admitted", "full"), (sim.leave(first), sim.ask(), sim.ask()));
}

#[test]
fn a_permit_handed_back_twice_frees_one_place() {
    let mut sim = Sim::new(BulkheadConfig { max_queue: 0, ..config() });
    let permits = sim.enters(2);
    sim.leave(permits[0]);
    sim.leave(permits[0]);
    assert_eq!((1, "admitted", "full"), (sim.bulkhead.in_flight(), sim.ask(), sim.ask()));
    assert_eq!(1, sim.bulkhead.tally().stale);
}

#[test]
fn the_next_holder_of_a_place_is_not_put_out_by_the_last_one() {
    let mut sim = Sim::new(BulkheadConfig { max_concurrent: count(1), max_queue: 0, ..config() });
    let early = sim.enter();
    sim.leave(early);
    let late = sim.enter();
    assert_ne!(early, late);
    sim.leave(early);
    assert_eq!((Place::Granted, Place::Gone, (1, 0)), (sim.poll(late), sim.poll(early), sim.view()));
}

#[test]
fn numbers_that_were_never_given_out_change_nothing() {
    let mut sim = Sim::new(config());
    let given = sim.enters(3)[0].to_bits();
    for bits in [0, 1, given ^ 1 << 20, given ^ 1 << 51, given + (1 << 21), 1 << 52 | given, u64::MAX] {
        let number = Permit::from_bits(bits);
        assert_eq!((None, None), (sim.leave(number), sim.forget(number)), "{bits}");
        assert_eq!((Place::Gone, (2, 1)), (sim.poll(number), sim.view()), "{bits}");
    }
}

#[test]
fn numbers_fit_into_a_double() {
    let mut sim = Sim::new(BulkheadConfig { max_concurrent: NonZeroU32::MAX, max_queue: 0, max_wait: None });
    let permits = sim.enters(MOST_CALLS as usize);
    assert_eq!("full", sim.ask());
    assert!(permits.iter().all(|permit| permit.to_bits() < 1 << 52));
}

#[test]
fn by_default_ten_calls_go_out_at_a_time_and_nobody_waits() {
    let expected = BulkheadConfig { max_concurrent: count(10), max_queue: 0, max_wait: Some(secs(1)) };
    assert_eq!(expected, BulkheadConfig::default());
}
