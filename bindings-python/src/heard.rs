//! Whether anybody hears what happens to calls.
//!
//! Each failure asks this, and most are heard by nobody: so the usual answer is found here, by looking at what
//! `failsoft._events.heard` would look at, and everything else is left to that.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyInt, PyList, PyString};

pub(crate) const DEBUG: u8 = 10;
pub(crate) const WARNING: u8 = 30;

/// After how many questions the loaded modules are looked at although they are as many as before.
const LOOK_AGAIN: usize = 64;

/// Whether an event of this level would be heard by anybody, but for listeners of one policy.
#[pyfunction]
pub(crate) fn heard(py: Python<'_>, level: u8) -> PyResult<bool> {
    if !listened_to()
        && let Some(ears) = EARS.get(py)
        && ears.are_deaf(py, level)?
    {
        return Ok(false);
    }
    HEARD.import(py, "failsoft._events", "heard")?.call1((level,))?.is_truthy()
}

/// Whether somebody listens to all events.
pub(crate) fn listened_to() -> bool {
    LISTENED.load(Ordering::Acquire)
}

/// Says whether somebody listens to all events.
#[pyfunction]
pub(crate) fn listened(yes: bool) {
    LISTENED.store(yes, Ordering::Release);
}

/// Says where lines go: to which logger, and which handlers throw them away.
#[pyfunction]
pub(crate) fn logs_to(
    logger: &Bound<'_, PyAny>,
    nobody: Py<PyAny>,
    instruments: Vec<Py<PyString>>,
) -> PyResult<()> {
    let py = logger.py();
    let kind = logger.get_type();
    let ears = Ears {
        modules: py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?.unbind(),
        levels: logger.getattr("_cache")?.cast_into::<PyDict>()?.unbind(),
        hands_on: kind.getattr("callHandlers")?.unbind(),
        kind: kind.into_any().unbind(),
        own: logger.getattr("__dict__")?.cast_into::<PyDict>()?.unbind(),
        root: logger.getattr("parent")?.getattr("__dict__")?.cast_into::<PyDict>()?.unbind(),
        parent: logger.getattr("parent")?.unbind(),
        nobody,
        instruments,
        without: AtomicUsize::new(0),
        asked: AtomicUsize::new(0),
        debug: DEBUG.into_pyobject(py)?.unbind(),
        warning: WARNING.into_pyobject(py)?.unbind(),
    };
    // Only the first is kept; there is one logger of this name.
    let _ = EARS.set(py, ears);
    Ok(())
}

/// The one logger, and what else could hear.
struct Ears {
    modules: Py<PyDict>,
    instruments: Vec<Py<PyString>>,
    /// How many modules there were when last none of them was one.
    without: AtomicUsize,
    asked: AtomicUsize,
    /// What the logger itself remembers of the levels; it forgets when one is set anywhere.
    levels: Py<PyDict>,
    debug: Py<PyInt>,
    warning: Py<PyInt>,
    /// The logger's type, and what of it must be as `logging` has made it.
    kind: Py<PyAny>,
    hands_on: Py<PyAny>,
    /// The attributes of the logger and of the root.
    own: Py<PyDict>,
    root: Py<PyDict>,
    parent: Py<PyAny>,
    /// The type of handlers that throw lines away.
    nobody: Py<PyAny>,
}

impl Ears {
    /// Whether surely nobody hears an event of this level.
    fn are_deaf(&self, py: Python<'_>, level: u8) -> PyResult<bool> {
        if self.is_one_loaded(py)? {
            return Ok(false);
        }
        let levels = self.levels.bind(py);
        let enabled = match level {
            DEBUG => levels.get_item(&self.debug),
            WARNING => levels.get_item(&self.warning),
            other => levels.get_item(other),
        };
        let Some(enabled) = enabled? else { return Ok(false) };
        if enabled.is(PyBool::new(py, false)) {
            return Ok(true);
        }
        if !self.kind.bind(py).getattr(intern!(py, "callHandlers"))?.is(&self.hands_on) {
            return Ok(false);
        }
        let own = self.own.bind(py);
        let parent = own.get_item(intern!(py, "parent"))?;
        let Some(goes_up) = own.get_item(intern!(py, "propagate"))? else { return Ok(false) };
        if !parent.is_some_and(|parent| parent.is(&self.parent)) {
            return Ok(false);
        }
        let Some(mut thrown_away) = self.thrown_away(py, own)? else { return Ok(false) };
        if goes_up.is_truthy()? {
            let Some(above) = self.thrown_away(py, self.root.bind(py))? else { return Ok(false) };
            thrown_away += above;
        }
        Ok(thrown_away > 0)
    }

    /// Whether a library that hears of everything is loaded. Whoever loads one has a module more than before; only where another has
    /// gone at the same time are there as many, which is noticed some questions later.
    fn is_one_loaded(&self, py: Python<'_>) -> PyResult<bool> {
        let modules = self.modules.bind(py);
        let many = modules.len();
        // Threads may count one question as one: it is no matter when exactly.
        let asked = self.asked.load(Ordering::Relaxed).wrapping_add(1);
        self.asked.store(asked, Ordering::Relaxed);
        if many == self.without.load(Ordering::Relaxed) && !asked.is_multiple_of(LOOK_AGAIN) {
            return Ok(false);
        }
        for name in &self.instruments {
            if modules.contains(name)? {
                return Ok(true);
            }
        }
        self.without.store(many, Ordering::Relaxed);
        Ok(false)
    }

    /// How many handlers of a logger throw lines away; none if one does not, or if a filter looks at them.
    fn thrown_away(&self, py: Python<'_>, logger: &Bound<'_, PyDict>) -> PyResult<Option<usize>> {
        let filters = logger.get_item(intern!(py, "filters"))?;
        let handlers = logger.get_item(intern!(py, "handlers"))?;
        let (Some(filters), Some(handlers)) = (filters, handlers) else { return Ok(None) };
        let (Ok(filters), Ok(handlers)) = (filters.cast_into::<PyList>(), handlers.cast_into::<PyList>())
        else {
            return Ok(None);
        };
        let nobody = handlers.iter().all(|handler| handler.get_type().is(&self.nobody));
        Ok((filters.is_empty() && nobody).then(|| handlers.len()))
    }
}

static LISTENED: AtomicBool = AtomicBool::new(false);
static EARS: PyOnceLock<Ears> = PyOnceLock::new();
static HEARD: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
