//! An error and its sources, with what is known about each of them.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use core::any::type_name;
use core::fmt::{self, Write};
use std::error::Error;

use super::io;
use crate::classify::Fault;

/// Describes an error by its type's name, its text and its sources.
///
/// Whatever among them is an error of the standard library, of Tokio, or of a client whose feature is on, is read with all
/// that it carries. Texts are cut to 8 KiB, and the chain to 16.
pub fn fault_of<E: Error + 'static>(error: &E) -> Fault {
    let name = type_name::<E>();
    let name = name.split_once('<').map_or(name, |(name, _)| name);
    let mut fault = fault_of_dyn(error);
    fault.type_name.get_or_insert_with(|| name.to_owned());
    fault
}

/// Describes an error of which nothing is known but that it is one; see [`fault_of`].
///
/// With it a policy runs what fails with a type that is neither yours nor ours, such as `anyhow::Error`:
///
/// ```
/// use failsoft::tokio::{Policy, fault_of_dyn};
/// # mod anyhow { pub type Error = Box<dyn std::error::Error + Send + Sync>; }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let policy = Policy::parse(r#"{"retry": {}}"#)?;
/// # async fn fetch() -> Result<u8, anyhow::Error> { Ok(1) }
/// let answer = policy.run_with(|error: &anyhow::Error| fault_of_dyn(error.as_ref()), |_| fetch()).await;
/// # assert_eq!(1, answer.unwrap());
/// # Ok(())
/// # }
/// ```
pub fn fault_of_dyn(error: &(dyn Error + 'static)) -> Fault {
    describe(error, Phase::Unknown, 0)
}

/// What is known about when it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// While connecting: nothing was sent yet.
    Connecting,
    Unknown,
}

fn describe(error: &(dyn Error + 'static), phase: Phase, depth: usize) -> Fault {
    let mut fault = Fault {
        host: Some("rust".to_owned()),
        message: Some(text_of(error)).filter(|text| !text.is_empty()),
        ..Fault::default()
    };
    let (phase, cause) = read(error, phase, &mut fault);
    if depth < DEEPEST {
        fault.cause = cause.map(|cause| Box::new(describe(cause, phase, depth + 1)));
    }
    fault
}

/// Reads what a known error carries; answers with the phase for its sources, and the first of them.
fn read<'a>(
    error: &'a (dyn Error + 'static),
    phase: Phase,
    fault: &mut Fault,
) -> (Phase, Option<&'a (dyn Error + 'static)>) {
    if let Some(error) = error.downcast_ref::<std::io::Error>() {
        return (phase, io::read(error, phase, fault));
    }
    if error.is::<::tokio::time::error::Elapsed>() {
        fault.type_name = Some("tokio::time::error::Elapsed".to_owned());
        fault.code = Some("TimedOut".to_owned());
    }
    #[cfg(feature = "reqwest")]
    if let Some(error) = error.downcast_ref::<::reqwest::Error>() {
        return (super::reqwest::read(error, fault), std::error::Error::source(error));
    }
    #[cfg(feature = "hyper")]
    if let Some(error) = error.downcast_ref::<::hyper::Error>() {
        super::hyper::read(error, fault);
    }
    #[cfg(feature = "tonic")]
    if let Some(status) = error.downcast_ref::<::tonic::Status>() {
        super::tonic::read(status, fault);
    }
    (phase, error.source())
}

/// The error's text, as far as anybody will look at it.
fn text_of(error: &(dyn Error + 'static)) -> String {
    let mut text = Bounded(String::new());
    // Either it is full, or the error does not want to be shown.
    let _ = write!(text, "{error}");
    text.0
}

struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = LONGEST.saturating_sub(self.0.len());
        let end =
            (0..=room.min(more.len())).rev().find(|end| more.is_char_boundary(*end)).unwrap_or_default();
        self.0.push_str(more.get(..end).unwrap_or_default());
        if end < more.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

const DEEPEST: usize = 16;
const LONGEST: usize = 8192;
