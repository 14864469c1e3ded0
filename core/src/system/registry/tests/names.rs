//! Names that nobody would choose.

use super::*;

fn hex(name: &str) -> String {
    Name::digest(name).iter().fold(String::new(), |hex, byte| hex + &std::format!("{byte:02x}"))
}

#[test]
fn the_digest_is_the_one_of_the_standard() {
    assert_eq!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", hex(""));
    assert_eq!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hex("abc"));
    assert_eq!(
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
    );
    assert_eq!(
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        hex(&"a".repeat(1_000_000))
    );
}

#[test]
fn the_digest_is_right_for_every_length_around_a_block() {
    // Each length alone, then all digests together, as a check computed with another program.
    let all: String = (0..130).map(|length| hex(&"x".repeat(length))).collect();
    assert_eq!("199af942eba7fa5d1e16d475169eb24018b14e69339c93d26a9ea6d873b4ace6", hex(&all));
}

#[test]
fn names_of_any_characters_are_different_parts() {
    let odd = ["", " ", "a:b", "{}", "\0", "\0\0", "ä", "a\u{308}", "\n", "..", "/", "💥", "A", "a"];
    let mut registry = registry(100, 60);
    for (number, name) in (0..).zip(odd) {
        let _ = registry.get_or_add(name, at(0), || thing(number));
    }
    for (number, name) in (0..).zip(odd) {
        assert_eq!(Some(&thing(number)), registry.peek(name), "{name:?}");
    }
}

#[test]
fn long_names_are_different_parts_even_if_they_begin_and_end_alike() {
    let long = |middle: &str| std::format!("{}{middle}{}", "x".repeat(5_000), "y".repeat(5_000));
    let mut registry = registry(8, 60);
    for (number, middle) in (1..).zip(["1", "2", "", "12"]) {
        let _ = registry.get_or_add(&long(middle), at(0), || thing(number));
    }
    assert_eq!((4, Some(&thing(2))), (registry.tally().parts, registry.peek(&long("2"))));
    assert_eq!(Some(thing(2)), registry.remove(&long("2")));
    assert_eq!(None, registry.peek(&long("2")));
}

#[test]
fn the_longest_name_that_is_kept_and_the_shortest_that_is_not_are_different_parts() {
    let mut registry = registry(8, 60);
    for length in [255, 256, 257] {
        let _ = registry.get_or_add(&"x".repeat(length as usize), at(0), || thing(length));
    }
    let shown: Vec<(usize, u32)> =
        registry.iter().map(|(name, part)| (name.chars().count(), part.number)).collect();
    assert_eq!([(255, 255), (256, 256), (49, 257)], *shown);
}

#[test]
fn a_short_name_that_looks_like_a_long_one_is_another_part() {
    let mut registry = registry(8, 60);
    let long = "x".repeat(1_000);
    let _ = registry.get_or_add(&long, at(0), || thing(1));
    let label = names(&registry).remove(0);
    let _ = registry.get_or_add(&label, at(0), || thing(2));
    assert_eq!((Some(&thing(1)), Some(&thing(2))), (registry.peek(&long), registry.peek(&label)));
}

#[test]
fn hashes_of_names_that_are_alike_are_not() {
    let alike: [fn(u32) -> String; 3] = [
        |number| std::format!("{number}"),
        |number| std::format!("https://api.example.com/v1/{number}/search"),
        |number| std::format!("{number:040}"),
    ];
    for names in alike {
        let mut fullest = [0_u32; 256];
        for number in 0..4096 {
            fullest[Key::new(&names(number)).hash() as usize % 256] += 1;
        }
        let most = fullest.into_iter().max();
        assert!(most <= Some(48), "sixteen a bucket, were they drawn; here {most:?} as in {}", names(7));
    }
}
