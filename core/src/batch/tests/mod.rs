mod matrix;
mod model;
mod seeds;
mod stories;

use core::num::NonZeroU32;
use std::vec::Vec;

use super::*;
use crate::classify::Category;

fn config(concurrency: u32, stop_after_failures: u32) -> BatchConfig {
    BatchConfig {
        concurrency: NonZeroU32::new(concurrency).expect("not zero"),
        stop_after_failures: NonZeroU32::new(stop_after_failures),
    }
}

/// Starts items until no more may be; their indices and what ended it.
fn fill(batch: &mut Batch) -> (Vec<u32>, Next) {
    let mut started = Vec::new();
    loop {
        match batch.next() {
            Next::Start(index) => started.push(index),
            end => return (started, end),
        }
    }
}

fn failed(failures: &[(u32, Category)]) -> Vec<FailedItem> {
    failures.iter().map(|(index, category)| FailedItem { index: *index, category: *category }).collect()
}
