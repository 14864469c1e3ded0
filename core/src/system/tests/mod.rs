mod debug;
mod document;
mod health;
mod joined;
mod level;
mod program;

use core::time::Duration;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use serde_json::json;

use super::*;
use crate::breaker::StateName;

const fn breaker(state: StateName) -> BreakerHealth {
    BreakerHealth { state, failure_count: 0, last_failure_ago: None, retry_after: None }
}

fn breakers(states: &[StateName]) -> HealthInput {
    let named = (0..).zip(states).map(|(number, state): (u32, _)| (number.to_string(), breaker(*state)));
    HealthInput { breakers: named.collect(), ..HealthInput::default() }
}

fn judge(input: &HealthInput) -> HealthReport {
    HealthConfig::default().judge(input)
}
