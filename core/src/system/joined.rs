//! How policies that go through the same named part agree on its machines.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::breaker::BreakerConfig;
use crate::error::{ConfigError, Problem, ProblemCode};
use crate::guard::GuardConfig;
use crate::limit::adaptive::AdaptiveConfig;
use crate::limit::bulkhead::BulkheadConfig;
use crate::limit::hedge::HedgeConfig;
use crate::limit::throttle::ThrottleConfig;
use crate::policy::{Policy, default_for};
use crate::redact::redact_within;

/// Makes a policy one of those that go through a part whose machines were made by `part`.
///
/// A part's machines are made by the first policy that goes through it. A section of a later one that is not there, or says no
/// more than the defaults do, takes what the part has; one that says something else is a contradiction, and so is one whose
/// machine the part does not have. So it does not matter who comes first, or it is said aloud. That a hedge is sent is a matter of
/// the call: a policy without that section sends none.
///
/// A budget with a name is not the part's, and none of its problems.
pub fn join(policy: &mut Policy, name: &str, part: &GuardConfig) -> Result<(), ConfigError> {
    let mut unlike = Unlike { name, problems: Vec::new() };
    let limits = &part.limits;
    unlike.check("circuit_breaker", &mut policy.breaker, part.breaker, Some(BreakerConfig::default()));
    unlike.check("rate_limit", &mut policy.rate_limit, limits.rate_limit, None);
    unlike.check("bulkhead", &mut policy.bulkhead, limits.bulkhead, Some(BulkheadConfig::default()));
    unlike.check("throttle", &mut policy.throttle, limits.throttle, Some(ThrottleConfig::default()));
    unlike.check("adaptive", &mut policy.adaptive, limits.adaptive, Some(AdaptiveConfig::default()));
    if policy.hedge.is_some() {
        unlike.check("hedge", &mut policy.hedge, limits.hedge, Some(HedgeConfig::default()));
    }
    let usual = default_for(policy.retry.max_attempts);
    if let (Some(budget), Some(has)) = (&mut policy.retry.budget, part.budget)
        && budget.name.is_none()
    {
        if budget.config != has && *budget != usual {
            unlike.add("retry.budget", &Complaint::Unlike);
        }
        budget.config = has;
    }
    if unlike.problems.is_empty() { Ok(()) } else { Err(ConfigError { problems: unlike.problems }) }
}

struct Unlike<'a> {
    name: &'a str,
    problems: Vec<Problem>,
}

enum Complaint {
    Absent,
    Unlike,
}

impl Unlike<'_> {
    fn check<T: Copy + PartialEq>(
        &mut self,
        section: &str,
        wanted: &mut Option<T>,
        has: Option<T>,
        usual: Option<T>,
    ) {
        match (*wanted, has) {
            (Some(_), None) => self.add(section, &Complaint::Absent),
            (Some(_), Some(_)) if *wanted != has && *wanted != usual => self.add(section, &Complaint::Unlike),
            _ => {}
        }
        *wanted = has;
    }

    fn add(&mut self, section: &str, complaint: &Complaint) {
        let name = redact_within(self.name, LONGEST_NAME);
        let message = match complaint {
            Complaint::Absent => format!(
                "\"{name}\" was made without one (expected none here, or this section where \"{name}\" is made)"
            ),
            Complaint::Unlike => format!(
                "other settings than \"{name}\" was made with (expected the same, or none, or another name)"
            ),
        };
        self.problems.push(Problem {
            code: ProblemCode::Contradiction,
            path: String::from(section),
            message,
        });
    }
}

const LONGEST_NAME: usize = 80;
