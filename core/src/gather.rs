//! Collections of a handful of items, without the sorts of the standard library.
//!
//! Those are quicker for many thousands, and bring some 4 kB of code for each kind of item: a page that loads this library as
//! WebAssembly waits for every one of them.

use alloc::vec::Vec;

/// `collect` for maps and sets.
pub(crate) fn gathered<C: Default + Extend<T>, T>(items: impl IntoIterator<Item = T>) -> C {
    let mut all = C::default();
    all.extend(items);
    all
}

/// Names in the order of the alphabet.
pub(crate) fn in_order<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut sorted: Vec<&str> = Vec::new();
    for name in names {
        sorted.insert(sorted.partition_point(|known| *known <= name), name);
    }
    sorted
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_last_of_two_with_one_key_stays_as_with_collect() {
        let items = [("b", 1), ("a", 2), ("b", 3)];
        assert_eq!(items.into_iter().collect::<BTreeMap<_, _>>(), gathered(items));
    }

    #[test]
    fn names_are_put_in_order_and_kept_twice_if_they_are_there_twice() {
        assert_eq!(["a", "b", "b", "c"], *in_order(["b", "c", "a", "b"]));
    }
}
