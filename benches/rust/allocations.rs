//! Counts what each thread allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What was allocated, by this thread and not given back in between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heap {
    /// How often.
    pub blocks: u64,
    /// How much.
    pub bytes: u64,
}

/// What `make` allocates and keeps.
pub fn heap_of<T>(make: impl FnOnce() -> T) -> (T, Heap) {
    let (blocks, bytes) = (BLOCKS.get(), BYTES.get());
    let value = make();
    let heap = Heap { blocks: BLOCKS.get() - blocks, bytes: u64::try_from(BYTES.get() - bytes).unwrap_or(0) };
    (value, heap)
}

thread_local! {
    static BLOCKS: Cell<u64> = const { Cell::new(0) };
    /// Given back by another thread than asked for it, this falls below nothing.
    static BYTES: Cell<i64> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(blocks: u64, bytes: usize, sign: i64) {
    // A thread that is ending has no cells any more, and nobody asks what it does then.
    let _ = BLOCKS.try_with(|cell| cell.set(cell.get() + blocks));
    let _ = BYTES.try_with(|cell| cell.set(cell.get() + sign * i64::try_from(bytes).unwrap_or(0)));
}

// SAFETY: every request goes to the system's allocator as it is; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size(), 1);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size(), -1);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
