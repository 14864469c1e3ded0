//! What became of a batch, as data.

use alloc::vec::Vec;

use serde::Serialize;

use super::machine::{Batch, Mark};
use crate::classify::Category;

/// What became of the items of a batch, in the order of the items whatever the order they ended in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BatchReport {
    /// How many items the batch has.
    pub items: u32,
    /// The indices of those that succeeded.
    pub successes: Vec<u32>,
    /// Those that failed.
    pub failures: Vec<FailedItem>,
    /// The indices of those that were cancelled.
    pub cancelled: Vec<u32>,
    /// So many were never started; they are the last ones. While the batch is worked through: not yet.
    pub skipped: u32,
    /// So many are under way; 0 once the batch is done.
    pub under_way: u32,
    /// Whether it was stopped, by failures or by hand, even if there was nothing left to begin.
    pub stopped: bool,
    /// The share of **all** items that succeeded, from 0 to 1: those skipped and cancelled are no successes. Of an
    /// empty batch 1: all that was asked for was done.
    pub success_rate: f64,
}

/// An item that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FailedItem {
    /// Which one.
    pub index: u32,
    /// What kind of error it ended in.
    pub category: Category,
}

impl Batch {
    /// What has become of the items so far.
    pub fn report(&self) -> BatchReport {
        let marked = || (0..).zip(&self.marks);
        let with = |wanted: Mark| {
            marked().filter(move |(_, mark)| **mark == wanted).map(|(index, _)| index).collect()
        };
        let failure = |(index, mark): (u32, &Mark)| match *mark {
            Mark::Failed(category) => Some(FailedItem { index, category }),
            _ => None,
        };
        BatchReport {
            items: self.items,
            successes: with(Mark::Succeeded),
            failures: marked().filter_map(failure).collect(),
            cancelled: with(Mark::Cancelled),
            skipped: self.items - self.started(),
            under_way: self.under_way,
            stopped: self.stopped,
            success_rate: if self.items == 0 {
                1.0
            } else {
                f64::from(self.succeeded) / f64::from(self.items)
            },
        }
    }
}
