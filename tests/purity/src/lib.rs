//! The core as a WebAssembly module by itself.
//!
//! `make test` builds it and asserts that the module imports nothing: no clock, no entropy, no console. The one
//! function reaches every machine, so that the linker cannot leave out what would import something.

use failsoft::breaker::Breaker;
use failsoft::call::{Call, Next};
use failsoft::classify::Fault;
use failsoft::policy::Policy;
use failsoft::time::Instant;

/// Plays one call that fails, waits and succeeds; answers with the wait in seconds, or with a negative number.
#[unsafe(no_mangle)]
pub extern "C" fn first_wait(seed: u32, now: f64) -> f64 {
    wait(u64::from(seed), now).unwrap_or(-1.0)
}

fn wait(seed: u64, seconds: f64) -> Option<f64> {
    let policy =
        Policy::parse(r#"{"retry": {}, "timeout": {"attempt": "30s"}, "circuit_breaker": {}}"#).ok()?;
    let fault =
        Fault::from_json(r#"{"status": 503, "headers": {"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}}"#)
            .ok()?;
    let mut breaker = Breaker::new(policy.breaker?);
    let now = Instant::from_secs_f64(seconds);
    let mut call = Call::new(seed, now);
    let _ = call.admit(&policy, &mut breaker, now);
    let Next::Wait(wait) = call.fail(&policy, &mut breaker, &fault, now).next else { return None };
    let later = now.saturating_add(wait);
    let _ = call.admit(&policy, &mut breaker, later);
    call.succeed(&mut breaker, later);
    let snapshot = breaker.snapshot(later);
    breaker.restore(&snapshot, later).ok()?;
    Some(wait.as_secs_f64())
}
