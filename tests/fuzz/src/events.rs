//! Sequences of events: a configuration and what happens under it, from bytes.

use core::num::NonZeroU32;
use core::time::Duration;

use failsoft::breaker::{BreakerConfig, Growth, Mode, Rate, SlowCall, Window};
use failsoft::guard::GuardConfig;
use failsoft::policy::Policy;

use super::bytes::Bytes;
use super::{interleaved, machine};

/// A breaker, and calls through one, keep their promises whatever happens.
pub fn holds(data: &[u8]) {
    let script = Script::read(data);
    machine::holds(&script);
    let document = POLICIES[usize::from(script.policy) % POLICIES.len()];
    let policy = Policy::parse(document).expect("a policy");
    let budget = policy.guards().budget;
    let config = GuardConfig { breaker: Some(script.config), budget, ..GuardConfig::default() };
    interleaved::hold(&policy, &config, &script.events);
}

/// What a sequence of bytes says: sixteen for the settings, then two for each event.
#[derive(Debug)]
pub struct Script {
    /// The settings of the breaker.
    pub config: BreakerConfig,
    /// What its jitter is drawn from, if it was told.
    pub seed: Option<u8>,
    /// Which of the policies.
    pub policy: u8,
    /// What happens, in order.
    pub events: Vec<Event>,
}

/// Something that happens.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// What, below 16.
    pub what: u8,
    /// Of what, or how.
    pub arg: u8,
    /// How the clock moves before it.
    pub step: Step,
}

/// How a clock moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Forwards, by nanoseconds.
    On(u64),
    /// Backwards, by nanoseconds.
    Back(u64),
    /// To a reading.
    To(u64),
}

impl Script {
    /// Every sequence of bytes is one.
    pub fn read(data: &[u8]) -> Self {
        let mut bytes = Bytes::new(data);
        let (failures, identical) = (bytes.take(), bytes.take());
        let (window, size) = (bytes.take(), bytes.take());
        let at_least_one = |number: u8| NonZeroU32::MIN.saturating_add(u32::from(number.saturating_sub(1)));
        let config = BreakerConfig {
            failure_threshold: NonZeroU32::new(failures.into()),
            identical_failures: NonZeroU32::new(identical.into()),
            window: match window % 3 {
                0 => Window::Consecutive,
                1 => Window::Count(at_least_one(size)),
                _ => Window::Time(half_seconds(size)),
            },
            recovery_timeout: half_seconds(bytes.take()),
            half_open_max_calls: at_least_one(bytes.take() % 64),
            success_threshold: at_least_one(bytes.take() % 64),
            probe_timeout: half_seconds(bytes.take()),
            failure_rate: share(bytes.take()),
            minimum_calls: at_least_one(bytes.take()),
            slow_call: slow_call(bytes.take()),
            recovery_growth: Growth::new(1.0 + f64::from(bytes.take()) / 10.0).expect("a factor"),
            max_recovery_timeout: half_seconds(bytes.take()),
            recovery_jitter: share(bytes.take()),
            mode: MODES[usize::from(bytes.take()) % MODES.len()],
        };
        let seed = Some(bytes.take()).filter(|seed| *seed > 0);
        Self { config, seed, policy: window / 3, events: events(bytes) }
    }
}

/// What is left, as events.
pub fn events(mut bytes: Bytes<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    while !bytes.is_empty() && events.len() < MOST {
        let (head, arg) = (bytes.take(), bytes.take());
        events.push(Event { what: head & 0xf, arg, step: STEPS[usize::from(head >> 4)] });
    }
    events
}

/// Other settings than these, as a person may ask for them while the breaker is in use.
pub fn altered(config: &BreakerConfig, how: u8) -> BreakerConfig {
    let few = NonZeroU32::MIN.saturating_add(u32::from(how >> 6));
    let mut config = *config;
    match how >> 1 & 7 {
        0 => config.mode = MODES[usize::from(how >> 4) % MODES.len()],
        1 => config.slow_call = slow_call(how >> 4),
        2 => config.window = Window::Count(few),
        3 => config.window = Window::Time(half_seconds(how >> 4)),
        4 => config.window = Window::Consecutive,
        5 => (config.failure_threshold, config.failure_rate) = (Some(few), share(how)),
        6 => (config.half_open_max_calls, config.success_threshold) = (few, few),
        _ => (config.recovery_timeout, config.probe_timeout) = (half_seconds(how >> 4), half_seconds(how)),
    }
    config
}

impl Step {
    /// The reading after `clock`.
    pub const fn from(self, clock: u64) -> u64 {
        match self {
            Self::On(nanos) => clock.saturating_add(nanos),
            Self::Back(nanos) => clock.saturating_sub(nanos),
            Self::To(nanos) => nanos,
        }
    }
}

fn share(number: u8) -> Option<Rate> {
    Rate::new(f64::from(number) / 255.0)
}

fn slow_call(number: u8) -> Option<SlowCall> {
    (number > 0).then(|| SlowCall { duration: half_seconds(number), rate: share(127).expect("a half") })
}

/// Up to two minutes; the last is as long as a document can say.
fn half_seconds(number: u8) -> Duration {
    if number == u8::MAX {
        Duration::from_secs(3_155_760_000)
    } else {
        Duration::from_millis(u64::from(number) * 500)
    }
}

/// By the upper half of an event's first byte.
pub const STEPS: [Step; 16] = [
    Step::On(0),
    Step::On(1),
    Step::On(100 * MS),
    Step::On(500 * MS),
    Step::On(1_000 * MS),
    Step::On(2_000 * MS),
    Step::On(5_000 * MS),
    Step::On(10_000 * MS),
    Step::On(30_000 * MS),
    Step::On(60_000 * MS - 1),
    Step::On(60_000 * MS),
    Step::On(3_600_000 * MS),
    Step::On(86_400_000 * MS),
    Step::Back(5_000 * MS),
    Step::To(0),
    Step::To(u64::MAX),
];

const MS: u64 = 1_000_000;
const MOST: usize = 250;

/// As often as documents have them; most breakers are left to themselves.
const MODES: [Mode; 6] =
    [Mode::Normal, Mode::Shadow, Mode::ForcedOpen, Mode::ForcedClosed, Mode::Normal, Mode::Normal];

/// Every way in which a call can be told to go on or to stop.
const POLICIES: [&str; 6] = [
    "{}",
    r#"{"retry": {"max_attempts": 4}}"#,
    r#"{"retry": {"max_attempts": 9, "jitter": "full", "deadline": "30s"}, "timeout": {"attempt": 2, "growth": 2}}"#,
    r#"{"retry": {"max_attempts": 9, "retry_open_circuit": true, "retry_after_over_cap": "clamp"}}"#,
    r#"{"retry": {"max_attempts": 9, "retry_open_circuit": true, "deadline": "5m", "escalate_after": 2}}"#,
    r#"{"retry": {"max_attempts": 4, "idempotent": false}, "classify": {"unknown": "transient"}}"#,
];
