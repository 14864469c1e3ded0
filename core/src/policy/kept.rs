//! What a host that guards single calls can keep of a policy.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use super::Policy;
use crate::error::{ConfigError, Problem, ProblemCode};

impl Policy {
    /// A budget with a name is shared by a whole program: a policy that stands alone has nobody to share it with.
    pub(crate) fn names_a_budget(&self) -> (&'static str, bool) {
        ("retry.budget.name", self.retry.budget.as_ref().is_some_and(|budget| budget.name.is_some()))
    }

    /// Refuses what guarding a single call would silently ignore, and `also` what this host cannot do; the message ends
    /// with who can.
    pub(crate) fn kept(self, also: &[(&str, bool)], message: &str) -> Result<Self, ConfigError> {
        let sections = [
            ("fallback", self.fallback.is_some()),
            ("degradation", self.degradation.is_some()),
            ("batch", self.batch.is_some()),
            ("heal", self.heal.is_some()),
        ];
        let problem = |(section, given): &(&str, bool)| {
            given.then(|| Problem {
                code: ProblemCode::Contradiction,
                path: (*section).to_owned(),
                message: message.to_owned(),
            })
        };
        let problems: Vec<Problem> = sections.iter().chain(also).filter_map(problem).collect();
        if problems.is_empty() { Ok(self) } else { Err(ConfigError { problems }) }
    }
}
