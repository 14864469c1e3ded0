//! The clocks of the host: Tokio's, which a test may pause, and the wall's.

use core::time::Duration;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use ::tokio::time;

use crate::time::Instant;

/// Tokio's clock as the core reads it. One origin for the whole process, so that policies may share their guards.
pub(super) fn now() -> Instant {
    let since = time::Instant::now().saturating_duration_since(*ORIGIN.get_or_init(origin));
    Instant::from_nanos(crate::time::nanos(since))
}

/// Seconds since 1970, for the dates and reset times of servers.
#[allow(clippy::disallowed_methods, reason = "this is the host: it reads the clocks that the core must not")]
pub(super) fn wall() -> Option<f64> {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs_f64())
}

static ORIGIN: OnceLock<time::Instant> = OnceLock::new();

/// Before anything that a runtime of this process can read: one that was paused reads the moment of its pause, which
/// may be earlier than the first call.
#[allow(clippy::disallowed_methods, reason = "this is the host: it reads the clocks that the core must not")]
fn origin() -> time::Instant {
    let now = std::time::Instant::now();
    let earlier = MARGINS.iter().find_map(|margin| now.checked_sub(*margin));
    time::Instant::from_std(earlier.unwrap_or(now))
}

/// Where the clock counts from the start of the machine, it may have begun less than a day ago.
const MARGINS: [Duration; 3] =
    [Duration::from_secs(24 * 60 * 60), Duration::from_secs(60 * 60), Duration::from_secs(60)];
