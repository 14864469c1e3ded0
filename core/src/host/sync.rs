//! The words and locks that threads share: the standard library's, or those of loom, which tries the orders in which threads can
//! get at them (`make loom`).

pub(super) use self::imp::{AtomicI64, AtomicU32, AtomicU64, Mutex, MutexGuard, OnceLock, thread_number};
pub(super) use core::sync::atomic::Ordering;
pub(super) use std::sync::PoisonError;

#[cfg(not(loom))]
mod imp {
    use core::cell::Cell;
    use core::sync::atomic::Ordering;

    pub(in crate::host) use core::sync::atomic::{AtomicI64, AtomicU32, AtomicU64};
    pub(in crate::host) use std::sync::{Mutex, MutexGuard, OnceLock};

    /// Threads are numbered in the order in which they first ask.
    #[inline]
    pub(in crate::host) fn thread_number() -> usize {
        static THREADS: AtomicU32 = AtomicU32::new(0);
        std::thread_local! {
            static NUMBER: Cell<usize> = const { Cell::new(usize::MAX) };
        }
        let number = NUMBER.get();
        if number != usize::MAX {
            return number;
        }
        let number = THREADS.fetch_add(1, Ordering::Relaxed) as usize;
        NUMBER.set(number);
        number
    }
}

#[cfg(loom)]
mod imp {
    use alloc::boxed::Box;
    use core::cell::Cell;
    use core::sync::atomic::{AtomicUsize, Ordering};

    use loom::sync::atomic::AtomicBool;
    pub(in crate::host) use loom::sync::atomic::{AtomicI64, AtomicU32, AtomicU64};
    pub(in crate::host) use loom::sync::{Mutex, MutexGuard};

    /// loom has none. The flag is what it walks; the value is made under a lock of its caller's, so nothing waits for it.
    #[derive(Debug)]
    pub(in crate::host) struct OnceLock<T> {
        made: AtomicBool,
        value: std::sync::OnceLock<T>,
    }

    impl<T> OnceLock<T> {
        pub(in crate::host) fn new() -> Self {
            Self { made: AtomicBool::new(false), value: std::sync::OnceLock::new() }
        }

        pub(in crate::host) fn get(&self) -> Option<&T> {
            if self.made.load(Ordering::Acquire) { self.value.get() } else { None }
        }

        pub(in crate::host) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
            let value = self.value.get_or_init(make);
            self.made.store(true, Ordering::Release);
            value
        }
    }

    loom::lazy_static! {
        // Not a word of loom's: who comes first is no matter of memory, and need not be walked.
        static ref THREADS: AtomicUsize = AtomicUsize::new(0);
    }

    loom::thread_local! {
        static NUMBER: Box<Cell<Option<usize>>> = Box::new(Cell::new(None));
    }

    pub(in crate::host) fn thread_number() -> usize {
        NUMBER.with(|number| {
            let own = number.get().unwrap_or_else(|| THREADS.fetch_add(1, Ordering::Relaxed));
            number.set(Some(own));
            own
        })
    }
}
