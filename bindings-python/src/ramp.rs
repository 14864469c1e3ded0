//! The short ways off the lane: a call that is turned away at once, and one whose failed first attempt is made again at
//! once. What is not that simple, or is heard by somebody, goes the driver's long way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use failsoft::facade::{Action, said};
use pyo3::exceptions::{PyException, PyReferenceError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyType, PyWeakrefMethods, PyWeakrefReference};
use pyo3::{PyTraverseError, PyVisit, intern};

use crate::engine::Engine;
use crate::entry::{Entered, Entry, entry, instance};
use crate::guarded::Guarded;
use crate::heard::{DEBUG, WARNING, heard, listened_to};
use crate::kept::keep_call;

/// The short ways off one core's lane. Safe to share between threads.
#[pyclass(module = "failsoft._native", frozen)]
pub(crate) struct Ramp {
    engine: Py<Engine>,
    /// The driver's, for the long way. Weak, as that refers to this: a core that nobody uses any more goes at once, and with it
    /// its place in a system. Whoever calls this holds it.
    core: Py<PyWeakrefReference>,
    now: Py<PyAny>,
    /// The name in a refusal.
    name: Py<PyString>,
    /// Whether the policy has a name of its own: a call is called by that, and else by its function's.
    named: bool,
    /// Whether the core has a listener of its own, or draws its own seeds.
    special: bool,
    /// Whether somebody may answer where the function does not.
    stands_in: AtomicBool,
}

#[pymethods]
impl Ramp {
    #[new]
    fn new(
        engine: Py<Engine>,
        core: &Bound<'_, PyAny>,
        now: Py<PyAny>,
        name: Py<PyString>,
        named: bool,
        special: bool,
    ) -> PyResult<Self> {
        let core = PyWeakrefReference::new(core)?.unbind();
        Ok(Self { engine, core, now, name, named, special, stands_in: AtomicBool::new(false) })
    }

    /// Whether somebody may answer where the function does not.
    fn stands_in(&self, stands_in: bool) {
        self.stands_in.store(stands_in, Ordering::Release);
    }

    /// Begins a call that can't take the lane, or raises that it is refused.
    #[getter]
    fn enter<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        entry(slf)
    }

    /// Takes over a call whose first attempt, admitted on the lane, has failed. Answers with a `Guarded` whose second
    /// attempt is under way and unlimited, with a `Run`, or with None to let the error out.
    fn failed(
        &self,
        error: &Bound<'_, PyAny>,
        ticket: u64,
        function: &Bound<'_, PyAny>,
    ) -> PyResult<Option<Py<PyAny>>> {
        let py = error.py();
        if !error.is_instance_of::<PyException>() {
            return Ok(None);
        }
        let core = self.core(py)?;
        if LONG_WAY.load(Ordering::Acquire) {
            let run = core.call_method1(intern!(py, "failed_off_lane"), (error, ticket, function))?;
            return Ok(if run.is_none() { None } else { Some(run.unbind()) });
        }
        let engine = self.engine.get();
        let judged = engine.known.judge(&engine.engine, error)?;
        let now = self.now(py)?;
        let seed = if self.special { core.call_method0(intern!(py, "seed"))?.extract()? } else { seed() };
        let mut call = engine.engine.resume(seed, now, ticket);
        let publish = |bits| engine.lane.publish(py, bits);
        let answer = call.fail_judged(&judged.get().0, now, publish);
        let at_once = answer.action == Action::Wait && answer.seconds == Some(0.0);
        let next = if at_once && answer.transition.is_none() && !self.special && !heard(py, WARNING)? {
            Some(call.admit(now, publish))
        } else {
            None
        };
        let simple = next.is_some_and(|next| {
            next.action == Action::Attempt && next.seconds.is_none() && next.transition.is_none()
        });
        let call = Py::new(py, Guarded { call, lane: Arc::clone(&engine.lane) })?;
        if simple {
            return Ok(Some(call.into_any()));
        }
        let given = (call, said(answer), error, function, next.map(said));
        let run = core.call_method1(intern!(py, "taken_over"), given)?;
        Ok(if run.is_none() { None } else { Some(run.unbind()) })
    }

    /// The attempt under way of a call that `failed` gave out answered.
    fn answered(
        &self,
        call: &Bound<'_, Guarded>,
        result: &Bound<'_, PyAny>,
        function: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let py = call.py();
        let change = call.borrow_mut().succeed(py, self.now(py)?);
        // Who does not hear that an attempt failed does not hear that the next one answered.
        if change.is_some() || listened_to() {
            self.core(py)?.call_method1(intern!(py, "recovered"), (call, change, result, function))?;
        } else {
            keep_call(result, call)?;
        }
        Ok(())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.engine)?;
        visit.call(&self.now)
    }
}

impl Entry for Ramp {
    fn enter<'py>(of: &Bound<'py, Self>) -> PyResult<Entered<'py>> {
        let (py, ramp) = (of.py(), of.get());
        if !LONG_WAY.load(Ordering::Acquire)
            && !ramp.special
            && !ramp.stands_in.load(Ordering::Acquire)
            && let heard = heard(py, DEBUG)?
            && (!heard || (ramp.named && !listened_to()))
        {
            let engine = ramp.engine.get();
            let now = ramp.now(py)?;
            let seconds = engine.engine.refuse(now);
            if !seconds.is_nan() {
                let refusal = ramp.refusal(py, (seconds != f64::INFINITY).then_some(seconds))?;
                if heard {
                    ramp.core(py)?.call_method1(intern!(py, "turned_away"), (&refusal,))?;
                }
                return Ok(Entered::Refused(refusal));
            }
        }
        Ok(Entered::Begun(ramp.core(py)?.call_method0(intern!(py, "begin"))?))
    }
}

impl Ramp {
    fn core<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let gone = || PyReferenceError::new_err("the policy is gone");
        self.core.bind(py).upgrade().ok_or_else(gone)
    }

    fn now(&self, py: Python<'_>) -> PyResult<f64> {
        self.now.bind(py).call0()?.extract()
    }

    fn refusal<'py>(&self, py: Python<'py>, retry_after: Option<f64>) -> PyResult<Bound<'py, PyAny>> {
        let kind = REFUSAL.import(py, "failsoft._errors", "CircuitBreakerOpenError")?;
        // Without __init__, which is Python's: what it would set is in the arguments.
        instance(kind, &(&self.name, retry_after).into_pyobject(py)?)
    }
}

/// Another seed for each call of this process.
#[pyfunction]
pub(crate) fn seed() -> u64 {
    SEEDS.fetch_add(STRIDE, Ordering::Relaxed)
}

/// Begins another stream of seeds: at the beginning, and in a forked child, which would go on as its parent does.
#[pyfunction]
pub(crate) fn reseed(seed: u64) {
    SEEDS.store(seed, Ordering::Relaxed);
}

/// Has every call that leaves the lane made by the driver itself, step by step, from here on. For tests, which put a clock or a kind
/// of call of their own in the place of the driver's.
#[pyfunction]
pub(crate) fn go_the_long_way() {
    LONG_WAY.store(true, Ordering::Release);
}

static LONG_WAY: AtomicBool = AtomicBool::new(false);
/// No lock: a child may be forked at any moment.
static SEEDS: AtomicU64 = AtomicU64::new(0);
/// Odd, so that all numbers come before one comes again; each is scattered by the generator that it begins.
const STRIDE: u64 = 0xD1B5_4A32_D192_ED03;

static REFUSAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
