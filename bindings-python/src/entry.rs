//! What an outage needs by the thousand: a call that Python makes without `PyO3`'s way in, and an error that leaves it without
//! `PyO3`'s way out. All that is used here is in Python's stable interface; `PyO3` has it only in dearer forms: an error on its way out is kept
//! in a state of its own, which is made, looked at and taken apart, and a call of `__new__` packs, checks and unpacks its arguments.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, null_mut};

use pyo3::exceptions::PyBaseException;
use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};
use pyo3::{PyClass, ffi};

/// What becomes of who enters.
pub(crate) enum Entered<'py> {
    /// Goes on with this.
    Begun(Bound<'py, PyAny>),
    /// Gets this exception.
    Refused(Bound<'py, PyAny>),
}

/// What Python enters by a call without arguments.
pub(crate) trait Entry: PyClass {
    fn enter<'py>(of: &Bound<'py, Self>) -> PyResult<Entered<'py>>;
}

/// The callable by which Python enters. It keeps what it enters.
#[allow(unsafe_code, reason = "PyO3 makes no function that raises without its help")]
pub(crate) fn entry<'py, T: Entry>(of: &Bound<'py, T>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: the definition lives as long as the program and is only read, the object is borrowed from a reference that outlives
    // the call, in a thread that is attached, as `of` shows. The answer is a new reference, or null and an error set.
    unsafe {
        let made = ffi::PyCFunction_New(ptr::from_ref(Definition::<T>::ENTER).cast_mut(), of.as_ptr());
        Bound::from_owned_ptr_or_err(of.py(), made)
    }
}

struct Definition<T>(T);

impl<T: Entry> Definition<T> {
    const ENTER: &'static ffi::PyMethodDef = &ffi::PyMethodDef {
        ml_name: c"enter".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: enter::<T> },
        ml_flags: ffi::METH_NOARGS,
        ml_doc: null_mut(),
    };
}

/// What Python calls: answers with a new reference, or with null and an error set.
#[allow(unsafe_code, reason = "it is Python's side of the call")]
unsafe extern "C" fn enter<T: Entry>(of: *mut ffi::PyObject, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: Python calls a function in a thread that is attached, and stays so until it returns: neither the token nor what is
    // borrowed by it leaves this call.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: `entry` is the only one who makes such functions, and gives them a `T` to keep; it is borrowed for this call.
    let of = unsafe { Borrowed::from_ptr(py, of).cast_unchecked::<T>() };
    // Nothing of what a panic leaves half done is looked at again, but for what is locked, where the next finds it poisoned.
    match catch_unwind(AssertUnwindSafe(|| T::enter(&of))) {
        Ok(Ok(Entered::Begun(call))) => call.into_ptr(),
        Ok(Ok(Entered::Refused(error))) => {
            // SAFETY: both are borrowed from references that outlive the call. It sets the context as a `raise` does, and another
            // error if this is none.
            unsafe { ffi::PyErr_SetObject(error.get_type_ptr().cast(), error.as_ptr()) };
            null_mut()
        }
        Ok(Err(error)) => {
            error.restore(py);
            null_mut()
        }
        Err(_) => {
            PanicException::new_err("failsoft panicked; its message is in the standard error").restore(py);
            null_mut()
        }
    }
}

/// What `kind.__new__(kind, *args)` makes.
#[allow(unsafe_code, reason = "PyO3 has no call of a type's own `__new__`")]
pub(crate) fn instance<'py>(
    kind: &Bound<'py, PyType>,
    args: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    debug_assert!(kind.is_subclass_of::<PyBaseException>().unwrap_or_default());
    // SAFETY: both pointers are borrowed from references that outlive the calls, in a thread that is attached, as `kind` shows. Every
    // exception's type has the slot, which is a `newfunc`: inherited from BaseException, or Python's own way to a `__new__` written in
    // Python. It takes a type, a tuple and optionally a dictionary, and answers with a new reference or with null and an error set.
    unsafe {
        let slot = ffi::PyType_GetSlot(kind.as_type_ptr(), ffi::Py_tp_new);
        let new: ffi::newfunc = std::mem::transmute(slot);
        Bound::from_owned_ptr_or_err(kind.py(), new(kind.as_type_ptr(), args.as_ptr(), null_mut()))
    }
}
