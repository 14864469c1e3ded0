//! What the engine of `failsoft/small` says of sections that the whole engine carries out. The core knows of no packages.

use failsoft::error::ConfigError;
use failsoft::policy::NOT_CARRIED_OUT;

/// The same error; of what is carried out elsewhere it says where.
pub(crate) fn pointed(error: &ConfigError) -> ConfigError {
    let mut error = error.clone();
    for problem in &mut error.problems {
        if problem.message == NOT_CARRIED_OUT && IN_FULL.contains(&problem.path.as_str()) {
            problem.message = String::from("not carried out by failsoft/small (import failsoft instead)");
        }
    }
    error
}

/// The rest of what the core knows no host of JavaScript carries out for a single policy.
const IN_FULL: [&str; 6] = ["rate_limit", "bulkhead", "throttle", "adaptive", "fallback", "batch"];
