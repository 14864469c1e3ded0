//! Calls that threads count without a lock.

use super::sync::{AtomicU32, AtomicU64, Ordering, thread_number};
use crate::breaker::{Stretch, Ticket, Traffic};
use crate::time::Instant;

/// What threads have counted since the machine was last asked, while it allows that: a [`Stretch`].
///
/// Each thread has a row of its own, so that threads do not wait for each other's words; the rows are opened and closed
/// together, under the machine's lock. A row's word holds the number of its opening, 0 while it is closed, beside the counts: a
/// call is counted by an exchange of the whole word, which fails if the stretch that the thread has read is over.
#[derive(Debug)]
pub(super) struct Register {
    ticket: AtomicU64,
    before: AtomicU64,
    from: AtomicU64,
    until: AtomicU64,
    most: AtomicU32,
    rows: [Row; ROWS],
}

/// Alone in two lines of the cache: those are fetched in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Row(AtomicU64);

impl Register {
    pub(super) fn new() -> Self {
        Self {
            ticket: AtomicU64::new(0),
            before: AtomicU64::new(0),
            from: AtomicU64::new(0),
            until: AtomicU64::new(0),
            most: AtomicU32::new(0),
            rows: core::array::from_fn(|_| Row::default()),
        }
    }

    /// Lets threads count; the register is closed, and the caller holds the machine's lock.
    pub(super) fn open(&self, opening: u32, stretch: &Stretch) {
        // Whoever reads one of these finds the row closed or of another opening than before, if it does not find it open.
        self.ticket.store(stretch.ticket.to_bits(), Ordering::Release);
        self.before.store(stretch.before.as_nanos(), Ordering::Release);
        self.from.store(stretch.from.as_nanos(), Ordering::Release);
        self.until.store(stretch.until.map_or(NEVER, Instant::as_nanos), Ordering::Release);
        self.most.store(stretch.most.min(FIELD), Ordering::Release);
        for row in &self.rows {
            row.0.store(u64::from(opening) << OPENING, Ordering::Release);
        }
    }

    /// What was counted. From here on the machine is asked; the caller holds its lock.
    pub(super) fn close(&self) -> Traffic {
        let mut counted = Traffic::default();
        for row in &self.rows {
            let word = row.0.swap(0, Ordering::AcqRel);
            counted.begun += field(word, BEGUN);
            counted.ended += field(word, ENDED);
            counted.ended_earlier += field(word, ENDED_EARLIER);
        }
        counted
    }

    /// A call begins, if the machine need not be asked.
    #[inline]
    pub(super) fn begin(&self, now: Instant) -> Option<Ticket> {
        let row = self.row();
        let word = row.load(Ordering::Acquire);
        if word >> OPENING == 0 {
            return None;
        }
        let ticket = self.ticket.load(Ordering::Acquire);
        let within = self.from.load(Ordering::Acquire) <= now.as_nanos()
            && now.as_nanos() < self.until.load(Ordering::Acquire);
        (within && add(row, word, BEGUN, FIELD)).then(|| Ticket::from_bits(ticket).started_at(now))
    }

    /// A call that was admitted with `ticket` has succeeded. If the machine must be asked, the answer is at what time: the
    /// clock is read at most once, and only if it matters.
    #[inline]
    pub(super) fn succeed(&self, ticket: Ticket, now: impl FnOnce() -> Instant) -> Result<(), Instant> {
        let row = self.row();
        let word = row.load(Ordering::Acquire);
        let began = ticket.started().as_nanos();
        let at = if began >= self.from.load(Ordering::Acquire) { ENDED } else { ENDED_EARLIER };
        if self.ticket.load(Ordering::Acquire) != ticket.to_bits()
            || began < self.before.load(Ordering::Acquire)
        {
            return Err(now());
        }
        let (until, most) = (self.until.load(Ordering::Acquire), self.most.load(Ordering::Acquire));
        if until == NEVER {
            return if add(row, word, at, most) { Ok(()) } else { Err(now()) };
        }
        let now = now();
        if now.as_nanos() < until && add(row, word, at, most) { Ok(()) } else { Err(now) }
    }

    #[inline]
    fn row(&self) -> &AtomicU64 {
        // Threads take the rows in turn, so that few that run share one.
        let [rows @ .., last] = &self.rows;
        &rows.get(thread_number() % ROWS).unwrap_or(last).0
    }
}

/// Adds one to a field that holds fewer than `most`; false if it is full, or the row is no longer as it was opened when `seen`
/// was read.
#[inline]
fn add(row: &AtomicU64, seen: u64, at: u32, most: u32) -> bool {
    let more = |word: u64| {
        let open = word >> OPENING != 0 && word >> OPENING == seen >> OPENING;
        (open && field(word, at) < most).then_some(word + (1 << at))
    };
    row.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_ok()
}

#[allow(clippy::cast_possible_truncation, reason = "a field has 12 bits")]
#[inline]
const fn field(word: u64, at: u32) -> u32 {
    ((word >> at) & FIELD as u64) as u32
}

/// How often the register may be opened before its number starts over, at 1: a thread that slept through exactly so many openings
/// would take the present one for that which it has read.
pub(super) const OPENINGS: u32 = (1 << (u64::BITS - OPENING)) - 1;

/// With two threads on each core that is not much; with one each for eight cores it is two threads to a row.
///
/// Where loom walks the orders of three threads, two rows are enough for them to share one and to have others.
const ROWS: usize = if cfg!(loom) { 2 } else { 4 };

const BEGUN: u32 = 0;
const ENDED: u32 = 12;
const ENDED_EARLIER: u32 = 24;
const OPENING: u32 = 36;

/// So many are counted in a field at most; with the next one the machine is asked.
const FIELD: u32 = (1 << 12) - 1;

const NEVER: u64 = u64::MAX;
