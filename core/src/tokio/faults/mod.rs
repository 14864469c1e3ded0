//! Rust's errors as faults: what they carry, as plain data.

#[cfg(feature = "hyper")]
mod hyper;
mod io;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "tonic")]
mod retry_info;
#[cfg(feature = "tonic")]
mod tonic;
mod walk;

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;
use std::error::Error;

use crate::classify::Fault;

pub use self::walk::{fault_of, fault_of_dyn};

/// An error that says what it carries, so that a policy can tell what it means.
///
/// An error of your own needs three lines; its causes are found and recognised by [`fault_of`]:
///
/// ```
/// use failsoft::classify::{Category, Classifier, Fault};
/// use failsoft::tokio::{Classify, fault_of};
///
/// #[derive(Debug, thiserror::Error)]
/// #[error("no weather")]
/// struct NoWeather(#[source] std::io::Error);
///
/// impl Classify for NoWeather {
///     fn fault(&self) -> Fault {
///         fault_of(self)
///     }
/// }
///
/// let error = NoWeather(std::io::ErrorKind::ConnectionRefused.into());
/// let verdict = Classifier::default().classify(&error.fault());
/// assert_eq!((Category::Connection, true), (verdict.category, verdict.retryable));
/// ```
///
/// One that knows more says so, where it is sure:
///
/// ```
/// use failsoft::classify::Fault;
/// use failsoft::tokio::Classify;
///
/// enum Failure {
///     Status(u16),
///     Transport(std::io::Error),
/// }
///
/// impl Classify for Failure {
///     fn fault(&self) -> Fault {
///         match self {
///             Self::Status(status) => Fault { status: Some(i64::from(*status)), ..Fault::default() },
///             Self::Transport(error) => error.fault(),
///         }
///     }
/// }
/// ```
pub trait Classify {
    /// What this error carries. Called once for each failed attempt, never for a success.
    fn fault(&self) -> Fault;
}

impl Classify for std::io::Error {
    fn fault(&self) -> Fault {
        fault_of(self)
    }
}

impl Classify for ::tokio::time::error::Elapsed {
    fn fault(&self) -> Fault {
        fault_of(self)
    }
}

#[cfg(feature = "reqwest")]
impl Classify for ::reqwest::Error {
    fn fault(&self) -> Fault {
        fault_of(self)
    }
}

#[cfg(feature = "hyper")]
impl Classify for ::hyper::Error {
    fn fault(&self) -> Fault {
        fault_of(self)
    }
}

#[cfg(feature = "tonic")]
impl Classify for ::tonic::Status {
    fn fault(&self) -> Fault {
        fault_of(self)
    }
}

impl Classify for dyn Error {
    fn fault(&self) -> Fault {
        fault_of_dyn(self)
    }
}

impl Classify for dyn Error + Send {
    fn fault(&self) -> Fault {
        fault_of_dyn(self)
    }
}

impl Classify for dyn Error + Send + Sync {
    fn fault(&self) -> Fault {
        fault_of_dyn(self)
    }
}

/// A fault is its own description: what a program makes of an answer that it does not like, it may return as it is.
impl Classify for Fault {
    fn fault(&self) -> Fault {
        self.clone()
    }
}

impl Classify for Infallible {
    fn fault(&self) -> Fault {
        match *self {}
    }
}

impl<E: Classify + ?Sized> Classify for Box<E> {
    fn fault(&self) -> Fault {
        (**self).fault()
    }
}

impl<E: Classify + ?Sized> Classify for alloc::sync::Arc<E> {
    fn fault(&self) -> Fault {
        (**self).fault()
    }
}

impl<E: Classify + ?Sized> Classify for &E {
    fn fault(&self) -> Fault {
        (**self).fault()
    }
}

/// The fault of an error of this library. Its type is named as in the other hosts, so that a rule of a policy fits in
/// all of them.
pub(super) fn own(type_name: &str, message: String) -> Fault {
    let late = ["failsoft.AttemptTimeoutError", "failsoft.DeadlineExceededError"].contains(&type_name);
    let bases: &[&str] = if late { &["TimeoutError"] } else { &[] };
    Fault {
        host: Some("rust".to_owned()),
        type_name: Some(type_name.to_owned()),
        bases: bases.iter().map(|base| (*base).to_owned()).collect::<Vec<_>>(),
        message: Some(message),
        ..Fault::default()
    }
}
