//! One behaviour each.

use super::*;

/// S4: named breakers, one for each service, isolated.
#[test]
fn s4_each_name_has_a_part_of_its_own_and_the_same_one_every_time() {
    let mut registry = registry(8, 60);
    for (name, number) in [("search", 1), ("billing", 2)] {
        assert_eq!(Ok(&mut thing(number)), registry.get_or_add(name, at(0), || thing(number)));
    }
    registry.get("search", at(1)).unwrap().held = true;
    let made = Cell::new(false);
    let again = registry.get_or_add("search", at(2), || {
        made.set(true);
        thing(9)
    });
    assert_eq!((Ok(&mut held(1)), false), (again, made.get()));
    assert_eq!(Some(&thing(2)), registry.peek("billing"));
    assert_eq!(None, registry.get("Search", at(2)));
}

#[test]
fn a_new_part_takes_the_place_of_the_least_recently_used_one() {
    let mut registry = registry(2, 60);
    for (name, number) in [("a", 1), ("b", 2)] {
        let _ = registry.get_or_add(name, at(0), || thing(number));
    }
    assert!(registry.get("a", at(0)).is_some());
    assert!(registry.get_or_add("c", at(0), || thing(3)).is_ok());
    assert_eq!(["a", "c"].map(String::from), *names(&registry));
    assert_eq!(RegistryTally { parts: 2, most: 2, evicted: 1, refused: 0 }, registry.tally());
}

#[test]
fn looking_at_a_part_is_no_use_of_it() {
    let mut registry = registry(2, 60);
    for (name, number) in [("a", 1), ("b", 2)] {
        let _ = registry.get_or_add(name, at(0), || thing(number));
    }
    assert!(registry.peek("a").is_some());
    let _ = registry.get_or_add("c", at(0), || thing(3));
    assert_eq!(["b", "c"].map(String::from), *names(&registry));
}

/// mode: registry grows with its keys
#[test]
fn a_part_that_must_not_be_forgotten_is_passed_over() {
    let mut registry = registry(2, 60);
    let _ = registry.get_or_add("open", at(0), || held(1));
    let _ = registry.get_or_add("closed", at(1), || thing(2));
    let _ = registry.get_or_add("new", at(2), || thing(3));
    assert_eq!(["new", "open"].map(String::from), *names(&registry));
}

#[test]
fn where_no_part_may_go_a_new_one_is_refused_and_the_old_ones_stay() {
    let mut registry = registry(2, 60);
    for name in ["a", "b"] {
        let _ = registry.get_or_add(name, at(0), || held(1));
    }
    let full = Full { most: NonZeroU32::new(2).unwrap() };
    assert_eq!(Err(full), registry.get_or_add("c", at(9_999), || thing(3)));
    assert_eq!("all 2 places of the registry are held by parts that must not be forgotten", full.to_string());
    assert_eq!(["a", "b"].map(String::from), *names(&registry));
    assert_eq!(Ok(&mut held(1)), registry.get_or_add("a", at(9_999), || thing(4)));
    assert_eq!(RegistryTally { parts: 2, most: 2, evicted: 0, refused: 1 }, registry.tally());
    registry.get("b", at(9_999)).unwrap().held = false;
    assert!(registry.get_or_add("c", at(9_999), || thing(3)).is_ok());
    assert_eq!(["a", "c"].map(String::from), *names(&registry));
}

#[test]
fn what_has_become_free_is_found_after_a_few_refusals_however_many_are_held() {
    let mut registry = registry(100, 60);
    for number in 0..100 {
        let _ = registry.get_or_add(&number.to_string(), at(0), || held(number));
    }
    registry.get("99", at(0)).unwrap().held = false;
    let found: Vec<bool> = (0..4)
        .map(|number| registry.get_or_add(&std::format!("new {number}"), at(0), || thing(0)).is_ok())
        .collect();
    assert_eq!([false, false, false, true], *found);
    assert_eq!(None, registry.peek("99"));
}

#[test]
fn thirty_two_parts_are_asked_for_one_that_is_new() {
    let refused_first = |free: u32| {
        let mut registry = registry(100, 60);
        for number in 0..100 {
            let part = Thing { number, held: number != free };
            let _ = registry.get_or_add(&number.to_string(), at(0), || part);
        }
        ["new", "newer"].map(|name| registry.get_or_add(name, at(0), || held(0)).is_err())
    };
    assert_eq!(([false, true], [true, false]), (refused_first(31), refused_first(32)));
}

#[test]
fn a_part_that_nobody_used_for_long_goes_when_all_are_swept_unless_it_must_stay() {
    let mut registry = registry(8, 60);
    for (name, part) in [("idle", thing(1)), ("open", held(2)), ("used", thing(3)), ("late", thing(4))] {
        let since = u64::from(name == "late");
        let _ = registry.get_or_add(name, at(since), || part.clone());
    }
    let _ = registry.get("used", at(30));
    assert_eq!(0, registry.sweep(at(59)));
    assert_eq!(1, registry.sweep(at(60)));
    assert_eq!(["late", "open", "used"].map(String::from), *names(&registry));
    assert_eq!(2, registry.sweep(at(90)));
    assert_eq!(3, registry.tally().evicted);
}

#[test]
fn each_new_part_sweeps_two_old_ones() {
    let mut registry = registry(100, 60);
    for number in 0..5 {
        let _ = registry.get_or_add(&number.to_string(), at(0), || thing(number));
    }
    let _ = registry.get_or_add("new", at(60), || thing(9));
    assert_eq!(["2", "3", "4", "new"].map(String::from), *names(&registry));
    let _ = registry.get_or_add("newer", at(60), || thing(9));
    assert_eq!(["4", "new", "newer"].map(String::from), *names(&registry));
}

#[test]
fn time_that_went_backwards_makes_nothing_younger_or_older() {
    let mut registry = registry(8, 60);
    let _ = registry.get_or_add("a", at(100), || thing(1));
    let _ = registry.get_or_add("b", at(5), || thing(2));
    assert_eq!(0, registry.sweep(at(159)));
    assert_eq!(0, registry.sweep(at(0)));
    assert_eq!(2, registry.sweep(Instant::from_nanos(u64::MAX)));
}

#[test]
fn a_part_can_be_taken_out_even_if_it_is_held() {
    let mut registry = registry(8, 60);
    let _ = registry.get_or_add("open", at(0), || held(1));
    assert_eq!((Some(held(1)), None), (registry.remove("open"), registry.remove("open")));
    assert_eq!(RegistryTally { parts: 0, most: 8, evicted: 0, refused: 0 }, registry.tally());
}

/// mode: registry grows with its keys
#[test]
fn a_flood_of_names_stays_within_its_bound() {
    let mut registry = Registry::new(RegistryConfig::default());
    let _ = registry.get_or_add("open", at(0), || held(1));
    for number in 0..100_000 {
        let _ = registry.get_or_add(&number.to_string(), at(0), || thing(number));
    }
    let tally = registry.tally();
    assert_eq!(
        (1024, 98_977, 0, true),
        (tally.parts, tally.evicted, tally.refused, registry.peek("open").is_some())
    );
}

#[test]
fn a_hundred_thousand_parts_are_all_found() {
    let mut registry = registry(100_000, 60);
    for number in 0..100_000 {
        let _ = registry.get_or_add(&number.to_string(), at(0), || thing(number));
    }
    assert!((0..100_000).all(|number| registry.peek(&number.to_string()) == Some(&thing(number))));
}
