//! Who would be told of calls, in a library without feature `full`: it has no systems.

use super::SharedSystem;
use crate::breaker::Transition;
use crate::call::{Call, Step};
use crate::classify::Fault;
use crate::time::Instant;

/// Nobody can make one. The compiler knows that, and leaves out what would be done with it.
#[derive(Debug, Clone)]
pub enum Reporter {}

impl Reporter {
    pub(crate) fn stepped(&self, _: &Call, _: Option<&Fault>, _: &Step, _: Instant) {
        match *self {}
    }

    pub(crate) fn succeeded(&self, _: &Call, _: Option<Transition>, _: Instant) {
        match *self {}
    }

    pub(crate) fn succeeded_at_once(&self, _: Option<Transition>, _: Instant) {
        match *self {}
    }

    pub(crate) fn system(&self) -> &SharedSystem {
        match *self {}
    }

    pub(crate) fn moved(&self, _: Option<Transition>, _: Instant) {
        match *self {}
    }
}
