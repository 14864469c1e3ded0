//! What an outage needs by the thousand: an exception made without its `__init__`, and a look at what is being handled. Both are
//! in Python's stable interface, and in `PyO3` only in dearer forms: a call of `__new__` packs, checks and unpacks its arguments, and
//! to raise a value with its context takes a second error that is made to carry it.

use pyo3::exceptions::PyBaseException;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

/// An exception of this type with these arguments, as `kind.__new__(kind, *args)` makes it; and as if Python code had raised it, that
/// which is being handled is its context.
pub(crate) fn raised(kind: &Bound<'_, PyType>, args: &Bound<'_, PyTuple>) -> PyResult<PyErr> {
    let error = PyErr::from_value(instance(kind, args)?);
    if let Some(handled) = handled(kind.py()) {
        error.set_context(kind.py(), Some(PyErr::from_value(handled)));
    }
    Ok(error)
}

#[allow(unsafe_code, reason = "PyO3 has no call of a type's own `__new__`")]
fn instance<'py>(kind: &Bound<'py, PyType>, args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
    debug_assert!(kind.is_subclass_of::<PyBaseException>().unwrap_or_default());
    let py = kind.py();
    // SAFETY: both pointers are borrowed from references that outlive the calls, in a thread that is attached, as `py` shows. Every
    // exception's type has the slot, which is a `newfunc`: inherited from BaseException, or Python's own way to a `__new__` written in
    // Python. It takes a type, a tuple and optionally a dictionary, and answers with a new reference or with null and an error set.
    unsafe {
        let slot = ffi::PyType_GetSlot(kind.as_type_ptr(), ffi::Py_tp_new);
        let new: ffi::newfunc = std::mem::transmute(slot);
        Bound::from_owned_ptr_or_err(py, new(kind.as_type_ptr(), args.as_ptr(), std::ptr::null_mut()))
    }
}

/// The exception whose `except` block is running in this thread, if one is.
#[allow(unsafe_code, reason = "PyO3 has no question for it")]
fn handled(py: Python<'_>) -> Option<Bound<'_, PyAny>> {
    let (mut kind, mut value, mut traceback) = Default::default();
    // SAFETY: the thread is attached, as `py` shows. Each pointer is filled with a new reference or with null, and each is given to
    // an owner that lets go of it.
    let [_, value, _] = unsafe {
        ffi::PyErr_GetExcInfo(&raw mut kind, &raw mut value, &raw mut traceback);
        [kind, value, traceback].map(|object| Bound::from_owned_ptr_or_opt(py, object))
    };
    value.filter(|value| !value.is_none())
}
