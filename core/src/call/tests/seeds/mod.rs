//! What the five source documents promise of one guarded call, row by row: each test names its row.

use super::*;

mod framework;
mod primitive;
mod system;
mod tutorial;
mod workstreams;

/// A Python error of this type, as its host describes it.
fn error(kind: &str, bases: &str, message: &str) -> String {
    format!(r#"{{"host":"python","type":"{kind}","bases":[{bases}],"message":"{message}"}}"#)
}

fn timeout() -> String {
    error("TimeoutError", r#""OSError","Exception""#, "timed out")
}

fn connection() -> String {
    error("ConnectionError", r#""OSError","Exception""#, "connection lost")
}
