//! What holds for every input, as functions of bytes that panic on one for which it does not.
//!
//! libFuzzer looks for such an input (`scripts/fuzz.sh`), and so does, for a few seconds, the test `fuzz` of this
//! repository, which includes these files and needs nothing but a stable compiler.

#![allow(clippy::missing_panics_doc, reason = "to panic is what these functions are for")]

pub mod bytes;
pub mod calls;
pub mod events;
pub mod fault;
pub mod guards;
pub mod hint;
pub mod interleaved;
pub mod machine;
pub mod policy;
pub mod problems;
pub mod schema;
pub mod watched;

/// What is asked of an input.
pub type Holds = fn(&[u8]);

/// Every question, by the name of its folder in the corpus.
pub const TARGETS: [(&str, Holds); 5] = [
    ("policy", policy::holds),
    ("fault", fault::holds),
    ("hint", hint::holds),
    ("events", events::holds),
    ("guards", guards::holds),
];
