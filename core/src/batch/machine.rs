//! Every transition of a batch lives in this file; see the table in the [module](super).

use alloc::vec::Vec;

use super::config::BatchConfig;
use crate::classify::Category;

/// A batch of items that are known by their index, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    config: BatchConfig,
    pub(super) items: u32,
    /// Of each item that was started, in their order.
    pub(super) marks: Vec<Mark>,
    pub(super) under_way: u32,
    pub(super) succeeded: u32,
    pub(super) failed: u32,
    pub(super) stopped: bool,
}

/// What became of an item that was started. One byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    UnderWay,
    Succeeded,
    Failed(Category),
    Cancelled,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Next {
    /// Begin to work on the item with this index. It has a place until it is settled.
    Start(u32),
    /// Nothing can be started until an item ends: all places are taken, or the last items are under way.
    Wait,
    /// Every item that was started has ended, and no other will be started.
    Done,
}

impl Batch {
    /// A batch of so many items, none of them started.
    pub const fn new(config: BatchConfig, items: u32) -> Self {
        Self { config, items, marks: Vec::new(), under_way: 0, succeeded: 0, failed: 0, stopped: false }
    }

    /// The next thing to do. An item that this gives out must be settled.
    #[allow(clippy::should_implement_trait, reason = "waiting is an answer that an iterator does not have")]
    pub fn next(&mut self) -> Next {
        let started = self.started();
        if self.stopped || started == self.items {
            return if self.under_way == 0 { Next::Done } else { Next::Wait };
        }
        if self.under_way >= self.config.concurrency.get() {
            return Next::Wait;
        }
        self.marks.push(Mark::UnderWay);
        self.under_way += 1;
        Next::Start(started)
    }

    /// The item's work was done. Answers whether this was its first result.
    pub fn succeed(&mut self, index: u32) -> bool {
        let settled = self.settle(index, Mark::Succeeded);
        self.succeeded += u32::from(settled);
        settled
    }

    /// The item failed for good, with an error of this category. Answers whether this was its first result.
    ///
    /// Cancellation is never a failure: it is taken as [`ignore`](Self::ignore).
    pub fn fail(&mut self, index: u32, category: Category) -> bool {
        if category == Category::Cancelled {
            return self.ignore(index);
        }
        let settled = self.settle(index, Mark::Failed(category));
        self.failed += u32::from(settled);
        self.stopped |= self.config.stop_after_failures.is_some_and(|most| self.failed >= most.get());
        settled
    }

    /// The item was cancelled: neither a success nor a failure. Answers whether this was its first result.
    pub fn ignore(&mut self, index: u32) -> bool {
        self.settle(index, Mark::Cancelled)
    }

    /// Starts no further item. What is under way may end as it likes.
    pub const fn stop(&mut self) {
        self.stopped = true;
    }

    fn settle(&mut self, index: u32, result: Mark) -> bool {
        match self.marks.get_mut(index as usize) {
            Some(mark) if *mark == Mark::UnderWay => {
                *mark = result;
                self.under_way -= 1;
                true
            }
            _ => false,
        }
    }

    /// How many items were started; also the index of the next one.
    pub(super) fn started(&self) -> u32 {
        u32::try_from(self.marks.len()).unwrap_or(u32::MAX)
    }
}

const _: () = assert!(size_of::<Mark>() == 1, "a byte an item is what the documentation promises");
