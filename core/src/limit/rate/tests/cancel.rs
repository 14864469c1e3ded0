//! Places given back.

use super::*;

#[test]
fn the_last_place_given_back_goes_to_the_next_who_asks() {
    let mut sim = Sim::new(patient());
    let _ = sim.asks(3);
    let last = sim.place();
    assert_eq!((true, Ok(millis(500))), (sim.cancel(last), sim.ask()));
}

#[test]
fn a_token_that_was_not_used_is_given_back_as_if_it_had_never_been_taken() {
    let mut sim = Sim::new(config());
    let _ = sim.ask();
    let unused = sim.after(millis(100)).place();
    let mut other = sim.clone();
    assert!(sim.cancel(unused));
    // It would have been full again at 250 ms, and so it is.
    assert_eq!([NOW, NOW, Err(millis(250))], *sim.after(millis(150)).asks(3));
    assert_eq!([NOW, Err(millis(250))], *other.after(millis(150)).asks(2));
}

#[test]
fn a_place_with_somebody_behind_it_stays_taken_since_nobody_would_move_up() {
    let mut sim = Sim::new(patient());
    let _ = sim.asks(2);
    let (early, late) = (sim.place(), sim.place());
    assert_eq!((false, true), (sim.cancel(early), sim.cancel(late)));
    assert_eq!(Ok(millis(500)), sim.ask());
}

#[test]
fn a_place_given_back_twice_is_given_back_once() {
    let mut sim = Sim::new(patient());
    let _ = sim.asks(3);
    let last = sim.place();
    assert_eq!((true, false), (sim.cancel(last), sim.cancel(last)));
    assert_eq!((Ok(millis(500)), false), (sim.ask(), sim.cancel(last)));
}

#[test]
fn numbers_that_were_never_given_out_change_nothing() {
    let mut sim = Sim::new(patient());
    let _ = sim.asks(3);
    let before = sim.limiter.clone();
    for bits in [0, 1, 2, 4, 1 << 52, u64::MAX] {
        assert!(!sim.cancel(Permit::from_bits(bits)), "{bits}");
    }
    assert_eq!(before, sim.limiter);
}

#[test]
fn places_from_before_a_restore_stay_taken() {
    let mut sim = Sim::new(patient());
    let last = sim.place();
    let snapshot = sim.limiter.snapshot(sim.now);
    sim.limiter.restore(&snapshot, sim.now).unwrap();
    assert_eq!((false, [NOW, Ok(millis(250))].as_slice()), (sim.cancel(last), &*sim.asks(2)));
}
