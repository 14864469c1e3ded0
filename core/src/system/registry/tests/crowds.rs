//! Names that were chosen to meet.

use super::*;

/// Names that fall into one bucket of any table that a test fills.
fn crowd(size: usize) -> Vec<String> {
    let names = (0..).map(|number: u32| number.to_string());
    names.filter(|name| Key::new(name).hash().trailing_zeros() >= 12).take(size).collect()
}

/// Two names with the same hash.
fn twins() -> [String; 2] {
    let mut seen = alloc::collections::BTreeMap::new();
    let mut names = (0..).map(|number: u32| number.to_string());
    loop {
        let name = names.next().expect("no end");
        if let Some(other) = seen.insert(Key::new(&name).hash(), name.clone()) {
            return [other, name];
        }
    }
}

#[test]
fn names_that_meet_in_a_bucket_are_all_found() {
    let mut registry = registry(1_000, 60);
    let names = crowd(40);
    for (number, name) in (0..).zip(&names) {
        let _ = registry.get_or_add(name, at(0), || thing(number));
    }
    for (number, name) in (0..).zip(&names) {
        assert_eq!(
            (Some(&thing(number)), None),
            (registry.peek(name), registry.peek(&std::format!("x{name}")))
        );
    }
}

#[test]
fn names_that_meet_can_go_and_come_again_in_any_order() {
    let mut registry = registry(1_000, 60);
    let names = crowd(40);
    for round in 0..3 {
        for (number, name) in (0..).zip(&names) {
            let _ = registry.get_or_add(name, at(0), || thing(round * 100 + number));
        }
        for (number, name) in (0..).zip(&names).filter(|(number, _)| number % 3 == round) {
            assert!(registry.remove(name).is_some(), "{number}");
            assert_eq!((true, None), (registry.peek(name).is_none(), registry.remove(name)));
        }
    }
    let left = names.iter().filter(|name| registry.peek(name).is_some()).count();
    assert_eq!((27, 27), (left, registry.iter().count()));
}

#[test]
fn names_with_the_same_hash_are_different_parts() {
    let mut registry = registry(8, 60);
    let [one, other] = twins();
    let _ = registry.get_or_add(&one, at(0), || thing(1));
    assert_eq!(None, registry.peek(&other));
    let _ = registry.get_or_add(&other, at(0), || thing(2));
    assert_eq!((Some(&thing(1)), Some(&thing(2))), (registry.peek(&one), registry.peek(&other)));
    assert_eq!((Some(thing(1)), Some(&thing(2))), (registry.remove(&one), registry.peek(&other)));
}

#[test]
fn a_crowd_is_taken_apart_as_the_table_grows() {
    let mut registry = registry(10_000, 60);
    let names = crowd(9);
    for name in &names {
        let _ = registry.get_or_add(name, at(0), || thing(1));
    }
    for number in 0..9_000 {
        let _ = registry.get_or_add(&std::format!("other {number}"), at(0), || thing(number));
    }
    assert!(names.iter().all(|name| registry.peek(name).is_some()));
    assert!((0..9_000).all(|number| registry.peek(&std::format!("other {number}")) == Some(&thing(number))));
}
