//! What can be wrong with a limit's snapshot.

/// Why a snapshot could not be restored. The limit is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Made by a version that this one does not know.
    #[error("version: {0} is not known (expected 1)")]
    Version(u32),
}

/// Whether this version can read a snapshot of that one.
pub(super) const fn check(version: u32) -> Result<(), RestoreError> {
    if version == VERSION { Ok(()) } else { Err(RestoreError::Version(version)) }
}

pub(super) const VERSION: u32 = 1;
