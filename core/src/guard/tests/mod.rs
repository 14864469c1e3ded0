//! Stories of attempts on their way through a gate, in virtual time.

mod order;
mod waiting;

use core::num::NonZeroU32;
use core::time::Duration;
use std::format;
use std::string::String;

use super::{Ending, Entry, Gate, Guard, GuardConfig, Guards, LimitsConfig, Pass, Refusal};
use crate::breaker::{Breaker, BreakerConfig, Outcome, StateName};
use crate::limit::adaptive::AdaptiveConfig;
use crate::limit::bulkhead::BulkheadConfig;
use crate::limit::rate::RateLimitConfig;
use crate::rng::Rng;
use crate::time::Instant;

/// Guards, the time, and the entropy of those who ask.
struct Sim {
    guards: Guards,
    now: Instant,
    rng: Rng,
}

impl Sim {
    fn new(config: &GuardConfig) -> Self {
        Self { guards: Guards::new(config), now: Instant::from_nanos(1_000_000_000), rng: Rng::from_seed(1) }
    }

    fn after(&mut self, wait: Duration) -> &mut Self {
        self.now = self.now.saturating_add(wait);
        self
    }

    fn enter(&mut self, pass: &mut Pass) -> Entry {
        pass.enter(&mut self.guards, self.now, &mut self.rng).0
    }

    /// An attempt that must be let out at once.
    fn goes(&mut self) -> Pass {
        let mut pass = Pass::default();
        assert_eq!(Entry::Go, self.enter(&mut pass));
        pass
    }

    fn ends(&mut self, pass: &mut Pass, outcome: Outcome) -> &mut Self {
        pass.leave(&mut self.guards, Ending::Settled(outcome), self.now);
        self
    }

    fn abandons(&mut self, pass: &mut Pass) -> &mut Self {
        pass.leave(&mut self.guards, Ending::Abandoned, self.now);
        self
    }

    fn fails(&mut self) -> &mut Self {
        let mut pass = self.goes();
        self.ends(&mut pass, Outcome::failure(1))
    }

    /// Calls under way and waiting.
    fn inside(&mut self) -> (u32, u32) {
        let now = self.now;
        let bulkhead = self.guards.limits.as_mut().and_then(|limits| limits.bulkhead()).expect("a bulkhead");
        (bulkhead.in_flight(), bulkhead.queued(now))
    }

    /// Calls that the rate limit would let begin at once.
    fn available(&mut self) -> u32 {
        let now = self.now;
        self.guards.limits.as_mut().and_then(|limits| limits.rate_limit()).expect("a rate").available(now)
    }
}

fn refused(by: Guard, retry_after: Option<Duration>) -> Entry {
    Entry::Refused(Refusal { by, retry_after })
}

/// A breaker that one failure opens for a minute.
fn touchy() -> BreakerConfig {
    BreakerConfig { failure_threshold: Some(NonZeroU32::MIN), ..BreakerConfig::default() }
}

/// So many calls at a time, and so many in line for ten seconds.
fn bulkhead(most: u32, queue: u32) -> BulkheadConfig {
    BulkheadConfig {
        max_concurrent: NonZeroU32::new(most).expect("not zero"),
        max_queue: queue,
        max_wait: Some(secs(10)),
    }
}

/// A call a second, one at once, and a wait of so many seconds at most.
fn rate(max_wait: u64) -> RateLimitConfig {
    let one = NonZeroU32::MIN;
    RateLimitConfig { burst: one, max_wait: secs(max_wait), ..RateLimitConfig::per_second(one) }
}

fn limits(limits: LimitsConfig) -> GuardConfig {
    GuardConfig { limits, ..GuardConfig::default() }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn told(entry: Entry) -> String {
    match entry {
        Entry::Go => "go".into(),
        Entry::Wait(wait) => format!("wait {} s", wait.as_secs_f64()),
        Entry::Queue(longest) => format!("queue {:?}", longest.map(|wait| wait.as_secs())),
        Entry::Refused(refusal) => format!("refused by {}", refusal.by.name()),
    }
}
