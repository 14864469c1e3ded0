//! Bugs to be found: what a careless change of the core might look like.
//!
//! None of it is in the core. [`write`] makes a copy of it in which each of these places asks whether its bug is the one that is
//! wanted, so that one build serves for all. A text that is not in the core exactly once is an error: the core has moved on, and
//! the list has to follow.

mod breaker;
mod calls;

use std::fs;
use std::io;
use std::path::Path;

/// A bug, as one change of one text.
#[derive(Debug, Clone, Copy)]
pub struct Plant {
    /// What is wrong, in a few words.
    pub name: &'static str,
    /// In this file of `core/src`
    pub file: &'static str,
    /// this text, which is there once,
    pub find: &'static str,
    /// becomes this one; `PLANTED` is whether the bug is wanted.
    pub put: &'static str,
}

/// All of them.
pub fn plants() -> impl Iterator<Item = Plant> + Clone {
    breaker::PLANTS.into_iter().chain(calls::PLANTS)
}

/// Changes the copy of the core in the folder `core`, which has to be as the core is.
pub fn write(core: &Path) -> io::Result<()> {
    for (number, plant) in (1..).zip(plants()) {
        let path = core.join("src").join(plant.file);
        let text = fs::read_to_string(&path)?;
        if text.matches(plant.find).count() != 1 {
            let why = format!("{}: {} has not exactly one\n{}", plant.name, plant.file, plant.find);
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        let put = plant.put.replace("PLANTED", &format!("crate::planted::is({number})"));
        fs::write(&path, text.replace(plant.find, &put))?;
    }
    let root = core.join("src/lib.rs");
    fs::write(&root, fs::read_to_string(&root)?.replace("pub mod time;", "pub mod planted;\npub mod time;"))?;
    fs::write(core.join("src/planted.rs"), MODULE)
}

/// Which bug is wanted, for each thread.
const MODULE: &str = "//! Which bug is wanted.
#![allow(missing_docs)]
use core::cell::Cell;
std::thread_local! { static WANTED: Cell<u32> = const { Cell::new(0) }; }
pub fn want(number: u32) { WANTED.set(number); }
pub fn is(number: u32) -> bool { WANTED.get() == number }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bug_has_its_one_place_in_the_core() {
        let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/src");
        for plant in plants() {
            let text = fs::read_to_string(core.join(plant.file)).expect("a file of the core");
            assert_eq!(1, text.matches(plant.find).count(), "{}: {}\n{}", plant.name, plant.file, plant.find);
            assert!(plant.put.contains("PLANTED") && plant.put != plant.find, "{}", plant.name);
        }
    }

    #[test]
    fn no_bug_is_there_twice() {
        let names: std::collections::BTreeSet<&str> = plants().map(|plant| plant.name).collect();
        assert_eq!(plants().count(), names.len());
    }
}
