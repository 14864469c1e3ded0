mod crowds;
mod model;
mod names;
mod stories;

use core::cell::Cell;
use core::num::NonZeroU32;
use core::time::Duration;
use std::string::{String, ToString};
use std::vec::Vec;

use super::*;

/// A part that says whether it may go.
#[derive(Debug, Clone, PartialEq)]
struct Thing {
    /// What it was made as, to tell it from another of the same name.
    number: u32,
    held: bool,
}

impl Part for Thing {
    fn may_go(&self, _: Instant) -> bool {
        !self.held
    }
}

const fn thing(number: u32) -> Thing {
    Thing { number, held: false }
}

const fn held(number: u32) -> Thing {
    Thing { number, held: true }
}

fn registry(most: u32, idle: u64) -> Registry<Thing> {
    let most = NonZeroU32::new(most).expect("not zero");
    Registry::new(RegistryConfig { most, idle: Duration::from_secs(idle) })
}

fn at(seconds: u64) -> Instant {
    Instant::from_nanos(seconds * 1_000_000_000)
}

fn names(registry: &Registry<Thing>) -> Vec<String> {
    registry.iter().map(|(name, _)| name.to_string()).collect()
}
