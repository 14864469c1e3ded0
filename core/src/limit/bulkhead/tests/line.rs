//! Who waits, for how long, and who is next.

use super::*;

#[test]
fn whoever_finds_no_place_waits_in_the_line_until_that_is_full_too() {
    let mut sim = Sim::new(config());
    let permits = sim.enters(5);
    assert_eq!([Place::Granted, Place::Granted, waiting(1), waiting(2), waiting(3)], *sim.polls(&permits));
    assert_eq!(("full", (2, 3)), (sim.ask(), sim.view()));
}

#[test]
fn who_waits_hears_how_long_at_most() {
    for max_wait in [Some(secs(10)), None] {
        let mut sim = Sim::new(BulkheadConfig { max_wait, ..config() });
        sim.enters(2);
        let Entry::Queued { longest_wait, .. } = sim.bulkhead.enter(sim.now) else { panic!("a place") };
        assert_eq!(max_wait, longest_wait);
    }
}

#[test]
fn the_first_in_the_line_takes_over_from_whoever_leaves() {
    let mut sim = Sim::new(config());
    let permits = sim.enters(5);
    assert_eq!(Some(permits[2]), sim.leave(permits[1]));
    assert_eq!([Place::Granted, waiting(1), waiting(2)], *sim.polls(&permits[2..]));
    assert_eq!(Some(permits[3]), sim.leave(permits[2]));
    assert_eq!((2, 1), sim.view());
}

#[test]
fn a_newcomer_never_overtakes_somebody_who_waits() {
    let mut sim = Sim::new(config());
    let permits = sim.enters(3);
    sim.leave(permits[0]);
    let newcomer = sim.enter();
    assert_eq!((Place::Granted, waiting(1)), (sim.poll(permits[2]), sim.poll(newcomer)));
}

#[test]
fn who_gives_up_in_the_middle_closes_the_line_behind() {
    let mut sim = Sim::new(config());
    let permits = sim.enters(5);
    assert_eq!(None, sim.forget(permits[3]));
    assert_eq!([waiting(1), Place::Gone, waiting(2)], *sim.polls(&permits[2..]));
    assert_eq!((Some(permits[2]), Some(permits[4])), (sim.leave(permits[0]), sim.leave(permits[1])));
    assert_eq!((2, 0), sim.view());
}

#[test]
fn who_gives_up_at_either_end_leaves_the_line_whole() {
    for end in [2, 4] {
        let mut sim = Sim::new(config());
        let mut permits = sim.enters(5);
        sim.forget(permits.remove(end));
        permits.push(sim.enter());
        assert_eq!([waiting(1), waiting(2), waiting(3)], *sim.polls(&permits[2..]));
        let order = [sim.leave(permits[0]), sim.leave(permits[1]), sim.leave(permits[2])];
        assert_eq!([Some(permits[2]), Some(permits[3]), Some(permits[4])], order);
    }
}

#[test]
fn a_permit_that_came_too_late_for_its_caller_passes_on() {
    let mut sim = Sim::new(config());
    let permits = sim.enters(4);
    assert_eq!(Some(permits[2]), sim.leave(permits[0]));
    assert_eq!(Some(permits[3]), sim.forget(permits[2]));
    assert_eq!((None, (1, 0)), (sim.forget(permits[3]), sim.view()));
}

#[test]
fn a_place_in_the_line_is_no_permit_to_leave_with() {
    let mut sim = Sim::new(config());
    let permits = sim.enters(4);
    assert_eq!((None, waiting(1), (2, 2)), (sim.leave(permits[2]), sim.poll(permits[2]), sim.view()));
}

#[test]
fn who_has_waited_long_enough_is_gone_and_to_the_nanosecond() {
    let mut sim = Sim::new(config());
    let early = sim.enters(3)[2];
    let late = sim.after(secs(4)).enter();
    sim.after(secs(6) - NANOSECOND);
    assert_eq!([waiting(1), waiting(2)], *sim.polls(&[early, late]));
    sim.after(NANOSECOND);
    assert_eq!([Place::Gone, waiting(1)], *sim.polls(&[early, late]));
    assert_eq!(((2, 1), 1), (sim.view(), sim.bulkhead.tally().timed_out));
}

#[test]
fn a_place_that_comes_free_goes_past_those_whose_wait_is_over() {
    let mut sim = Sim::new(config());
    let permits = sim.enters(3);
    let late = sim.after(secs(4)).enter();
    assert_eq!(Some(late), sim.after(secs(6)).leave(permits[0]));
}

#[test]
fn the_place_of_one_whose_wait_is_over_is_free_for_the_next() {
    let mut sim = Sim::new(config());
    sim.enters(5);
    assert_eq!(("full", "queued"), (sim.ask(), sim.after(secs(10)).ask()));
    assert_eq!((2, 1), sim.view());
}

#[test]
fn where_no_wait_is_allowed_nobody_is_queued_and_where_it_is_unbounded_nobody_times_out() {
    let mut hasty = Sim::new(BulkheadConfig { max_wait: Some(Duration::ZERO), ..config() });
    hasty.enters(2);
    assert_eq!("full", hasty.ask());
    let mut patient = Sim::new(BulkheadConfig { max_wait: None, ..config() });
    let place = patient.enters(3)[2];
    assert_eq!(waiting(1), patient.after(Duration::MAX).poll(place));
}

#[test]
fn time_that_went_backwards_has_not_moved() {
    let mut sim = Sim::new(config());
    let early = sim.enters(3)[2];
    sim.after(secs(9)).view();
    sim.now = NOON;
    let late = sim.enter();
    assert_eq!([waiting(1), waiting(2)], *sim.polls(&[early, late]));
    sim.after(secs(18));
    assert_eq!([Place::Gone, waiting(1)], *sim.polls(&[early, late]));
}

#[test]
fn it_knows_what_it_has_seen() {
    let mut sim = Sim::new(config());
    let permits = sim.enters(5);
    sim.ask();
    sim.leave(permits[0]);
    sim.forget(permits[3]);
    sim.after(secs(10)).leave(permits[3]);
    let expected =
        Tally { admitted: 2, queued: 3, granted: 1, timed_out: 1, forgotten: 1, rejected: 1, stale: 1 };
    assert_eq!(expected, sim.bulkhead.tally());
}
