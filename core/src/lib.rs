//! **failsoft** keeps a program useful while what it depends on fails.
//!
//! This crate is the one place where it is decided whether an error is worth a retry, how long to
//! wait, whether a call may go out and why. It has no clock, no sleep, no socket, no lock and no hidden
//! randomness: every input that depends on time takes `now`, and every draw comes from a seeded
//! generator. So the same policy gives the same decisions in every host, a test needs no sleeping, and
//! an incident can be replayed.
//!
//! It is not an executor: something has to call the function, sleep and raise. That is the *driver* of
//! a host language (Python, JavaScript, Rust), a loop of a dozen lines. The one for Rust is the module `tokio`.
//!
//! The two types that matter are [`policy::Policy`], parsed from a document and immutable, and
//! [`call::Call`], the small value that carries one guarded call through its attempts.
//!
//! | feature | adds |
//! |---|---|
//! | `describe` (default) | `policy::schema()`: what a policy document may say, as JSON Schema |
//! | `full` (default) | every section of a policy document and systems; without it retries, timeouts, breakers, budgets, verdicts |
//! | `std` (default) | [`host`]: guards that threads share; [`facade`]: the door for bindings |
//! | `tokio` | `tokio::Policy`: guards futures, with Tokio's time |
//! | `tower` | `tokio::layer`: the same around a `tower` service |
//! | `reqwest`, `hyper`, `tonic` | what the errors of these clients mean |

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::todo,
        clippy::unimplemented, clippy::unreachable
    )
)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod backoff;
pub mod batch;
pub mod breaker;
pub mod budget;
pub mod call;
pub mod classify;
pub mod degrade;
pub mod error;
pub mod fallback;
mod gather;
pub mod guard;
pub mod heal;
pub mod limit;
mod number;
pub mod policy;
pub mod redact;
mod ring;
pub mod rng;
mod search;
pub mod system;
pub mod time;

#[cfg(feature = "std")]
pub mod facade;
#[cfg(feature = "std")]
pub mod host;
#[cfg(feature = "tokio")]
pub mod tokio;

#[cfg(test)]
mod tests;

#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../../README.md")]
struct Readme;
