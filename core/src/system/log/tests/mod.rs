mod chains;
mod checkpoints;
mod random;
mod reading;
mod reconfigured;
mod soup;
mod stories;

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::num::NonZeroU32;
use core::time::Duration;

use serde_json::{Value, json};

use super::{Answer, Input, LogConfig, Recorder};
use crate::classify::Fault;
use crate::policy::Policy;
use crate::time::Instant;

fn policy(document: &Value) -> Arc<Policy> {
    Arc::new(Policy::parse(&document.to_string()).expect("a policy"))
}

fn at(seconds: f64) -> Instant {
    Instant::from_nanos(7_000_000_123).saturating_add(crate::time::duration_from_secs(seconds))
}

fn bounds(most_records: u32, most_bytes: u32) -> LogConfig {
    let number = |number: u32| NonZeroU32::new(number).expect("a bound");
    LogConfig { most_records: number(most_records), most_bytes: number(most_bytes) }
}

fn fault(document: Value) -> Fault {
    Fault::from_value(document).expect("a fault")
}

/// A call through a part that fails once, and is not made again.
fn fail_once(recorder: &mut Recorder, part: usize, seconds: f64) -> Answer {
    let now = at(seconds);
    let call = recorder.begin(part, 1, now);
    recorder.tell(part, Input::Admit { call }, now);
    let fault = fault(json!({ "status": 503 }));
    recorder.tell(
        part,
        Input::Failed { call, attempt: 1, fault },
        now.saturating_add(Duration::from_millis(5)),
    )
}

/// What is decided about an input, as a log has it.
fn say(recorder: &mut Recorder, part: usize, input: Input, seconds: f64) -> String {
    recorder.tell(part, input, at(seconds)).decision.to_value().to_string()
}
