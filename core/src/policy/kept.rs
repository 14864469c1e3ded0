//! What a host that guards single calls can keep of a policy.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use super::Policy;
use crate::error::{ConfigError, Problem, ProblemCode};

impl Policy {
    /// Refuses what this host would silently ignore: every section about more than a single call, but those that it `carries`
    /// out. The message says who does.
    pub(crate) fn kept(self, carries: &[&str], message: &str) -> Result<Self, ConfigError> {
        let sections = [
            ("hedge", self.hedge.is_some()),
            ("fallback", self.fallback.is_some()),
            ("degradation", self.degradation.is_some()),
            ("batch", self.batch.is_some()),
            ("heal", self.heal.is_some()),
            // Shared by a whole program: a policy that stands alone has nobody to share it with.
            ("retry.budget.name", self.retry.budget.as_ref().is_some_and(|budget| budget.name.is_some())),
        ];
        let ignored = sections.iter().filter(|(section, given)| *given && !carries.contains(section));
        let problem = |(section, _): &(&str, bool)| Problem {
            code: ProblemCode::Contradiction,
            path: (*section).to_owned(),
            message: message.to_owned(),
        };
        let problems: Vec<Problem> = ignored.map(problem).collect();
        if problems.is_empty() { Ok(self) } else { Err(ConfigError { problems }) }
    }
}
