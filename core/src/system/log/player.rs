//! A log's events, given to machines of another time.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;

use serde_json::Value;

use super::event_log::Record;
use super::input::Input;
use super::saved::Saved;
use super::stage::Stage;
use crate::policy::Policy;
use crate::time::Instant;

/// The machines of every part that a log tells of.
pub(super) struct Player<P> {
    policy_of: P,
    origin: Instant,
    stages: BTreeMap<String, Stage>,
}

impl<P: FnMut(&str) -> Arc<Policy>> Player<P> {
    pub(super) const fn new(policy_of: P, origin: Instant) -> Self {
        Self { policy_of, origin, stages: BTreeMap::new() }
    }

    /// What is decided now; `None` as long as the beginning of the part is not known.
    pub(super) fn play(&mut self, record: &Record) -> Option<Value> {
        let now = Instant::from_nanos(self.origin.as_nanos().saturating_add(record.at));
        if let Some(stage) = self.stages.get_mut(&record.part) {
            return Some(stage.apply(&record.input, now).to_value());
        }
        let mut stage = Stage::new((self.policy_of)(&record.part));
        let decision = match &record.input {
            Input::Opened => stage.apply(&record.input, now).to_value(),
            Input::Checkpoint => {
                let saved: Saved = serde_json::from_value(record.decision.get("saved")?.clone()).ok()?;
                // Under another policy a snapshot may not fit; what does not, begins with nothing.
                stage.restore(&saved, now).ok();
                stage.apply(&record.input, now).to_value()
            }
            _ => return None,
        };
        self.stages.insert(record.part.clone(), stage);
        Some(decision)
    }
}
