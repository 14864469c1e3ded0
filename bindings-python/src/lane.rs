//! The cells in which a breaker's lane is published.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use failsoft::breaker::Lane;
use failsoft::facade;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::PyString;

/// A cell that the generated wrappers close over: they read the lane as a variable of theirs, which costs a
/// nanosecond where a call into this module costs twenty.
///
/// Whether the lane counts has a cell of its own: to look at a bit of the ticket would cost the happy path ten times as
/// much. Where the two are seen apart, one of them says that the engine is to be asked, and it decides.
pub(crate) struct PublishedLane {
    cell: Py<PyAny>,
    counts: Py<PyAny>,
    /// What the cells hold.
    bits: AtomicU64,
    /// Somebody wants to hear of every call, so that none may take the lane.
    shut: AtomicBool,
    /// Whose lane it is, to know the others that share it.
    engine: facade::Engine,
}

impl PublishedLane {
    fn new(py: Python<'_>, engine: facade::Engine) -> PyResult<Self> {
        let bits = engine.lane();
        contents(py);
        let cell = py.import("types")?.getattr("CellType")?;
        let counts = cell.call1((Lane::from_bits(bits).counts(),))?.unbind();
        let cell = cell.call1((bits,))?.unbind();
        Ok(Self { cell, counts, bits: AtomicU64::new(bits), shut: AtomicBool::new(false), engine })
    }

    pub(crate) fn cell(&self, py: Python<'_>) -> Py<PyAny> {
        self.cell.clone_ref(py)
    }

    pub(crate) fn counts(&self, py: Python<'_>) -> Py<PyAny> {
        self.counts.clone_ref(py)
    }

    /// No call takes the lane any more.
    pub(crate) fn shut(&self, py: Python<'_>) {
        self.shut.store(true, Ordering::Release);
        self.refresh(py, &self.engine);
    }

    /// Publishes how things are. Where there is a breaker, this too happens under its lock.
    fn refresh(&self, py: Python<'_>, engine: &facade::Engine) {
        let mut told = false;
        engine.state(0.0, |bits| {
            told = true;
            self.publish(py, bits);
        });
        if !told {
            self.publish(py, engine.lane());
        }
    }

    /// Stores a new lane. Called under the breaker's lock, so that lanes appear in the order of the decisions;
    /// storing into a cell runs no Python code and does not let go of the interpreter.
    pub(crate) fn publish(&self, py: Python<'_>, bits: u64) {
        let bits = if self.shut.load(Ordering::Acquire) { 0 } else { bits };
        let before = self.bits.swap(bits, Ordering::AcqRel);
        if before != bits {
            // It can only fail for want of memory; the wrappers then go on with the last lane, and ask about
            // each result that was admitted on it.
            let counts = Lane::from_bits(bits).counts();
            if counts != Lane::from_bits(before).counts() {
                let _ = self.counts.bind(py).setattr(contents(py), counts);
            }
            let _ = self.cell.bind(py).setattr(contents(py), bits);
        }
    }
}

/// The name of what a cell holds. It is made before the first lane is published: whoever makes it lets go of the interpreter, and under
/// the breaker's lock that would leave two threads waiting for each other.
fn contents(py: Python<'_>) -> &Bound<'_, PyString> {
    intern!(py, "cell_contents")
}

/// The lanes of a program's parts: one pair of cells for all engines of a part, as what one of them does to the breaker the
/// others must see.
#[derive(Clone, Default)]
pub(crate) struct Lanes(Arc<Mutex<Vec<Weak<PublishedLane>>>>);

impl Lanes {
    /// The lane of this engine: that of another one which lives, or a new one.
    pub(crate) fn of(&self, py: Python<'_>, engine: &facade::Engine) -> PyResult<Arc<PublishedLane>> {
        // What is made below may let go of the interpreter, so who waits for this lock must not hold on to it.
        let mut known = self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner);
        known.retain(|lane| lane.strong_count() > 0);
        let shared = known.iter().filter_map(Weak::upgrade).find(|lane| lane.engine.publishes_with(engine));
        if let Some(lane) = shared {
            // Those that were there before may have had no lane to publish.
            lane.refresh(py, engine);
            return Ok(lane);
        }
        let lane = Arc::new(PublishedLane::new(py, engine.clone())?);
        known.push(Arc::downgrade(&lane));
        Ok(lane)
    }
}
