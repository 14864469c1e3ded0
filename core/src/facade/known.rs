//! Faults that have been judged before: in an outage the same one comes again and again.

use alloc::collections::VecDeque;
use alloc::string::String;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Judged;
use crate::error::ConfigError;

/// How many faults are kept, the latest: more than a dependency that is down has ways to say so.
const MOST: usize = 16;

/// How long a document may be in bytes; what is longer is seldom said twice.
const LONGEST: usize = 4096;

/// What one policy makes of the faults that were met last. Safe to share between threads.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<VecDeque<(String, Arc<Judged>)>>);

impl Known {
    /// What was made of this document when it was met before, or what is made of it now.
    pub(super) fn judge(
        &self,
        fault: &str,
        judge: impl FnOnce() -> Result<Judged, ConfigError>,
    ) -> Result<Arc<Judged>, ConfigError> {
        if let Some((_, judged)) = self.lock().iter().find(|(known, _)| known == fault) {
            return Ok(Arc::clone(judged));
        }
        // Not under the lock: to judge takes as long as fifty looks.
        let judged = Arc::new(judge()?);
        if fault.len() <= LONGEST {
            let mut known = self.lock();
            known.truncate(MOST - 1);
            known.push_front((fault.into(), Arc::clone(&judged)));
        }
        Ok(judged)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Arc<Judged>)>> {
        // What is kept is whole at every moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
