//! What the tests of several machines share.

pub(crate) mod page;
