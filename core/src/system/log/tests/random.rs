//! Random policies, and random events of interleaved calls with results that come late, twice or never, on clocks that stall
//! and step back: whatever was recorded must be decided again.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::{Map, Value, json};

use super::super::{Decision, EventLog, Input, LogConfig, Recorder, replay_with};
use super::{bounds, fault, policy};
use crate::breaker::Forced;
use crate::call::Next;
use crate::policy::Policy;
use crate::rng::Rng;
use crate::time::Instant;

fn any_policy(rng: &mut Rng) -> Value {
    let mut retry = json!({
        "max_attempts": rng.between(1, 5),
        "initial_delay": "20ms",
        "max_delay": "200ms",
        "retry_open_circuit": rng.between(0, 1) == 0,
        "budget": if rng.between(0, 1) == 0 { json!({ "capacity": 12 }) } else { json!({ "kind": "ratio" }) },
    });
    if rng.between(0, 1) == 0 {
        retry["deadline"] = json!("900ms");
    }
    let mut breaker = json!({
        "failure_threshold": 3,
        "recovery_timeout": "150ms",
        "half_open_max_calls": rng.between(1, 2),
        "success_threshold": rng.between(1, 3),
    });
    if rng.between(0, 1) == 0 {
        breaker["time_window"] = json!("700ms");
    }
    if rng.between(0, 1) == 0 {
        breaker["recovery_jitter"] = json!(0.5);
    }
    let rate_limit = json!({ "rate": rng.between(1, 9), "per": "100ms", "max_wait": "50ms" });
    let bulkhead = json!({ "max_concurrent": rng.between(1, 3), "max_queue": 2, "max_wait": "80ms" });
    let sections = [
        ("retry", retry),
        ("circuit_breaker", breaker),
        ("rate_limit", rate_limit),
        ("bulkhead", bulkhead),
        ("throttle", json!({})),
        ("adaptive", json!({})),
        ("hedge", json!({})),
        ("timeout", json!({ "attempt": "300ms" })),
        ("degradation", json!({})),
    ];
    let chosen = sections.into_iter().filter(|_| rng.between(0, 2) > 0);
    Value::Object(chosen.map(|(name, section)| (String::from(name), section)).collect::<Map<_, _>>())
}

struct Soup {
    rng: Rng,
    recorder: Recorder,
    policies: Vec<Arc<Policy>>,
    /// Part, call, and how many attempts it has been given.
    calls: Vec<(usize, u64, u32)>,
    now: u64,
    /// Whether the dependency answers for a while.
    well: bool,
}

impl Soup {
    fn new(seed: u64, config: LogConfig) -> Self {
        let mut rng = Rng::from_seed(seed);
        let now = rng.between(0, 5_000_000_000);
        let mut recorder = Recorder::new(config, Instant::from_nanos(now));
        let mut policies = Vec::new();
        for part in 0..rng.between(1, 3) {
            let policy = policy(&any_policy(&mut rng));
            recorder.open(&format!("part-{part}"), Arc::clone(&policy), Instant::from_nanos(now));
            policies.push(policy);
        }
        Self { rng, recorder, policies, calls: Vec::new(), now, well: false }
    }

    fn clock(&mut self) -> Instant {
        self.now = match self.rng.between(0, 19) {
            0 => self.now.saturating_sub(self.rng.between(0, 400_000_000)),
            1..=4 => self.now,
            5 => self.now.saturating_add(self.rng.between(0, 2_000_000_000)),
            _ => self.now.saturating_add(self.rng.between(0, 40_000_000)),
        };
        Instant::from_nanos(self.now)
    }

    fn step(&mut self) {
        let now = self.clock();
        let parts = self.policies.len() as u64 - 1;
        let some =
            usize::try_from(self.rng.between(0, (self.calls.len() as u64).saturating_sub(1))).unwrap_or(0);
        let known = self.calls.get(some).copied();
        let any_part = usize::try_from(self.rng.between(0, parts)).unwrap_or(0);
        let (part, call, attempts) = known.unwrap_or((any_part, 99_999, 1));
        let attempt = u32::try_from(self.rng.between(1, u64::from(attempts.max(1)))).unwrap_or(1);
        let input = match self.rng.between(0, 99) {
            0..=14 => {
                let seed = self.rng.draw();
                let call = self.recorder.begin(any_part, seed, now);
                self.calls.push((any_part, call, 0));
                return;
            }
            15..=49 => Input::Admit { call },
            50..=54 => Input::Hedge { call },
            55..=69 => Input::Succeeded { call, attempt },
            70..=84 if self.well => Input::Succeeded { call, attempt: attempts.max(1) },
            70..=84 => Input::Failed { call, attempt, fault: self.any_fault() },
            85..=87 => Input::Abandoned { call },
            88 | 89 => Input::Tick,
            90 if self.rng.between(0, 1) == 0 => Input::Reset,
            90 if self.rng.between(0, 3) == 0 => Input::Forced { state: Forced::Open },
            90 => Input::Forced { state: Forced::Closed },
            91 => Input::Reset,
            92 | 93 => {
                self.well = !self.well;
                Input::Tick
            }
            94 | 95 => {
                let value = f64::from(u8::try_from(self.rng.between(0, 100)).unwrap_or(0)) / 100.0;
                Input::Observed { metric: String::from("error_rate"), value }
            }
            96 => Input::Degraded { reason: String::from("token=hunter2hunter2") },
            97 => Input::Raised,
            98 => Input::Pinned { level: String::from("low") },
            _ => Input::Unpinned,
        };
        // A driver gives up calls that take too long, but for a few that it forgets.
        if self.calls.len() > 6 {
            let (part, call, _) = self.calls.remove(0);
            if self.rng.between(0, 60) > 0 {
                self.recorder.tell(part, Input::Abandoned { call }, now);
            }
        }
        let answer = self.recorder.tell(part, input, now);
        if let Decision::Step { step, .. } = answer.decision
            && let (Next::Attempt { number, .. }, Some(known)) =
                (step.next, self.calls.iter_mut().find(|known| known.1 == call))
        {
            known.2 = number;
        }
        // Now and then everybody leaves.
        if self.rng.between(0, 80) == 0 {
            for (part, call, _) in core::mem::take(&mut self.calls) {
                self.recorder.tell(part, Input::Abandoned { call }, now);
            }
        }
    }

    fn any_fault(&mut self) -> crate::classify::Fault {
        let faults = [
            json!({ "status": 503, "message": "overloaded at 10:03, password=hunter2" }),
            json!({ "status": 429, "headers": { "retry-after": "1" }, "now": 1_700_000_000.123_456_7 }),
            json!({ "status": 400 }),
            json!({ "type": "ConnectionResetError", "errno": 104, "cause": { "code": "ECONNRESET" } }),
            json!({ "code": "insufficient_quota", "attrs": { "n": 0.1, "api_key": "sk-1234567890abcdef" } }),
        ];
        let some = usize::try_from(self.rng.between(0, 4)).unwrap_or(0);
        fault(faults[some].clone())
    }
}

fn play_again(soup: &Soup, seed: u64) -> super::super::Replayed {
    let text = soup.recorder.log().to_text();
    assert!(
        !text.contains("hunter2") && !text.contains("sk-1234567890abcdef"),
        "a secret in the log of seed {seed}"
    );
    let read = EventLog::read(&text).expect("a log");
    assert_eq!(text, read.to_text(), "written as it was read");
    let policy_of = |part: &str| {
        let number: usize = part.trim_start_matches("part-").parse().expect("a part");
        Arc::clone(&soup.policies[number])
    };
    match replay_with(policy_of, &read) {
        Ok(replayed) => replayed,
        Err(divergence) => panic!("seed {seed}: {divergence}"),
    }
}

#[test]
fn whatever_was_recorded_is_decided_again() {
    let mut said = String::new();
    for seed in 0..40 {
        let mut soup = Soup::new(seed, LogConfig::default());
        for _ in 0..300 {
            soup.step();
        }
        let replayed = play_again(&soup, seed);
        assert_eq!((0, 0), (replayed.skipped, replayed.dropped), "seed {seed}");
        said.push_str(&soup.recorder.log().to_text());
    }
    let words = [
        "attempt", "wait", "queue", "race", "stop", "rejected", "woken", "level", "half_open", "over",
        "nothing", "trigger", "budget",
    ];
    for word in words {
        assert!(said.contains(&format!("\"{word}\"")), "nobody was ever told {word}");
    }
}

#[test]
fn what_is_left_of_a_log_that_overflowed_is_decided_again() {
    let (mut played, mut skipped, mut dropped) = (0, 0, 0);
    for seed in 0..40 {
        let config = if seed % 2 == 0 { bounds(120, u32::MAX) } else { bounds(u32::MAX, 20_000) };
        let mut soup = Soup::new(1_000 + seed, config);
        for _ in 0..400 {
            soup.step();
        }
        let replayed = play_again(&soup, 1_000 + seed);
        assert!(soup.recorder.log().len() <= 120 || seed % 2 == 1, "seed {seed}");
        assert!(soup.recorder.log().bytes() <= 20_000 || seed % 2 == 0, "seed {seed}");
        played += replayed.played;
        skipped += replayed.skipped;
        dropped += replayed.dropped;
    }
    assert!(
        dropped > 10_000 && played > 2_000 && skipped > 100,
        "{played} played, {skipped} skipped, {dropped} dropped"
    );
}

#[test]
fn a_clock_at_either_end_of_time_is_replayed_too() {
    for now in [0, u64::MAX - 1_000_000_000, u64::MAX] {
        for seed in 0..10 {
            let mut soup = Soup::new(seed, bounds(100, 50_000));
            soup.now = now;
            for _ in 0..200 {
                soup.step();
            }
            play_again(&soup, seed);
        }
    }
}

#[test]
fn waits_of_a_second_are_whole_nanoseconds_in_a_log() {
    let decision = Decision::Step {
        step: crate::call::Step { next: Next::Wait(Duration::from_secs(1)), transition: None },
        woken: Vec::new(),
    };
    assert_eq!(json!({ "next": { "wait": 1_000_000_000 } }), decision.to_value());
}
